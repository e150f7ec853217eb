//! One call and its connections. A connection is one device's part in the call (CSTA); each is a register of its own, so that the
//! copies of an event that every device in the call gets say the same thing several times and nothing more.

use super::stamp::Stamp;
use super::{DeviceId, Direction};
use std::collections::{BTreeMap, BTreeSet};

/// Nobody talks in larger circles; whatever names more devices is not a call.
const MOST_CONNECTIONS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionState {
    Initiated,
    Dialling,
    Alerting,
    Connected,
    Held,
    Cleared,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub at: Stamp,
    pub state: ConnectionState,
    pub since: i64,
    /// How often this device put the call on hold.
    pub holds: u32,
}

impl Connection {
    fn live(&self) -> bool {
        self.state != ConnectionState::Cleared
    }
}

#[derive(Debug, Clone, Default)]
pub struct Call {
    pub connections: BTreeMap<DeviceId, Connection>,
    /// Devices that were asked to listen silently here.
    pub listeners: BTreeSet<DeviceId>,
    pub calling: Option<DeviceId>,
    pub called: Option<DeviceId>,
    pub kind: Option<String>,
    pub queue: Option<String>,
    pub started: Option<i64>,
    pub answered: Option<i64>,
    /// Whether it is being recorded, and since when that is known.
    pub recording: Option<(Stamp, bool)>,
    /// The newest event's time: what is pruned first.
    pub touched: i64,
}

impl Call {
    /// Says that `device` came into `state` at `at`; ignored if something later is known.
    pub fn set(&mut self, device: &DeviceId, state: ConnectionState, at: Stamp) {
        let full = self.connections.len() >= MOST_CONNECTIONS;
        match self.connections.get_mut(device) {
            None if full => {}
            None => {
                let holds = u32::from(state == ConnectionState::Held);
                self.connections.insert(device.clone(), Connection { at, state, since: at.happened, holds });
            }
            Some(known) if at.after(&known.at) => {
                known.at = at;
                if known.state != state {
                    known.holds = known.holds.saturating_add(u32::from(state == ConnectionState::Held));
                    (known.state, known.since) = (state, at.happened);
                }
            }
            Some(_) => {}
        }
    }

    /// As [`Call::set`], for what an event only implies: it must not take a device out of a later stage.
    pub fn imply(&mut self, device: &DeviceId, state: ConnectionState, at: Stamp) {
        if self.connections.get(device).is_none_or(|known| !known.live() || known.state < state) {
            self.set(device, state, at);
        }
    }

    /// Devices with a live part in the call, silent listeners left out.
    pub fn parties(&self) -> impl Iterator<Item = (&DeviceId, &Connection)> {
        self.connections.iter().filter(|(device, connection)| connection.live() && !self.listeners.contains(*device))
    }

    /// Devices that listen now.
    pub fn listening(&self) -> Vec<DeviceId> {
        let listens = |device: &&DeviceId| self.connections.get(*device).is_some_and(|c| c.state == ConnectionState::Connected);
        self.listeners.iter().filter(listens).cloned().collect()
    }

    /// Somebody left and at most one party is left: nobody talks to himself (protocol, section 3).
    pub fn over(&self) -> bool {
        self.connections.values().any(|connection| !connection.live()) && self.parties().count() <= 1
    }

    /// Says that a recording began or ended; ignored if something later is known.
    pub fn record(&mut self, on: bool, at: Stamp) {
        if self.recording.is_none_or(|(known, _)| at.after(&known)) {
            self.recording = Some((at, on));
        }
    }

    /// The part of `device` in the call, while it has one.
    pub fn part(&self, device: &DeviceId) -> Option<&Connection> {
        if self.over() { None } else { self.connections.get(device).filter(|connection| connection.live()) }
    }

    /// When anybody last left, for the time of the state that follows.
    pub fn last_cleared(&self) -> Option<i64> {
        self.connections.values().filter(|connection| !connection.live()).map(|connection| connection.since).max()
    }

    /// Whom `device` talks to: of caller and called who is still there, else of the parties, the one from outside before our own.
    /// Where nobody is left, whom it talked to. `is_ours` says whether a device belongs to the floor.
    pub fn other_party(&self, device: &DeviceId, is_ours: impl Fn(&DeviceId) -> bool) -> Option<&DeviceId> {
        let gone = |end: &&DeviceId| self.connections.get(*end).is_some_and(|connection| !connection.live());
        let ends = || [&self.calling, &self.called].into_iter().flatten().filter(|end| *end != device);
        let parties = self.parties().map(|(party, _)| party).filter(|party| *party != device);
        let present: Vec<&DeviceId> = ends().filter(|end| !gone(end)).chain(parties).collect();
        present.iter().find(|party| !is_ours(party)).or(present.first()).copied().or_else(|| ends().next())
    }

    /// From `callType`, else from who called whom; `is_ours` says whether a device belongs to the floor.
    pub fn direction(&self, device: &DeviceId, is_ours: impl Fn(&DeviceId) -> bool) -> Direction {
        match self.kind.as_deref() {
            Some("Inbound" | "SMART_IVR") => Direction::Inbound,
            Some("Outbound" | "PreOccupied" | "PreDictive" | "AgentAutoCall" | "PreView") => Direction::Outbound,
            Some("Internal") => Direction::Internal,
            _ => match (&self.calling, &self.called) {
                (Some(calling), Some(called)) if is_ours(calling) && is_ours(called) => Direction::Internal,
                (Some(calling), _) if calling == device => Direction::Outbound,
                (Some(calling), _) if is_ours(calling) => Direction::Outbound,
                (Some(_), _) => Direction::Inbound,
                (None, _) => Direction::Unknown,
            },
        }
    }

    /// Moves everything of `old` here: two calls became one.
    pub fn absorb(&mut self, old: Call) {
        for (device, connection) in old.connections {
            match self.connections.get(&device) {
                Some(known) if !connection.at.after(&known.at) => {}
                None if self.connections.len() >= MOST_CONNECTIONS => {}
                _ => {
                    self.connections.insert(device, connection);
                }
            }
        }
        self.listeners.extend(old.listeners);
        if let Some((at, on)) = old.recording {
            self.record(on, at);
        }
        // The older call is the customer's: who called whom there is what a supervisor asks for.
        let older = match (old.started, self.started) {
            (Some(theirs), Some(ours)) => theirs < ours,
            (theirs, None) => theirs.is_some() || self.calling.is_none(),
            (None, _) => false,
        };
        if older {
            self.calling = old.calling.or(self.calling.take());
            self.called = old.called.or(self.called.take());
            self.kind = old.kind.or(self.kind.take());
            self.queue = old.queue.or(self.queue.take());
            self.answered = old.answered.or(self.answered);
            self.started = old.started;
        }
    }
}
