//! The interventions: checked against the floor, taken up, followed.

use super::FloorState;
use crate::floor::{
    CallId, DeviceId, Effect, Intervention, NotSent, Obstacle, Operation, Outcome, OwnConnection, PartyRole, PartyState, Situation, StepIn,
    forecast,
};
use crate::server::actor::interventions::PlatformAnswer;
use crate::server::actor::{Begun, FloorError, InterventionRequest};
use crate::server::clock::now;
use crate::server::journal::Said;
use crate::server::store::StoreError;
use crate::server::telemetry;

impl FloorState {
    /// Checks what the operation needs, takes it up and has it written down.
    pub fn begin(&mut self, intervention: InterventionRequest) -> Result<Begun, FloorError> {
        self.can_be_written_down()?;
        let InterventionRequest { mut intervention, role, expect, minutes, item } = intervention;
        // The platform knows a call by its latest id only.
        intervention.call = intervention.call.map(|call| self.fold.floor.successor(&self.published.meant(call)));
        let refuse = |obstacle| Err(FloorError::Obstacle(obstacle));
        match (&intervention.device, &intervention.call) {
            (Some(device), Some(call)) if intervention.operation != Operation::Listen => {
                if !self.fold.floor.in_call(device, call) {
                    return refuse(Obstacle::NotInThatCall);
                }
                intervention.agent = self.fold.floor.agent_at(device).cloned();
            }
            (_, Some(call)) => {
                if !self.fold.floor.call_is_live(call) {
                    return refuse(Obstacle::NotInCall);
                }
                if let Some((agent, device)) = self.fold.floor.agents_in(call).into_iter().next() {
                    (intervention.agent, intervention.device) = (Some(agent), Some(device));
                }
            }
            _ => {}
        }
        let mut row = intervention.agent.as_ref().and_then(|agent| self.row(agent));
        if let Some(row) = &mut row {
            // Where the board does not know the device, the request may.
            row.device = row.device.take().or_else(|| intervention.device.clone());
        }
        let call = intervention.call.as_ref().and_then(|call| self.call_row(call));
        let own_call = self.own_call(&intervention.by_device);
        let connection = call.as_ref().zip(intervention.device.as_ref()).and_then(|(call, device)| call.connection(device));
        let own_call = own_call.as_ref().map(|(call, role, state)| OwnConnection {
            call,
            listens: *role == PartyRole::Listener,
            held: *state == PartyState::Held,
        });
        let situation = Situation {
            role,
            own_device: &intervention.by_device,
            own_call,
            row: row.as_ref(),
            device: intervention.device.as_ref(),
            connection,
        };
        let effect = forecast(intervention.operation, &situation).map_err(FloorError::Obstacle)?;
        self.phone_is_free_to_use(&intervention)?;
        if expect.is_some_and(|expected| expected != effect) {
            return Err(FloorError::Changed(effect));
        }
        if row.as_ref().is_some_and(|row| intervention.device.is_some() && row.device != intervention.device) {
            return refuse(Obstacle::OtherDevice);
        }
        // The platform refuses a log-out in a call: the console waits with it.
        intervention.deferred = intervention.operation == Operation::Logout && effect == Effect::AfterCall;
        let begun = self.interventions.begin(intervention).ok_or(FloorError::Busy)?;
        self.schedule(&begun, minutes);
        if let Some(item) = item {
            self.runs.begun(item, &begun);
        }
        telemetry::operation(begun.operation, begun.outcome);
        self.tell(&begun);
        self.touch(&begun);
        let written = self.store.audit_turn(begun.clone(), item);
        Ok(Begun { intervention: begun, written })
    }

    /// Nothing is done that is not in the audit log.
    pub(super) fn can_be_written_down(&self) -> Result<(), FloorError> {
        match self.store.trouble() {
            Some(StoreError::Lost) => Err(FloorError::DatabaseLost),
            Some(_) => Err(FloorError::AuditFailed),
            None => Ok(()),
        }
    }

