//! What the lists of agents and of calls have in common: an ARIA grid whose rows are drawn as they come into view, and keep their
//! places while the pointer is over them.

use super::workspace::Workspace;
use crate::i18n::{Texts, texts};
use crate::ui::pool::{Place, Pool};
use crate::ui::viewport::Viewport;
use crate::ui::{Erased, dynamic, erased};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use std::sync::Arc;

/// The grid of a page.
#[derive(Clone, Copy)]
pub struct Grid {
    workspace: Workspace,
    pub viewport: Viewport,
    /// The pointer is over the rows.
    hovered: RwSignal<bool>,
}

impl Grid {
    /// Makes the grid of a page, and provides it to the page's parts; `order` is the slots of the rows in their order.
    pub fn provide(workspace: Workspace, order: RwSignal<Arc<Vec<usize>>>) -> Grid {
        let grid = Grid { workspace, viewport: Viewport::new(order), hovered: RwSignal::new(false) };
        provide_context(grid);
        grid
    }

    /// Returns whether the pointer is over the rows; tracked.
    pub fn is_hovered(self) -> bool {
        self.hovered.get()
    }

    /// Returns whether the row that was meant has gone, so that the focus is on its neighbour; then says so. Nothing is to be done
    /// with that one.
    pub fn lost_row(self, slot: usize, texts: &'static Texts) -> bool {
        let astray = self.viewport.is_astray(slot);
        if astray {
            self.workspace.announce(texts.row_gone);
        }
        astray
    }
}

/// Returns the grid of the page that is being drawn.
pub fn grid() -> Grid {
    expect_context::<Grid>()
}

/// The rows: `row` draws one, for whichever slots its place is given to.
#[component]
pub fn Rows(row: fn(Place) -> Erased) -> impl IntoView {
    let Grid { viewport, hovered, .. } = grid();
    let mut pool = Pool::new(&untrack(|| viewport.slots()), row);
    let rows = pool.view();
    if let Some(owner) = Owner::current() {
        Effect::new(move |_| {
            let (start, slots) = (viewport.window.get().0, viewport.slots());
            if let Some(container) = viewport.shown.get() {
                let scroller = viewport.scroller.get();
                untrack(|| pool.show(&container, scroller.as_deref(), &owner, start, &slots));
            }
        });
    }
    erased(view! {
        <div
            class="rows"
            role="rowgroup"
            node_ref=viewport.rows
            on:pointerdown=move |_| viewport.pointed()
            on:pointerenter=move |_| hovered.set(true)
            // A pointer that was there before the page was does not enter.
            on:pointermove=move |_| {
                if !hovered.get_untracked() {
                    hovered.set(true);
                }
            }
            on:pointerleave=move |_| hovered.set(false)
            // What has faded needs no layer any more.
            on:animationend=|event| {
                if let Some(cell) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
                    _ = cell.remove_attribute("data-fade");
                }
            }
        >
            <div role="presentation" node_ref=viewport.shown>
                {rows}
            </div>
        </div>
    })
}

/// How many rows would take other places if they were not held; pressed, they do.
#[component]
pub fn WaitingRows(waiting: RwSignal<u32>) -> impl IntoView {
    let store = grid().workspace.store;
    let texts = texts();
    erased(view! {
        <Show when=move || waiting.get() != 0>
            <button type="button" class="waiting" data-waiting title=texts.waiting_title on:click=move |_| store.settle()>
                {dynamic(move || (texts.waiting)(waiting.get()))}
            </button>
        </Show>
    })
}
