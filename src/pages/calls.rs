//! The calls (`/calls`): every live call, longest first, with its parties, and the operations at one of them.
//!
//! Its query stands in the address, as the floor's does.

mod list;
mod parties;
mod row;
mod tags;
mod tiles;
mod toolbar;

use crate::floor::{BoardQuery, CallQuery};
use crate::pages::floor::{Floor, begin, framed, live};
use crate::ui::{address, erased};
use leptos::prelude::*;

/// The query that the address is to carry next, and whether it takes the present one's place in the history.
#[derive(Clone, Copy)]
struct Wanted(RwSignal<Option<(CallQuery, bool)>>);

impl Wanted {
    /// Changes the query by a step that the back button undoes, or in place.
    fn change(self, floor: Floor, replace: bool, change: impl FnOnce(&mut CallQuery)) {
        let mut query = floor.store.calls.query.get_untracked();
        change(&mut query);
        self.0.set(Some((query, replace)));
    }
}

#[component]
pub fn CallsPage() -> impl IntoView {
    live(|page, first| {
        let address = address();
        let query = move || {
            let params = address.params();
            CallQuery::from_params(params.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        };
        let floor = begin(first, BoardQuery::default()).showing_calls();
        floor.store.ask_calls(untrack(query));
        Effect::new(move |_| floor.store.ask_calls(query()));
        let wanted = Wanted(RwSignal::new(None));
        provide_context(wanted);
        Effect::new(move |_| {
            if let Some((query, replace)) = wanted.0.get() {
                address.go(&query.to_params(), replace);
            }
        });
        framed(
            &page,
            erased(view! {
                <tiles::Tiles />
                <toolbar::Toolbar />
                <list::CallList />
            }),
        )
    })
}
