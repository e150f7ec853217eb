//! What somebody does with the own phone: checked against the floor, taken up; from there on it is followed as a step-in is.

use super::FloorState;
use crate::floor::{AgentId, CallId, DeviceId, Obstacle, Operation, PartyState, Phone, PhoneCall, PhoneOperation, PhoneTarget, Role};
use crate::server::actor::published::Delta;
use crate::server::actor::{Begun, FloorError, OwnCall, OwnPhone, PhoneBegun, PhoneRequest};
use crate::server::clock::now;
use crate::server::telemetry;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The platform takes one call from a phone in that time (protocol, section 1).
const CALLS_EVERY: Duration = Duration::from_secs(2);

impl FloorState {
    /// The phone as the floor knows it.
    fn phone(&self, device: &DeviceId) -> Phone {
        let agent = self.fold.floor.agent_at(device).cloned();
        let state = agent.as_ref().and_then(|agent| self.row(agent)).map(|row| row.state);
        let call = |id: CallId| {
            // What is known to be over although its end was not heard keeps the phone from nothing.
            let row = self.fold.call_row(&id).filter(|row| !row.end_not_seen)?;
            let call = PhoneCall::of(&row, device).filter(|_| !row.monitors())?;
            Some((call.state == PartyState::Held, row.started, call))
        };
        let mut calls: Vec<_> = self.fold.floor.calls_at(device).into_iter().filter_map(call).collect();
        calls.sort_by_key(|(held, started, _)| (*held, *started));
        Phone { agent, state, calls: calls.into_iter().map(|(_, _, call)| call).collect() }
    }

    /// Why the agent at the device is not ready.
    fn reason_at(&self, device: &DeviceId) -> Option<String> {
        self.fold.floor.agent_at(device).and_then(|agent| self.row(agent)).and_then(|row| row.reason.clone())
    }

    /// Returns where a page is told of the own phone of `by`.
    pub fn follow_phone(&mut self, device: DeviceId, by: AgentId) -> watch::Receiver<Arc<OwnPhone>> {
        let now = self.own_phone(&device, &by);
        self.phones.follow(device, by, || now)
    }

    /// Tells the pages whose phones the changes touch.
    pub(super) fn tell_phones(&mut self, changes: &Delta) {
        for whose in self.phones.touched_by(changes) {
            let now = self.own_phone(&whose.0, &whose.1);
            self.phones.tell(&whose, now);
        }
    }

    /// Takes up what the platform says travels with a call.
    pub fn call_data(&mut self, call: CallId, data: Vec<(String, String)>) {
        self.phones.read_data(call, data);
    }

    /// The own phone of `by`, with its calls and what was done with it last.
    pub fn own_phone(&self, device: &DeviceId, by: &AgentId) -> OwnPhone {
        let phone = self.phone(device);
        let name_of = |agent: &AgentId| self.fold.row(agent).map(|row| row.called().to_owned());
        let calls = phone.calls.iter().filter_map(|call| self.fold.call_row(&call.id)).map(|mut row| {
            if let Some(data) = self.phones.data(&row.id) {
                row.data.clone_from(data);
            }
            let others = row.parties.iter().filter(|party| party.device != *device);
            let with = others.map(|party| (party.device.clone(), party.whose().and_then(name_of))).collect();
            OwnCall { row, with }
        });
        let calls = calls.collect();
        let pending_mode = self.interventions.pending_mode(device, by);
        let last = self.interventions.latest_with_phone(device, by).cloned();
        let asks = last.as_ref().is_some_and(|done| self.phones.asks_after(done));
        OwnPhone { phone, pending_mode, calls, last, asks }
    }

    /// Checks what the operation needs, takes it up and has it written down.
    pub fn begin_phone(&mut self, request: PhoneRequest) -> Result<PhoneBegun, FloorError> {
        self.can_be_written_down()?;
        let PhoneRequest { mut intervention, operation, role, consult, reason, silent, asks, expect } = request;
        if role != Role::Supervisor {
            return Err(FloorError::Obstacle(Obstacle::NotPermitted));
        }
        // The platform knows a call by its latest id only.
        let latest = |call: CallId| self.fold.floor.successor(&self.published.meant(call));
        let (call, consult) = (intervention.call.take().map(latest), consult.map(latest));
        let (own, by) = (&intervention.by_device, &intervention.by);
        let phone = self.phone(own);
        let another_reason = reason.is_some() && reason != self.reason_at(own);
        let target = PhoneTarget { call: call.as_ref(), consult: consult.as_ref(), dialled: intervention.device.as_ref(), another_reason };
        let effect = phone.forecast(operation, target, own, by).map_err(FloorError::Obstacle)?;
        if operation != PhoneOperation::Login
            && let Some(other) = phone.agent.filter(|agent| agent != by)
        {
            return Err(FloorError::PhoneTaken(other));
        }
        if expect.is_some_and(|expected| expected != effect) {
            return Err(FloorError::Changed(effect));
        }
        if operation == PhoneOperation::Call && self.interventions.has_called(own, now() - CALLS_EVERY) {
            return Err(FloorError::Busy);
        }
        // Who listens by a call of its own leaves that one: in the other it has no connection.
        let listens_by = call.as_ref().filter(|_| operation == PhoneOperation::Drop);
        let listens_by = listens_by.and_then(|call| self.fold.floor.monitoring_call(own, call));
        (intervention.operation, intervention.call) = (Operation::Phone(operation), listens_by.or(call));
        let begun = self.interventions.begin(intervention).ok_or(FloorError::Busy)?;
        telemetry::operation(begun.operation, begun.outcome);
        self.phones.use_one();
        if !asks {
            self.phones.stop_at(&begun);
        }
        if let (PhoneOperation::Conference, Some(call), Some(brought_in)) = (operation, &begun.call, &begun.device) {
            self.expect_part(call, brought_in, silent);
        }
        self.tell(&begun);
        let written = self.store.audit(begun.clone());
        Ok(PhoneBegun { begun: Begun { intervention: begun, written }, consult })
    }
}
