//! Selecting many agents at once: everybody who is shown, or who is too long in a state.

use super::selection::Selection;
use crate::components::workspace::workspace;
use crate::floor::bulk::MOST_AGENTS;
use crate::floor::{State, threshold};
use crate::i18n::texts;
use crate::live::store::Store;
use crate::ui::{dynamic, erased};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, Node};

/// In the head of the board: everybody who is shown.
#[component]
pub fn PickAll() -> impl IntoView {
    let store = workspace().store;
    let texts = texts();
    let selection = expect_context::<Selection>();
    let most = Memo::new(move |_| store.order.with(|order| order.len()).min(MOST_AGENTS));
    let count = Memo::new(move |_| selection.len());
    let label = move || (texts.select_all)(most.get());
    let pick = move |_| {
        if untrack(|| count.get() == most.get()) {
            selection.clear();
        } else {
            selection.pick_all(store.order.get_untracked().iter().copied(), texts);
        }
    };
    erased(view! {
        <input
            type="checkbox"
            aria-label=label
            title=label
            data-select-all
            disabled=dynamic(move || most.get() == 0)
            prop:checked=dynamic(move || count.get() != 0 && count.get() == most.get())
            prop:indeterminate=dynamic(move || count.get() != 0 && count.get() != most.get())
            on:click=pick
        />
    })
}

/// Shown agents who are too long in their state.
fn groups(store: Store) -> Vec<(State, u32, usize)> {
    let mut groups: Vec<(State, u32, usize)> = Vec::new();
    for state in State::ALL {
        let Some((look, trouble)) = threshold::limits(state) else { continue };
        let count = |minutes| overdue(store, state, minutes).count();
        let (looks, troubles) = (count(look), count(trouble));
        if troubles != 0 {
            groups.push((state, trouble, troubles));
        }
        if looks > troubles {
            groups.push((state, look, looks));
        }
    }
    groups
}

fn overdue(store: Store, state: State, minutes: u32) -> impl Iterator<Item = usize> {
    let now = store.platform_now_untracked();
    let order = store.order.get_untracked();
    (0..order.len()).filter_map(move |place| {
        let slot = *order.get(place)?;
        let row = store.row(slot)?;
        let long = row.state == state && row.since.is_some_and(|since| threshold::is_past(minutes, now.since(since)));
        long.then_some(slot)
    })
}

/// Selects a group: everybody who is shown, or who is beyond a threshold. Counts while it is open.
#[component]
pub fn SelectMenu() -> impl IntoView {
    let store = workspace().store;
    let texts = texts();
    let selection = expect_context::<Selection>();
    let details = NodeRef::<html::Details>::new();
    let open = RwSignal::new(false);
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    let groups = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        store.clock.track();
        store.order.track();
        groups(store)
    });
    let choices = move || {
        groups
            .get()
            .into_iter()
            .map(|(state, minutes, count)| {
                let pick = move |_| {
                    selection.pick_all(overdue(store, state, minutes), texts);
                    close();
                };
                erased(view! {
                    <button type="button" class="choice" data-choice=format!("{}-{minutes}", state.code()) on:click=pick>
                        {(texts.over_limit)((texts.state)(state), minutes)}
                        <b>{count.to_string()}</b>
                    </button>
                })
            })
            .collect_view()
    };
    let pick_all = move |_| {
        selection.pick_all(store.order.get_untracked().iter().copied(), texts);
        close();
    };
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            close();
            if let Some(details) = details.get_untracked()
                && let Some(summary) = details.first_element_child().and_then(|summary| summary.dyn_into::<HtmlElement>().ok())
            {
                _ = summary.focus();
            }
        }
    };
    let focusout = move |event: leptos::ev::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        if details.get_untracked().is_some_and(|details| !details.contains(to.as_ref())) {
            close();
        }
    };
    erased(view! {
        <details
            class="menu"
            data-select-menu
            node_ref=details
            on:toggle=move |_| open.set(details.get_untracked().is_some_and(|details| details.open()))
            on:keydown=keydown
            on:focusout=focusout
        >
            <summary class="plain">{texts.select}</summary>
            <div class="choices" tabindex="-1">
                <button type="button" class="choice" data-choice="all" on:click=pick_all>
                    {texts.all_shown}
                    <b>{dynamic(move || store.order.with(|order| order.len()).min(MOST_AGENTS))}</b>
                </button>
                {choices}
            </div>
        </details>
    })
}
