//! The seven buttons of a row. Each says beforehand what it will do here and now; one that cannot work stays reachable and says why.

use super::context::interventions;
use super::target::Target;
use crate::floor::{Effect, Operation, Row};
use crate::i18n::texts;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

/// At the agent of a row.
#[component]
pub fn Actions(row: RwSignal<Arc<Row>>, active: Memo<bool>) -> impl IntoView {
    let store = interventions().workspace.store;
    let target = Memo::new(move |_| Target::of_row(row.get(), store));
    erased(view! { <ActionsAt target active /> })
}

#[component]
pub fn ActionsAt(target: Memo<Target>, active: Memo<bool>) -> impl IntoView {
    let interventions = interventions();
    let workspace = interventions.workspace;
    let texts = texts();
    let buttons = workspace
        .offered(Operation::ALL)
        .map(|operation| {
            let word = (texts.operation)(operation);
            let prospect = Memo::new(move |_| target.with(|target| interventions.prospect(operation, target)));
            let title = move || {
                target.with(|target| {
                    let mut title = match prospect.get() {
                        Err(barrier) => format!("{word}: {}", interventions.barrier_words(operation, barrier, target, texts)),
                        Ok(effect) => {
                            format!("{word} ({}): {}", operation.key(), interventions.effect_words(operation, effect, target, texts))
                        }
                    };
                    if let Some(others) = target.others(workspace, texts, || workspace.store.clock.get()) {
                        title.push_str(" · ");
                        title.push_str(&others);
                    }
                    title
                })
            };
            erased(view! {
                <button
                    type="button"
                    class="action"
                    data-action=operation.action()
                    data-effect=dynamic(move || prospect.get().ok().map(Effect::code))
                    tabindex=dynamic(move || if active.get() { "0" } else { "-1" })
                    aria-disabled=dynamic(move || prospect.get().is_err().then_some("true"))
                    title=title
                    on:click=move |_| interventions.act_at(operation, target.get_untracked(), texts)
                >
                    {word}
                </button>
            })
        })
        .collect_view();
    erased(buttons)
}
