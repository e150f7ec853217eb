//! The board: an ARIA grid whose rows are drawn as they come into view. Arrow keys walk it, letters act on the focused row.

use super::columns::Columns;
use super::floor;
use super::row::AgentRow;
use super::step_in::act_here;
use crate::floor::Operation;
use crate::i18n::{Texts, texts};
use crate::ui::{dynamic, erased};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

#[component]
pub fn Board() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let (store, viewport) = (floor.store, floor.viewport);
    let act = act_here(floor);

    viewport.follow_window();
    keep_focus(floor);

    let keydown = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        if viewport.walk(&event.key()) {
            return event.prevent_default();
        }
        match event.key().as_str() {
            // On a button or a link it is theirs.
            "Enter" if on_row(&event) => {
                event.prevent_default();
                let row = viewport.active.get_untracked().and_then(|slot| store.row(slot));
                floor.open_agent(row.map(|row| row.agent.clone()));
            }
            "x" | "X" => {
                event.prevent_default();
                if let (Some(slot), false) = (viewport.active.get_untracked(), event.repeat()) {
                    floor.pick(slot, event.shift_key(), texts);
                }
            }
            key => {
                let wanted = Operation::ALL.into_iter().find(|operation| operation.key().eq_ignore_ascii_case(key));
                if let (Some(operation), Some(slot), false) = (wanted, viewport.active.get_untracked(), event.repeat()) {
                    event.prevent_default();
                    if !floor.lost_row(slot, texts) {
                        act(operation, slot);
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
            node_ref=viewport.scroller
            data-figures=dynamic(move || store.figures.get().then_some(""))
            on:scroll=move |_| viewport.measure()
            on:keydown=keydown
        >
            <Columns />
            <div
                class="rows"
                role="rowgroup"
                node_ref=viewport.rows
                on:pointerdown=move |_| viewport.pointed()
                on:pointerenter=move |_| floor.hovered.set(true)
                // A pointer that was there before the page was does not enter.
                on:pointermove=move |_| {
                    if !floor.hovered.get_untracked() {
                        floor.hovered.set(true);
                    }
                }
                on:pointerleave=move |_| floor.hovered.set(false)
            >
                <div role="presentation" node_ref=viewport.shown>
                    <ForEnumerate
                        each=move || viewport.slots()
                        key=|slot| *slot
                        children=|index, slot| erased(view! { <AgentRow at=slot index /> })
                    />
                </div>
            </div>
            <Empty />
        </div>
    })
}

/// The row itself has the focus, not something in it.
pub fn on_row(event: &KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| element.class_list().contains("row"))
}

impl super::Floor {
    /// The row that was meant has gone, and the focus is on its neighbour: says so, and nothing is done.
    pub fn lost_row(self, slot: usize, texts: &'static Texts) -> bool {
        let astray = self.viewport.is_astray(slot);
        if astray {
            self.announcement.set(texts.row_gone.to_owned());
        }
        astray
    }
}

/// A row that moves in the document loses the focus: it is given back, or goes to the row now in its place.
pub fn keep_focus(floor: super::Floor) {
    let viewport = floor.viewport;
    Effect::new(move |before: Option<Option<usize>>| {
        let order = viewport.order.get();
        let slot = viewport.focused.get();
        let place = slot.and_then(|slot| order.iter().position(|other| *other == slot));
        let Some(before) = before else { return place };
        let target = match (place, before) {
            (Some(place), Some(_)) => Some(place),
            (None, Some(before)) if slot.is_some() && !order.is_empty() => Some(before.min(order.len() - 1)),
            _ => None,
        };
        if let Some(target) = target {
            // The rows move after this effect: whether the focus went with them shows in the next frame.
            request_animation_frame(move || {
                // On the page's body the focus is nowhere: it was in the row until now.
                if document().active_element().is_none_or(|element| element.tag_name() == "BODY") {
                    if place.is_some() { viewport.refocus(target) } else { viewport.stray(target) }
                }
            });
        }
        place
    });
}

#[component]
fn Empty() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let store = floor.store;
    move || {
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
            let clear = move |_| floor.ask(|query| *query = unfiltered(query));
            Some(erased(view! {
                <div class="empty">
                    <p>{texts.nothing_matches}</p>
                    <button type="button" class="plain" data-clear-filters on:click=clear>
                        {texts.clear_filters}
                    </button>
                </div>
            }))
        }
    }
}

/// The same order, everybody.
pub fn unfiltered(query: &crate::floor::BoardQuery) -> crate::floor::BoardQuery {
    crate::floor::BoardQuery { sort: query.sort, ..Default::default() }
}
