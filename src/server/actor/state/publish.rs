//! Publishes what changed, as the rows of agents and calls that browsers are given.

use super::FloorState;
use crate::floor::{AgentId, CallId, CallRow, Figures, Row, ScheduledKind, State};
use crate::live::LinkState;
use crate::server::actor::published::Delta;
use crate::server::clock::now;
use crate::server::telemetry;
use std::time::Duration;
use tokio::time::Instant;

/// How long a call whose end was not heard is shown after that was found.
const UNSEEN_SHOWN: Duration = Duration::from_secs(60);
/// The least time between two publications: several changes of a row within it are one.
const PACE: Duration = Duration::from_millis(4);
/// The most: what is on a screen is never older by more.
const SLOWEST: Duration = Duration::from_millis(100);
/// What a browser adds, since a publication costs the same for each of them: with more than 1,000 they are told less often.
const PER_BROWSER: Duration = Duration::from_micros(20);
/// A publication that takes long, because much has changed, is followed by the next one later: a tenth of the time goes into them, or more only where that would be too late.
const PAUSE: u32 = 10;

impl FloorState {
    pub fn has_changes(&self) -> bool {
        !self.dirty.is_empty() || !self.dirty_calls.is_empty() || self.runs.has_changes() || self.phones.has_changes()
    }

    /// When the changes are to be published: the first one at once, what follows at a pace that leaves time for the events.
    pub fn due(&self) -> Instant {
        let browsers = u32::try_from(self.published.shared.listeners()).unwrap_or(u32::MAX);
        let pause = PER_BROWSER.saturating_mul(browsers).max(self.publishing_took.saturating_mul(PAUSE)).clamp(PACE, SLOWEST);
        self.published_at + if self.published.shared.is_pressing() { PACE } else { pause }
    }

    /// Publishes everything that changed since the last time, as one message.
    #[expect(clippy::iter_over_hash_type, reason = "the rows of a delta stand in no order")]
    pub fn publish(&mut self) {
        let begun = Instant::now();
        let mut new = Delta { runs: self.runs.changes(), ..Delta::default() };
        let mut may_be_due = false;
        let now_there = self.platform_now();
        for agent in std::mem::take(&mut self.dirty) {
            let Some(row) = self.row(&agent) else { continue };
            may_be_due |=
                row.scheduled.as_ref().is_some_and(|scheduled| scheduled.kind == ScheduledKind::LogoutAfterCall) && !row.state.in_call();
            if let Some(row) = self.published.take_row(row) {
                let certain = !row.remembered && self.link.state == LinkState::Live;
                let state = if certain { row.state } else { State::Unknown };
                self.history.enter_state(&agent, state, row.since, now_there);
                new.rows.push(row);
            }
        }
        for id in std::mem::take(&mut self.dirty_calls) {
            let row = self.call_row(&id);
            match row.filter(|call| self.is_shown(call)) {
                Some(call) => new.calls.extend(self.published.take_call(call)),
                None if self.published.drop_call(&id) => new.gone.push(id),
                None => {}
            }
        }
        let waited = self.waiting_since.take().filter(|_| !new.is_empty());
        if !new.is_empty() {
            self.told_at = begun;
        }
        self.tell_phones(&new);
        let head = self.head();
        self.published.publish(new, || self.runs.all(), head);
        self.published.shared.press(false);
        // One that was held up by something else must not hold up the next ones.
        self.publishing_took = (self.publishing_took * 7 + begun.elapsed()) / 8;
        self.published_at = begun;
        if let Some(heard) = waited {
            telemetry::published(heard.elapsed());
        }
        if may_be_due {
            self.schedule_due();
        }
    }

    /// A sign of life, unless there was a better one just now.
    pub fn break_silence(&mut self, of: Duration) {
        self.tell_turned_away();
        if self.told_at.elapsed() >= of {
            self.pulse();
        }
    }

    pub fn pulse(&mut self) {
        let head = self.head();
        self.published.pulse(head);
    }

    pub(super) fn row(&self, agent: &AgentId) -> Option<Row> {
        let mut row = self.fold.row(agent)?;
        row.figures = self.workdays.get(agent).map(Figures::of);
        let latest = self.interventions.latest(agent, row.call.as_ref().map(|call| &call.id), &self.fold.floor);
        row.intervention = latest.cloned().map(Box::new);
        row.scheduled = self.schedule.shown(agent).map(|action| Box::new(action.scheduled.clone()));
        Some(row)
    }

    pub(super) fn call_row(&self, id: &CallId) -> Option<CallRow> {
        let mut call = self.fold.call_row(id)?;
        call.intervention = self.interventions.latest_at(id, &self.fold.floor).cloned().map(Box::new);
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
            let shown = self.published.latest.board.call(id).is_some();
            if shown && *found <= horizon {
                self.dirty_calls.insert(id.clone());
            }
            shown || self.fold.floor.call_row(id).is_some()
        });
        self.unseen = unseen;
    }
}
