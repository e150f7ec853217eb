//! What a page that is about to be rendered shows of what was published, by its address, as its reader may see it.

use super::published::{Published, Sight};
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts, DeviceId, Row};
use crate::live::{FirstView, Header};
use std::borrow::Cow;
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
    pub sight: Sight,
    /// The own phone.
    pub device: DeviceId,
}

/// What the floor looks like to a page.
#[derive(Debug)]
pub struct View {
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

/// Numbers are masked before anything is looked for: who may not see a whole number must not find it either.
pub fn view(published: &Published, subject: &Subject, reader: &Reader, header: Header) -> View {
    let sight = reader.sight;
    // The moment at which the browser begins too: both have the same order.
    let now = header.at.saturating_sub(header.offset);
    let (mut rows, mut calls) = (Vec::new(), Vec::new());
    let (mut matching, mut matching_calls) = (0, 0);
    let everything = BoardQuery::default();
    let query = if let Subject::Board(query) = subject { query } else { &everything };
    let mut counts = Counts::default();
    let mut teams = BTreeSet::new();
    for row in published.rows.values() {
        if !row.team.is_empty() {
            teams.insert(row.team.as_str());
        }
        if query.in_team(row) {
            counts.add(row.state);
        }
    }
    match subject {
        Subject::Board(query) => {
            let mut found: Vec<_> = published.rows.values().map(|row| sight.of_row(row)).filter(|row| query.matches(row)).collect();
            found.sort_by(|a, b| query.compare(a, b, now));
            (matching, rows) = first(found);
        }
        Subject::Calls(query) => {
            let team_of = |agent: &AgentId| published.rows.get(agent).map(|row| row.team.as_str());
            let mut found: Vec<_> =
                published.calls.values().map(|call| sight.of_call(call)).filter(|call| query.matches(call, team_of)).collect();
            found.sort_by(|a, b| CallQuery::compare(a, b));
            (matching_calls, calls) = first(found);
        }
        Subject::Agent(agent) => {
            if let Some(row) = published.rows.get(agent) {
                (matching, rows) = (1, vec![sight.row(row.clone())]);
                let at_agent = |call: &&CallRow| {
                    call.parties.iter().any(|p| p.agent.as_ref() == Some(agent) || Some(&p.device) == row.device.as_ref())
                };
                calls = published.calls.values().filter(at_agent).take(FirstView::ROWS).map(|call| sight.call(call.clone())).collect();
            }
        }
    }
    for own in published.calls.values().filter(|call| call.party(&reader.device).is_some()) {
        if calls.iter().all(|call| call.id != own.id) {
            calls.push(sight.call(own.clone()));
        }
    }
    if matches!(subject, Subject::Calls(_)) {
        // Who they are that are in these calls, and what can be done there.
        let agents: BTreeSet<&AgentId> = calls.iter().flat_map(|call| &call.parties).filter_map(|party| party.agent.as_ref()).collect();
        rows = agents.into_iter().filter_map(|agent| published.rows.get(agent)).map(|row| sight.row(row.clone())).collect();
    }
    let queues: BTreeSet<&String> = published.calls.values().filter_map(|call| call.queue.as_ref()).collect();
    View {
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
fn first<T: Clone>(found: Vec<Cow<'_, T>>) -> (u32, Vec<T>) {
    let all = u32::try_from(found.len()).unwrap_or(u32::MAX);
    (all, found.into_iter().take(FirstView::ROWS).map(Cow::into_owned).collect())
}

impl Sight {
    /// The row as this sight has it, copied only where something has to be hidden.
    fn of_row(self, row: &Row) -> Cow<'_, Row> {
        match (self, &row.call) {
            (Sight::Masked, Some(_)) => Cow::Owned(self.row(row.clone())),
            _ => Cow::Borrowed(row),
        }
    }

    fn of_call(self, call: &CallRow) -> Cow<'_, CallRow> {
        match self {
            Sight::Masked => Cow::Owned(self.call(call.clone())),
            Sight::Whole => Cow::Borrowed(call),
        }
    }
}
