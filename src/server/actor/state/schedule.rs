//! What the console will do by itself: given, shown, carried out and taken back.

use super::FloorState;
use crate::floor::{AgentId, BulkStep, Event, Intervention, NotSent, Obstacle, Operation, Outcome, Scheduled, ScheduledKind, State};
use crate::server::actor::FloorError;
use crate::server::actor::interventions::{PlatformAnswer, Stage};
use crate::server::actor::schedule::{AgentNow, Verdict};
use crate::server::clock::now;
use crate::server::store::{ScheduledAction, console_of};
use std::time::Duration;

/// When an action that the task outside could not even take is offered again.
const AGAIN: Duration = Duration::from_secs(1);
/// Refusals that leave a log-out waiting: the session that was borrowed is over, the agent is in a call again (protocol, section 1).
const NOT_YET: [u16; 2] = [426, 460];

impl FloorState {
    /// Takes up again what was kept before a restart.
    pub(super) fn restore_scheduled(&mut self, action: ScheduledAction) {
        // Its own console follows it, as long as that lives.
        let elsewhere = self.store.console().is_some_and(|own| console_of(action.scheduled.id) != own);
        match action.scheduled.kind {
            ScheduledKind::LogoutAfterCall => self.interventions.restore(intervention_of(&action), Stage::Waiting, elsewhere),
            // The platform had accepted it; its event may still come.
            ScheduledKind::ReadyAgain { due: None, .. } => {
                self.interventions.restore(intervention_of(&action), Stage::Sent(action.at), elsewhere);
            }
            ScheduledKind::ReadyAgain { due: Some(_), .. } => {}
        }
        self.dirty.insert(action.agent.clone());
        self.schedule.restore(action);
    }

    /// The scheduled action that comes with this intervention, if any. It counts once the intervention is certain: a log-out that waits when it is written
    /// down, ready again when the not-ready before it was sent.
    pub(super) fn schedule(&mut self, begun: &Intervention, minutes: Option<u32>) {
        let kind = match (begun.operation, minutes) {
            (Operation::NotReady, Some(minutes)) => ScheduledKind::ReadyAgain { minutes, due: None },
            (Operation::Logout, _) if begun.deferred => ScheduledKind::LogoutAfterCall,
            _ => return,
        };
        let Some(agent) = begun.agent.clone() else { return };
        let scheduled = Scheduled { id: begun.id, kind, by: begun.by.clone() };
        let action =
            ScheduledAction { scheduled, agent, device: begun.device.clone(), by_device: begun.by_device.clone(), at: begun.requested_at };
        if let Some(replaced) = self.schedule.add(action) {
            self.forget_scheduled(replaced.scheduled.id);
        }
    }

    fn persist_scheduled(&mut self, action: ScheduledAction) {
        self.schedule_changes += 1;
        self.store.persist_scheduled(action);
    }

    fn forget_scheduled(&mut self, id: i64) {
        self.schedule_changes += 1;
        self.store.forget_scheduled(id);
    }

    /// The audit log knows of a log-out that waits: it counts; none where it is over.
    pub fn waits(&mut self, id: i64) -> Option<Intervention> {
        let waiting = self.interventions.waits(id)?;
        if let Some(action) = self.schedule.confirm(id) {
            self.persist_scheduled(action);
            // The call may have ended meanwhile.
            self.schedule_due();
        }
        Some(waiting)
    }

    /// What an agent's event does to the scheduled actions there, where the floor took it.
    pub(super) fn end_scheduled_by(&mut self, event: &Event) {
        if !self.fold.floor.is_newest_word(event) {
            return;
        }
        for action in self.schedule.heard(event) {
            self.scheduled_is_over(&action);
        }
    }

    /// Nothing of it is to be done any more; a log-out that was not sent is needless.
    fn scheduled_is_over(&mut self, action: &ScheduledAction) {
        self.dirty.insert(action.agent.clone());
        if !self.leads() {
            // The one that leads writes down what came of it, and tells.
            return;
        }
        self.forget_scheduled(action.scheduled.id);
        if action.scheduled.kind == ScheduledKind::LogoutAfterCall && self.interventions.is_unsent(action.scheduled.id) {
            let gone = self.row(&action.agent).is_some_and(|row| row.state == State::LoggedOut);
            self.take_back(action, None, if gone { BulkStep::NotPossible(Obstacle::LoggedOut) } else { BulkStep::Cancelled });
        }
    }

    /// Hands out what is to be done now.
    pub(super) fn schedule_due(&mut self) {
        if self.schedule.is_empty() || !self.leads() {
            return;
        }
        let mut schedule = std::mem::take(&mut self.schedule);
        let agent_now = |agent: &AgentId| self.row(agent).map(|row| AgentNow { state: row.state, remembered: row.remembered });
        let due = schedule.due(now(), agent_now);
        self.schedule = schedule;
        for action in due.changed {
            self.dirty.insert(action.agent.clone());
            self.persist_scheduled(action);
        }
        for action in due.over {
            self.scheduled_is_over(&action);
        }
        for action in due.out {
            self.dirty.insert(action.agent.clone());
            let id = action.scheduled.id;
            if self.carry_out.try_send(action).is_err() {
                self.schedule.returned(id, Verdict::Later(now() + AGAIN));
            }
        }
    }

