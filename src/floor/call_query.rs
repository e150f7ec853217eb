//! Which calls `/calls` shows: the query in the page's address. The longest call always comes first.

use super::board::contains;
use super::{AgentId, CallRow, CallState, Direction, Party};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Which calls `/calls` shows: `?q=&team=&queue=&direction=inbound&state=talking,on-hold`. Unknown words are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallQuery {
    /// Text to find in a party's device or agent id or in the queue, regardless of case; empty: every call.
    pub search: String,
    /// The name of a team with an agent in the call; empty: every team.
    pub team: String,
    /// The name of the queue that the call came through; empty: every queue.
    pub queue: String,
    /// The direction to show; absent: every direction.
    pub direction: Option<Direction>,
    /// The states to show; empty: every state.
    pub states: Vec<CallState>,
}

impl CallQuery {
    /// The names of the query parameters, in the order in which [`CallQuery::to_params`] writes them.
    pub const PARAMS: [&'static str; 5] = ["q", "team", "queue", "direction", "state"];

    /// Reads a query from decoded parameters, ignoring unknown ones. Of each text 200 characters count.
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

    /// Returns the parameters that differ from the default, not yet percent-encoded, in a fixed order.
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

    /// Returns whether the page shows the call; `team_of` returns the name of an agent's team. For many calls: [`CallQuery::filter`].
    pub fn matches<T: AsRef<str>>(&self, call: &CallRow, team_of: impl Fn(&AgentId) -> Option<T>) -> bool {
        self.filter(team_of)(call)
    }

    /// Returns what tells of a call whether the page shows it.
    pub fn filter<T: AsRef<str>>(&self, team_of: impl Fn(&AgentId) -> Option<T>) -> impl Fn(&CallRow) -> bool {
        let wanted = self.search.trim().to_lowercase();
        move |call| self.shows(call, &wanted, &team_of)
    }

    fn shows<T: AsRef<str>>(&self, call: &CallRow, wanted: &str, team_of: impl Fn(&AgentId) -> Option<T>) -> bool {
        let in_team = |agent: &AgentId| team_of(agent).is_some_and(|team| team.as_ref() == self.team);
        (self.team.is_empty() || call.parties.iter().filter_map(|party| party.agent.as_ref()).any(in_team))
            && (self.queue.is_empty() || call.queue.as_deref() == Some(self.queue.as_str()))
            && self.direction.is_none_or(|direction| direction == call.direction)
            && (self.states.is_empty() || self.states.contains(&call.state()))
            && (wanted.is_empty() || found_in(call, wanted))
    }

    /// Compares two calls in the order of the page: the longest first; the id decides between equals, so the order is total.
    pub fn compare(a: &CallRow, b: &CallRow) -> Ordering {
        let began = |call: &CallRow| (call.started.is_none(), call.started);
        began(a).cmp(&began(b)).then_with(|| a.id.cmp(&b.id))
    }
}

/// Returns whether the text, which is in lower case, is in the call.
fn found_in(call: &CallRow, wanted: &str) -> bool {
    let in_party = |party: &Party| {
        contains(party.device.as_str(), wanted) || party.agent.as_ref().is_some_and(|agent| contains(agent.as_str(), wanted))
    };
    call.parties.iter().any(in_party) || call.queue.as_ref().is_some_and(|queue| contains(queue, wanted))
}
