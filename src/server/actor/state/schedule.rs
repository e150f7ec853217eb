//! What the console will do by itself: given, shown, carried out and taken back.

use super::FloorState;
use crate::floor::{AgentId, Event, Intervention, NotSent, Obstacle, Operation, Order, OrderKind, Outcome, State, Step};
use crate::server::actor::FloorError;
use crate::server::actor::interventions::{PlatformAnswer, Stage};
use crate::server::actor::schedule::{Scene, Verdict};
use crate::server::clock::now;
use crate::server::store::ScheduledAction;

/// When an action that the task outside could not even take is offered again.
const AGAIN: i64 = 1_000;
/// Refusals that leave a log-out waiting: the session that was borrowed is over, the agent is in a call again (protocol, section 1).
const NOT_YET: [u16; 2] = [426, 460];

impl FloorState {
    /// Takes up again what was kept before a restart.
    pub(super) fn recall_order(&mut self, kept: ScheduledAction) {
        match kept.order.kind {
            OrderKind::LogoutAfterCall => self.interventions.restore(intervention_of(&kept), Stage::Waiting),
            // The platform had accepted it; its event may still come.
            OrderKind::ReadyAgain { due: None, .. } => self.interventions.restore(intervention_of(&kept), Stage::Sent(kept.at)),
            OrderKind::ReadyAgain { due: Some(_), .. } => {}
        }
        self.dirty.insert(kept.agent.clone());
        self.orders.restore(kept);
    }

    /// The order that comes with this intervention, if any. It counts once the intervention is certain: a log-out that waits when it is written
    /// down, ready again when the not-ready before it was sent.
    pub(super) fn take_order(&mut self, begun: &Intervention, minutes: Option<u32>) {
        let kind = match (begun.operation, minutes) {
            (Operation::NotReady, Some(minutes)) => OrderKind::ReadyAgain { minutes, due: None },
            (Operation::Logout, _) if begun.deferred => OrderKind::LogoutAfterCall,
            _ => return,
        };
        let Some(agent) = begun.agent.clone() else { return };
        let order = Order { id: begun.id, kind, by: begun.by.clone() };
        let kept =
            ScheduledAction { order, agent, device: begun.device.clone(), by_device: begun.by_device.clone(), at: begun.requested_at };
        if let Some(replaced) = self.orders.add(kept) {
            self.store.forget_order(replaced.order.id);
        }
    }

    /// The audit log knows of a log-out that waits: it counts; none where it is over.
    pub fn waits(&mut self, id: i64) -> Option<Intervention> {
        let waiting = self.interventions.waits(id)?;
        if let Some(kept) = self.orders.confirm(id) {
            self.store.keep_order(kept);
            // The call may have ended meanwhile.
            self.orders_due();
        }
        Some(waiting)
    }

    /// What an agent's event does to the orders there, where the floor took it.
    pub(super) fn heard_for_orders(&mut self, event: &Event) {
        if !self.floor.is_newest_word(event) {
            return;
        }
        for kept in self.orders.heard(event) {
            self.order_is_over(&kept);
        }
    }

    /// Nothing of it is to be done any more; a log-out that was not sent is needless.
    fn order_is_over(&mut self, kept: &ScheduledAction) {
        self.dirty.insert(kept.agent.clone());
        self.store.forget_order(kept.order.id);
        if kept.order.kind == OrderKind::LogoutAfterCall && self.interventions.is_unsent(kept.order.id) {
            let gone = self.row(&kept.agent).is_some_and(|row| row.state == State::LoggedOut);
            self.take_back(kept, None, if gone { Step::NotPossible(Obstacle::LoggedOut) } else { Step::Cancelled });
        }
    }

    /// Hands out what is to be done now.
    pub(super) fn orders_due(&mut self) {
        if self.orders.is_empty() {
            return;
        }
        let mut orders = std::mem::take(&mut self.orders);
        let scene = |agent: &AgentId| self.row(agent).map(|row| Scene { state: row.state, remembered: row.remembered });
        let due = orders.due(now(), scene);
        self.orders = orders;
        for kept in due.changed {
            self.dirty.insert(kept.agent.clone());
            self.store.keep_order(kept);
        }
        for kept in due.over {
            self.order_is_over(&kept);
        }
        for kept in due.out {
            self.dirty.insert(kept.agent.clone());
            let id = kept.order.id;
            if self.carry_out.try_send(kept).is_err() {
                self.orders.returned(id, Verdict::Later(now() + AGAIN));
            }
        }
    }

