//! The floor (`/`): every agent as it is now, and the seven operations.
//!
//! Its query stands in the address: going back, sharing a link and reloading show the same board.

mod board;
mod bulk;
mod columns;
mod navigation;
mod row;
mod select;
mod selection;
mod side_panel;
mod sort;
mod tiles;
mod toolbar;

use crate::components::frame::keys::{self, KeyHelp};
use crate::components::frame::{Content, begin, signed_in};
use crate::components::grid::Grid;
use crate::i18n::texts;
use crate::ui::{address, erased};
use bulk::Bulk;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use navigation::{BoardNavigation, query_of};
use selection::Selection;
use sort::TroubleSort;

const KEYS: &[KeyHelp] = &[
    keys::ROWS,
    keys::OPEN,
    keys::SELECT,
    keys::SELECT_RANGE,
    keys::ENDS,
    keys::PAGES,
    keys::SEARCH,
    keys::TROUBLE,
    keys::HELP,
    keys::ESCAPE,
];

#[component]
pub fn FloorPage() -> impl IntoView {
    signed_in(|initial| {
        let texts = texts();
        let address = address();
        let workspace = begin(&initial, untrack(|| query_of(address)));
        let navigation = BoardNavigation::provide(workspace, address);
        let grid = Grid::provide(workspace, workspace.store.order);
        let selection = Selection::provide(workspace);
        let bulk = Bulk::provide(workspace);
        let trouble = TroubleSort::provide(workspace, navigation, grid.viewport);
        let on_key = move |event: KeyboardEvent| match event.key().as_str() {
            // A Chinese input method may write it full width.
            "!" | "！" if !event.repeat() => {
                event.prevent_default();
                trouble.toggle(texts);
            }
            "Escape" if navigation.open.get_untracked().is_some() => navigation.open_agent(None),
            "Escape" => selection.clear(),
            _ => {}
        };
        let main = erased(view! {
            <tiles::Tiles />
            <toolbar::Toolbar />
            <bulk::BulkRuns />
            <div class="beside">
                <div class="stage">
                    <board::Board />
                </div>
                <side_panel::SidePanel />
            </div>
        });
        Content {
            grid: Some(grid),
            dialogs: erased(view! { <bulk::BulkDialog /> }),
            is_asking: Signal::derive(move || bulk.is_asking()),
            on_key: Callback::new(on_key),
            ..Content::new(main, KEYS)
        }
    })
}
