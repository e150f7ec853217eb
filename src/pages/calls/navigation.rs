//! Where the page of the calls goes: the query of its address.

use crate::floor::CallQuery;
use crate::live::store::Store;
use crate::ui::Address;
use leptos::prelude::*;

/// What the address is to say next.
#[derive(Debug, Clone)]
struct Step {
    query: CallQuery,
    /// It takes the present one's place in the history.
    replace: bool,
}

/// The way from a change of the query to the address and back.
#[derive(Clone, Copy)]
pub struct CallsNavigation {
    store: Store,
    next: RwSignal<Option<Step>>,
}

impl CallsNavigation {
    /// Provides it to the page's parts, and keeps address and query in step for as long as the calling view lives.
    pub fn provide(store: Store, address: Address) {
        let navigation = CallsNavigation { store, next: RwSignal::new(None) };
        store.ask_calls(untrack(|| query_of(address)));
        Effect::new(move |_| store.ask_calls(query_of(address)));
        Effect::new(move |_| {
            if let Some(step) = navigation.next.get() {
                address.go(&step.query.to_params(), step.replace);
            }
        });
        provide_context(navigation);
    }

    /// Changes the query by a step that the back button undoes.
    pub fn push(self, change: impl FnOnce(&mut CallQuery)) {
        self.change(change, false);
    }

    /// Changes the query in place: the back button does not know of it.
    pub fn replace(self, change: impl FnOnce(&mut CallQuery)) {
        self.change(change, true);
    }

    fn change(self, change: impl FnOnce(&mut CallQuery), replace: bool) {
        let mut query = self.store.calls.query.get_untracked();
        change(&mut query);
        self.next.set(Some(Step { query, replace }));
    }
}

/// Returns the query that the address asks for; tracked.
fn query_of(address: Address) -> CallQuery {
    let params = address.params();
    CallQuery::from_params(params.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}
