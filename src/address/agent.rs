//! The ids of agents in addresses: in the path of an agent's page (`/agents/5004@test.cc`), and in the query of the page that shows
//! one beside others (`/?agent=5004`).

use super::percent::{decode_segment, encode_id};
use crate::floor::{AgentId, Namespace};

/// What the path of every agent's page begins with.
const PAGES: &str = "/agents/";

/// Returns the path of the agent's page.
pub fn page_path(agent: &AgentId) -> String {
    format!("{PAGES}{}", encode_id(agent.as_str()))
}

/// Returns the path of the agent's day, a piece of that page.
pub fn day_path(agent: &AgentId) -> String {
    format!("{}/day", page_path(agent))
}

/// Returns the text, decoded, by which the page at `path` names its agent, or `None` if that is no agent's page. A slash of the id's
/// own is encoded, so that the id is one segment.
pub fn asked_by(path: &str) -> Option<String> {
    let segment = path.strip_prefix(PAGES)?;
    (!segment.is_empty() && !segment.contains('/')).then(|| decode_segment(segment))
}

/// Returns the agent whom an address means by `text`, a whole id or a number alone, or `None` if it can be none of ours.
pub fn named(text: &str, namespace: &Namespace) -> Option<AgentId> {
    AgentId::named(text, namespace).ok().flatten()
}

/// Returns an id that no agent has, for an address that can mean nobody.
pub fn nobody() -> AgentId {
    AgentId::trusted("")
}

/// Returns what stands for the agent in a query, not yet encoded: of an agent of ours the number alone.
pub fn in_query<'a>(agent: &'a AgentId, namespace: &Namespace) -> &'a str {
    if agent.namespace() == namespace.as_str() { agent.number() } else { agent.as_str() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_an_address_is_written_for_is_whom_it_means() {
        let ours = Namespace::trusted("test.cc");
        for number in ["5001", "张伟", "50+01", "50 #?%2F/\\", "%40", "..", "a,b&c=d"] {
            let agent = AgentId::of(number, &ours).unwrap();
            let asked = asked_by(&page_path(&agent));
            assert_eq!(asked.as_deref(), Some(agent.as_str()));
            assert_eq!(asked.and_then(|asked| named(&asked, &ours)), Some(agent.clone()));
            assert_eq!(in_query(&agent, &ours), number);
            assert_eq!(named(in_query(&agent, &ours), &ours), Some(agent));
        }
    }

    #[test]
    fn a_path_of_several_segments_or_none_is_no_agents_page() {
        for path in ["/agents/", "/agents", "/agents/a/b@test.cc", "/agents/5001@test.cc/day", "/calls", "/", "agents/5001"] {
            assert_eq!(asked_by(path), None, "{path}");
        }
        assert_eq!(asked_by("/agents/50%2F01").as_deref(), Some("50/01"));
    }

    #[test]
    fn an_agent_of_another_domain_stands_in_a_query_whole_and_is_none_of_ours() {
        let ours = Namespace::trusted("test.cc");
        let other = AgentId::trusted("5001@other.cc");
        assert_eq!(in_query(&other, &ours), "5001@other.cc");
        assert_eq!(named("5001@other.cc", &ours), None);
        assert_eq!(named("5001@TEST.CC", &ours), Some(AgentId::trusted("5001@test.cc")));
        assert_eq!(named("", &ours), None);
        assert_eq!(named(nobody().as_str(), &ours), None);
    }
}
