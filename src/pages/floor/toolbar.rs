//! Search and team, and what they leave.

use super::bulk::BulkBar;
use super::navigation::{BoardNavigation, unfiltered};
use super::select::SelectMenu;
use super::sort::TroubleFirst;
use crate::components::frame::keys::KeysButton;
use crate::components::grid::WaitingRows;
use crate::components::search::Search;
use crate::components::workspace::workspace;
use crate::i18n::{Outside, texts};
use crate::ui::{dynamic, erased};
use leptos::prelude::*;

#[component]
pub fn Toolbar() -> impl IntoView {
    let navigation = expect_context::<BoardNavigation>();
    let texts = texts();
    let store = workspace().store;
    let query = store.query;
    let typed = move |text: String| navigation.replace(|query| query.search = text);
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
                        navigation.push(|query| query.team = team);
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
                    on:click=move |_| navigation.push(|query| *query = unfiltered(query))
                >
                    {texts.clear_filters}
                </button>
            </Show>
            <span class="shown">{dynamic(move || (texts.shown_of)(store.matching.get(), store.counts.with(|counts| counts.all())))}</span>
            <WaitingRows waiting=store.waiting />
            <SelectMenu />
            <BulkBar />
            <KeysButton />
        </form>
    })
}
