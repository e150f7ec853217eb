//! The floor (`/`): every agent as it is now, and the seven operations.
//!
//! Its query stands in the address: going back, sharing a link and reloading show the same board.

pub(super) mod actions;
mod agent_call;
pub(super) mod board;
mod bulk;
mod bulk_run;
pub(super) mod cells;
mod columns;
mod confirm;
mod day;
mod keys;
mod order;
mod panel;
pub(super) mod progress;
mod row;
mod select;
mod sort;
mod step_in;
pub(super) mod target;
mod tiles;
pub(super) mod toolbar;
mod top_bar;
pub(super) mod viewport;

pub(super) use panel::AgentInDepth;

use crate::address::agent;
use crate::floor::{AgentId, BoardQuery, Operation, Sort};
use crate::i18n::texts;
use crate::live::store::Store;
use crate::live::{FirstView, Me};
use crate::page::PageContext;
use crate::ui::{Erased, address, dynamic, erased};
use leptos::prelude::*;
use select::Selection;
use std::collections::HashMap;
use step_in::{Asking, Note};
use viewport::Viewport;

/// Where the page is to go: the query, the open agent, and whether it takes the present one's place in the history.
type Wanted = (BoardQuery, Option<AgentId>, bool);

/// What the floor's parts share.
#[derive(Clone, Copy)]
pub(super) struct Floor {
    pub(super) store: Store,
    me: StoredValue<Me>,
    hidden: StoredValue<Vec<Operation>>,
    /// The platform's time zone.
    zone: StoredValue<String>,
    pub(super) viewport: Viewport,
    /// What this page knows of step-ins before, or beyond, what the rows say.
    notes: RwSignal<HashMap<String, Note>>,
    asking: RwSignal<Option<Asking>>,
    pub(super) keys_shown: RwSignal<bool>,
    selection: Selection,
    /// The operation that is about to be done at all selected.
    bulk: RwSignal<Option<Operation>>,
    /// Why what was wanted of the run with this id did not happen.
    run_failure: RwSignal<Option<(u64, String)>>,
    /// The agent whose panel stands beside the board.
    open: RwSignal<Option<AgentId>>,
    /// The reader's time of day may be written: the page is live, and nothing has to look as the server drew it.
    local: RwSignal<bool>,
    /// The pointer is over the rows.
    pub(super) hovered: RwSignal<bool>,
    /// Spoken by screen readers.
    announcement: RwSignal<String>,
    /// The query that the address is to carry next, and whether it takes the present one's place in the history.
    wanted: RwSignal<Option<Wanted>>,
    /// The order from which that by trouble was turned on.
    sort_before: StoredValue<Sort>,
}

impl Floor {
    /// The same, with the calls' rows in view instead of the agents'.
    pub(super) fn showing_calls(self) -> Floor {
        let floor = Floor { viewport: Viewport::new(self.store.calls.shown.order), ..self };
        provide_context(floor);
        floor
    }

    /// Changes the query by a step that the back button undoes.
    fn ask(self, change: impl FnOnce(&mut BoardQuery)) {
        self.change(change, false);
    }

    fn change(self, change: impl FnOnce(&mut BoardQuery), replace: bool) {
        let mut query = self.store.query.get_untracked();
        change(&mut query);
        self.wanted.set(Some((query, self.open.get_untracked(), replace)));
    }

    /// Opens an agent's panel, or closes it. Going from one agent to another is no step that the back button undoes.
    fn open_agent(self, agent: Option<AgentId>) {
        let before = self.open.get_untracked();
        if before != agent {
            let query = self.store.query.get_untracked();
            self.wanted.set(Some((query, agent, before.is_some())));
        }
    }

    /// A dialog stands before the page; tracked.
    fn is_asking(self) -> bool {
        self.asking.with(Option::is_some) || self.keys_shown.get() || self.bulk.get().is_some()
    }

    /// The agent as the board names it.
    fn name_of(self, agent: &AgentId) -> String {
        self.store.row_of(agent).map_or_else(|| agent.number().to_owned(), |row| row.called().to_owned())
    }

    /// The agent in a list: the name, and the number by which it is told from another of that name.
    fn who(self, agent: &AgentId) -> Erased {
        let name = self.store.row_of(agent).map(|row| row.name.clone()).filter(|name| !name.is_empty());
        let number = agent.number().to_owned();
        erased(view! {
            {name.map(|name| erased(view! { <bdi>{name}</bdi> " " }))}
            <bdi class="number">{number}</bdi>
        })
    }
}

