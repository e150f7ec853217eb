//! The seven buttons of a row. One that cannot work stays reachable and says why.

use super::floor;
use super::step_in::act_here;
use crate::floor::{Operation, Row};
use crate::i18n::texts;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Actions(row: RwSignal<Arc<Row>>, at: usize, active: Memo<bool>) -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let act = act_here(floor);
    let offered = Operation::ALL.into_iter().filter(|operation| !floor.hidden.with_value(|hidden| hidden.contains(operation)));
    offered
        .map(|operation| {
            let word = (texts.operation)(operation);
            let blocked = Memo::new(move |_| row.with(|row| floor.blocked(operation, row, texts)));
            let title = move || match blocked.get() {
                Some(why) => format!("{word}: {why}"),
                None => format!("{} ({})", (texts.operation_title)(operation), operation.key()),
            };
            view! {
                <button
                    type="button"
                    class="action"
                    data-action=operation.action()
                    tabindex=move || if active.get() { "0" } else { "-1" }
                    aria-disabled=move || blocked.get().is_some().then_some("true")
                    title=title
                    on:click=move |_| act(operation, at)
                >
                    <span>{word}</span>
                </button>
            }
        })
        .collect_view()
}
