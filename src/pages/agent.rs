//! One agent (`/agents/{id}`): what the panel beside the board shows, as a page of its own.

use super::floor::{AgentInDepth, begin, framed, live};
use crate::address::{agent as agent_address, percent::encode};
use crate::floor::{AgentId, BoardQuery};
use crate::i18n::texts;
use crate::ui::erased;
use leptos::prelude::*;

/// `asked` is the id as it stands in the address.
#[component]
pub fn AgentPage(asked: String) -> impl IntoView {
    live(|page, first| {
        let texts = texts();
        let namespace = first.me.namespace.clone();
        let named = first.rows.first().map(|row| row.agent.clone()).or_else(|| agent_address::named(&asked, &namespace));
        let agent = named.unwrap_or_else(|| AgentId::trusted(asked));
        let day = first.day.clone();
        begin(first, BoardQuery::default());
        let back = format!("/?agent={}", encode(agent_address::in_query(&agent, &namespace)));
        let id = agent.to_string();
        framed(
            &page,
            erased(view! {
                <article class="agent-page" id="board" data-agent=id tabindex="-1">
                    <a href=back data-to-floor>
                        {texts.to_floor}
                    </a>
                    <AgentInDepth agent day looked=true />
                </article>
            }),
        )
    })
}
