//! Which calls `/calls` shows: the query that stands in the page's URL. Longest first, always.

use super::{AgentId, CallRow, CallState, Direction};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// `?q=&team=&queue=&direction=inbound&state=talking,on-hold`. Unknown words in a URL are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallQuery {
    /// Looked for in the parties' numbers and the queue, without regard to case.
    pub search: String,
    /// A team with an agent in the call; empty: every team.
    pub team: String,
    /// A queue's name; empty: every queue.
    pub queue: String,
    pub direction: Option<Direction>,
    /// Empty: every state.
    pub states: Vec<CallState>,
}

impl CallQuery {
    pub const PARAMS: [&'static str; 5] = ["q", "team", "queue", "direction", "state"];

    /// From decoded query parameters.
    pub fn from_params<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = CallQuery::default();
        let text = |value: &str| value.chars().take(200).collect();
        for (name, value) in params {
            match name {
                "q" => query.search = text(value),
                "team" => query.team = text(value),
                "queue" => query.queue = text(value),
                "direction" => query.direction = Direction::from_code(value),
                "state" => query.states = CallState::ALL.into_iter().filter(|s| value.split(',').any(|v| v == s.code())).collect(),
                _ => {}
            }
        }
        query
    }

    /// The parameters that differ from the default, not yet percent-encoded, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let states = self.states.iter().map(|state| state.code()).collect::<Vec<_>>().join(",");
        let direction = self.direction.map_or("", Direction::code).to_owned();
        let all = [
            ("q", self.search.clone()),
            ("team", self.team.clone()),
            ("queue", self.queue.clone()),
            ("direction", direction),
            ("state", states),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// `team_of` says which team an agent is in.
    pub fn matches<'a>(&self, call: &CallRow, team_of: impl Fn(&AgentId) -> Option<&'a str>) -> bool {
        let in_team = |agent: &AgentId| team_of(agent) == Some(self.team.as_str());
        (self.team.is_empty() || call.parties.iter().filter_map(|party| party.agent.as_ref()).any(in_team))
            && (self.queue.is_empty() || call.queue.as_deref() == Some(self.queue.as_str()))
            && self.direction.is_none_or(|direction| direction == call.direction)
            && (self.states.is_empty() || self.states.contains(&call.state()))
            && self.found_in(call)
    }

    fn found_in(&self, call: &CallRow) -> bool {
        let wanted = self.search.trim().to_lowercase();
        let in_party = |party: &super::Party| {
            party.device.as_str().to_lowercase().contains(&wanted)
                || party.agent.as_ref().is_some_and(|agent| agent.as_str().to_lowercase().contains(&wanted))
        };
        wanted.is_empty()
            || call.parties.iter().any(in_party)
            || call.queue.as_ref().is_some_and(|queue| queue.to_lowercase().contains(&wanted))
    }

    /// The longest first; the id breaks ties, so the order is total.
    pub fn compare(a: &CallRow, b: &CallRow) -> Ordering {
        let began = |call: &CallRow| (call.started.is_none(), call.started);
        began(a).cmp(&began(b)).then_with(|| a.id.cmp(&b.id))
    }
}
