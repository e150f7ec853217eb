//! Agents, devices, calls and the parts that devices have in calls.

use super::counters::Counters;
use super::{Id, Millis};
use std::collections::BTreeMap;

/// What an agent says of himself (`agentMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    Ready,
    NotReady,
    WorkNotReady,
    Allocated,
    #[default]
    Logout,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Ready => "Ready",
            Mode::NotReady => "NotReady",
            Mode::WorkNotReady => "WorkNotReady",
            Mode::Allocated => "Allocated",
            Mode::Logout => "Logout",
        }
    }
}

#[derive(Debug, Default)]
pub struct Agent {
    pub id: Id,
    pub name: String,
    /// Index into [`super::TEAMS`].
    pub team: usize,
    /// Not in the roster and never driven by the simulation.
    pub supervisor: bool,
    /// The device that a simulated agent sits at.
    pub home: Id,
    pub device: Option<Id>,
    pub mode: Mode,
    pub reason: Option<String>,
    /// Takes effect when the call ends.
    pub pending: Option<(Mode, Option<String>)>,
    /// The `agentStatus` word, since when, and the one before.
    pub status: &'static str,
    pub status_since: Millis,
    pub last_status: &'static str,
    pub last_length: Millis,
    pub login_time: Millis,
    pub first_login: Millis,
    /// Logged on over HTTP: a person decides, the simulation keeps off; and the latest heart-beat.
    pub manual: Option<Millis>,
    pub counters: Counters,
    /// Counts the changes of mode, so that a timer can tell that it is out of date.
    pub turn: u32,
    /// Counts the log-ons, for the timers that outlive a change of mode.
    pub shift: u32,
    /// Where it stands in `super::Floor::ready`.
    pub(super) ready_at: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Device {
    pub agent: Option<usize>,
    /// Answers by itself.
    pub supervisor: bool,
    pub calls: Vec<Id>,
    /// The record's id and the recorded call.
    pub recording: Option<(String, Id)>,
    pub last_dialled: Option<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallType {
    Inbound,
    Outbound,
    Internal,
}

impl CallType {
    pub fn as_str(self) -> &'static str {
        match self {
            CallType::Inbound => "Inbound",
            CallType::Outbound => "Outbound",
            CallType::Internal => "Internal",
        }
    }
}

/// One party's part in a call.
#[derive(Debug, Clone)]
pub struct Connection {
    pub device: Id,
    pub state: PartState,
    /// Listens; the others do not learn of it.
    pub silent: bool,
    /// Who called this party.
    pub calling: Id,
    /// Who invites it into a conference: proved by `conferenced` once it has answered.
    pub invited_by: Option<Id>,
    pub held_since: Option<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartState {
    Initiated,
    Alerting,
    Connected,
    Held,
}

impl PartState {
    /// As `localState` words it.
    pub fn as_str(self) -> &'static str {
        match self {
            PartState::Initiated => "Initiate",
            PartState::Alerting => "Alerting",
            PartState::Connected => "Connect",
            PartState::Held => "Hold",
        }
    }
}

#[derive(Debug)]
pub struct Call {
    pub id: Id,
    /// The ids of calls that became this one.
    pub former: Vec<Id>,
    pub kind: CallType,
    pub caller: Id,
    pub called: Id,
    /// Index into [`super::QUEUES`].
    pub queue: Option<usize>,
    pub connections: Vec<Connection>,
    pub data: BTreeMap<String, String>,
    pub started: Millis,
    pub delivered: Option<Millis>,
    pub answered: Option<Millis>,
    pub held: Millis,
    /// How often anybody put it on hold.
    pub holds: u32,
    pub conferenced: bool,
    pub transfers: u32,
    /// Its course is decided; for the simulation.
    pub planned: bool,
    /// Which worker handles it.
    pub worker: u16,
    /// It rings at several telephones at once: who answers first has it.
    pub group: bool,
    /// The queue that it was transferred to and waits in.
    pub waits_in: Option<Id>,
    /// The call that its only party listens to.
    pub monitors: Option<Id>,
}

impl Call {
    pub fn connection(&self, device: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| &*connection.device == device)
    }

    pub(super) fn part_mut(&mut self, device: &str) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| &*connection.device == device)
    }

    /// The parties that talk: listeners do not keep a call alive.
    pub fn talkers(&self) -> usize {
        self.connections.iter().filter(|connection| !connection.silent).count()
    }
}
