//! What a page that is about to be rendered shows of what was published, by its address, as its reader may see it.

use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts, DeviceId, Row};
use crate::live::{Header, InitialState};
use crate::server::actor::published::Published;
use std::collections::BTreeSet;

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
    pub rows: Vec<Row>,
    pub calls: Vec<CallRow>,
    pub matching_calls: u32,
    pub queues: Vec<String>,
}

/// It is looked for in what the reader may see: who may not see a whole number must not find it either.
pub fn page_floor(published: &Published, subject: &Subject, reader: &Reader, header: Header) -> PageFloor {
    let shown = published.shown(reader.visibility);
    // The moment at which the browser begins too: both have the same order.
    let now = header.platform_now();
    let (mut rows, mut calls) = (Vec::new(), Vec::new());
    let (mut matching, mut matching_calls) = (0, 0);
    let everything = BoardQuery::default();
    let query = if let Subject::Board(query) = subject { query } else { &everything };
    let mut counts = Counts::default();
    let mut teams = BTreeSet::new();
    for row in shown.rows.values() {
        if !row.team.is_empty() {
            teams.insert(row.team.as_str());
        }
        if query.in_team(row) {
            counts.add(row.state);
        }
    }
    match subject {
        Subject::Board(query) => {
            let mut found: Vec<_> = shown.rows.values().filter(|row| query.matches(row)).collect();
            found.sort_by(|a, b| query.compare(a, b, now));
            (matching, rows) = first(found);
        }
        Subject::Calls(query) => {
            let team_of = |agent: &AgentId| shown.rows.get(agent).map(|row| row.team.as_str());
            let mut found: Vec<_> = shown.calls.values().filter(|call| query.matches(call, team_of)).collect();
            found.sort_by(|a, b| CallQuery::compare(a, b));
            (matching_calls, calls) = first(found);
        }
        Subject::Agent(agent) => {
            if let Some(row) = shown.rows.get(agent) {
                (matching, rows) = (1, vec![row.clone()]);
                let at_agent = |call: &&CallRow| {
                    call.parties.iter().any(|p| p.agent.as_ref() == Some(agent) || Some(&p.device) == row.device.as_ref())
                };
                calls = shown.calls.values().filter(at_agent).take(InitialState::ROWS).cloned().collect();
            }
        }
    }
    let own = published.whole.calls.values().filter(|call| call.party(&reader.device).is_some());
    for own in own.filter_map(|own| published.seen(reader.visibility, &own.id)) {
        if calls.iter().all(|call| call.id != own.id) {
            calls.push(own.clone());
        }
    }
    if matches!(subject, Subject::Calls(_)) {
        // Who they are that are in these calls, and what can be done there.
        let agents: BTreeSet<&AgentId> = calls.iter().flat_map(|call| &call.parties).filter_map(|party| party.agent.as_ref()).collect();
        rows = agents.into_iter().filter_map(|agent| shown.rows.get(agent)).cloned().collect();
    }
    let queues: BTreeSet<&String> = shown.calls.values().filter_map(|call| call.queue.as_ref()).collect();
    PageFloor {
        header,
        counts,
        teams: teams.into_iter().map(str::to_owned).collect(),
        matching,
        rows,
        calls,
        matching_calls,
        queues: queues.into_iter().cloned().collect(),
    }
}

/// How many there are, and the first of them.
fn first<T: Clone>(found: Vec<&T>) -> (u32, Vec<T>) {
    let all = u32::try_from(found.len()).unwrap_or(u32::MAX);
    (all, found.into_iter().take(InitialState::ROWS).cloned().collect())
}
