//! What the desk says of floor, calls, agents and step-ins when asked for the JSON views. Numbers are masked before anything is
//! filtered, so that nobody finds what he may not see.

use super::Desk;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts};
use crate::server::owner::Sight;
use crate::server::owner::look::{AgentLook, CallsLook, FloorLook, Look};

impl Desk {
    /// An asker that has gone is no error.
    pub fn look(&mut self, look: Look) {
        match look {
            Look::Floor(query, sight, reply) => drop(reply.send(self.look_at_floor(&query, sight))),
            Look::Calls(query, sight, reply) => drop(reply.send(self.look_at_calls(&query, sight))),
            Look::Agent(agent, sight, reply) => drop(reply.send(self.look_at_agent(&agent, sight))),
            Look::Intervention(id, reply) => drop(reply.send(self.interventions.get(id).cloned())),
        }
    }

    fn look_at_floor(&mut self, query: &BoardQuery, sight: Sight) -> FloorLook {
        self.publish();
        let mut counts = Counts::default();
        let mut rows = Vec::new();
        for row in self.published.rows.values().filter(|row| query.in_team(row)) {
            counts.add(row.state);
            let row = sight.row(row.clone());
            if query.matches(&row) {
                rows.push(row);
            }
        }
        let header = self.header();
        let now = header.at.saturating_sub(header.offset);
        rows.sort_by(|a, b| query.compare(a, b, now));
        FloorLook { header, counts, rows }
    }

    /// A call whose end was not heard is shown on the pages for a while, but it is no live call.
    fn live_calls(&self) -> impl Iterator<Item = &CallRow> {
        self.published.calls.values().filter(|call| !call.end_not_seen)
    }

    fn look_at_calls(&mut self, query: &CallQuery, sight: Sight) -> CallsLook {
        self.publish();
        let team_of = |agent: &AgentId| self.published.rows.get(agent).map(|row| row.team.as_str());
        let seen = self.live_calls().map(|call| sight.call(call.clone()));
        let mut calls: Vec<CallRow> = seen.filter(|call| query.matches(call, team_of)).collect();
        calls.sort_by(CallQuery::compare);
        CallsLook { header: self.header(), calls }
    }

    fn look_at_agent(&mut self, agent: &AgentId, sight: Sight) -> Option<AgentLook> {
        self.publish();
        let row = self.published.rows.get(agent)?.clone();
        let has_part = |call: &&CallRow| {
            call.parties.iter().any(|party| party.agent.as_ref() == Some(agent) || row.device.as_ref() == Some(&party.device))
        };
        let mut calls: Vec<CallRow> = self.live_calls().filter(has_part).map(|call| sight.call(call.clone())).collect();
        calls.sort_by(CallQuery::compare);
        Some(AgentLook { header: self.header(), row: sight.row(row), calls })
    }
}
