//! One agent (`/agents/{id}`): what the panel beside the board shows, as a page of its own.

use crate::address::agent::{in_query, named};
use crate::address::percent::encode;
use crate::components::agent::AgentDetail;
use crate::components::frame::keys::{self, KeyHelp};
use crate::components::frame::{Content, begin, signed_in};
use crate::floor::{AgentId, BoardQuery};
use crate::i18n::texts;
use crate::ui::erased;
use leptos::prelude::*;

const KEYS: &[KeyHelp] =
    &[keys::ROWS, keys::OPEN, keys::SELECT, keys::SELECT_RANGE, keys::ENDS, keys::PAGES, keys::SEARCH, keys::HELP, keys::ESCAPE];

/// `asked` is the id as it stands in the address.
#[component]
pub fn AgentPage(asked: String) -> impl IntoView {
    signed_in(|initial| {
        let texts = texts();
        let namespace = &initial.me.namespace;
        let known = initial.rows.first().map(|row| row.agent.clone()).or_else(|| named(&asked, namespace));
        let agent = known.unwrap_or_else(|| AgentId::trusted(asked));
        begin(&initial, BoardQuery::default());
        let back = format!("/?agent={}", encode(in_query(&agent, namespace)));
        let id = agent.to_string();
        let main = erased(view! {
            <article class="agent-page" id="board" data-agent=id tabindex="-1">
                <a href=back data-to-floor>
                    {texts.to_floor}
                </a>
                <AgentDetail agent day=initial.day looked=true />
            </article>
        });
        Content::new(main, KEYS)
    })
}
