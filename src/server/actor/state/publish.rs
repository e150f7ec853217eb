//! Publishes what changed, as the rows of agents and calls that browsers are given.

use super::FloorState;
use crate::floor::{AgentId, CallId, CallRow, Row, ScheduledKind, State};
use crate::live::{Header, LinkState};
use crate::server::actor::published::Delta;
use crate::server::clock::now;
use crate::server::telemetry;
use std::time::Duration;

/// How long a call whose end was not heard is shown after that was found.
const UNSEEN_SHOWN: Duration = Duration::from_secs(60);

impl FloorState {
    pub fn has_changes(&self) -> bool {
        !self.dirty.is_empty() || !self.dirty_calls.is_empty() || self.runs.has_changes()
    }

    /// Publishes everything that changed since the last time, as one message.
    #[expect(clippy::iter_over_hash_type, reason = "the rows of a delta stand in no order")]
    pub fn publish(&mut self) {
        let mut new = Delta { runs: self.runs.changes(), ..Delta::default() };
        let mut may_be_due = false;
        let now_there = self.platform_now();
        for agent in std::mem::take(&mut self.dirty) {
            let Some(row) = self.row(&agent) else { continue };
            may_be_due |=
                row.scheduled.as_ref().is_some_and(|scheduled| scheduled.kind == ScheduledKind::LogoutAfterCall) && !row.state.in_call();
            if self.published.whole.rows.get(&agent) != Some(&row) {
                let certain = !row.remembered && self.link.state == LinkState::Live;
                let state = if certain { row.state } else { State::Unknown };
                self.history.enter_state(&agent, state, row.since, now_there);
                self.unkept.insert(agent);
                new.rows.push(row);
            }
        }
        for id in std::mem::take(&mut self.dirty_calls) {
            let row = self.call_row(&id);
            let row = row.filter(|call| self.is_shown(call));
            let known = self.published.whole.calls.get(&id);
            match row {
                Some(call) if known != Some(&call) => new.calls.push(call),
                None if known.is_some() => new.gone.push(id),
                _ => {}
            }
        }
        let waited = self.waiting_since.take().filter(|_| !new.is_empty());
        let (epoch, offset, link) = (self.epoch, self.clock.offset(), self.link.clone());
        self.published.publish(new, |seq| Header { epoch, seq, at: now(), offset, link: link.clone() });
        if let Some(heard) = waited {
            telemetry::published(heard.elapsed());
        }
        if may_be_due {
            self.schedule_due();
        }
    }

    pub fn pulse(&mut self) {
        self.tell_turned_away();
        self.published.pulse(self.header());
    }

    pub(super) fn row(&self, agent: &AgentId) -> Option<Row> {
        let mut row = self.floor.row(agent)?;
        row.remembered = self.remembered.contains(agent);
        row.intervention = self.interventions.latest(agent, row.call.as_ref().map(|call| &call.id), &self.floor).cloned();
        row.scheduled = self.schedule.shown(agent).map(|action| action.scheduled.clone());
        Some(row)
    }

    pub(super) fn call_row(&self, id: &CallId) -> Option<CallRow> {
        let mut call = self.floor.call_row(id)?;
        call.intervention = self.interventions.latest_at(id, &self.floor).cloned();
        Some(call)
    }

    /// A call whose end was not heard stays for a minute, so that whoever watches it learns what became of it.
    fn is_shown(&mut self, call: &CallRow) -> bool {
        if !call.end_not_seen {
            // It lives after all.
            self.unseen.remove(&call.id);
            return true;
        }
        let now = now();
        let found = *self.unseen.entry(call.id.clone()).or_insert_with(|| {
            telemetry::call_end_not_seen();
            now
        });
        now.since(found) < UNSEEN_SHOWN
    }

    /// Calls whose end was not heard and which have been shown long enough go; those that the floor has forgotten are forgotten.
    pub fn forget_unseen(&mut self) {
        let horizon = now() - UNSEEN_SHOWN;
        let mut unseen = std::mem::take(&mut self.unseen);
        unseen.retain(|id, found| {
            let shown = self.published.whole.calls.contains_key(id);
            if shown && *found <= horizon {
                self.dirty_calls.insert(id.clone());
            }
            shown || self.floor.call_row(id).is_some()
        });
        self.unseen = unseen;
    }
}
