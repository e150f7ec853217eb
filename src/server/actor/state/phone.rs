//! What somebody does with the own phone: checked against the floor, taken up; from there on it is followed as a step-in is.

use super::FloorState;
use crate::floor::{CallId, DeviceId, Obstacle, Operation, Phone, PhoneCall, PhoneOperation, PhoneTarget, Role};
use crate::server::actor::{Begun, FloorError, PhoneBegun, PhoneRequest};
use crate::server::clock::now;
use crate::server::telemetry;
use std::time::Duration;

/// The platform takes one call from a phone in that time (protocol, section 1).
const CALLS_EVERY: Duration = Duration::from_secs(2);

impl FloorState {
    /// The phone as the floor knows it.
    pub fn phone(&self, device: &DeviceId) -> Phone {
        let agent = self.fold.floor.agent_at(device).cloned();
        let state = agent.as_ref().and_then(|agent| self.row(agent)).map(|row| row.state);
        let call = |id: CallId| {
            let row = self.fold.floor.call_row(&id)?;
            let party = row.party(device).filter(|_| !row.monitors())?;
            Some(PhoneCall::new(id, party.state, party.role, u32::try_from(row.in_it()).unwrap_or(u32::MAX)))
        };
        Phone { agent, state, calls: self.fold.floor.calls_at(device).into_iter().filter_map(call).collect() }
    }

    /// Checks what the operation needs, takes it up and has it written down.
    pub fn begin_phone(&mut self, request: PhoneRequest) -> Result<PhoneBegun, FloorError> {
        self.can_be_written_down()?;
        let PhoneRequest { mut intervention, operation, role, consult, expect } = request;
        if role != Role::Supervisor {
            return Err(FloorError::Obstacle(Obstacle::NotPermitted));
        }
        // The platform knows a call by its latest id only.
        let latest = |call: CallId| self.fold.floor.successor(&self.published.meant(call));
        let (call, consult) = (intervention.call.take().map(latest), consult.map(latest));
        let (own, by) = (&intervention.by_device, &intervention.by);
        let phone = self.phone(own);
        let target = PhoneTarget { call: call.as_ref(), consult: consult.as_ref(), dialled: intervention.device.as_ref() };
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
        (intervention.operation, intervention.call) = (Operation::Phone(operation), call);
        let begun = self.interventions.begin(intervention).ok_or(FloorError::Busy)?;
        telemetry::operation(begun.operation, begun.outcome);
        self.tell(&begun);
        let written = self.store.audit(begun.clone());
        Ok(PhoneBegun { begun: Begun { intervention: begun, written }, consult })
    }
}
