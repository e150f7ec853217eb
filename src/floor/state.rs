//! The floor's memory, and what it says when asked: rows.

use super::agent::{Agent, Mode, state_of_status};
use super::call::{Call, Connection, ConnectionState};
use super::{AgentId, CallId, CallRow, CallView, DeviceId, Holds, Party, PartyRole, PartyState, Row, State};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// All that the events have said so far. Owned by one task; see [`Floor::apply`].
#[derive(Debug, Clone, Default)]
pub struct Floor {
    pub(super) agents: BTreeMap<AgentId, Agent>,
    pub(super) calls: HashMap<CallId, Call>,
    /// The calls that a device has, or lately had, a part in.
    pub(super) parts: HashMap<DeviceId, BTreeSet<CallId>>,
    pub(super) claims: HashMap<DeviceId, Claims>,
    /// Calls that became another one, and when.
    pub(super) successors: HashMap<CallId, (CallId, i64)>,
    /// The call of a recording, and when it began.
    pub(super) recordings: HashMap<String, (CallId, i64)>,
    /// The newest event time.
    pub(super) latest: i64,
    /// The highest serial of agent events and of call events.
    pub(super) agent_serial: i64,
    pub(super) call_serial: i64,
    /// How many events did not say when they happened.
    pub(super) unordered: u64,
    pub(super) applied: u64,
    pub(super) seen: HashSet<u64>,
    pub(super) seen_order: VecDeque<u64>,
}

/// Who sits at a device: the latest word of each kind, with its time.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    /// By an agent or status event.
    pub said: Option<(i64, AgentId)>,
    /// By a call event's copy; counts only where nothing was said.
    pub seen: Option<(i64, AgentId)>,
}

impl Claims {
    pub fn holder(&self) -> Option<&AgentId> {
        self.said.as_ref().or(self.seen.as_ref()).map(|(_, agent)| agent)
    }
}

/// One agent as the platform's roster lists it (protocol, section 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    pub agent: AgentId,
    pub name: String,
    pub team: String,
    /// The roster's status word; what it says counts only until the agent's first event.
    pub status: Option<String>,
}

impl Floor {
    /// Takes the roster: names and teams, and agents of whom no event has come. Says whose rows changed.
    pub fn take_roster(&mut self, roster: Vec<RosterEntry>) -> Vec<AgentId> {
        let mut changed = Vec::new();
        for entry in roster {
            let agent = self.agents.entry(entry.agent.clone()).or_default();
            agent.name = entry.name;
            agent.team = entry.team;
            if agent.status.is_none() {
                agent.hint = entry.status;
            }
            changed.push(entry.agent);
        }
        changed
    }

    /// `device` was asked to listen silently to `call`: when it turns up there, it is no party.
    pub fn expect_listener(&mut self, call: &CallId, device: &DeviceId) {
        let call = self.successor(call);
        if let Some(call) = self.calls.get_mut(&call) {
            call.listeners.insert(device.clone());
        }
    }

    /// `device` joins as a party after all.
    pub fn forget_listener(&mut self, call: &CallId, device: &DeviceId) {
        let call = self.successor(call);
        if let Some(call) = self.calls.get_mut(&call) {
            call.listeners.remove(device);
        }
    }

    /// The id under which a call goes on after conferences and transfers.
    pub fn successor(&self, call: &CallId) -> CallId {
        let mut id = call;
        for _ in 0..16 {
            match self.successors.get(id) {
                Some((next, _)) if next != call => id = next,
                _ => break,
            }
        }
        id.clone()
    }

    /// Whether `device` has a part in `call` now.
    pub fn in_call(&self, device: &DeviceId, call: &CallId) -> bool {
        self.calls.get(&self.successor(call)).is_some_and(|call| call.part(device).is_some())
    }

    /// Whether `call` is known and not over.
    pub fn call_is_live(&self, call: &CallId) -> bool {
        self.calls.get(&self.successor(call)).is_some_and(|call| !call.connections.is_empty() && !call.over())
    }

    /// The calls that `device` has, or lately had, a part in.
    pub fn calls_at(&self, device: &DeviceId) -> Vec<CallId> {
        self.parts.get(device).into_iter().flatten().cloned().collect()
    }

    /// Who sits at `device`.
    pub fn agent_at(&self, device: &DeviceId) -> Option<&AgentId> {
        let agent = self.claims.get(device)?.holder()?;
        (self.device_of(agent).as_ref() == Some(device)).then_some(agent)
    }

    /// The agents with a part in `call`, each with the device, in the devices' order.
    pub fn agents_in(&self, call: &CallId) -> Vec<(AgentId, DeviceId)> {
        let Some(call) = self.calls.get(&self.successor(call)) else { return Vec::new() };
        call.parties().filter_map(|(device, _)| Some((self.agent_at(device)?.clone(), device.clone()))).collect()
    }

    pub fn agents(&self) -> impl Iterator<Item = &AgentId> {
        self.agents.keys()
    }

    fn device_of(&self, id: &AgentId) -> Option<DeviceId> {
        let device = self.agents.get(id)?.bound_device()?;
        // Somebody else sits there since: this agent's log-off was lost.
        (self.claims.get(&device)?.holder() == Some(id)).then_some(device)
    }

    /// What the board says of `agent`, without the step-ins, which are not the floor's.
    pub fn row(&self, id: &AgentId) -> Option<Row> {
        let agent = self.agents.get(id)?;
        let device = self.device_of(id);
        let mut row = Row { name: agent.name.clone(), team: agent.team.clone(), figures: agent.figures, ..Row::unknown(id.clone()) };
        self.fill_mode(&mut row, agent, device.is_some());
        if let Some(device) = &device {
            self.fill_call(&mut row, device);
        }
        row.device = device;
        Some(row)
    }

