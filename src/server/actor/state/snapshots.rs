//! Answers what is asked of floor, calls, agents and interventions for the JSON views. It is looked for in what the asker may see,
//! so that nobody finds what he may not see.

use super::FloorState;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts};
use crate::server::actor::snapshots::{AgentSnapshot, CallsSnapshot, FloorSnapshot, SnapshotQuery};

impl FloorState {
    /// An asker that has gone is no error.
    pub fn answer(&mut self, query: SnapshotQuery) {
        match query {
            SnapshotQuery::Floor(query, visibility, reply) => drop(reply.send(self.floor_snapshot(&query, visibility))),
            SnapshotQuery::Calls(query, visibility, reply) => drop(reply.send(self.calls_snapshot(&query, visibility))),
            SnapshotQuery::Agent(agent, visibility, reply) => drop(reply.send(self.agent_snapshot(&agent, visibility))),
            SnapshotQuery::Intervention(id, reply) => drop(reply.send(self.interventions.get(id).cloned())),
            SnapshotQuery::Mask(reply) => drop(reply.send(self.published.mask().clone())),
        }
    }

    fn floor_snapshot(&mut self, query: &BoardQuery, visibility: Visibility) -> FloorSnapshot {
        self.publish();
        let mut counts = Counts::default();
        let mut rows = Vec::new();
        for row in self.published.shown(visibility).rows.values().filter(|row| query.in_team(row)) {
            counts.add(row.state);
            if query.matches(row) {
                rows.push(row.clone());
            }
        }
        let header = self.header();
        let now = header.platform_now();
        rows.sort_by(|a, b| query.compare(a, b, now));
        FloorSnapshot { header, counts, rows }
    }

    /// A call whose end was not heard is shown on the pages for a while, but it is no live call.
    fn live_calls(&self, visibility: Visibility) -> impl Iterator<Item = &CallRow> {
        self.published.shown(visibility).calls.values().filter(|call| !call.end_not_seen)
    }

    fn calls_snapshot(&mut self, query: &CallQuery, visibility: Visibility) -> CallsSnapshot {
        self.publish();
        let team_of = |agent: &AgentId| self.published.shown(visibility).rows.get(agent).map(|row| row.team.as_str());
        let mut calls: Vec<CallRow> = self.live_calls(visibility).filter(|call| query.matches(call, team_of)).cloned().collect();
        calls.sort_by(CallQuery::compare);
        CallsSnapshot { header: self.header(), calls }
    }

    fn agent_snapshot(&mut self, agent: &AgentId, visibility: Visibility) -> Option<AgentSnapshot> {
        self.publish();
        let row = self.published.shown(visibility).rows.get(agent)?.clone();
        let has_part = |call: &&CallRow| {
            call.parties.iter().any(|party| party.agent.as_ref() == Some(agent) || row.device.as_ref() == Some(&party.device))
        };
        let mut calls: Vec<CallRow> = self.live_calls(visibility).filter(has_part).cloned().collect();
        calls.sort_by(CallQuery::compare);
        Some(AgentSnapshot { header: self.header(), row, calls })
    }
}
