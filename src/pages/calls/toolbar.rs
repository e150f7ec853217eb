//! Search, team, queue and direction, and what they leave.

use super::navigation::CallsNavigation;
use crate::components::frame::keys::KeysButton;
use crate::components::grid::WaitingRows;
use crate::components::search::Search;
use crate::components::workspace::workspace;
use crate::floor::{CallQuery, Direction};
use crate::i18n::{Outside, texts};
use crate::ui::{Erased, dynamic, erased};
use leptos::prelude::*;

#[component]
pub fn Toolbar() -> impl IntoView {
    let texts = texts();
    let navigation = expect_context::<CallsNavigation>();
    let store = workspace().store;
    let (calls, query) = (store.calls, store.calls.query);
    let all_named = |names: Vec<String>| names.into_iter().map(named).collect::<Vec<_>>();
    let teams = Signal::derive(move || all_named(store.teams.get()));
    let queues = Signal::derive(move || all_named(calls.queues.get()));
    let directions = Signal::derive(move || {
        Direction::ALL.into_iter().map(|direction| (direction.code().to_owned(), (texts.direction)(direction).to_owned())).collect()
    });
    let typed = move |text: String| navigation.replace(|query| query.search = text);
    let filtered = move || query.with(|query| *query != CallQuery::default());
    let all = move || calls.counts.get().map_or_else(|| calls.shown.matching.get(), |counts| counts.iter().sum());
    erased(view! {
        <form class="toolbar" role="search" method="get" action="/calls" on:submit=|event| event.prevent_default()>
            <Search
                search=Signal::derive(move || query.with(|query| query.search.clone()))
                hint=texts.call_search_hint
                on_search=Callback::new(typed)
            />
            {choice("team", texts.team, texts.all_teams, teams, |query| query.team.clone(), |query, team| query.team = team)}
            {choice("queue", texts.queue, texts.all_queues, queues, |query| query.queue.clone(), |query, queue| query.queue = queue)}
            {choice(
                "direction",
                texts.direction_label,
                texts.every_direction,
                directions,
                |query| query.direction.map_or("", Direction::code).to_owned(),
                |query, direction| query.direction = Direction::from_code(&direction),
            )}
            <Show when=filtered>
                <button
                    type="button"
                    class="plain"
                    data-clear-filters
                    on:click=move |_| navigation.push(|query| *query = CallQuery::default())
                >
                    {texts.clear_filters}
                </button>
            </Show>
            <span class="shown">{dynamic(move || (texts.calls_shown_of)(calls.shown.matching.get(), all()))}</span>
            <WaitingRows waiting=calls.shown.waiting />
            <KeysButton />
        </form>
    })
}

/// A value with its words.
fn named(name: String) -> (String, String) {
    let words = Outside(&name).to_string();
    (name, words)
}

/// One filter of several values.
fn choice(
    name: &'static str,
    label: &'static str,
    every: &'static str,
    options: Signal<Vec<(String, String)>>,
    get: fn(&CallQuery) -> String,
    set: fn(&mut CallQuery, String),
) -> Erased {
    let navigation = expect_context::<CallsNavigation>();
    let query = workspace().store.calls.query;
    let options = move || {
        let mut options = options.get();
        let chosen = query.with(get);
        // A link may name what there is none of now.
        if !chosen.is_empty() && options.iter().all(|(value, _)| *value != chosen) {
            options.push(named(chosen.clone()));
        }
        options
            .into_iter()
            .map(|(value, words)| {
                let selected = value == chosen;
                erased(view! {
                    <option value=value selected=selected>
                        {words}
                    </option>
                })
            })
            .collect_view()
    };
    let change = move |event| {
        let value = event_target_value(&event);
        navigation.push(|query| set(query, value));
    };
    erased(view! {
        <label class="team">
            <span>{label}</span>
            <select name=name on:change=change>
                <option value="" selected=dynamic(move || query.with(get).is_empty())>
                    {every}
                </option>
                {options}
            </select>
        </label>
    })
}
