//! The agent who is open beside the board (`/?agent=5004`). The agent's own page shows the same.

use super::navigation::BoardNavigation;
use crate::address::agent::page_path;
use crate::components::agent::AgentDetail;
use crate::components::grid::grid;
use crate::components::workspace::workspace;
use crate::i18n::texts;
use crate::ui::viewport::{focus_on, is_nowhere};
use crate::ui::{dynamic, erased};
use leptos::prelude::*;
use std::time::Duration;

/// By then the browser has found out that the row with the focus is hidden.
const HIDDEN_BY_THEN: Duration = Duration::from_millis(100);

/// Stands beside the board while an agent is open.
#[component]
pub fn SidePanel() -> impl IntoView {
    let workspace = workspace();
    let navigation = expect_context::<BoardNavigation>();
    let texts = texts();
    // Where the panel covers the board, the row that had the focus is hidden: it goes into the panel, and back with it.
    let viewport = grid().viewport;
    Effect::new(move |before: Option<bool>| {
        let is_open = navigation.open.with(Option::is_some);
        if before.is_some_and(|before| before != is_open) {
            let follow = move || match is_open {
                true if is_nowhere() => focus_on(document().query_selector("[data-close-panel]").ok().flatten()),
                true => {}
                false => viewport.take_back_focus(),
            };
            set_timeout(follow, HIDDEN_BY_THEN);
        }
        is_open
    });
    dynamic(move || {
        navigation.open.get().map(|agent| {
            let name = workspace.name_of(&agent);
            let (path, id) = (page_path(&agent), agent.to_string());
            erased(view! {
                <aside class="panel" aria-label=name data-panel=id>
                    <div class="panel-head">
                        <a href=path data-open-page>
                            {texts.open_as_page}
                        </a>
                        // A cross at the panel's corner; where the panel covers the board, the way back to it.
                        <button
                            type="button"
                            class="dismiss"
                            data-close-panel
                            aria-label=texts.close
                            title=texts.close
                            on:click=move |_| navigation.open_agent(None)
                        >
                            <span class="cross">"×"</span>
                            <span class="back">"‹ " {texts.floor}</span>
                        </button>
                    </div>
                    <AgentDetail agent day=String::new() looked=false />
                </aside>
            })
        })
    })
}
