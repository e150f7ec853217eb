//! What the floor keeps, and the rows that it makes of it.

use super::agent::{Agent, Mode, state_of_status};
use super::call::{Call, Connection, ConnectionState};
use super::device::{Device, ListenRequest, Parts};
use super::seen::Seen;
use super::stamp::{Sources, Stamp};
use super::standing::Standing;
use super::table::{Slot, Table};
use super::{AgentId, CallId, CallView, DeviceId, PartyRole, PlatformTime, Row, State};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// Everything that is true now of a tenant's agents, devices and calls, by the events so far; see [`Floor::apply`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Floor {
    /// Every agent that was heard of.
    pub(super) agents: HashMap<AgentId, Agent>,
    /// Every call that goes on or ended lately, by its present id.
    pub(super) calls: Table<CallId, Call>,
    /// Every device of ours, and every device from outside that is or lately was in a call.
    pub(super) devices: Table<DeviceId, Device>,
    /// How many of them are ours.
    pub(super) ours: usize,
    /// The call that each former id became a part of, and when.
    pub(super) successors: HashMap<CallId, (CallId, PlatformTime)>,
    /// The recordings that were heard of, by id.
    pub(super) recordings: HashMap<String, Recording>,
    /// Calls that ended and are not kept whole any more, each with its last event's time, so that late events do not begin them anew.
    pub(super) ended: HashMap<CallId, PlatformTime>,
    /// What each device was asked to listen to.
    pub(super) listen_requests: HashMap<DeviceId, ListenRequest>,
    /// The newest event time.
    pub(super) latest: PlatformTime,
    /// The sources of events, with their serials and clocks.
    pub(super) sources: Sources,
    /// How many stamps were made without a time or serial.
    pub(super) unordered: u64,
    /// How many events were applied, duplicates not counted.
    pub(super) applied: u64,
    /// How many will have been when old calls are forgotten next.
    pub(super) pruned_next: u64,
    /// The latest events, to recognise duplicates.
    pub(super) seen: Seen,
    /// When a roster was last read, in platform time.
    pub(super) roster_read: Option<PlatformTime>,
    /// How often an agent was turned away because there were too many.
    pub(super) turned_away: u64,
}

/// The most agents that a floor has; further ones are turned away, wherever they are named.
pub const MOST_AGENTS: usize = 200_000;
/// What is known of a recording. Its end may name nothing but its id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Recording {
    /// The call that is recorded; absent until its beginning is heard.
    pub call: Option<CallId>,
    /// Its end, if that was heard before its beginning.
    pub stopped: Option<Stamp>,
    /// When it was last heard of.
    pub time: PlatformTime,
}

/// One agent as the platform's roster lists it (protocol, section 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// The agent.
    pub agent: AgentId,
    /// The agent's name; empty if the roster gives none.
    pub name: String,
    /// The team's name; empty if the roster gives none.
    pub team: String,
    /// The roster's `agentStatus` word, if it gives one; it counts only until an event tells the agent's mode.
    pub status: Option<String>,
}

/// A queue as the platform lists it (protocol, section 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// What it is called; empty if the list gives no name.
    pub name: String,
    /// The number that leads to it.
    pub number: String,
}

impl Floor {
    /// Takes the roster as read at `now`, in platform time: names, teams and agents of whom no event has come, up to [`MOST_AGENTS`].
    /// Returns the agents whose rows may differ.
    pub fn take_roster(&mut self, roster: Vec<RosterEntry>, now: PlatformTime) -> Vec<AgentId> {
        self.roster_read = Some(now);
        let mut changed = Vec::new();
        for entry in roster {
            let Some(agent) = self.agent_mut(&entry.agent) else { continue };
            let is_new = agent.listed.is_none();
            agent.listed = Some(now);
            if agent.take_listing(entry.name, entry.team, entry.status) || is_new {
                changed.push(entry.agent);
            }
        }
        changed
    }

