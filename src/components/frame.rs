//! What stands around every page of those who are signed in: the top bar, the banner, the dialogs, the keys, and what is spoken.

mod banner;
pub mod keys;
mod top_bar;

use super::grid::Grid;
use super::intervention::{ConfirmDialog, Interventions, interventions};
use super::times::Times;
use super::workspace::{Workspace, workspace};
use crate::floor::BoardQuery;
use crate::i18n::texts;
use crate::live::InitialState;
use crate::page::PageContext;
use crate::ui::{Erased, dynamic, erased};
use banner::LinkBanner;
use keys::{KeyHelp, KeysDialog, KeysOpen};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use top_bar::TopBar;

/// What a page has of its own.
pub struct Content {
    /// What stands under the banner.
    pub main: Erased,
    /// The rows, where the page has some: they keep their places while a dialog is open.
    pub grid: Option<Grid>,
    pub dialogs: Erased,
    /// One of those dialogs is open.
    pub is_asking: Signal<bool>,
    /// The keys that work on the page, for the list of them.
    pub keys: &'static [KeyHelp],
    /// Is told of every key that is not the frame's, unless somebody types or a dialog is open.
    pub on_key: Callback<KeyboardEvent>,
}

impl Content {
    /// Makes the content of a page without rows, dialogs and keys of its own.
    pub fn new(main: Erased, keys: &'static [KeyHelp]) -> Content {
        Content { main, grid: None, dialogs: erased(()), is_asking: Signal::stored(false), keys, on_key: Callback::new(|_| {}) }
    }
}

/// Draws a page for those who are signed in.
pub fn signed_in(draw: impl FnOnce(InitialState) -> Content) -> Erased {
    let page = use_context::<PageContext>();
    let initial = page.as_ref().and_then(|page| page.initial.clone());
    match (page, initial) {
        (Some(page), Some(initial)) => framed(&page, draw(initial)),
        _ => {
            // Come here from a page that was made for nobody: only the server can say who it is now.
            Effect::new(|_| {
                _ = location().reload();
            });
            erased(())
        }
    }
}

/// Makes what every such page stands on, live from now on, and provides it to the page's parts.
pub fn begin(initial: &InitialState, query: BoardQuery) -> Workspace {
    let workspace = Workspace::provide(initial, query);
    let store = workspace.store;
    Times::provide(initial.time_zone.clone());
    Interventions::provide(workspace);
    KeysOpen::provide();
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            _ = body.set_attribute("data-link", store.liveness.get().code());
        }
    });
    #[cfg(feature = "hydrate")]
    crate::live::socket::start(store, initial.version.clone());
    workspace
}

fn framed(page: &PageContext, content: Content) -> Erased {
    let Content { main, grid, dialogs, is_asking, keys, on_key } = content;
    let texts = texts();
    let workspace = workspace();
    let (interventions, keys_open) = (interventions(), expect_context::<KeysOpen>());
    let is_asking = Signal::derive(move || interventions.is_confirming() || keys_open.get() || is_asking.get());
    Effect::new(move |_| workspace.store.hold(grid.is_some_and(Grid::is_hovered) || is_asking.get()));
    keys::listen(is_asking, on_key);
    erased(view! {
        <a class="skip" href="#board">
            {texts.skip_to_board}
        </a>
        <TopBar language=page.language theme=page.theme />
        <main class="floor">
            <LinkBanner />
            {main}
        </main>
        <ConfirmDialog />
        <KeysDialog keys />
        {dialogs}
        <p class="spoken" role="status">
            {dynamic(move || workspace.announcement.get())}
        </p>
    })
}