    pub fn calls(&self) -> impl Iterator<Item = &CallId> {
        self.calls.keys()
    }

    /// What is said of the call with this id, while it goes on, without the step-ins, which are not the floor's.
    pub fn call_row(&self, id: &CallId) -> Option<CallRow> {
        let call = self.calls.get(id).filter(|call| !call.over() && !call.connections.is_empty())?;
        let is_ours = |device: &DeviceId| self.claims.contains_key(device);
        let state = |state| match state {
            ConnectionState::Initiated => Some(PartyState::Initiated),
            ConnectionState::Dialling => Some(PartyState::Dialling),
            ConnectionState::Alerting => Some(PartyState::Alerting),
            ConnectionState::Connected => Some(PartyState::Connected),
            ConnectionState::Held => Some(PartyState::Held),
            ConnectionState::Cleared => None,
        };
        let role = |device: &DeviceId| match device {
            _ if call.listeners.contains(device) => PartyRole::Listener,
            _ if call.calling.as_ref() == Some(device) => PartyRole::Caller,
            _ if call.called.as_ref() == Some(device) => PartyRole::Called,
            _ => PartyRole::Joined,
        };
        let mut parties: Vec<Party> = call
            .connections
            .iter()
            .filter_map(|(device, part)| {
                let agent = self.agent_at(device).cloned();
                Some(Party { device: device.clone(), agent, role: role(device), state: state(part.state)?, since: part.since })
            })
            .collect();
        parties.sort_by(|a, b| (a.role, a.since, &a.device).cmp(&(b.role, b.since, &b.device)));
        let first = parties.first().map(|party| party.device.clone())?;
        Some(CallRow {
            id: id.clone(),
            former: Vec::new(),
            direction: call.direction(&first, is_ours),
            kind: call.kind.clone(),
            queue: call.queue.clone(),
            started: call.started,
            answered: call.answered,
            holds: Holds::default(),
            recording: call.recording.is_some_and(|(_, on)| on),
            data: Vec::new(),
            parties,
            touched: call.touched,
            end_not_seen: false,
            action: None,
        })
    }

    fn fill_mode(&self, row: &mut Row, agent: &Agent, bound: bool) {
        match agent.mode() {
            // The device was taken over by another agent: what this one does is not known.
            Some(fact) if !bound && fact.mode != Mode::LoggedOut && fact.device.is_some() => {}
            Some(fact) if fact.mode != Mode::Unknown => {
                row.state = fact.mode.state();
                row.since = fact.since;
                row.reason.clone_from(&fact.reason);
            }
            fact => {
                row.state = agent.hint.as_deref().and_then(state_of_status).unwrap_or(State::Unknown);
                row.since = fact.and_then(|fact| fact.since);
            }
        }
    }

    fn fill_call(&self, row: &mut Row, device: &DeviceId) {
        let Some(ids) = self.parts.get(device) else { return };
        let known = |id: &CallId| self.calls.get_key_value(id);
        let mut parts: Vec<(&CallId, &Call, &Connection)> =
            ids.iter().filter_map(known).filter_map(|(id, call)| Some((id, call, call.part(device)?))).collect();
        parts.sort_by_key(|(id, _, part)| (std::cmp::Reverse(prominence(part.state)), part.since, *id));
        let Some((id, call, part)) = parts.first().copied() else {
            // Back to the mode of before the call: in it since the call ended, if no event has said so since.
            let ended = ids.iter().filter_map(|id| self.calls.get(id)?.last_cleared()).max();
            if let (Some(ended), Some(since)) = (ended, row.since) {
                row.since = Some(since.max(ended));
            }
            return;
        };
        let party_count = call.parties().filter(|(_, c)| matches!(c.state, ConnectionState::Connected | ConnectionState::Held)).count();
        row.state = match part.state {
            ConnectionState::Initiated | ConnectionState::Dialling => State::Dialling,
            ConnectionState::Alerting => State::Ringing,
            ConnectionState::Held => State::OnHold,
            _ if party_count >= 3 && !call.listeners.contains(device) => State::Conference,
            _ => State::OnCall,
        };
        let is_ours = |other: &DeviceId| self.claims.contains_key(other);
        row.since = Some(part.since);
        row.reason = None;
        row.call = Some(CallView {
            id: id.clone(),
            direction: call.direction(device, is_ours),
            other: call.other_party(device, is_ours).map(|other| other.number().to_owned()).unwrap_or_default(),
            queue: call.queue.clone(),
            started: call.started,
            answered: call.answered,
            holds: part.holds,
            parties: u32::try_from(party_count).unwrap_or(u32::MAX),
            listeners: call.listening(),
            joined: Vec::new(),
            recording: call.recording.is_some_and(|(_, on)| on),
            others: u32::try_from(parts.len() - 1).unwrap_or(u32::MAX),
        });
    }
}

/// Of several calls, the one that a device is busy with: talking before ringing before dialling before holding.
fn prominence(state: ConnectionState) -> u8 {
    match state {
        ConnectionState::Connected => 5,
        ConnectionState::Alerting => 4,
        ConnectionState::Dialling => 3,
        ConnectionState::Initiated => 2,
        ConnectionState::Held => 1,
        ConnectionState::Cleared => 0,
    }
}
