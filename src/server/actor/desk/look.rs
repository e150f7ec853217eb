//! What the desk says of floor, calls, agents and step-ins when asked for the JSON views. It is looked for in what the asker may see,
//! so that nobody finds what he may not see.

use super::Desk;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts};
use crate::server::actor::Sight;
use crate::server::actor::look::{AgentLook, CallsLook, FloorLook, Look};

impl Desk {
    /// An asker that has gone is no error.
    pub fn look(&mut self, look: Look) {
        match look {
            Look::Floor(query, sight, reply) => drop(reply.send(self.look_at_floor(&query, sight))),
            Look::Calls(query, sight, reply) => drop(reply.send(self.look_at_calls(&query, sight))),
            Look::Agent(agent, sight, reply) => drop(reply.send(self.look_at_agent(&agent, sight))),
            Look::Intervention(id, reply) => drop(reply.send(self.interventions.get(id).cloned())),
            Look::Mask(reply) => drop(reply.send(self.published.mask().clone())),
        }
    }

    fn look_at_floor(&mut self, query: &BoardQuery, sight: Sight) -> FloorLook {
        self.publish();
        let mut counts = Counts::default();
        let mut rows = Vec::new();
        for row in self.published.shown(sight).rows.values().filter(|row| query.in_team(row)) {
            counts.add(row.state);
            if query.matches(row) {
                rows.push(row.clone());
            }
        }
        let header = self.header();
        let now = header.at.saturating_sub(header.offset);
        rows.sort_by(|a, b| query.compare(a, b, now));
        FloorLook { header, counts, rows }
    }

    /// A call whose end was not heard is shown on the pages for a while, but it is no live call.
    fn live_calls(&self, sight: Sight) -> impl Iterator<Item = &CallRow> {
        self.published.shown(sight).calls.values().filter(|call| !call.end_not_seen)
    }

    fn look_at_calls(&mut self, query: &CallQuery, sight: Sight) -> CallsLook {
        self.publish();
        let team_of = |agent: &AgentId| self.published.shown(sight).rows.get(agent).map(|row| row.team.as_str());
        let mut calls: Vec<CallRow> = self.live_calls(sight).filter(|call| query.matches(call, team_of)).cloned().collect();
        calls.sort_by(CallQuery::compare);
        CallsLook { header: self.header(), calls }
    }

    fn look_at_agent(&mut self, agent: &AgentId, sight: Sight) -> Option<AgentLook> {
        self.publish();
        let row = self.published.shown(sight).rows.get(agent)?.clone();
        let has_part = |call: &&CallRow| {
            call.parties.iter().any(|party| party.agent.as_ref() == Some(agent) || row.device.as_ref() == Some(&party.device))
        };
        let mut calls: Vec<CallRow> = self.live_calls(sight).filter(has_part).cloned().collect();
        calls.sort_by(CallQuery::compare);
        Some(AgentLook { header: self.header(), row, calls })
    }
}
