//! What was published of floor, calls and agents, as the JSON views ask for it. It is looked for in what the asker may see, so that nobody
//! finds what he may not see.

use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts, Row};
use crate::live::Header;
use crate::server::actor::publication::Publication;
use crate::server::actor::seen_board::SeenBoard;
use std::sync::Arc;

/// The agents of a board, all of them.
#[derive(Debug)]
pub struct FloorSnapshot {
    pub header: Header,
    pub counts: Counts,
    pub rows: Vec<Arc<Row>>,
}

/// The calls of `/calls`, all of them.
#[derive(Debug)]
pub struct CallsSnapshot {
    pub header: Header,
    pub calls: Vec<Arc<CallRow>>,
}

/// One agent with the calls of the agent's device.
#[derive(Debug)]
pub struct AgentSnapshot {
    pub header: Header,
    pub row: Arc<Row>,
    pub calls: Vec<Arc<CallRow>>,
}

/// The agents that match, in the query's order; the counts are those of the team filter alone.
pub fn floor_snapshot(publication: &Publication, query: &BoardQuery, visibility: Visibility) -> FloorSnapshot {
    let header = publication.header();
    let (counts, rows) = SeenBoard::of(publication, visibility).all_rows(query, header.platform_now());
    FloorSnapshot { header, counts, rows }
}

/// A call whose end was not heard is shown on the pages for a while, but it is no live call.
fn is_live(call: &CallRow) -> bool {
    !call.end_not_seen
}

/// The calls that match, longest first.
pub fn calls_snapshot(publication: &Publication, query: &CallQuery, visibility: Visibility) -> CallsSnapshot {
    CallsSnapshot { header: publication.header(), calls: SeenBoard::of(publication, visibility).calls(query, is_live) }
}

/// None where the floor does not know the agent.
pub fn agent_snapshot(publication: &Publication, agent: &AgentId, visibility: Visibility) -> Option<AgentSnapshot> {
    let seen = SeenBoard::of(publication, visibility);
    let row = publication.board.row(agent)?;
    let at_device = row.device.iter().flat_map(|device| publication.board.calls_at(device)).filter(|call| is_live(call));
    let mut calls: Vec<Arc<CallRow>> = at_device.map(|call| seen.call(call)).collect();
    calls.sort_by(|a, b| CallQuery::compare(a, b));
    Some(AgentSnapshot { header: publication.header(), row: seen.row(row), calls })
}
