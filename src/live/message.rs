//! The messages from the console to its browsers, and their encoding.

use crate::floor::{
    AgentId, BulkRun, CallId, CallRow, ConsoleTime, Counts, DeviceId, Gap, Namespace, Offset, Operation, PlatformTime, Role, Row,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whether the console receives the platform's events (protocol, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// Connected and subscribed; the broker has not been silent for too long.
    Live,
    /// Not connected, or not yet subscribed; what is shown is as old as [`Link::since`].
    Down,
}

/// The connection to the platform's events, as browsers are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Whether events can arrive.
    pub state: LinkState,
    /// When the state last changed, or when the console started if it has not changed since.
    pub since: ConsoleTime,
    /// When the last event arrived; `None` before the first since the console started.
    pub last_event: Option<ConsoleTime>,
    /// The latest times in which the platform was not heard, the oldest first; at most [`Link::GAPS`].
    pub gaps: Vec<Gap>,
    /// Up to when is known what happened, while what the broker kept for the console is still coming in; `None` once all of it has.
    pub caught_up_to: Option<PlatformTime>,
    /// Since when what is heard cannot be written to the journal; `None` while it can.
    pub unwritten_since: Option<ConsoleTime>,
}

impl Link {
    /// How many gaps are told.
    pub const GAPS: usize = 3;

    /// Makes a link of which nothing more is known than its state.
    pub fn new(state: LinkState, since: ConsoleTime) -> Self {
        Link { state, since, last_event: None, gaps: Vec::new(), caught_up_to: None, unwritten_since: None }
    }
}

/// What every message about the board begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// A random number that the console draws at its start. Sequences of different epochs cannot be compared.
    pub epoch: u64,
    /// The sequence: the number of the board's state after this message. A delta raises it by one, a pulse repeats it.
    pub seq: u64,
    /// When the message was made, by the console's clock.
    pub at: ConsoleTime,
    /// The clock offset when the message was made. With the [`since`](Row::since) of a row,
    /// `offset.to_platform(at).since(since)` is the time in state.
    pub offset: Offset,
    /// The link when the message was made.
    pub link: Link,
}

/// A message from the console to a browser.
///
/// The encoding is that of one version of the console and its pages ([`InitialState::version`]). [`Down::SignedOut`] and
/// [`Down::Outdated`] are read alike by all versions: they keep their places here and have no fields.
///
/// Numbers of outside parties in it are masked if the reader may not see them whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Down {
    /// A part of the whole board. With the last part all of them come in place of what the browser had before; nothing else comes between.
    Snapshot {
        /// The sequence of this snapshot, from which the next delta counts: the same in all parts.
        header: Header,
        /// Whether another part follows.
        more: bool,
        /// Rows; those of all parts together are the rows of every agent, in no order that matters.
        rows: Vec<Arc<Row>>,
        /// Calls; those of all parts together are every call, in no order that matters.
        calls: Vec<Arc<CallRow>>,
        /// Every bulk run that the console still holds, whoever started it; in the last part.
        runs: Vec<BulkRun>,
    },
    /// What changed since the message with the sequence before this one's.
    Delta {
        /// The sequence after the change.
        header: Header,
        /// The rows that are new or changed, each complete.
        rows: Vec<Arc<Row>>,
        /// The calls that are new or changed, each complete.
        calls: Vec<Arc<CallRow>>,
        /// The calls that have ended or become part of another call, which then lists them among its former ids.
        gone: Vec<CallId>,
        /// The bulk runs that are new or changed, each complete.
        runs: Vec<BulkRun>,
    },
    /// Nothing changed on the board. Sent more than twice a second, so that silence is noticed, and when the link changes.
    Pulse {
        /// The sequence of the last snapshot or delta, and the link as it is now.
        header: Header,
    },
    /// The session has ended: the browser goes to the sign-in page.
    SignedOut,
    /// The page is of another version than the console, which was upgraded: the browser loads it again.
    Outdated,
    /// The supervisor's own phone, as HTML to be shown in the page's phone bar.
    Phone(String),
}

