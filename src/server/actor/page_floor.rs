//! What a page that is about to be rendered shows of what was published, by its address, as its reader may see it.

use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts, DeviceId, Row};
use crate::live::{Header, InitialState};
use crate::server::actor::publication::Publication;
use crate::server::actor::seen_board::SeenBoard;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a page is about.
#[derive(Debug, Clone)]
pub enum Subject {
    Board(BoardQuery),
    Calls(CallQuery),
    Agent(AgentId),
}

/// Who reads the page.
#[derive(Debug, Clone)]
pub struct Reader {
    pub visibility: Visibility,
    /// The own phone.
    pub device: DeviceId,
}

/// What the floor looks like to a page.
#[derive(Debug)]
pub struct PageFloor {
    pub header: Header,
    pub counts: Counts,
    pub teams: Vec<String>,
    /// How many agents match the board's query; on an agent's page, whether there is such an agent.
    pub matching: u32,
    pub rows: Vec<Arc<Row>>,
    pub calls: Vec<Arc<CallRow>>,
    pub matching_calls: u32,
    pub queues: Vec<String>,
}

/// It is looked for in what the reader may see: who may not see a whole number must not find it either.
pub fn page_floor(publication: &Publication, subject: &Subject, reader: &Reader) -> PageFloor {
    let seen = SeenBoard::of(publication, reader.visibility);
    let board = &publication.board;
    let header = publication.header();
    let everything = BoardQuery::default();
    let query = if let Subject::Board(query) = subject { query } else { &everything };
    let (mut rows, mut calls) = (Vec::new(), Vec::new());
    let (mut matching, mut matching_calls) = (0, 0);
    match subject {
        // The moment at which the browser begins too: both have the same order.
        Subject::Board(query) => (matching, rows) = seen.first_rows(query, header.platform_now(), InitialState::ROWS),
        Subject::Calls(query) => {
            let found = seen.calls(query, |_| true);
            matching_calls = u32::try_from(found.len()).unwrap_or(u32::MAX);
            calls = found.into_iter().take(InitialState::ROWS).collect();
        }
        Subject::Agent(agent) => {
            if let Some(row) = board.row(agent) {
                (matching, rows) = (1, vec![seen.row(row)]);
                let at_agent = row.device.iter().flat_map(|device| board.calls_at(device));
                calls = at_agent.take(InitialState::ROWS).map(|call| seen.call(call)).collect();
            }
        }
    }
    for own in board.calls_at(&reader.device).map(|own| seen.call(own)) {
        if calls.iter().all(|call| call.id != own.id) {
            calls.push(own);
        }
    }
    if matches!(subject, Subject::Calls(_)) {
        // Who they are that are in these calls, and what can be done there.
        let agents: BTreeSet<&AgentId> = calls.iter().flat_map(|call| &call.parties).filter_map(|party| party.agent.as_ref()).collect();
        rows = agents.into_iter().filter_map(|agent| board.row(agent)).map(|row| seen.row(row)).collect();
    }
    PageFloor {
        header,
        counts: seen.counts(query),
        teams: seen.names(board.teams()),
        matching,
        rows,
        calls,
        matching_calls,
        queues: seen.names(board.queues()),
    }
}