    /// What became of an action that was to be carried out.
    pub fn returned(&mut self, id: i64, verdict: Verdict) {
        match self.orders.returned(id, verdict) {
            Some(kept) => {
                self.dirty.insert(kept.agent.clone());
                self.store.keep_order(kept);
            }
            None => self.store.forget_order(id),
        }
    }

    /// Where a log-out that waited for the end of a call could not be had yet, it goes on waiting.
    pub(super) fn waits_on(&mut self, id: i64, answer: &PlatformAnswer) -> Option<Intervention> {
        let not_yet = match answer.outcome {
            Outcome::Refused(status) => NOT_YET.contains(&status),
            outcome => outcome == Outcome::NotSent(NotSent::Unreachable),
        };
        let waiting = (not_yet && self.orders.is_log_out(id)).then(|| self.interventions.waits(id))??;
        self.touch(&waiting);
        self.runs.followed(&waiting);
        Some(waiting)
    }

    /// The platform took what it was asked for, or did it: ready again comes after it. While nobody knows, no state of the agent's counts as
    /// its doing.
    pub(super) fn order_answered(&mut self, intervention: &Intervention) {
        if matches!(intervention.outcome, Outcome::Accepted | Outcome::Confirmed)
            && let Some(kept) = self.orders.confirm(intervention.id)
        {
            self.store.keep_order(kept);
        }
    }

    /// The time of a not-ready runs from when it is true; one that did not happen is not followed by ready again. What was not sent at
    /// all leaves no order behind.
    pub(super) fn order_followed(&mut self, intervention: &Intervention) {
        let id = intervention.id;
        match intervention.outcome {
            Outcome::Confirmed => {
                // What was unknown so far.
                self.order_answered(intervention);
                if let Some(kept) = self.orders.begins(id, now()) {
                    self.dirty.insert(kept.agent.clone());
                    self.store.keep_order(kept);
                }
            }
            Outcome::NotSent(_) => self.drop_order(id),
            Outcome::Refused(_) => self.not_followed_any_more(id),
            Outcome::Unconfirmed if self.interventions.is_overtaken(id) => self.not_followed_any_more(id),
            _ => {}
        }
    }

    /// The same where nobody heard what became of it.
    pub(super) fn not_followed_any_more(&mut self, id: i64) {
        if self.orders.has_no_time(id) {
            self.drop_order(id);
        }
    }

    pub(super) fn drop_order(&mut self, id: i64) {
        if let Some(kept) = self.orders.remove(id) {
            self.dirty.insert(kept.agent);
            self.store.forget_order(id);
        }
    }

    /// Takes back what the agent's row shows, for `by`.
    pub fn cancel_order(&mut self, agent: &AgentId, by: &AgentId) -> Result<(), FloorError> {
        let kept = self.orders.shown(agent).cloned().ok_or(FloorError::NothingScheduled)?;
        self.drop_order(kept.order.id);
        self.take_back(&kept, Some(by), Step::Cancelled);
        self.publish();
        Ok(())
    }

    /// Nothing of it was sent and nothing will be; `step` is what a bulk run says of it.
    fn take_back(&mut self, kept: &ScheduledAction, by: Option<&AgentId>, step: Step) {
        let operation = match kept.order.kind {
            OrderKind::ReadyAgain { .. } => Operation::Ready,
            OrderKind::LogoutAfterCall => {
                self.runs.withdrawn(kept.order.id, step);
                if let Some(withdrawn) = self.interventions.withdraw(kept.order.id) {
                    self.touch(&withdrawn);
                }
                Operation::Logout
            }
        };
        self.dirty.insert(kept.agent.clone());
        let by = by.unwrap_or(&kept.order.by).clone();
        self.store.audit_cancelled(Intervention { operation, by, requested_at: now(), ..intervention_of(kept) });
    }
}

/// The intervention that an order came with, as it is followed: a log-out that waits for the end of the call, or a not-ready that the platform
/// accepted.
fn intervention_of(kept: &ScheduledAction) -> Intervention {
    let (operation, outcome) = match kept.order.kind {
        OrderKind::LogoutAfterCall => (Operation::Logout, Outcome::Requested),
        OrderKind::ReadyAgain { .. } => (Operation::NotReady, Outcome::Accepted),
    };
    Intervention {
        id: kept.order.id,
        operation,
        agent: Some(kept.agent.clone()),
        device: kept.device.clone(),
        call: None,
        by: kept.order.by.clone(),
        by_device: kept.by_device.clone(),
        requested_at: kept.at,
        answered_after: None,
        finished_after: None,
        outcome,
        deferred: true,
        holder: None,
    }
}
