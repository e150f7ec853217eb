//! The board: an ARIA grid whose rows are drawn as they come into view. Arrow keys walk it, letters act on the focused row.

use super::columns::Columns;
use super::navigation::{BoardNavigation, unfiltered};
use super::row::AgentRow;
use super::selection::Selection;
use crate::components::grid::{Rows, grid};
use crate::components::intervention::{interventions, operation_of_key};
use crate::components::workspace::workspace;
use crate::i18n::texts;
use crate::ui::keyboard::is_modified;
use crate::ui::viewport::is_on_row;
use crate::ui::{dynamic, erased};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

#[component]
pub fn Board() -> impl IntoView {
    let texts = texts();
    let store = workspace().store;
    let grid = grid();
    let viewport = grid.viewport;
    let (navigation, selection) = (expect_context::<BoardNavigation>(), expect_context::<Selection>());
    let interventions = interventions();

    viewport.follow_window();
    viewport.keep_focus();

    let keydown = move |event: KeyboardEvent| {
        if is_modified(&event) {
            return;
        }
        if viewport.walk(&event.key()) {
            return event.prevent_default();
        }
        // The row that is meant is out of view: nothing is done there unseen.
        if viewport.is_parked() {
            return;
        }
        match event.key().as_str() {
            // On a button or a link it is theirs.
            "Enter" if is_on_row(&event) => {
                event.prevent_default();
                let row = viewport.active.get_untracked().and_then(|slot| store.row(slot));
                navigation.open_agent(row.map(|row| row.agent.clone()));
            }
            "x" | "X" => {
                event.prevent_default();
                if let (Some(slot), false) = (viewport.active.get_untracked(), event.repeat()) {
                    selection.pick(slot, event.shift_key(), texts);
                }
            }
            key => {
                let wanted = operation_of_key(key);
                if let (Some(operation), Some(slot), false) = (wanted, viewport.active.get_untracked(), event.repeat()) {
                    event.prevent_default();
                    if !grid.lost_row(slot, texts) {
                        interventions.act_in_slot(operation, slot, texts);
                    }
                }
            }
        }
    };

    erased(view! {
        <div
            class="board"
            id="board"
            role="grid"
            aria-label=texts.board
            aria-multiselectable="true"
            aria-rowcount=dynamic(move || store.matching.get() + 1)
            tabindex="-1"
            node_ref=viewport.scroller
            data-figures=dynamic(move || store.figures.get().then_some(""))
            on:scroll=move |_| viewport.scrolled()
            on:keydown=keydown
        >
            <Columns />
            <Rows row=|place| erased(view! { <AgentRow place /> }) />
            <Empty />
        </div>
    })
}

#[component]
fn Empty() -> impl IntoView {
    let navigation = expect_context::<BoardNavigation>();
    let texts = texts();
    let store = workspace().store;
    dynamic(move || {
        if store.order.with(|order| !order.is_empty()) {
            None
        } else if store.counts.with(|counts| counts.all()) == 0 && store.query.with(|query| *query == unfiltered(query)) {
            Some(erased(view! {
                <div class="empty">
                    <p>{texts.no_agents}</p>
                    <small>{texts.no_agents_hint}</small>
                </div>
            }))
        } else {
            let clear = move |_| navigation.push(|query| *query = unfiltered(query));
            Some(erased(view! {
                <div class="empty">
                    <p>{texts.nothing_matches}</p>
                    <button type="button" class="plain" data-clear-filters on:click=clear>
                        {texts.clear_filters}
                    </button>
                </div>
            }))
        }
    })
}
