//! The messages and their encoding.

use crate::floor::{
    AgentId, BulkRun, CallId, CallRow, ConsoleTime, Counts, DeviceId, Namespace, Offset, Operation, PlatformTime, Role, Row,
};
use serde::{Deserialize, Serialize};

/// Whether the console hears the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// Subscribed, and the broker was heard within its heart-beat.
    Live,
    /// Not connected; what is shown is as old as `since`.
    Down,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub state: LinkState,
    /// Since when.
    pub since: ConsoleTime,
    /// When the last event arrived; none before the first.
    pub last_event: Option<ConsoleTime>,
}

/// Stands at the head of every message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Changes with every start of the console: sequences of different epochs have nothing to do with each other.
    pub epoch: u64,
    /// The state of the board after this message.
    pub seq: u64,
    /// When the message was made.
    pub at: ConsoleTime,
    /// Turns the console's time into the platform's: `offset.to_platform(at).since(row.since)` is the time in state.
    pub offset: Offset,
    pub link: Link,
}

/// From the console to a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Down {
    /// Everything: forget what was before.
    Snapshot { header: Header, rows: Vec<Row>, calls: Vec<CallRow>, runs: Vec<BulkRun> },
    /// The rows that changed since `header.seq - 1`, each whole; and the calls that are gone: ended, or part of another one now
    /// (which then names them among its former ids).
    Delta { header: Header, rows: Vec<Row>, calls: Vec<CallRow>, gone: Vec<CallId>, runs: Vec<BulkRun> },
    /// Nothing changed; twice a second, so that silence is noticed.
    Pulse { header: Header },
    /// The session has ended: go to the sign-in page.
    SignedOut,
}

/// A message that could not be read; the browser reconnects and takes a snapshot.
#[derive(Debug, thiserror::Error)]
#[error("a live message could not be read: {0}")]
pub struct MessageError(#[from] postcard::Error);

impl Header {
    /// Returns the platform's time when the message was made.
    pub fn platform_now(&self) -> PlatformTime {
        self.offset.to_platform(self.at)
    }
}

impl Down {
    pub fn encode(&self) -> Result<Vec<u8>, MessageError> {
        Ok(postcard::to_allocvec(self)?)
    }

    pub fn decode(bytes: &[u8]) -> Result<Down, MessageError> {
        Ok(postcard::from_bytes(bytes)?)
    }

    pub fn header(&self) -> Option<&Header> {
        match self {
            Down::Snapshot { header, .. } | Down::Delta { header, .. } | Down::Pulse { header } => Some(header),
            Down::SignedOut => None,
        }
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub agent: AgentId,
    /// From the roster; empty where it gives none.
    pub name: String,
    pub namespace: Namespace,
    /// The supervisor's own phone: joins, takes and listens there.
    pub device: DeviceId,
    pub role: Role,
}

/// What the server renders a page from and hands to the browser with the page, so that both draw the same first picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialState {
    pub me: Me,
    /// The own phone as calls name it: where numbers from outside are hidden, and it looks like one, it is hidden too.
    pub own_device: DeviceId,
    pub header: Header,
    /// Of the whole floor within the team filter, before state filter and search.
    pub counts: Counts,
    /// Every team's name, sorted.
    pub teams: Vec<String>,
    /// How many agents match the query of the URL.
    pub matching: u32,
    /// The first of them, in the query's order: at most [`InitialState::ROWS`].
    pub rows: Vec<Row>,
    /// Operations that the configuration does not offer (`--hide-action`).
    pub hidden: Vec<Operation>,
    /// The calls that the page shows first: on `/calls` the longest that match its query, on an agent's page those of the agent; on
    /// every page those of the supervisor's own phone.
    pub calls: Vec<CallRow>,
    /// How many calls match the query of `/calls`.
    pub matching_calls: u32,
    /// Every queue's name with a call now, sorted.
    pub queues: Vec<String>,
    /// The agent's day as a piece of HTML (`GET /agents/{id}/day`); empty but on an agent's page.
    pub day: String,
    /// The platform's zone, by its name; times are written in the reader's, with the platform's in their tooltips.
    pub time_zone: String,
}

impl InitialState {
    pub const ROWS: usize = 100;
}
