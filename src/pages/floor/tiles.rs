//! How many agents are in each state; pressed, a tile shows these only.

use super::navigation::BoardNavigation;
use crate::components::workspace::workspace;
use crate::floor::State;
use crate::i18n::texts;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;

const STATES: &[State] = &State::ALL;
/// Everybody who is logged on: every state but the last two, logged out and unknown.
const LOGGED_ON: &[State] = STATES.split_at(STATES.len() - 2).0;

/// A tile: the state that names it, and those that count with it.
const TILES: &[(State, &[State])] = &[
    (State::Ready, &[State::Ready]),
    (State::OnCall, &[State::OnCall, State::Conference]),
    (State::Ringing, &[State::Ringing, State::Dialling, State::Allocated]),
    (State::OnHold, &[State::OnHold]),
    (State::AfterCall, &[State::AfterCall]),
    (State::NotReady, &[State::NotReady]),
    (State::LoggedOut, &[State::LoggedOut]),
    (State::Unknown, &[State::Unknown]),
];

#[component]
pub fn Tiles() -> impl IntoView {
    let texts = texts();
    let counts = workspace().store.counts;
    let tiles = TILES
        .iter()
        .map(|&(state, states)| {
            let tile = move || erased(view! { <Tile code=state.code() word=(texts.state)(state) states /> });
            let present = move || state != State::Unknown || counts.with(|counts| counts.of(State::Unknown)) > 0;
            erased(view! { <Show when=present>{tile()}</Show> })
        })
        .collect_view();
    erased(view! {
        <div class="tiles" role="group" aria-label=texts.filter_by_state>
            <Tile code="logged-on" word=texts.logged_on states=LOGGED_ON />
            {tiles}
        </div>
    })
}

#[component]
fn Tile(code: &'static str, word: &'static str, states: &'static [State]) -> impl IntoView {
    let navigation = expect_context::<BoardNavigation>();
    let store = workspace().store;
    let (query, counts) = (store.query, store.counts);
    let count = move || counts.with(|counts| states.iter().map(|state| counts.of(*state)).sum::<u32>());
    let pressed = move || query.with(|query| is_pressed(states, &query.states));
    let toggle = move |_| {
        navigation.push(|query| query.states = toggled(states, &query.states));
    };
    erased(view! {
        <button
            type="button"
            class="tile"
            data-filter=code
            data-count=dynamic(move || count().to_string())
            aria-pressed=dynamic(move || if pressed() { "true" } else { "false" })
            on:click=toggle
        >
            <b>{dynamic(move || count().to_string())}</b>
            <span>{word}</span>
        </button>
    })
}

fn is_pressed(tile: &[State], filter: &[State]) -> bool {
    let all_in = |states: &[State]| states.iter().all(|state| filter.contains(state));
    if tile == LOGGED_ON {
        all_in(tile)
    } else {
        all_in(tile) && !(all_in(LOGGED_ON) && tile.first().is_some_and(|state| LOGGED_ON.contains(state)))
    }
}

/// The filter after a press. "Logged on" is one press for all its states, so another tile's press replaces it.
fn toggled(tile: &'static [State], filter: &[State]) -> Vec<State> {
    if is_pressed(tile, filter) {
        return filter.iter().copied().filter(|state| !tile.contains(state)).collect();
    }
    let replaced = is_pressed(LOGGED_ON, filter) && tile != LOGGED_ON;
    let kept = filter.iter().filter(|state| !(replaced && LOGGED_ON.contains(state)));
    let wanted: Vec<State> = kept.chain(tile).copied().collect();
    State::ALL.into_iter().filter(|state| wanted.contains(state)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_toggle_and_add_up() {
        let on_call = TILES[1].1;
        let filter = toggled(on_call, &[]);
        assert_eq!(filter, [State::OnCall, State::Conference]);
        let both = toggled(TILES[0].1, &filter);
        assert_eq!(both, [State::Ready, State::OnCall, State::Conference]);
        assert_eq!(toggled(on_call, &both), [State::Ready]);
    }

    #[test]
    fn logged_on_is_one_press() {
        assert_eq!(STATES.split_at(LOGGED_ON.len()).1, [State::LoggedOut, State::Unknown]);
        let filter = toggled(LOGGED_ON, &[State::Ready]);
        assert!(is_pressed(LOGGED_ON, &filter) && !is_pressed(TILES[0].1, &filter));
        assert_eq!(toggled(TILES[0].1, &filter), [State::Ready]);
        assert!(toggled(LOGGED_ON, &filter).is_empty());
    }

    #[test]
    fn every_state_has_its_tile() {
        for state in State::ALL {
            assert_eq!(TILES.iter().filter(|(_, states)| states.contains(&state)).count(), 1, "{state:?}");
        }
    }
}
