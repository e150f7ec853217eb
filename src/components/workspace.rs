//! The little that every part of a signed-in page needs: the store, who looks, which operations are offered, and how to have
//! something spoken.

use crate::floor::{AgentId, BoardQuery, Operation, Role};
use crate::live::store::{Liveness, Store};
use crate::live::{InitialState, Me};
use leptos::prelude::*;

/// The store of a page, with what goes with it everywhere.
#[derive(Clone, Copy)]
pub struct Workspace {
    pub store: Store,
    pub me: StoredValue<Me>,
    /// Operations that the configuration does not offer.
    hidden: StoredValue<Vec<Operation>>,
    /// Spoken by screen readers.
    pub announcement: RwSignal<String>,
}

impl Workspace {
    /// Makes a workspace of what came with the page, and provides it to the page's parts.
    pub fn provide(initial: &InitialState, query: BoardQuery) -> Workspace {
        let workspace = Workspace {
            store: Store::new(initial, query),
            me: StoredValue::new(initial.me.clone()),
            hidden: StoredValue::new(initial.hidden.clone()),
            announcement: RwSignal::new(String::new()),
        };
        provide_context(workspace);
        workspace
    }

    /// Returns whether the configuration offers the operation.
    pub fn offers(self, operation: Operation) -> bool {
        self.hidden.with_value(|hidden| !hidden.contains(&operation))
    }

    /// Returns the operations of `all` that the configuration offers, in their order.
    pub fn offered(self, all: impl IntoIterator<Item = Operation>) -> impl Iterator<Item = Operation> {
        all.into_iter().filter(move |operation| self.offers(*operation))
    }

    /// Returns whether who is signed in may carry out operations.
    pub fn is_supervisor(self) -> bool {
        self.me.with_value(|me| me.role == Role::Supervisor)
    }

    /// Returns whether there is no connection to the console; tracked.
    pub fn is_down(self) -> bool {
        matches!(self.store.liveness.get(), Liveness::Closed | Liveness::Connecting)
    }

    /// Returns the agent's name, or the number if there is no name.
    pub fn name_of(self, agent: &AgentId) -> String {
        self.store.row_of(agent).map_or_else(|| agent.number().to_owned(), |row| row.called().to_owned())
    }

    /// Has a screen reader speak `words`.
    pub fn announce(self, words: impl Into<String>) {
        self.announcement.set(words.into());
    }
}

/// Returns the workspace of the page that is being drawn.
pub fn workspace() -> Workspace {
    expect_context::<Workspace>()
}
