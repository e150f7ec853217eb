//! Listening: in the call itself, or by a call of its own.

use super::*;

impl Floor {
    /// `device` listens: nobody else in the call learns of it.
    pub fn spy(&mut self, call: &str, device: &str) -> Result<(), Refusal> {
        let found = self.calls.get(call).ok_or_else(|| Refusal::NoCall(call.to_owned()))?;
        let (call, caller) = (found.id.clone(), found.caller.clone());
        if found.answered.is_none() {
            return Err(Refusal::WrongState("nobody talks in this call yet"));
        }
        let device = self.qualified(device);
        if !self.devices.contains_key(&device) {
            return Err(Refusal::IllegalDevice(device.to_string()));
        }
        if self.connection(&call, &device).is_ok() {
            return Err(Refusal::WrongState("that device is in the call already"));
        }
        self.check_free(&device)?;
        if !self.ways.monitor_calls {
            self.ring(&call, &device, &caller, true, None);
            return Ok(());
        }
        let talks = |connection: &&Connection| {
            self.devices.contains_key(&connection.device) && connection.state == PartState::Connected && !connection.silent
        };
        let heard = self.calls.get(&call).and_then(|call| call.connections.iter().find(talks)).map(|connection| connection.device.clone());
        let heard = heard.ok_or(Refusal::WrongState("nobody of ours talks in this call now"))?;
        let own = self.open_call(CallType::Internal, &heard, &device, None);
        if let Some(own) = self.calls.get_mut(&own) {
            (own.monitors, own.planned) = (Some(call), true);
        }
        self.ring(&own, &device, &heard, false, None);
        Ok(())
    }

    /// The calls of those who listen to this one by a call of their own.
    pub(super) fn monitors_of(&self, call: &Id) -> Vec<Id> {
        let own = self.calls.values().filter(|own| own.monitors.as_ref() == Some(call));
        let mut own: Vec<Id> = own.map(|own| own.id.clone()).collect();
        own.sort_unstable();
        own
    }

    /// A call that is listened to goes on under another id.
    pub(super) fn listen_on(&mut self, old: &Id, new: &Id) {
        for own in self.monitors_of(old) {
            if let Some(own) = self.calls.get_mut(&own) {
                own.monitors = Some(new.clone());
            }
        }
    }

    /// A call that was listened to has ended.
    pub(super) fn stop_listening_to(&mut self, call: &Id) {
        for own in self.monitors_of(call) {
            let listener = self.calls.get(&own).and_then(|own| own.connections.first()).map(|connection| connection.device.clone());
            if let Some(listener) = listener {
                // It has that part: that is the only thing that could be refused.
                self.drop_connection(&own, &listener).ok();
            }
        }
    }
}
