//! Two-party calls once they are there: ring, answer, hold, retrieve.

use super::events::Fields;
use super::*;
use serde_json::json;

/// As long as a phone rings.
const PATIENCE: Millis = 30_000;

/// What one device can hold at a time.
const MOST_CALLS: usize = 8;

impl Floor {
    /// A number as people dial it, or an id already.
    pub fn qualified(&self, number: &str) -> Id {
        if number.contains('@') { number.into() } else { format!("{number}@{}", self.namespace).into() }
    }

    /// The device's part in the call, or why there is none.
    pub(super) fn connection(&self, call: &str, device: &str) -> Result<(&Call, &Connection), Refusal> {
        let call = self.calls.get(call).ok_or_else(|| Refusal::NoCall(call.to_owned()))?;
        let connection = call.connection(device).ok_or_else(|| Refusal::NoConnection(device.to_owned()))?;
        Ok((call, connection))
    }

    /// One of our devices that could take part in a further call: it holds what it has.
    pub(super) fn check_free(&self, device: &str) -> Result<(), Refusal> {
        let Some(phone) = self.devices.get(device) else { return Ok(()) };
        let busy = |call: &Id| {
            self.calls.get(call).and_then(|call| call.connection(device)).is_some_and(|connection| connection.state != PartState::Held)
        };
        if phone.calls.len() >= MOST_CALLS {
            return Err(Refusal::WrongState("the device has too many calls on hold"));
        }
        if phone.calls.iter().any(busy) { Err(Refusal::WrongState("device is busy with a call")) } else { Ok(()) }
    }

    /// Gives a device its part in a call.
    pub(super) fn enter(&mut self, call: &Id, device: &Id, state: PartState, silent: bool, calling: &Id, invited_by: Option<Id>) {
        if let Some(call) = self.calls.get_mut(call) {
            call.connections.push(Connection {
                device: device.clone(),
                state,
                silent,
                calling: calling.clone(),
                invited_by,
                held_since: None,
            });
        }
        if let Some(phone) = self.devices.get_mut(device) {
            phone.calls.push(call.clone());
        }
        self.refresh_device(device);
    }

    pub(super) fn refresh_device(&mut self, device: &str) {
        if let Some(agent) = self.agent_at(device) {
            self.refresh(agent);
        }
    }

    pub(super) fn refresh_call(&mut self, call: &str) {
        let devices: Vec<Id> = self
            .calls
            .get(call)
            .map(|call| call.connections.iter().map(|connection| connection.device.clone()).collect())
            .unwrap_or_default();
        devices.iter().for_each(|device| self.refresh_device(device));
    }

    /// The device joins the call ringing; who answers by himself is scheduled to.
    pub(super) fn ring(&mut self, call: &Id, device: &Id, calling: &Id, silent: bool, invited_by: Option<Id>) {
        self.enter(call, device, PartState::Alerting, silent, calling, invited_by);
        let now = self.now;
        if let Some(call) = self.calls.get_mut(call) {
            call.delivered.get_or_insert(now);
            if !silent {
                call.waits_in = None;
            }
        }
        if let (false, Some(agent)) = (silent, self.agent_at(device)) {
            self.agents[agent].counters.offered += 1;
        }
        let fields = self.parties("alertingDevice", device, calling);
        let mut fields = self.call_fields(call, fields);
        fields.push(("callCause", json!("NEWCALL")));
        self.emit_copies("delivered", call, device, "Alerting", &fields);
        self.refresh_call(call);
        self.later(PATIENCE, Due::NoAnswer(call.clone(), device.clone()));
        if let Some(delay) = self.answers_after(device) {
            self.later(delay, Due::Answer(call.clone(), device.clone()));
        }
    }

    fn parties(&self, role: &'static str, device: &Id, calling: &Id) -> Fields {
        vec![(role, json!(&**device)), ("callingDevice", json!(&**calling)), ("calledDevice", json!(&**device))]
    }