    /// What became of an action that was to be carried out.
    pub fn returned(&mut self, id: i64, verdict: Verdict) {
        match self.schedule.returned(id, verdict) {
            Some(action) => {
                self.dirty.insert(action.agent.clone());
                self.persist_scheduled(action);
            }
            None => self.forget_scheduled(id),
        }
    }

    /// Where a log-out that waited for the end of a call could not be had yet, it goes on waiting.
    pub(super) fn waits_on(&mut self, id: i64, answer: &PlatformAnswer) -> Option<Intervention> {
        let not_yet = match answer.outcome {
            Outcome::Refused(status) => NOT_YET.contains(&status),
            outcome => outcome == Outcome::NotSent(NotSent::Unreachable),
        };
        let waiting = (not_yet && self.schedule.is_log_out(id)).then(|| self.interventions.waits(id))??;
        self.touch(&waiting);
        self.runs.followed(&waiting);
        Some(waiting)
    }

    /// The platform took what it was asked for, or did it: ready again comes after it. While nobody knows, no state of the agent's counts as
    /// its doing.
    pub(super) fn scheduled_answered(&mut self, intervention: &Intervention) {
        if matches!(intervention.outcome, Outcome::Accepted | Outcome::Confirmed)
            && let Some(action) = self.schedule.confirm(intervention.id)
        {
            self.persist_scheduled(action);
        }
    }

    /// The time of a not-ready runs from when it is true; one that did not happen is not followed by ready again. What was not sent at
    /// all leaves no scheduled action behind.
    pub(super) fn scheduled_followed(&mut self, intervention: &Intervention) {
        let id = intervention.id;
        match intervention.outcome {
            Outcome::Confirmed => {
                // What was unknown so far.
                self.scheduled_answered(intervention);
                if let Some(action) = self.schedule.begins(id, now()) {
                    self.dirty.insert(action.agent.clone());
                    self.persist_scheduled(action);
                }
            }
            Outcome::NotSent(_) => self.drop_scheduled(id),
            Outcome::Refused(_) => self.not_followed_any_more(id),
            Outcome::Unconfirmed if self.interventions.is_overtaken(id) => self.not_followed_any_more(id),
            _ => {}
        }
    }

    /// The same where nobody heard what became of it.
    pub(super) fn not_followed_any_more(&mut self, id: i64) {
        if self.schedule.has_no_time(id) {
            self.drop_scheduled(id);
        }
    }

    pub(super) fn drop_scheduled(&mut self, id: i64) {
        if let Some(action) = self.schedule.remove(id) {
            self.dirty.insert(action.agent);
            self.forget_scheduled(id);
        }
    }

    /// Takes back what the agent's row shows, for `by`.
    pub fn cancel_scheduled(&mut self, agent: &AgentId, by: &AgentId) -> Result<(), FloorError> {
        let action = self.schedule.shown(agent).cloned().ok_or(FloorError::NothingScheduled)?;
        self.drop_scheduled(action.scheduled.id);
        self.take_back(&action, Some(by), BulkStep::Cancelled);
        self.publish();
        Ok(())
    }

    /// Nothing of it was sent and nothing will be; `step` is what a bulk run says of it.
    fn take_back(&mut self, action: &ScheduledAction, by: Option<&AgentId>, step: BulkStep) {
        let operation = match action.scheduled.kind {
            ScheduledKind::ReadyAgain { .. } => Operation::Ready,
            ScheduledKind::LogoutAfterCall => {
                self.run_withdrawn(action.scheduled.id, step);
                if let Some(withdrawn) = self.interventions.withdraw(action.scheduled.id) {
                    self.touch(&withdrawn);
                }
                Operation::Logout
            }
        };
        self.dirty.insert(action.agent.clone());
        let by = by.unwrap_or(&action.scheduled.by).clone();
        self.store.audit_cancelled(Intervention { operation, by, requested_at: now(), ..intervention_of(action) });
    }
}

/// The intervention that a scheduled action came with, as it is followed: a log-out that waits for the end of the call, or a not-ready that the platform
/// accepted.
fn intervention_of(action: &ScheduledAction) -> Intervention {
    let (operation, outcome) = match action.scheduled.kind {
        ScheduledKind::LogoutAfterCall => (Operation::Logout, Outcome::Requested),
        ScheduledKind::ReadyAgain { .. } => (Operation::NotReady, Outcome::Accepted),
    };
    Intervention {
        id: action.scheduled.id,
        operation,
        agent: Some(action.agent.clone()),
        device: action.device.clone(),
        call: None,
        by: action.scheduled.by.clone(),
        by_device: action.by_device.clone(),
        requested_at: action.at,
        answered_after: None,
        finished_after: None,
        outcome,
        deferred: true,
        holder: None,
    }
}
