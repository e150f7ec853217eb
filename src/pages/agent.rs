//! One agent (`/agents/{id}`): what the panel beside the board shows, as a page of its own.

use super::floor::{AgentInDepth, agent_of, begin, framed, in_address, live};
use crate::floor::{AgentId, BoardQuery};
use crate::i18n::texts;
use crate::ui::erased;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn AgentPage() -> impl IntoView {
    live(|page, first| {
        let texts = texts();
        let namespace = first.me.namespace.clone();
        let asked = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
        let named = first.rows.first().map(|row| row.agent.clone()).or_else(|| agent_of(&asked, &namespace));
        let agent = named.unwrap_or_else(|| AgentId::trusted(asked));
        let day = first.day.clone();
        begin(first, BoardQuery::default());
        let back = format!("/?agent={}", in_address(&agent, &namespace));
        let id = agent.to_string();
        framed(
            &page,
            erased(view! {
                <article class="agent-page" id="board" data-agent=id tabindex="-1">
                    <a rel="external" href=back data-to-floor>
                        {texts.to_floor}
                    </a>
                    <AgentInDepth agent day looked=true />
                </article>
            }),
        )
    })
}
