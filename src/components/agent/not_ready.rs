//! Not ready for some minutes, then ready again: the console sees to it.

use crate::api::arguments::NotReadyArguments;
use crate::api::client;
use crate::components::intervention::interventions;
use crate::components::workspace::workspace;
use crate::floor::{Operation, Row};
use crate::i18n::texts;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

/// Minutes that a time-boxed not-ready offers.
pub const MINUTES: [u32; 5] = [5, 10, 15, 30, 60];

/// Not ready for so many minutes, then ready again.
#[component]
pub fn NotReadyFor(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let interventions = interventions();
    let workspace = workspace();
    let texts = texts();
    let blocked = Memo::new(move |_| row.with(|row| interventions.blocked(Operation::NotReady, row, texts)));
    let send = move |minutes: u32| {
        if blocked.with_untracked(Option::is_some) {
            return;
        }
        let row = row.get_untracked();
        leptos::task::spawn_local(async move {
            let device_id = row.device.as_ref().map(ToString::to_string).unwrap_or_default();
            let arguments = NotReadyArguments { agent_id: row.agent.to_string(), device_id, minutes: Some(minutes), expect: None };
            // What became of it the row tells.
            if let Err(error) = client::call(Operation::NotReady.path(), &arguments).await {
                workspace.announce((texts.api_error)(&error));
            }
        });
    };
    let buttons = MINUTES.map(|minutes| {
        erased(view! {
            <button
                type="button"
                class="plain"
                data-not-ready-for=minutes.to_string()
                aria-disabled=dynamic(move || blocked.with(Option::is_some).then_some("true"))
                title=dynamic(move || blocked.get())
                aria-label=(texts.not_ready_for)(minutes)
                on:click=move |_| send(minutes)
            >
                {minutes.to_string()}
            </button>
        })
    });
    workspace.offers(Operation::NotReady).then(|| {
        erased(view! {
            <div class="boxed" role="group" aria-label=texts.not_ready_minutes>
                <span class="muted">{texts.not_ready_minutes}</span>
                {buttons.into_iter().collect_view()}
            </div>
        })
    })
}
