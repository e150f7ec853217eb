//! Where the floor's page goes: the query of its address, and the agent who is open beside the board.

use crate::address::agent;
use crate::components::workspace::Workspace;
use crate::floor::{AgentId, BoardQuery, Sort};
use crate::ui::Address;
use leptos::prelude::*;

/// What the address is to say next.
#[derive(Debug, Clone)]
struct Step {
    query: BoardQuery,
    open: Option<AgentId>,
    /// It takes the present one's place in the history.
    replace: bool,
}

/// The way from a change of the query, or of the open agent, to the address and back.
#[derive(Clone, Copy)]
pub struct BoardNavigation {
    workspace: Workspace,
    address: Address,
    /// The agent whose panel stands beside the board.
    pub open: RwSignal<Option<AgentId>>,
    next: RwSignal<Option<Step>>,
}

impl BoardNavigation {
    /// Provides it to the page's parts, and keeps address, query and open agent in step for as long as the calling view lives.
    pub fn provide(workspace: Workspace, address: Address) -> BoardNavigation {
        let navigation = BoardNavigation { workspace, address, open: RwSignal::new(None), next: RwSignal::new(None) };
        let open = move || {
            let named = address.param("agent")?;
            workspace.me.with_value(|me| agent::named(&named, &me.namespace))
        };
        navigation.open.set(untrack(open));
        Effect::new(move |_| workspace.store.ask(query_of(address)));
        Effect::new(move |_| {
            let open = open();
            if navigation.open.with_untracked(|now| *now != open) {
                navigation.open.set(open);
            }
        });
        Effect::new(move |_| {
            if let Some(step) = navigation.next.get() {
                navigation.go(&step);
            }
        });
        provide_context(navigation);
        navigation
    }

    /// Changes the query by a step that the back button undoes.
    pub fn push(self, change: impl FnOnce(&mut BoardQuery)) {
        self.change(change, false);
    }

    /// Changes the query in place: the back button does not know of it.
    pub fn replace(self, change: impl FnOnce(&mut BoardQuery)) {
        self.change(change, true);
    }

    fn change(self, change: impl FnOnce(&mut BoardQuery), replace: bool) {
        let mut query = self.workspace.store.query.get_untracked();
        change(&mut query);
        self.next.set(Some(Step { query, open: self.open.get_untracked(), replace }));
    }

    /// Opens an agent's panel, or closes it. Going from one agent to another is no step that the back button undoes.
    pub fn open_agent(self, agent: Option<AgentId>) {
        let before = self.open.get_untracked();
        if before != agent {
            let query = self.workspace.store.query.get_untracked();
            self.next.set(Some(Step { query, open: agent, replace: before.is_some() }));
        }
    }

    fn go(self, step: &Step) {
        let Step { query, open, replace } = step;
        let Workspace { store, me, .. } = self.workspace;
        let open = open.as_ref().map(|open| me.with_value(|me| agent::in_query(open, &me.namespace).to_owned()));
        let mut params = query.to_params();
        // An address that names the default order goes on naming it: this browser may remember another one.
        let same = store.query.with_untracked(|now| now.sort == query.sort);
        if same && query.sort == Sort::default() && untrack(|| self.address.param("sort")).is_some() {
            params.push(("sort", query.sort.code()));
        }
        params.extend(open.map(|open| ("agent", open)));
        self.address.go(&params, *replace);
    }
}

/// Returns the query that the address asks for; tracked.
pub fn query_of(address: Address) -> BoardQuery {
    let params = address.params();
    BoardQuery::from_params(params.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Returns the query that shows everybody, in the same order.
pub fn unfiltered(query: &BoardQuery) -> BoardQuery {
    BoardQuery { sort: query.sort, ..Default::default() }
}
