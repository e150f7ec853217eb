//! The list: an ARIA grid as the board is, drawn as it comes into view.

use super::Wanted;
use super::row::CallLine;
use crate::floor::CallQuery;
use crate::i18n::texts;
use crate::pages::floor::board::keep_focus;
use crate::pages::floor::{Floor, floor};
use crate::ui::{dynamic, erased};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

#[component]
pub fn CallList() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let viewport = floor.viewport;
    let shown = floor.store.calls.shown;

    viewport.follow_window();
    follow_merged(floor);
    keep_focus(floor);

    let keydown = move |event: KeyboardEvent| {
        if !(event.ctrl_key() || event.alt_key() || event.meta_key()) && viewport.walk(&event.key()) {
            event.prevent_default();
        }
    };
    let head = [
        ("state", texts.col_state),
        ("time", texts.col_time),
        ("talk", texts.col_answered),
        ("other", texts.col_with),
        ("queue", texts.queue),
        ("parties", texts.col_parties),
        ("more", texts.col_more),
    ];
    let head = head.map(|(class, word)| {
        erased(view! {
            <div role="columnheader" class=format!("cell {class}")>
                {word}
            </div>
        })
    });
    erased(view! {
        <div
            class="board calls"
            id="board"
            role="grid"
            aria-label=texts.calls
            aria-rowcount=dynamic(move || shown.matching.get() + 1)
            node_ref=viewport.scroller
            on:scroll=move |_| viewport.measure()
            on:keydown=keydown
        >
            <div role="row" class="row head" aria-rowindex="1">
                {head}
                <div role="columnheader" class="cell step-in">
                    <span class="spoken">{texts.col_actions}</span>
                </div>
            </div>
            <div
                class="rows"
                role="rowgroup"
                node_ref=viewport.rows
                on:pointerdown=move |_| floor.viewport.pointed()
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
                        children=|index, slot| erased(view! { <CallLine at=slot index /> })
                    />
                </div>
            </div>
            <Empty />
        </div>
    })
}

/// Where the call with the focus became part of another one, the focus goes there with it.
fn follow_merged(floor: Floor) {
    let calls = floor.store.calls;
    let focused = floor.viewport.focused;
    Effect::new(move |before: Option<Option<(usize, crate::floor::CallId)>>| {
        calls.shown.order.track();
        let slot = focused.get()?;
        if let Some((known, id)) = before.flatten().filter(|(known, _)| *known == slot)
            && let Some(now) = calls.slot(&id).filter(|now| *now != known)
        {
            focused.set(Some(now));
            return Some((now, id));
        }
        Some((slot, calls.get(slot)?.id.clone()))
    });
}

#[component]
fn Empty() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let wanted = expect_context::<Wanted>();
    let calls = floor.store.calls;
    move || {
        if calls.shown.order.with(|order| !order.is_empty()) {
            None
        } else if calls.query.with(|query| *query == CallQuery::default()) {
            Some(erased(view! {
                <div class="empty">
                    <p>{texts.no_calls}</p>
                    <small>{texts.no_calls_hint}</small>
                </div>
            }))
        } else {
            Some(erased(view! {
                <div class="empty">
                    <p>{texts.no_call_matches}</p>
                    <button
                        type="button"
                        class="plain"
                        data-clear-filters
                        on:click=move |_| wanted.change(floor, false, |query| *query = CallQuery::default())
                    >
                        {texts.clear_filters}
                    </button>
                </div>
            }))
        }
    }
}
