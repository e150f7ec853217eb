//! Which rows a board shows, in which order: the query that stands in the page's URL, and the counts above the rows.

use super::{Row, State};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A column to sort by. The agent's number breaks every tie, so the order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortKey {
    Agent,
    Name,
    State,
    Time,
    Team,
    Device,
    Call,
}

impl SortKey {
    pub const ALL: [SortKey; 7] =
        [SortKey::Agent, SortKey::Name, SortKey::State, SortKey::Time, SortKey::Team, SortKey::Device, SortKey::Call];

    pub fn code(self) -> &'static str {
        match self {
            SortKey::Agent => "agent",
            SortKey::Name => "name",
            SortKey::State => "state",
            SortKey::Time => "time",
            SortKey::Team => "team",
            SortKey::Device => "device",
            SortKey::Call => "call",
        }
    }

    pub fn from_code(code: &str) -> Option<SortKey> {
        SortKey::ALL.into_iter().find(|key| key.code() == code)
    }
}

/// What a board shows: `?q=&state=ready,on-call&team=&sort=-time`. Unknown words in a URL are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardQuery {
    /// Looked for in name, number, device and the other party, without regard to case.
    pub search: String,
    /// Empty: every state.
    pub states: Vec<State>,
    /// A team's name; empty: every team.
    pub team: String,
    pub sort: SortKey,
    pub descending: bool,
}

impl Default for BoardQuery {
    fn default() -> Self {
        BoardQuery { search: String::new(), states: Vec::new(), team: String::new(), sort: SortKey::Agent, descending: false }
    }
}

impl BoardQuery {
    /// From decoded query parameters.
    pub fn from_params<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = BoardQuery::default();
        for (name, value) in params {
            match name {
                "q" => query.search = value.chars().take(100).collect(),
                "state" => query.states = State::ALL.into_iter().filter(|s| value.split(',').any(|v| v == s.code())).collect(),
                "team" => query.team = value.chars().take(200).collect(),
                "sort" => {
                    let (descending, code) = value.strip_prefix('-').map_or((false, value), |code| (true, code));
                    if let Some(key) = SortKey::from_code(code) {
                        (query.sort, query.descending) = (key, descending);
                    }
                }
                _ => {}
            }
        }
        query
    }

    /// The parameters that differ from the default, not yet percent-encoded, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut params = Vec::new();
        if !self.search.is_empty() {
            params.push(("q", self.search.clone()));
        }
        if !self.states.is_empty() {
            params.push(("state", self.states.iter().map(|s| s.code()).collect::<Vec<_>>().join(",")));
        }
        if !self.team.is_empty() {
            params.push(("team", self.team.clone()));
        }
        if (self.sort, self.descending) != (SortKey::Agent, false) {
            params.push(("sort", format!("{}{}", if self.descending { "-" } else { "" }, self.sort.code())));
        }
        params
    }

    pub fn matches(&self, row: &Row) -> bool {
        self.in_team(row) && (self.states.is_empty() || self.states.contains(&row.state)) && self.found_in(row)
    }

    /// Whether the team filter lets the row through.
    pub fn in_team(&self, row: &Row) -> bool {
        self.team.is_empty() || self.team == row.team
    }

    fn found_in(&self, row: &Row) -> bool {
        let wanted = self.search.trim().to_lowercase();
        wanted.is_empty()
            || row.name.to_lowercase().contains(&wanted)
            || row.agent.as_str().to_lowercase().contains(&wanted)
            || row.device.as_ref().is_some_and(|device| device.as_str().to_lowercase().contains(&wanted))
            || row.call.as_ref().is_some_and(|call| call.other.contains(&wanted))
    }

    /// The board's order of two rows. Rows without a value in the sorted column come last in either direction.
    pub fn compare(&self, a: &Row, b: &Row) -> Ordering {
        let began = |row: &Row| row.call.as_ref().and_then(|call| call.answered.or(call.started));
        let (last, by_key) = match self.sort {
            SortKey::Agent => (Ordering::Equal, numeric(a.agent.number()).cmp(&numeric(b.agent.number()))),
            SortKey::Name => (a.name.is_empty().cmp(&b.name.is_empty()), a.name.cmp(&b.name)),
            SortKey::State => (Ordering::Equal, a.state.cmp(&b.state)),
            // Ascending is the shortest first, so the latest since comes first.
            SortKey::Time => (a.since.is_none().cmp(&b.since.is_none()), b.since.cmp(&a.since)),
            SortKey::Team => (a.team.is_empty().cmp(&b.team.is_empty()), a.team.cmp(&b.team)),
            SortKey::Device => {
                let number = |row: &Row| row.device.as_ref().map(|device| numeric(device.number()).0);
                (a.device.is_none().cmp(&b.device.is_none()), number(a).cmp(&number(b)).then_with(|| a.device.cmp(&b.device)))
            }
            SortKey::Call => (began(a).is_none().cmp(&began(b).is_none()), began(b).cmp(&began(a))),
        };
        let by_key = if self.descending { by_key.reverse() } else { by_key };
        last.then(by_key).then_with(|| numeric(a.agent.number()).cmp(&numeric(b.agent.number())))
    }
}

/// Numbers in the order people expect: 801 before 8001.
fn numeric(number: &str) -> (usize, &str) {
    (number.len(), number)
}

/// How many agents are in each state, by [`State::ALL`]'s order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    counts: [u32; State::ALL.len()],
}

impl Counts {
    pub fn add(&mut self, state: State) {
        if let Some(at) = State::ALL.iter().position(|s| *s == state) {
            self.counts[at] = self.counts[at].saturating_add(1);
        }
    }

    pub fn of(&self, state: State) -> u32 {
        State::ALL.iter().position(|s| *s == state).map_or(0, |at| self.counts[at])
    }

    pub fn all(&self) -> u32 {
        self.counts.iter().sum()
    }
}