pub(super) fn floor() -> Floor {
    expect_context::<Floor>()
}

#[component]
pub fn FloorPage() -> impl IntoView {
    live(|page, first| {
        let address = address();
        let query = move || {
            let params = address.params();
            BoardQuery::from_params(params.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        };
        let namespace = first.me.namespace.clone();
        let open = move || address.param("agent").and_then(|text| agent::named(&text, &namespace));
        let floor = begin(first, untrack(query));
        floor.open.set(untrack(&open));
        Effect::new(move |_| floor.store.ask(query()));
        sort::follow(floor);
        Effect::new(move |_| {
            let open = open();
            if floor.open.with_untracked(|now| *now != open) {
                floor.open.set(open);
            }
        });
        Effect::new(move |_| {
            if let Some((query, open, replace)) = floor.wanted.get() {
                let open = open.as_ref().map(|agent| floor.me.with_value(|me| agent::in_query(agent, &me.namespace).to_owned()));
                let mut params = query.to_params();
                // An address that names the default order goes on naming it: this browser may remember another one.
                let same = floor.store.query.with_untracked(|now| now.sort == query.sort);
                if same && query.sort == Sort::default() && untrack(|| address.param("sort")).is_some() {
                    params.push(("sort", query.sort.code()));
                }
                params.extend(open.map(|open| ("agent", open)));
                address.go(&params, replace);
            }
        });
        framed(
            &page,
            erased(view! {
                <tiles::Tiles />
                <toolbar::Toolbar />
                <bulk_run::Runs />
                <div class="beside">
                    <div class="stage">
                        <board::Board />
                    </div>
                    <panel::Panel />
                </div>
            }),
        )
    })
}

/// A page for those who are signed in.
pub(super) fn live(draw: impl FnOnce(PageContext, FirstView) -> Erased) -> Erased {
    let page = use_context::<PageContext>();
    let first = page.as_ref().and_then(|page| page.first.clone());
    match (page, first) {
        (Some(page), Some(first)) => draw(page, first),
        _ => {
            // Come here from a page that was made for nobody: only the server can say who it is now.
            Effect::new(|_| {
                _ = location().reload();
            });
            erased(())
        }
    }
}

/// What every such page stands on: the store, live from now on, and what its parts share.
pub(super) fn begin(first: FirstView, query: BoardQuery) -> Floor {
    let store = Store::new(&first, query);
    let floor = Floor {
        store,
        me: StoredValue::new(first.me),
        hidden: StoredValue::new(first.hidden),
        zone: StoredValue::new(first.time_zone),
        viewport: Viewport::new(store.order),
        notes: RwSignal::new(HashMap::new()),
        asking: RwSignal::new(None),
        keys_shown: RwSignal::new(false),
        selection: Selection::new(store),
        bulk: RwSignal::new(None),
        run_failure: RwSignal::new(None),
        open: RwSignal::new(None),
        local: RwSignal::new(false),
        hovered: RwSignal::new(false),
        announcement: RwSignal::new(String::new()),
        wanted: RwSignal::new(None),
        sort_before: StoredValue::new(Sort::default()),
    };
    provide_context(floor);
    Effect::new(move |_| store.hold(floor.hovered.get() || floor.is_asking()));
    Effect::new(move |_| floor.local.set(true));
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            _ = body.set_attribute("data-link", store.liveness.get().code());
        }
    });
    #[cfg(feature = "hydrate")]
    crate::live::socket::start(store);
    keys::listen(floor);
    floor
}

/// What stands around every such page: the top, the banner, the dialogs, and what is spoken.
pub(super) fn framed(page: &PageContext, inside: Erased) -> Erased {
    let texts = texts();
    let floor = floor();
    erased(view! {
        <a class="skip" href="#board">
            {texts.skip_to_board}
        </a>
        <top_bar::TopBar language=page.language theme=page.theme />
        <main class="floor">
            <top_bar::LinkBanner />
            {inside}
        </main>
        <confirm::ConfirmDialog />
        <keys::KeysDialog />
        <bulk::BulkDialog />
        <p class="spoken" role="status">
            {dynamic(move || floor.announcement.get())}
        </p>
    })
}
