//! What can be done with the selected agents.

use super::context::bulk;
use crate::floor::{Obstacle, bulk::bulk_operations};
use crate::i18n::texts;
use crate::pages::floor::selection::Selection;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;

/// At the toolbar's right: what to do with the selected agents.
#[component]
pub fn BulkBar() -> impl IntoView {
    let bulk = bulk();
    let workspace = bulk.workspace;
    let texts = texts();
    let selection = expect_context::<Selection>();
    let count = Memo::new(move |_| selection.len());
    let permitted = workspace.is_supervisor();
    let buttons = move || {
        workspace
            .offered(bulk_operations())
            .map(|operation| {
                erased(view! {
                    <button
                        type="button"
                        class="action"
                        data-bulk=operation.action()
                        aria-disabled=(!permitted).then_some("true")
                        title=(!permitted).then(|| (texts.obstacle)(Obstacle::NotPermitted))
                        on:click=move |_| {
                            if permitted {
                                bulk.asked.set(Some(operation));
                            }
                        }
                    >
                        <span>{(texts.operation)(operation)}</span>
                    </button>
                })
            })
            .collect_view()
    };
    erased(view! {
        <Show when=move || count.get() != 0>
            <div class="bulk-bar" role="group" aria-label=texts.selected_agents data-selected=dynamic(move || count.get().to_string())>
                <b>{dynamic(move || (texts.selected)(count.get()))}</b>
                {buttons}
                <button type="button" class="action" data-clear-selection on:click=move |_| selection.clear()>
                    <span>{texts.clear_selection}</span>
                </button>
            </div>
        </Show>
    })
}
