//! Snapshots of floor, calls and agents, as the JSON views ask for them.

use crate::floor::mask::Mask;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts, Intervention, Row};
use crate::live::Header;
use tokio::sync::oneshot;

/// The agents of a board, all of them.
#[derive(Debug)]
pub struct FloorSnapshot {
    pub header: Header,
    pub counts: Counts,
    pub rows: Vec<Row>,
}

/// The calls of `/calls`, all of them.
#[derive(Debug)]
pub struct CallsSnapshot {
    pub header: Header,
    pub calls: Vec<CallRow>,
}

/// One agent with the calls of the agent's device.
#[derive(Debug)]
pub struct AgentSnapshot {
    pub header: Header,
    pub row: Row,
    pub calls: Vec<CallRow>,
}

/// A question, and where its answer goes.
pub enum SnapshotQuery {
    Floor(BoardQuery, Visibility, oneshot::Sender<FloorSnapshot>),
    Calls(CallQuery, Visibility, oneshot::Sender<CallsSnapshot>),
    Agent(AgentId, Visibility, oneshot::Sender<Option<AgentSnapshot>>),
    Intervention(i64, oneshot::Sender<Option<Intervention>>),
    Mask(oneshot::Sender<Mask>),
}
