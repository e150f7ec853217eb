//! The calls (`/calls`): every live call, longest first, with its parties, and the operations at one of them.
//!
//! Its query stands in the address, as the floor's does.

mod list;
mod navigation;
mod parties;
mod row;
mod tags;
mod tiles;
mod toolbar;

use crate::components::frame::keys::{self, KeyHelp};
use crate::components::frame::{Content, begin, signed_in};
use crate::components::grid::Grid;
use crate::floor::BoardQuery;
use crate::ui::{address, erased};
use leptos::prelude::*;
use navigation::CallsNavigation;

/// Calls are neither opened nor selected, nor put in another order.
const KEYS: &[KeyHelp] = &[keys::ROWS, keys::ENDS, keys::PAGES, keys::SEARCH, keys::HELP, keys::ESCAPE];

#[component]
pub fn CallsPage() -> impl IntoView {
    signed_in(|initial| {
        let workspace = begin(&initial, BoardQuery::default());
        CallsNavigation::provide(workspace.store, address());
        let grid = Grid::provide(workspace, workspace.store.calls.shown.order);
        let main = erased(view! {
            <tiles::Tiles />
            <toolbar::Toolbar />
            <list::CallList />
        });
        Content { grid: Some(grid), ..Content::new(main, KEYS) }
    })
}
