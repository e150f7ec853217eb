//! The list: an ARIA grid as the board is, drawn as it comes into view.

use super::navigation::CallsNavigation;
use super::row::CallLine;
use crate::components::grid::{Rows, grid};
use crate::components::workspace::workspace;
use crate::floor::{CallId, CallQuery};
use crate::i18n::texts;
use crate::live::store::Store;
use crate::ui::keyboard::is_modified;
use crate::ui::viewport::Viewport;
use crate::ui::{dynamic, erased};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

#[component]
pub fn CallList() -> impl IntoView {
    let texts = texts();
    let store = workspace().store;
    let viewport = grid().viewport;
    let shown = store.calls.shown;

    viewport.follow_window();
    follow_merged(store, viewport);
    viewport.keep_focus();

    let keydown = move |event: KeyboardEvent| {
        if !is_modified(&event) && viewport.walk(&event.key()) {
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
            tabindex="-1"
            node_ref=viewport.scroller
            on:scroll=move |_| viewport.scrolled()
            on:keydown=keydown
        >
            <div role="row" class="row head" aria-rowindex="1">
                {head}
                <div role="columnheader" class="cell step-in">
                    <span class="spoken">{texts.col_actions}</span>
                </div>
            </div>
            <Rows row=|place| erased(view! { <CallLine place /> }) />
            <Empty />
        </div>
    })
}

/// Where the call with the focus became part of another one, the focus goes there with it.
fn follow_merged(store: Store, viewport: Viewport) {
    let calls = store.calls;
    let focused = viewport.focused;
    Effect::new(move |before: Option<Option<(usize, CallId)>>| {
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
    let navigation = expect_context::<CallsNavigation>();
    let texts = texts();
    let calls = workspace().store.calls;
    dynamic(move || {
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
                        on:click=move |_| navigation.push(|query| *query = CallQuery::default())
                    >
                        {texts.clear_filters}
                    </button>
                </div>
            }))
        }
    })
}
