//! What the floor tells: typed, without the wall clock; `wire` turns it into the platform's JSON.

use super::{CallType, Counters, Floor, Id, Millis, Mode, queue_at};
use serde_json::{Value, json};

/// One device's copy of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: &'static str,
    pub serial: u64,
    /// Which worker tells it, of call events.
    pub worker: u16,
    /// Whose copy this is.
    pub src: Option<Id>,
    /// The agent bound to that device.
    pub agent: Option<Id>,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Agent {
        agent: Id,
        mode: Mode,
        reason: Option<String>,
    },
    /// `connection` is the device whose connection is named.
    Call {
        call: Id,
        device: Id,
        connection: Id,
        state: &'static str,
        fields: Fields,
    },
    Recording {
        device: Id,
        fields: Fields,
    },
    Status(Box<AgentStatus>),
    CallEnd(Box<CallEnd>),
}

/// An event's own fields.
pub type Fields = Vec<(&'static str, Value)>;

#[derive(Debug, Clone, PartialEq)]
pub struct AgentStatus {
    pub agent: Id,
    pub device: Option<Id>,
    pub mode: Mode,
    pub reason: Option<String>,
    pub name: String,
    pub team: usize,
    pub status: &'static str,
    pub since: Millis,
    pub last_status: &'static str,
    pub last_length: Millis,
    pub login_time: Millis,
    pub first_login: Millis,
    pub counters: Counters,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CallEnd {
    pub id: Id,
    pub kind: CallType,
    pub ani: Id,
    pub dnis: Id,
    pub first_station: Option<Id>,
    pub started: Millis,
    pub delivered: Option<Millis>,
    pub answered: Option<Millis>,
    pub ended: Millis,
    pub held: Millis,
    pub reason: &'static str,
    pub failed_code: Option<u8>,
    pub conferenced: bool,
    pub transfers: u32,
}

impl Floor {
    pub(super) fn emit_agent(&mut self, name: &'static str, index: usize, mode: Mode, reason: Option<String>) {
        let agent = &self.agents[index];
        let src = agent.device.clone().unwrap_or_else(|| agent.home.clone());
        let id = agent.id.clone();
        self.agent_serial += 1;
        let content = Content::Agent { agent: id.clone(), mode, reason };
        self.out.push(Event { name, serial: self.agent_serial, worker: 0, src: Some(src), agent: Some(id), content });
    }

    pub(super) fn emit_mode(&mut self, index: usize, mode: Mode, reason: Option<String>) {
        let name = match mode {
            Mode::Ready => "agentReady",
            Mode::NotReady => "agentNotReady",
            Mode::WorkNotReady => "agentWorkingAfterCall",
            Mode::Allocated => "agentAllocated",
            Mode::Logout => "agentLoggedOff",
        };
        self.emit_agent(name, index, mode, reason);
    }

    pub(in crate::simulator) fn agent_at(&self, device: &str) -> Option<usize> {
        self.devices.get(device).and_then(|device| device.agent)
    }

    fn next_call_event(&mut self, name: &'static str, src: &Id, call: &Id, content: Content) {
        let worker = self.calls.get(call).map_or(0, |call| call.worker);
        let serial = self.call_serials.get_mut(usize::from(worker)).map_or(0, |serial| {
            *serial += 1;
            *serial
        });
        let agent = self.agent_at(src).map(|index| self.agents[index].id.clone());
        self.out.push(Event { name, serial, worker, src: Some(src.clone()), agent, content });
    }

    /// One copy, for the device `src`. What happened, happened at `device`.
    pub(super) fn emit_copy(&mut self, name: &'static str, src: &Id, call: &Id, device: &Id, state: &'static str, fields: Fields) {
        // The platform names the copy's own connection in most events, the added party's in this one.
        let connection = if matches!(name, "conferenced" | "connectionCleared" | "held" | "retrieved") { device } else { src };
        let content = Content::Call { call: call.clone(), device: device.clone(), connection: connection.clone(), state, fields };
        self.next_call_event(name, src, call, content);
    }

    /// A copy for every device of ours in the call; of what a silent listener does, only for that listener.
    pub(super) fn emit_copies(&mut self, name: &'static str, call: &Id, device: &Id, state: &'static str, fields: &Fields) {
        for src in self.witnesses(call, device) {
            self.emit_copy(name, &src, call, device, state, fields.clone());
        }
    }

    pub(super) fn witnesses(&self, call: &Id, device: &Id) -> Vec<Id> {
        let Some(call) = self.calls.get(call) else { return Vec::new() };
        let silent = call.connection(device).is_some_and(|connection| connection.silent);
        let sees = |other: &Id| self.devices.contains_key(other) && (!silent || other == device);
        call.connections.iter().map(|connection| &connection.device).filter(|other| sees(other)).cloned().collect()
    }

    /// What the later edition adds to ringing and answered calls.
    pub(super) fn call_fields(&self, call: &Id, mut fields: Fields) -> Fields {
        let Some(call) = self.calls.get(call) else { return fields };
        let mut data: serde_json::Map<String, Value> =
            call.data.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
        data.insert("originalANI".into(), json!(&*call.caller));
        data.insert("originalDNIS".into(), json!(&*call.called));
        data.insert("originalCallId".into(), json!(&*call.id));
        fields.push(("userData", json!({ "data": data })));
        fields.push(("callType", json!(call.kind.as_str())));
        if let Some(queue) = call.queue {
            fields.push(("split", json!(queue_at(queue).name)));
        }
        fields
    }

    pub(super) fn emit_recording(&mut self, name: &'static str, device: &Id, call: &Id, with_src: bool, fields: Fields) {
        self.next_call_event(name, device, call, Content::Recording { device: device.clone(), fields });
        if let (false, Some(event)) = (with_src, self.out.last_mut()) {
            event.src = None;
        }
    }

    pub(super) fn emit_status(&mut self, index: usize) {
        let agent = &self.agents[index];
        let status = AgentStatus {
            agent: agent.id.clone(),
            device: agent.device.clone(),
            mode: agent.mode,
            reason: agent.reason.clone(),
            name: agent.name.clone(),
            team: agent.team,
            status: agent.status,
            since: agent.status_since,
            last_status: agent.last_status,
            last_length: agent.last_length,
            login_time: agent.login_time,
            first_login: agent.first_login,
            counters: agent.counters,
        };
        self.emit_model("AgentStatusEvent", Some(status.agent.clone()), Content::Status(Box::new(status)));
    }

    pub(super) fn emit_model(&mut self, name: &'static str, agent: Option<Id>, content: Content) {
        self.model_serial += 1;
        self.out.push(Event { name, serial: self.model_serial, worker: 0, src: None, agent, content });
    }
}
