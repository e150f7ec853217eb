//! Two-party calls: dial, ring, answer, hold, retrieve, drop.

use super::events::Fields;
use super::*;
use serde_json::json;

/// What becomes of a call to a number outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        after: Millis,
    },
    /// The platform's `failedCode`.
    Failed {
        after: Millis,
        code: u8,
    },
}

/// As long as a phone rings.
const PATIENCE: Millis = 30_000;

/// What one device can hold at a time.
const MOST_CALLS: usize = 8;

impl Floor {
    /// A number as people dial it, or an id already.
    pub fn qualified(&self, number: &str) -> Id {
        if number.contains('@') { number.into() } else { format!("{number}@{}", self.namespace).into() }
    }

    pub(super) fn new_call_id(&mut self) -> Id {
        let bytes: [u8; 16] = rand::Rng::random(&mut self.rng);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string().into()
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

    /// A call as somebody asks for it over HTTP: a number outside answers after half a second, one that ends in 0000 is busy.
    pub fn make_call(&mut self, from: &str, to: &str) -> Result<Id, Refusal> {
        let (from, to) = (self.qualified(from), self.qualified(to));
        let gap = self.real(2_000);
        let phone = self.devices.get(&from).ok_or_else(|| Refusal::NotRegistered(from.to_string()))?;
        if phone.last_dialled.is_some_and(|latest| self.now - latest < gap) {
            return Err(Refusal::TooSoon);
        }
        if from == to {
            return Err(Refusal::WrongState("a device cannot call itself"));
        }
        self.check_free(&from)?;
        let now = self.now;
        if let Some(phone) = self.devices.get_mut(&from) {
            phone.last_dialled = Some(now);
        }
        let outcome = Self::outside_outcome(&to);
        Ok(self.dial(&from, &to, outcome))
    }

    pub(super) fn outside_outcome(number: &str) -> Outcome {
        let number = number.split('@').next().unwrap_or(number);
        if number.ends_with("0000") { Outcome::Failed { after: 500, code: 1 } } else { Outcome::Answered { after: 500 } }
    }

    /// `from` is free. `outcome` counts for numbers outside only.
    pub(in crate::simulator) fn dial(&mut self, from: &Id, to: &Id, outcome: Outcome) -> Id {
        let ours = self.devices.contains_key(to);
        let id = self.open_call(if ours { CallType::Internal } else { CallType::Outbound }, from, to, None);
        if let Some(agent) = self.agent_at(from) {
            self.agents[agent].counters.dialled += 1;
        }
        self.enter(&id, from, PartState::Initiated, false, from, None);
        self.emit_copy(
            "serviceInitiated",
            from,
            &id,
            from,
            "Initiate",
            vec![("cause", json!("NORMAL")), ("initiatedDevice", json!(&**from))],
        );
        let fields = vec![("cause", json!("NEWCALL")), ("callingDevice", json!(&**from)), ("calledDevice", json!(&**to))];
        self.emit_copy("originated", from, &id, from, "Initiate", fields);
        match outcome {
            _ if ours => match self.check_free(to) {
                Ok(()) => self.ring(&id, to, from, false, None),
                Err(_) => self.later(500, Due::Fail(id.clone(), 1)),
            },
            Outcome::Answered { after } => {
                self.ring(&id, to, from, false, None);
                self.later(after, Due::Answer(id.clone(), to.clone()));
            }
            Outcome::Failed { after, code } => self.later(after, Due::Fail(id.clone(), code)),
        }
        id
    }

    /// A customer who came through a queue rings at an agent.
    pub fn offer(&mut self, customer: &Id, device: &Id, queue: usize) -> Id {
        let id = self.open_call(CallType::Inbound, customer, device, Some(queue));
        self.enter(&id, customer, PartState::Initiated, false, customer, None);
        self.ring(&id, device, customer, false, None);
        id
    }

    /// A customer rings at several agents at once.
    pub fn offer_group(&mut self, customer: &Id, devices: &[Id], queue: usize) -> Option<Id> {
        let id = self.open_call(CallType::Inbound, customer, devices.first()?, Some(queue));
        if let Some(call) = self.calls.get_mut(&id) {
            call.group = true;
        }
        self.enter(&id, customer, PartState::Initiated, false, customer, None);
        devices.iter().for_each(|device| self.ring(&id, device, customer, false, None));
        Some(id)
    }

    pub(super) fn open_call(&mut self, kind: CallType, caller: &Id, called: &Id, queue: Option<usize>) -> Id {
        let id = self.new_call_id();
        self.calls_opened += 1;
        let worker = u16::try_from(self.calls_opened % self.call_serials.len()).unwrap_or(0);
        let call = Call {
            id: id.clone(),
            former: Vec::new(),
            kind,
            caller: caller.clone(),
            called: called.clone(),
            queue,
            connections: Vec::with_capacity(2),
            data: BTreeMap::new(),
            started: self.now,
            delivered: None,
            answered: None,
            held: 0,
            holds: 0,
            conferenced: false,
            transfers: 0,
            planned: false,
            worker,
            group: false,
            waits_in: None,
            monitors: None,
        };
        self.calls.insert(id.clone(), call);
        id
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