    pub fn answer(&mut self, call: &str, device: &str) -> Result<(), Refusal> {
        let (found, connection) = self.connection(call, device)?;
        if connection.state != PartState::Alerting {
            return Err(Refusal::WrongState("nothing rings there"));
        }
        let (id, kind, connection) = (found.id.clone(), found.kind, connection.clone());
        let now = self.now;
        let mut connected = vec![connection.device.clone()];
        if let Some(call) = self.calls.get_mut(&id) {
            if !connection.silent {
                call.answered.get_or_insert(now);
            }
            for other in &mut call.connections {
                if other.device == connection.device {
                    other.state = PartState::Connected;
                } else if other.state == PartState::Initiated && !connection.silent {
                    other.state = PartState::Connected;
                    connected.push(other.device.clone());
                }
            }
            call.conferenced |= connection.invited_by.is_some();
        }
        if !connection.silent {
            for agent in connected.iter().filter_map(|device| self.agent_at(device)).collect::<Vec<_>>() {
                self.agents[agent].counters.answered(kind);
            }
        }
        let fields = self.parties("answeringDevice", &connection.device, &connection.calling);
        let fields = self.call_fields(&id, fields);
        self.emit_copies("established", &id, &connection.device, "Connect", &fields);
        if let Some(inviter) = &connection.invited_by {
            let fields = merged("conferencingDevice", inviter, "addedParty", &connection.device, None, &id, &id);
            self.emit_copies("conferenced", &id, &connection.device, "Connect", &fields);
        }
        self.refresh_call(&id);
        self.stop_others(&id, &connection.device);
        self.call_established(&id);
        Ok(())
    }

    /// The other telephones of a group stop ringing.
    fn stop_others(&mut self, id: &Id, answered_by: &Id) {
        let Some(call) = self.calls.get_mut(id).filter(|call| call.group) else { return };
        call.group = false;
        let rings = |connection: &&Connection| connection.state == PartState::Alerting && connection.device != *answered_by;
        let others: Vec<Id> = call.connections.iter().filter(rings).map(|connection| connection.device.clone()).collect();
        for device in others {
            self.clear(id, &device, &device, "LOSE_RACE", "UserDrop", None);
        }
    }

    pub fn hold(&mut self, call: &str, device: &str) -> Result<(), Refusal> {
        self.switch(call, device, PartState::Connected, PartState::Held, "held", "holdingDevice")
    }

    pub fn retrieve(&mut self, call: &str, device: &str) -> Result<(), Refusal> {
        let (_, connection) = self.connection(call, device)?;
        if connection.state == PartState::Held {
            self.check_free(device)?;
        }
        self.switch(call, device, PartState::Held, PartState::Connected, "retrieved", "retrievingDevice")
    }

    fn switch(
        &mut self,
        call: &str,
        device: &str,
        from: PartState,
        to: PartState,
        name: &'static str,
        role: &'static str,
    ) -> Result<(), Refusal> {
        let (found, connection) = self.connection(call, device)?;
        if connection.state != from || connection.silent || found.monitors.is_some() {
            return Err(Refusal::WrongState(if to == PartState::Held {
                "nothing to hold: the device does not talk"
            } else {
                "the device does not hold this call"
            }));
        }
        let (id, device) = (found.id.clone(), connection.device.clone());
        let now = self.now;
        if let Some(call) = self.calls.get_mut(&id) {
            let mut held = 0;
            if let Some(connection) = call.part_mut(&device) {
                connection.state = to;
                held = connection.held_since.take().map_or(0, |since| now - since);
                connection.held_since = (to == PartState::Held).then_some(now);
            }
            call.held += held;
            call.holds += u32::from(to == PartState::Held);
        }
        self.emit_copies(name, &id, &device, to.as_str(), &vec![(role, json!(&*device))]);
        self.refresh_device(&device);
        Ok(())
    }
}

/// The fields that say which calls became which.
pub(super) fn merged(
    actor_role: &'static str,
    actor: &Id,
    other_role: &'static str,
    other: &Id,
    primary: Option<&Id>,
    secondary: &Id,
    new: &Id,
) -> Fields {
    vec![
        ("primaryOldCall", json!(primary.map_or("0", |call| call))),
        ("secondaryOldCall", json!(&**secondary)),
        (actor_role, json!(&**actor)),
        (other_role, json!(&**other)),
        ("newCall", json!(&**new)),
    ]
}
