//! The messages and their encoding.

use crate::floor::{AgentId, Counts, DeviceId, Namespace, Operation, Role, Row};
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
    /// Since when, milliseconds on the console's clock.
    pub since: i64,
    /// When the last event arrived, milliseconds on the console's clock; none before the first.
    pub last_event: Option<i64>,
}

/// Stands at the head of every message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Changes with every start of the console: sequences of different epochs have nothing to do with each other.
    pub epoch: u64,
    /// The state of the board after this message.
    pub seq: u64,
    /// The console's clock when the message was made, milliseconds since 1970.
    pub at: i64,
    /// The console's clock minus the platform's, milliseconds: `at - offset - row.since` is the time in state (never below zero).
    pub offset: i64,
    pub link: Link,
}

/// From the console to a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Down {
    /// The whole board: forget everything else.
    Snapshot { header: Header, rows: Vec<Row> },
    /// The rows that changed since `header.seq - 1`, each whole.
    Delta { header: Header, rows: Vec<Row> },
    /// Nothing changed; twice a second, so that silence is noticed.
    Pulse { header: Header },
    /// The session has ended: go to the sign-in page.
    SignedOut,
}

/// A message that could not be read; the browser reconnects and takes a snapshot.
#[derive(Debug, thiserror::Error)]
#[error("a live message could not be read: {0}")]
pub struct MessageError(#[from] postcard::Error);

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

/// What the server renders the board from and hands to the browser with the page, so that both draw the same first picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstView {
    pub me: Me,
    pub header: Header,
    /// Of the whole floor within the team filter, before state filter and search.
    pub counts: Counts,
    /// Every team's name, sorted.
    pub teams: Vec<String>,
    /// How many agents match the query of the URL.
    pub matching: u32,
    /// The first of them, in the query's order: at most [`FirstView::ROWS`].
    pub rows: Vec<Row>,
    /// Operations that the configuration does not offer (`--hide-action`).
    pub hidden: Vec<Operation>,
}

impl FirstView {
    pub const ROWS: usize = 100;
}
