//! How many calls are in each state; pressed, a tile shows these only.

use super::navigation::CallsNavigation;
use crate::components::workspace::workspace;
use crate::floor::CallState;
use crate::i18n::texts;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;

#[component]
pub fn Tiles() -> impl IntoView {
    let texts = texts();
    let tiles = CallState::ALL.map(|state| erased(view! { <Tile state=Some(state) /> }));
    erased(view! {
        <div class="tiles" role="group" aria-label=texts.filter_by_state>
            <Tile state=None />
            {tiles}
        </div>
    })
}

/// One state, or all of them.
#[component]
fn Tile(state: Option<CallState>) -> impl IntoView {
    let texts = texts();
    let navigation = expect_context::<CallsNavigation>();
    let calls = workspace().store.calls;
    let count = Memo::new(move |_| {
        let counts = calls.counts.get()?;
        let of = counts.into_iter().zip(CallState::ALL).filter(|(_, of)| state.is_none_or(|state| state == *of));
        Some(of.map(|(count, _)| count).sum::<u32>())
    });
    let pressed = move || calls.query.with(|query| state.map_or(query.states.is_empty(), |state| query.states.contains(&state)));
    let toggle = move |_| {
        navigation.push(|query| match state {
            None => query.states.clear(),
            Some(state) if query.states.contains(&state) => query.states.retain(|other| *other != state),
            Some(state) => query.states.push(state),
        });
    };
    erased(view! {
        <button
            type="button"
            class="tile"
            data-filter=state.map_or("calls", CallState::code)
            data-count=dynamic(move || count.get().map(|count| count.to_string()))
            aria-pressed=dynamic(move || if pressed() { "true" } else { "false" })
            on:click=toggle
        >
            <b>{dynamic(move || count.get().map_or_else(|| "–".to_owned(), |count| count.to_string()))}</b>
            <span>{state.map_or(texts.all_calls, texts.call_state)}</span>
        </button>
    })
}
