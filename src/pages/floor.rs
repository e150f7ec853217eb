//! The floor (`/`): every agent as it is now, and the seven operations.
//!
//! Its query stands in the address: going back, sharing a link and reloading show the same board.

mod actions;
mod board;
mod cells;
mod columns;
mod confirm;
mod keys;
mod progress;
mod row;
mod step_in;
mod target;
mod tiles;
mod toolbar;
mod top_bar;
mod viewport;

use crate::floor::{BoardQuery, Operation};
use crate::i18n::texts;
use crate::live::store::Store;
use crate::live::{FirstView, Me};
use crate::page::PageContext;
use crate::ui::erased;
use crate::ui::preferences::encode;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::collections::HashMap;
use step_in::{Asking, Note};
use viewport::Viewport;

/// What the floor's parts share.
#[derive(Clone, Copy)]
pub(super) struct Floor {
    store: Store,
    me: StoredValue<Me>,
    hidden: StoredValue<Vec<Operation>>,
    viewport: Viewport,
    /// What this page knows of step-ins before, or beyond, what the rows say.
    notes: RwSignal<HashMap<String, Note>>,
    asking: RwSignal<Option<Asking>>,
    keys_shown: RwSignal<bool>,
    /// The pointer is over the rows.
    hovered: RwSignal<bool>,
    /// Spoken by screen readers.
    announcement: RwSignal<String>,
    /// The query that the address is to carry next, and whether it takes the present one's place in the history.
    wanted: RwSignal<Option<(BoardQuery, bool)>>,
}

impl Floor {
    /// Changes the query by a step that the back button undoes.
    fn ask(self, change: impl FnOnce(&mut BoardQuery)) {
        self.change(change, false);
    }

    fn change(self, change: impl FnOnce(&mut BoardQuery), replace: bool) {
        let mut query = self.store.query.get_untracked();
        change(&mut query);
        self.wanted.set(Some((query, replace)));
    }
}

pub(super) fn floor() -> Floor {
    expect_context::<Floor>()
}

#[component]
pub fn FloorPage() -> impl IntoView {
    live(|page, first| {
        let params = use_query_map();
        let query = move || {
            params.with(|params| {
                let names = ["q", "state", "team", "sort"];
                BoardQuery::from_params(names.iter().filter_map(|name| params.get_str(name).map(|value| (*name, value))))
            })
        };
        let floor = begin(first, untrack(query));
        Effect::new(move |_| floor.store.ask(query()));
        let navigate = use_navigate();
        Effect::new(move |_| {
            if let Some((query, replace)) = floor.wanted.get() {
                navigate(&address(&query), NavigateOptions { resolve: false, replace, scroll: false, ..Default::default() });
            }
        });
        framed(
            &page,
            erased(view! {
                <tiles::Tiles />
                <toolbar::Toolbar />
                <board::Board />
            }),
        )
    })
}

/// A page for those who are signed in.
pub(super) fn live(draw: impl FnOnce(PageContext, FirstView) -> AnyView) -> AnyView {
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
        viewport: Viewport::new(store.order),
        notes: RwSignal::new(HashMap::new()),
        asking: RwSignal::new(None),
        keys_shown: RwSignal::new(false),
        hovered: RwSignal::new(false),
        announcement: RwSignal::new(String::new()),
        wanted: RwSignal::new(None),
    };
    provide_context(floor);
    Effect::new(move |_| store.hold(floor.hovered.get() || floor.asking.with(Option::is_some) || floor.keys_shown.get()));
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
pub(super) fn framed(page: &PageContext, inside: AnyView) -> AnyView {
    let texts = texts();
    let floor = floor();
    erased(view! {
        // External: the router would only change the address, the browser moves the focus too.
        <a class="skip" rel="external" href="#board">
            {texts.skip_to_board}
        </a>
        <top_bar::TopBar language=page.language theme=page.theme />
        <main class="floor">
            <top_bar::LinkBanner />
            {inside}
        </main>
        <confirm::ConfirmDialog />
        <keys::KeysDialog />
        <p class="spoken" role="status">
            {move || floor.announcement.get()}
        </p>
    })
}

fn address(query: &BoardQuery) -> String {
    let mut address = "/".to_owned();
    for (index, (name, value)) in query.to_params().iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(&encode(value));
    }
    address
}
