//! Search and team, and what they leave.

use super::board::unfiltered;
use super::bulk::BulkBar;
use super::floor;
use super::sort::TroubleFirst;
use crate::i18n::{Outside, texts};
use crate::ui::{dynamic, erased};
use leptos::html;
use leptos::prelude::*;

/// So that the key `/` finds it.
pub const SEARCH_ID: &str = "search";

#[component]
pub fn Toolbar() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let store = floor.store;
    let query = store.query;
    let typed = move |text: String| floor.change(|query| query.search = text, true);
    let filtered = move || query.with(|query| *query != unfiltered(query));
    let options = move || {
        let mut teams = store.teams.get();
        let chosen = query.with(|query| query.team.clone());
        // A link may name a team that nobody is in now.
        if !chosen.is_empty() && !teams.contains(&chosen) {
            teams.push(chosen.clone());
        }
        teams
            .into_iter()
            .map(|team| {
                let selected = team == chosen;
                erased(view! {
                    <option value=team.clone() selected=selected>
                        {Outside(&team).to_string()}
                    </option>
                })
            })
            .collect_view()
    };
    erased(view! {
        <form class="toolbar" role="search" method="get" action="/" on:submit=|event| event.prevent_default()>
            <Search
                search=Signal::derive(move || query.with(|query| query.search.clone()))
                hint=texts.search_hint
                on_search=Callback::new(typed)
            />
            <label class="team">
                <span>{texts.team}</span>
                <select
                    name="team"
                    on:change=move |event| {
                        let team = event_target_value(&event);
                        floor.ask(|query| query.team = team);
                    }
                >
                    <option value="" selected=dynamic(move || query.with(|query| query.team.is_empty()))>
                        {texts.all_teams}
                    </option>
                    {options}
                </select>
            </label>
            <TroubleFirst />
            <Show when=filtered>
                <button
                    type="button"
                    class="plain"
                    data-clear-filters
                    on:click=move |_| floor.ask(|query| *query = unfiltered(query))
                >
                    {texts.clear_filters}
                </button>
            </Show>
            <span class="shown">{dynamic(move || (texts.shown_of)(store.matching.get(), store.counts.with(|counts| counts.all())))}</span>
            <Show when=move || store.waiting.get() != 0>
                <button type="button" class="waiting" data-waiting title=texts.waiting_title on:click=move |_| store.settle()>
                    {dynamic(move || (texts.waiting)(store.waiting.get()))}
                </button>
            </Show>
            <BulkBar />
            <button type="button" class="plain keys" on:click=move |_| floor.keys_shown.set(true)>
                <kbd>"?"</kbd>
                {texts.show_keys}
            </button>
        </form>
    })
}

/// The field that the key `/` goes to.
#[component]
pub fn Search(search: Signal<String>, hint: &'static str, on_search: Callback<String>) -> impl IntoView {
    let texts = texts();
    let input = NodeRef::<html::Input>::new();
    let leave = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(input) = input.get_untracked()
        {
            event.prevent_default();
            _ = input.blur();
        }
    };
    // Going back changes the field; while somebody types, it is theirs.
    Effect::new(move |_| {
        let search = search.get();
        if let Some(input) = input.get() {
            let theirs = document().active_element().is_some_and(|element| element.id() == SEARCH_ID);
            if !theirs && input.value() != search {
                input.set_value(&search);
            }
        }
    });
    erased(view! {
        <label class="search">
            <span class="spoken">{texts.search}</span>
            <input
                node_ref=input
                id=SEARCH_ID
                name="q"
                type="search"
                autocomplete="off"
                spellcheck="false"
                maxlength="100"
                placeholder=hint
                value=search.get_untracked()
                on:input=move |event| on_search.run(event_target_value(&event))
                on:keydown=leave
            />
            <kbd aria-hidden="true">"/"</kbd>
        </label>
    })
}