/// A message could not be encoded or decoded. A browser that cannot decode one reconnects and is sent a snapshot.
#[derive(Debug, thiserror::Error)]
#[error("a live message could not be read: {0}")]
pub struct MessageError(#[from] postcard::Error);

impl Header {
    /// Returns when the message was made, by the platform's clock.
    pub fn platform_now(&self) -> PlatformTime {
        self.offset.to_platform(self.at)
    }
}

impl Down {
    /// Encodes the message with postcard.
    ///
    /// # Errors
    ///
    /// [`MessageError`] if postcard cannot encode it.
    pub fn encode(&self) -> Result<Vec<u8>, MessageError> {
        Ok(postcard::to_allocvec(self)?)
    }

    /// Decodes one message, which is one WebSocket frame.
    ///
    /// # Errors
    ///
    /// [`MessageError`] if the bytes are no message, for example one of a console of another version.
    pub fn decode(bytes: &[u8]) -> Result<Down, MessageError> {
        Ok(postcard::from_bytes(bytes)?)
    }

    /// Returns the message's header, or `None` for one that says nothing about the board.
    pub fn header(&self) -> Option<&Header> {
        match self {
            Down::Snapshot { header, .. } | Down::Delta { header, .. } | Down::Pulse { header } => Some(header),
            Down::SignedOut | Down::Outdated | Down::Phone(_) => None,
        }
    }
}

/// The supervisor or viewer who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The agent id: the number given at sign-in, within the console's namespace.
    pub agent: AgentId,
    /// The name that the platform gave at sign-in (`agentName`; protocol, section 1: own state), at most 100 characters; empty if it gave
    /// none.
    pub name: String,
    /// The tenant that the console serves.
    pub namespace: Namespace,
    /// The supervisor's own phone, given at sign-in, with which the supervisor joins, takes and listens.
    pub device: DeviceId,
    /// What the person may do, as the console is configured.
    pub role: Role,
}

/// What a page is rendered from, first on the server and then again in the browser, which gets it with the page: both must show the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialState {
    /// The version of the browser's half that came with the page; the browser names it to the live channel.
    pub version: String,
    /// Whoever reads the page.
    pub me: Me,
    /// The own phone as it stands in `calls`: masked like an outside party's number if it looks like one and the reader sees those masked.
    pub own_device: DeviceId,
    /// When this state was taken, with the clock offset and the link of that moment. The live channel does not continue from its sequence
    /// but begins with a snapshot.
    pub header: Header,
    /// How many agents are in each state: of the team that the board's query names, else of the whole floor; before its state filter and
    /// search.
    pub counts: Counts,
    /// The names of all teams, sorted, each once.
    pub teams: Vec<String>,
    /// How many agents match the board's query; on an agent's page, 1 if the floor knows the agent; otherwise 0.
    pub matching: u32,
    /// The rows that the page shows first: on the board the first [`InitialState::ROWS`] that match its query, in its order; on an agent's
    /// page the agent's; on `/calls` those of all agents in `calls`.
    pub rows: Vec<Arc<Row>>,
    /// The operations that this console does not offer (`--hide-action`).
    pub hidden: Vec<Operation>,
    /// The calls that the page shows first: on `/calls` the longest [`InitialState::ROWS`] that match its query, on an agent's page those
    /// of the agent, and on every page those of the supervisor's own phone.
    pub calls: Vec<Arc<CallRow>>,
    /// How many calls match the query of `/calls`; 0 on other pages.
    pub matching_calls: u32,
    /// The names of all queues that have a call now, sorted, each once.
    pub queues: Vec<String>,
    /// The agent's day as HTML, as `GET /agents/{id}/day` answers it; empty except on an agent's page.
    pub day: String,
    /// The name of the platform's time zone. Times are shown in the reader's zone, with the platform's in their tooltips.
    pub time_zone: String,
}

impl InitialState {
    /// The most rows of the board, or calls of `/calls`, that come with a page: as many as a tall screen shows.
    pub const ROWS: usize = 40;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_version_must_understand_is_written_as_it_ever_was() {
        for (message, bytes) in [(Down::SignedOut, [3]), (Down::Outdated, [4])] {
            assert_eq!((message.encode().unwrap(), Down::decode(&bytes).unwrap()), (bytes.to_vec(), message));
        }
    }
}