    /// Returns the agent, who is new if not known yet, or `None` if there are too many.
    pub(super) fn agent_mut(&mut self, id: &AgentId) -> Option<&mut Agent> {
        if self.agents.len() >= MOST_AGENTS && !self.agents.contains_key(id) {
            self.turned_away += 1;
            return None;
        }
        Some(self.agents.entry(id.clone()).or_default())
    }

    /// Returns how many calls are kept whole, over or not.
    pub(super) fn kept_calls(&self) -> usize {
        self.calls.len()
    }

    /// Returns whether the call is kept whole, over or not.
    pub(super) fn knows_call(&self, id: &CallId) -> bool {
        self.calls.contains_key(id)
    }

    /// Returns how much is kept, by kind. Each is bounded: calls by how long an ended one is kept, devices from outside by their calls.
    pub fn kept(&self) -> [(&'static str, usize); 4] {
        [("agents", self.agents.len()), ("devices", self.devices.len()), ("calls", self.calls.len()), ("ended_calls", self.ended.len())]
    }

    /// Returns how often an agent was turned away because there were [`MOST_AGENTS`], whether an event or the roster named the agent.
    pub fn turned_away(&self) -> u64 {
        self.turned_away
    }

    /// Returns the agent bound to `device`, or `None` if there is none.
    pub fn agent_at(&self, device: &DeviceId) -> Option<&AgentId> {
        let agent = self.devices.get(device)?.holder()?;
        (self.agents.get(agent)?.bound_device() == Some(device)).then_some(agent)
    }

    /// Returns every agent that has a row, sorted by id.
    pub fn agents(&self) -> impl Iterator<Item = &AgentId> {
        let mut agents: Vec<&AgentId> = self.agents.keys().collect();
        agents.sort_unstable();
        agents.into_iter()
    }

    /// Returns the device that the agent is bound to, or `None` if there is none.
    pub(super) fn device_of(&self, id: &AgentId) -> Option<&DeviceId> {
        self.seat_of(id, self.agents.get(id)?).map(|(device, _)| device)
    }

    /// Returns the device that the agent `id` is bound to, with its slot, or `None` if there is none.
    fn seat_of<'a>(&self, id: &AgentId, agent: &'a Agent) -> Option<(&'a DeviceId, Slot)> {
        let device = agent.bound_device()?;
        let slot = self.devices.slot(device)?;
        // Another agent has logged on there since: this one's log-off was lost.
        (self.devices.at(slot)?.holder() == Some(id)).then_some((device, slot))
    }

    /// Returns the agent's row, or `None` if the agent is not known. Its intervention and what is scheduled are absent, and it never counts
    /// as remembered: the floor does not know these.
    pub fn row(&self, id: &AgentId) -> Option<Row> {
        let agent = self.agents.get(id)?;
        let seat = self.seat_of(id, agent);
        let mut row = Row { name: agent.name.clone(), team: agent.team.clone(), ..Row::unknown(id.clone()) };
        self.fill_mode(&mut row, agent, seat.is_some());
        if let Some((device, slot)) = seat {
            self.fill_call(&mut row, device, slot);
        }
        row.device = seat.map(|(device, _)| device.clone());
        Some(row)
    }

