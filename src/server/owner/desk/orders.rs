//! What the console will do by itself: given, shown, carried out and taken back.

use super::Desk;
use crate::api::ApiError;
use crate::floor::{AgentId, Event, Intervention, Operation, Order, OrderKind, Outcome, Step};
use crate::server::interventions::Answer;
use crate::server::now;
use crate::server::owner::orders::{Kept, Scene, Verdict};

/// When an errand that the task outside could not even take is offered again.
const AGAIN: i64 = 1_000;
/// Refusals that leave a log-out waiting: not reached, the session that was borrowed is over, the agent is in a call again
/// (protocol, section 1).
const NOT_YET: [u16; 3] = [0, 426, 460];

impl Desk {
    /// Takes up again what was kept before a restart.
    pub(super) fn recall_order(&mut self, kept: Kept) {
        if kept.order.kind == OrderKind::LogoutAfterCall {
            self.interventions.recall(waiting(&kept));
        }
        self.dirty.insert(kept.agent.clone());
        self.orders.recall(kept);
    }

    /// The order that comes with this step-in, if any. It is kept once the audit log knows of it.
    pub(super) fn take_order(&mut self, begun: &Intervention, minutes: Option<u32>) {
        let kind = match (begun.operation, minutes) {
            (Operation::NotReady, Some(minutes)) => OrderKind::ReadyAgain { minutes, due: None },
            (Operation::Logout, _) if begun.deferred => OrderKind::LogoutAfterCall,
            _ => return,
        };
        let Some(agent) = begun.agent.clone() else { return };
        let order = Order { id: begun.id, kind, by: begun.by.clone() };
        let kept = Kept { order, agent, device: begun.device.clone(), by_device: begun.by_device.clone(), at: begun.requested_at };
        if let Some(replaced) = self.orders.add(kept) {
            self.store.forget_order(replaced.order.id);
        }
    }

    /// The audit log knows of the step-in with this id: its order counts.
    pub fn order_written(&mut self, id: i64) {
        if let Some(kept) = self.orders.confirm(id) {
            self.store.keep_order(kept);
            // The call may have ended meanwhile.
            self.orders_due();
        }
    }

    /// What an agent's event does to the orders there.
    pub(super) fn heard_for_orders(&mut self, event: &Event) {
        let (changed, over) = self.orders.heard(event, now());
        for kept in changed {
            self.dirty.insert(kept.agent.clone());
            self.store.keep_order(kept);
        }
        for kept in over {
            self.dirty.insert(kept.agent.clone());
            self.store.forget_order(kept.order.id);
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
            self.dirty.insert(kept.agent.clone());
            self.store.forget_order(kept.order.id);
            if kept.order.kind == OrderKind::LogoutAfterCall {
                let logged_out = self.row(&kept.agent).is_some_and(|row| row.state == crate::floor::State::LoggedOut);
                match logged_out {
                    true => self.interventions.confirm(kept.order.id, now()).into_iter().for_each(|done| self.followed(vec![done])),
                    false => self.take_back(&kept, None),
                }
            }
        }
        for kept in due.out {
            self.dirty.insert(kept.agent.clone());
            let id = kept.order.id;
            if self.errands.try_send(kept).is_err() {
                self.orders.returned(id, Verdict::Later(now() + AGAIN));
            }
        }
    }

    /// A log-out that waited is sent now; none where it is over.
    pub fn sends(&mut self, id: i64) -> Option<Intervention> {
        let sent = self.interventions.sends(id, true, now())?;
        self.touch(&sent);
        self.runs.followed(&sent);
        Some(sent)
    }

    /// What became of an errand.
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
    pub(super) fn waits_on(&mut self, id: i64, answer: &Answer) -> Option<Intervention> {
        let not_yet = matches!(answer.outcome, Outcome::Refused(status) if NOT_YET.contains(&status));
        let waiting = (not_yet && self.orders.is_log_out(id)).then(|| self.interventions.sends(id, false, now()))??;
        self.touch(&waiting);
        self.runs.followed(&waiting);
        Some(waiting)
    }

    /// A not-ready that did not happen is not followed by ready again.
    pub(super) fn order_followed(&mut self, intervention: &Intervention) {
        if matches!(intervention.outcome, Outcome::Refused(_)) && self.orders.has_no_time(intervention.id) {
            self.drop_order(intervention.id);
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
    pub fn cancel_order(&mut self, agent: &AgentId, by: &AgentId) -> Result<(), ApiError> {
        let nothing = || ApiError::BadArgument { field: "agentId".to_owned(), problem: "nothing is planned for this agent".to_owned() };
        let kept = self.orders.shown(agent).cloned().ok_or_else(nothing)?;
        self.drop_order(kept.order.id);
        self.take_back(&kept, Some(by));
        self.publish();
        Ok(())
    }

    /// Nothing of it was sent and nothing will be.
    fn take_back(&mut self, kept: &Kept, by: Option<&AgentId>) {
        let operation = match kept.order.kind {
            OrderKind::ReadyAgain { .. } => Operation::Ready,
            OrderKind::LogoutAfterCall => {
                self.runs.withdrawn(kept.order.id, Step::Cancelled);
                if let Some(withdrawn) = self.interventions.withdraw(kept.order.id) {
                    self.touch(&withdrawn);
                }
                Operation::Logout
            }
        };
        self.dirty.insert(kept.agent.clone());
        let by = by.unwrap_or(&kept.order.by).clone();
        self.store.audit_cancelled(Intervention { operation, by, requested_at: now(), ..waiting(kept) });
    }
}

/// A log-out that waits for the end of the call, as it is followed.
fn waiting(kept: &Kept) -> Intervention {
    Intervention {
        id: kept.order.id,
        operation: Operation::Logout,
        agent: Some(kept.agent.clone()),
        device: kept.device.clone(),
        call: None,
        by: kept.order.by.clone(),
        by_device: kept.by_device.clone(),
        requested_at: kept.at,
        answered_after: None,
        finished_after: None,
        outcome: Outcome::Requested,
        deferred: true,
        holder: None,
    }
}