    /// One that is written down is sent now; none where it is over.
    pub fn sends(&mut self, id: i64) -> Option<Intervention> {
        let sent = self.interventions.sends(id, now())?;
        self.takes_part(&sent);
        self.touch(&sent);
        self.runs.followed(&sent);
        Some(sent)
    }

    /// Nobody joins, takes or listens with a phone at which another agent sits.
    fn phone_is_free_to_use(&self, intervention: &Intervention) -> Result<(), FloorError> {
        if !intervention.operation.uses_own_phone() {
            return Ok(());
        }
        match self.fold.floor.agent_at(&intervention.by_device).filter(|agent| **agent != intervention.by) {
            Some(agent) => Err(FloorError::PhoneTaken(agent.clone())),
            None => Ok(()),
        }
    }

    pub fn answered(&mut self, id: i64, answer: PlatformAnswer) -> Option<Intervention> {
        if let Some(waiting) = self.waits_on(id, &answer) {
            return Some(waiting);
        }
        let before = self.interventions.get(id)?.outcome;
        let steps = self.interventions.answered(id, answer, now());
        let (first, last) = (steps.first()?.clone(), steps.last()?.clone());
        if before == Outcome::Requested {
            self.scheduled_answered(&first);
            self.followed(steps);
        } else {
            // It was given up before.
            self.tell(&last);
            self.touch(&last);
        }
        self.publish();
        Some(last)
    }

    pub fn not_sent(&mut self, id: i64, why: NotSent) {
        let ended = self.interventions.not_sent(id, why, now());
        self.followed(ended.into_iter().collect());
        self.publish();
    }

    pub fn expire(&mut self) {
        self.runs.expire();
        self.forget_unseen();
        self.schedule_due();
        if self.interventions.is_empty() {
            return;
        }
        let (given_up, gone) = self.interventions.expire(now());
        self.followed(given_up);
        for (intervention, here) in &gone {
            if *here {
                self.not_followed_any_more(intervention.id);
            }
            self.touch(intervention);
        }
    }

    /// Writes down and shows operations that came a step further.
    pub(super) fn followed(&mut self, changed: Vec<Intervention>) {
        for intervention in changed {
            telemetry::operation(intervention.operation, intervention.outcome);
            self.tell(&intervention);
            self.touch(&intervention);
            self.runs.followed(&intervention);
            self.scheduled_followed(&intervention);
            self.has_stepped_in(&intervention);
            drop(self.store.audit(intervention));
        }
    }

    /// History tells who stepped into a call; only what was proved counts.
    pub(super) fn has_stepped_in(&mut self, intervention: &Intervention) {
        let is_step = intervention.operation.steps_in() && intervention.operation.on_call();
        if let (Some(call), Outcome::Confirmed, true) = (&intervention.call, intervention.outcome, is_step) {
            let step = StepIn { id: intervention.id, operation: intervention.operation, by: intervention.by.clone() };
            self.journal.say(Said::SteppedIn(call.clone(), step));
        }
    }

    /// Has programs told how far this intervention has come.
    pub(super) fn tell(&self, intervention: &Intervention) {
        self.journal.say(Said::Intervened(Box::new(intervention.clone())));
    }

    /// Marks the rows that show this intervention.
    pub(super) fn touch(&mut self, intervention: &Intervention) {
        self.published.shared.press(true);
        if !intervention.operation.steps_in() {
            self.phones.use_one();
        }
        self.dirty.extend(intervention.agent.clone());
        if let Some(call) = &intervention.call {
            self.dirty.extend(self.fold.floor.agents_in(call).into_iter().map(|(agent, _)| agent));
            self.dirty_calls.insert(self.fold.floor.successor(call));
        }
    }

    /// The call that a supervisor's own phone is in, and its part there.
    fn own_call(&self, device: &DeviceId) -> Option<(CallId, PartyRole, PartyState)> {
        let mine = self.fold.floor.calls_at(device).into_iter().filter_map(|id| {
            let call = self.fold.floor.call_row(&id)?;
            let party = call.party(device).filter(|_| !call.monitors())?;
            Some((id, party.role, party.state))
        });
        // One that is not on hold keeps it busy.
        mine.max_by_key(|(_, _, state)| *state != PartyState::Held)
    }
}