    /// Fills in the mode, by events or else by the last status word.
    fn fill_mode(&self, row: &mut Row, agent: &Agent, bound: bool) {
        match agent.mode() {
            // Another agent has logged on at the device: what this one does is not known.
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

    /// Fills in the call that `device` is most busy with, and the state that follows from it.
    fn fill_call(&self, row: &mut Row, device: &DeviceId, slot: Slot) {
        let Some(binding) = self.devices.at(slot).and_then(|device| device.binding.as_ref()) else { return };
        let mut others = 0;
        let mut foremost: Option<(&CallId, &Call, Standing, &Connection)> = None;
        for at in binding.parts.open() {
            let Some(call) = self.calls.at(*at) else { continue };
            let Some((index, connection)) = call.connection_at(slot) else { continue };
            let standing = self.standing(call);
            if standing.over || !standing.counts(usize::from(index), connection) {
                continue;
            }
            let key = |id, connection: &Connection| (std::cmp::Reverse(prominence(connection.state)), connection.since, id);
            others += u32::from(foremost.is_some());
            if foremost.as_ref().is_none_or(|(id, _, _, known)| key(call.id(), connection) < key(id, known)) {
                foremost = Some((call.id(), call, standing, connection));
            }
        }
        let Some((id, call, standing, connection)) = foremost else {
            // Back in the mode from before the call: since the call ended, unless a later event tells the mode.
            if let (Some(ended), Some(since)) = (self.ended_at(slot, &binding.parts), row.since) {
                row.since = Some(since.max(ended));
            }
            return;
        };
        let in_it = |connection: &Connection| matches!(connection.state, Some(ConnectionState::Connected | ConnectionState::Held));
        let open = || call.connections().filter(|(index, _, connection)| standing.counts(*index, connection));
        let stay = open().filter(|(_, other, connection)| *other != device && !connection.listens()).count();
        let counted = || open().filter(|(_, _, connection)| in_it(connection));
        let party_count = counted().filter(|(_, _, connection)| !connection.listens()).count();
        let role = |role: PartyRole| -> Vec<DeviceId> {
            counted().filter(|(_, _, connection)| connection.role == Some(role)).map(|(_, device, _)| device.clone()).collect()
        };
        let elsewhere = self.listeners_from_elsewhere(call, &standing).into_iter();
        let listeners = elsewhere.filter(|(_, connection)| in_it(connection)).map(|(device, _)| device);
        row.state = match connection.state {
            Some(ConnectionState::Initiated | ConnectionState::Dialling) => State::Dialling,
            Some(ConnectionState::Alerting) => State::Ringing,
            Some(ConnectionState::Held) => State::OnHold,
            _ if party_count >= 3 && !connection.listens() => State::Conference,
            _ => State::OnCall,
        };
        row.since = Some(connection.since);
        row.reason = None;
        row.call = Some(Box::new(CallView {
            id: id.clone(),
            direction: self.direction(call),
            other: self.other_party(call, &standing, device).map(|other| other.number().to_owned()).unwrap_or_default(),
            queue: call.origin().queue().cloned(),
            started: call.folded().started,
            answered: call.folded().answered,
            holds: connection.holds,
            parties: u32::try_from(party_count).unwrap_or(u32::MAX),
            stay: u32::try_from(stay).unwrap_or(u32::MAX),
            listeners: listeners.chain(role(PartyRole::Listener)).collect(),
            joined: role(PartyRole::Joined),
            recording: call.folded().recording(),
            others,
        }));
    }
}

impl Floor {
    /// Returns when a call that the device had a part in last lost a party.
    fn ended_at(&self, slot: Slot, parts: &Parts) -> Option<PlatformTime> {
        let takes_part = |at: &Slot| {
            let Some(call) = self.calls.at(*at) else { return false };
            call.connection_at(slot).is_some_and(|(index, _)| self.standing(call).takes_part(usize::from(index)))
        };
        parts.unheard().filter(takes_part).filter_map(|at| parts.cleared(at)).max().max(parts.ended())
    }
}

/// Returns how busy a device is with a call in that state: talking before ringing before dialling before holding.
fn prominence(state: Option<ConnectionState>) -> u8 {
    match state {
        Some(ConnectionState::Connected) => 5,
        Some(ConnectionState::Alerting) => 4,
        Some(ConnectionState::Dialling) => 3,
        Some(ConnectionState::Initiated) => 2,
        Some(ConnectionState::Held) => 1,
        Some(ConnectionState::Cleared) | None => 0,
    }
}
