//! How far the latest intervention at an agent has come, in words, at its row (`data-outcome`).

use super::context::interventions;
use super::line::line;
use super::target::Target;
use crate::floor::Row;
use crate::i18n::texts;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

/// At the agent of a row.
#[component]
pub fn Progress(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let store = interventions().workspace.store;
    let target = Memo::new(move |_| Target::of_row(row.get(), store));
    erased(view! { <ProgressAt target /> })
}

#[component]
pub fn ProgressAt(target: Memo<Target>) -> impl IntoView {
    let interventions = interventions();
    let texts = texts();
    let line =
        Memo::new(move |_| target.with(|target| interventions.notes.with(|notes| line(interventions, target, target.note(notes), texts))));
    erased(dynamic(move || {
        line.get().map(|line| {
            let title = if line.more.is_empty() { line.words.clone() } else { format!("{}. {}", line.words, line.more) };
            erased(view! {
                <span class="progress" data-outcome=line.outcome data-operation=line.operation.action() title=title>
                    <span class="words">{line.words}</span>
                    {line
                        .dismissible
                        .then(|| {
                            erased(view! {
                                <button
                                    type="button"
                                    class="dismiss"
                                    tabindex="-1"
                                    aria-label=texts.dismiss
                                    title=texts.dismiss
                                    on:click=move |_| target.with_untracked(|target| interventions.dismiss(target))
                                >
                                    "×"
                                </button>
                            })
                        })}
                </span>
            })
        })
    }))
}
