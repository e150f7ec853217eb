//! Which rows the board shows and in which order: the query in the page's address, and the counts above the rows.

use super::{PlatformTime, Row, State, threshold};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use strum::EnumCount;

/// What the board is sorted by: a column, or trouble. The agent's number decides between equals, so the order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumCount)]
pub enum SortKey {
    /// The agent's number, 801 before 8001.
    Agent,
    /// The agent's name; rows without one last.
    Name,
    /// The state, in the order of [`State`]'s variants.
    State,
    /// The time in the state, the shortest first; rows without one last.
    Time,
    /// The team's name; rows without one last.
    Team,
    /// The device's number; rows without one last.
    Device,
    /// The time in the call, since its answer or else its start, the shortest first; rows without a call last.
    Call,
    /// How far the state is past its threshold, the furthest first: [`threshold::urgency`].
    Trouble,
}

impl SortKey {
    /// Every key, in the order of the variants.
    pub const ALL: [SortKey; SortKey::COUNT] =
        [SortKey::Agent, SortKey::Name, SortKey::State, SortKey::Time, SortKey::Team, SortKey::Device, SortKey::Call, SortKey::Trouble];

    /// Returns the key's name in addresses and in the cookie `sort`.
    pub fn code(self) -> &'static str {
        match self {
            SortKey::Agent => "agent",
            SortKey::Name => "name",
            SortKey::State => "state",
            SortKey::Time => "time",
            SortKey::Team => "team",
            SortKey::Device => "device",
            SortKey::Call => "call",
            SortKey::Trouble => "trouble",
        }
    }

    /// Reads what [`SortKey::code`] writes, or returns `None` for another text.
    pub fn from_code(code: &str) -> Option<SortKey> {
        SortKey::ALL.into_iter().find(|key| key.code() == code)
    }
}

/// What rows are sorted by and in which direction; by agent, ascending, unless chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// What to sort by.
    pub key: SortKey,
    /// Whether the order is reversed; rows without a value come last either way.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Sort { key: SortKey::Agent, descending: false }
    }
}

impl Sort {
    /// Returns the sort as addresses and the cookie `sort` carry it: `time`, or `-time` for descending.
    pub fn code(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.key.code())
    }

    /// Reads what [`Sort::code`] writes, or returns `None` for another text.
    pub fn from_code(code: &str) -> Option<Sort> {
        let (descending, code) = code.strip_prefix('-').map_or((false, code), |code| (true, code));
        Some(Sort { key: SortKey::from_code(code)?, descending })
    }
}

/// Which rows the board shows, as the page's address has it: `?q=&state=ready,on-call&team=&sort=-time`. Unknown words are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BoardQuery {
    /// Text to find in the name, the agent's and the device's id or the other party's number, regardless of case; empty: every row.
    pub search: String,
    /// The states to show; empty: every state.
    pub states: Vec<State>,
    /// The name of the team to show; empty: every team.
    pub team: String,
    /// The order of the rows.
    pub sort: Sort,
}

impl BoardQuery {
    /// Reads a query from decoded parameters, ignoring unknown ones. Of the search 100 characters count, of the team 200.
    pub fn from_params<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = BoardQuery::default();
        for (name, value) in params {
            match name {
                "q" => query.search = value.chars().take(100).collect(),
                "state" => query.states = State::ALL.into_iter().filter(|s| value.split(',').any(|v| v == s.code())).collect(),
                "team" => query.team = value.chars().take(200).collect(),
                "sort" => query.sort = Sort::from_code(value).unwrap_or(query.sort),
                _ => {}
            }
        }
        query
    }

    /// Returns the parameters that differ from the default, not yet percent-encoded, in a fixed order.
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
        if self.sort != Sort::default() {
            params.push(("sort", self.sort.code()));
        }
        params
    }

    /// Returns whether the board shows the row. For many rows: [`BoardQuery::filter`].
    pub fn matches(&self, row: &Row) -> bool {
        self.filter()(row)
    }

    /// Returns what tells of a row whether the board shows it.
    pub fn filter(&self) -> impl Fn(&Row) -> bool {
        let wanted = self.search.trim().to_lowercase();
        move |row| {
            self.in_team(row)
                && (self.states.is_empty() || self.states.contains(&row.state))
                && (wanted.is_empty() || found_in(row, &wanted))
        }
    }

    /// Returns whether the row is of the team that is shown, whatever else is filtered by.
    pub fn in_team(&self, row: &Row) -> bool {
        self.team.is_empty() || self.team == row.team
    }

    /// Compares two rows in the board's order at `now`. Rows without a value to sort by come last in either direction.
    pub fn compare(&self, a: &Row, b: &Row, now: PlatformTime) -> Ordering {
        let began = |row: &Row| row.call.as_ref().and_then(|call| call.answered.or(call.started));
        let (last, by_key) = match self.sort.key {
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
            SortKey::Trouble => {
                let urgency = |row: &Row| row.since.map(|since| threshold::urgency(row.state, since, now));
                (a.since.is_none().cmp(&b.since.is_none()), urgency(a).cmp(&urgency(b)))
            }
        };
        let by_key = if self.sort.descending { by_key.reverse() } else { by_key };
        last.then(by_key).then_with(|| numeric(a.agent.number()).cmp(&numeric(b.agent.number())))
    }

    /// Returns the row's place in the board's order at `now` as numbers. Of two rows the one with the smaller rank comes first; where ranks are
    /// equal, [`BoardQuery::compare`] decides.
    pub fn rank(&self, row: &Row, now: PlatformTime) -> Rank {
        let number = number_rank(row.agent.number());
        let latest_first = |at: PlatformTime| !moment_rank(at);
        let began = || row.call.as_ref().and_then(|call| call.answered.or(call.started));
        // The number decides between equals only where equal ranks of the key are equal keys.
        let (last, by_key, number) = match self.sort.key {
            SortKey::Agent => (false, number, 0),
            SortKey::Name => (row.name.is_empty(), text_rank(&row.name), if row.name.len() < TEXT { number } else { 0 }),
            SortKey::State => (false, row.state as u64, number),
            SortKey::Time => (row.since.is_none(), row.since.map_or(0, latest_first), number),
            SortKey::Team => (row.team.is_empty(), text_rank(&row.team), if row.team.len() < TEXT { number } else { 0 }),
            SortKey::Device => (row.device.is_none(), row.device.as_ref().map_or(0, |device| number_rank(device.number())), 0),
            SortKey::Call => (began().is_none(), began().map_or(0, latest_first), number),
            SortKey::Trouble => {
                let urgency = row.since.map(|since| threshold::urgency(row.state, since, now));
                (urgency.is_none(), urgency.map_or(0, |(level, at)| u64::from(level) << 62 | near_moment_rank(at)), number)
            }
        };
        let by_key = if self.sort.descending { !by_key } else { by_key };
        Rank(u128::from(last) << 127 | u128::from(by_key) << 63 | u128::from(number))
    }

    /// Returns when the row's place may next change only because time passes, or `None` if it cannot: it can only when sorted by trouble.
    pub fn next_turn(&self, row: &Row, now: PlatformTime) -> Option<PlatformTime> {
        let since = row.since.filter(|_| self.sort.key == SortKey::Trouble)?;
        threshold::next_passing(row.state, since, now)
    }
}

/// A row's place in an order; see [`BoardQuery::rank`]. From above: a bit for rows without a value to sort by, 64 for the value, 63 for the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(u128);

/// From how many bytes on a text's rank does not tell how long it is.
const TEXT: usize = 8;

/// Returns the first seven bytes, and after them how long the text is, from [`TEXT`] on all the same.
fn text_rank(text: &str) -> u64 {
    beginning(text) << 8 | text.len().min(TEXT) as u64
}

/// Returns a rank of 63 bits that puts shorter numbers first, then compares their first seven bytes.
fn number_rank(number: &str) -> u64 {
    (number.len().min(127) as u64) << 56 | beginning(number)
}

/// Returns the first seven bytes as a number.
fn beginning(text: &str) -> u64 {
    text.bytes().chain(std::iter::repeat(0)).take(7).fold(0, |number, byte| number << 8 | u64::from(byte))
}

/// Returns the moment as a number without a sign, in the same order.
fn moment_rank(at: PlatformTime) -> u64 {
    at.as_millis().cast_unsigned() ^ 1 << 63
}

/// The same in 62 bits: moments more than seventy million years from 1970 are as far as that.
fn near_moment_rank(at: PlatformTime) -> u64 {
    const FAR: i64 = 1 << 61;
    (at.as_millis().clamp(-FAR, FAR - 1) + FAR).cast_unsigned()
}

/// Returns whether the text, which is in lower case, is in the row.
fn found_in(row: &Row, wanted: &str) -> bool {
    contains(&row.name, wanted)
        || contains(row.agent.as_str(), wanted)
        || row.device.as_ref().is_some_and(|device| contains(device.as_str(), wanted))
        || row.call.as_ref().is_some_and(|call| call.other.contains(wanted))
}

/// Returns whether `wanted`, which is in lower case and not empty, is in the text, regardless of case.
pub(super) fn contains(text: &str, wanted: &str) -> bool {
    if text.is_ascii() {
        text.as_bytes().windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted.as_bytes()))
    } else {
        text.to_lowercase().contains(wanted)
    }
}

/// Returns a sort key that puts shorter numbers first, as people expect: 801 before 8001.
fn numeric(number: &str) -> (usize, &str) {
    (number.len(), number)
}

/// How many agents are in each state, in the order of [`State::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    counts: [u32; State::ALL.len()],
}

impl Counts {
    /// Counts one more agent in `state`.
    pub fn add(&mut self, state: State) {
        if let Some((_, count)) = State::ALL.into_iter().zip(&mut self.counts).find(|(known, _)| *known == state) {
            *count = count.saturating_add(1);
        }
    }

    /// Counts one agent less in `state`.
    pub fn remove(&mut self, state: State) {
        if let Some((_, count)) = State::ALL.into_iter().zip(&mut self.counts).find(|(known, _)| *known == state) {
            *count = count.saturating_sub(1);
        }
    }

    /// Returns how many agents are in `state`.
    pub fn of(&self, state: State) -> u32 {
        State::ALL.into_iter().zip(self.counts).find(|(known, _)| *known == state).map_or(0, |(_, count)| count)
    }

    /// Returns how many agents are counted in all states together.
    pub fn all(&self) -> u32 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::AgentId;
    use crate::floor::time::at;
    use core::time::Duration;

    const NOW: PlatformTime = at(1_700_000_000_000);

    /// Returns a row that has been in the state for so many seconds, or for an unknown time.
    fn row(number: u32, state: State, seconds: Option<i64>) -> Row {
        let mut row = Row::unknown(AgentId::trusted(format!("{number}@test.cc")));
        (row.state, row.since) = (state, seconds.map(|seconds| at(NOW.as_millis() - seconds * 1000)));
        row
    }

    fn sorted(code: &str, rows: &[Row], now: PlatformTime) -> Vec<String> {
        let query = BoardQuery { sort: Sort::from_code(code).unwrap(), ..Default::default() };
        let mut rows = rows.to_vec();
        rows.sort_by(|a, b| query.compare(a, b, now));
        rows.into_iter().map(|row| row.agent.number().to_owned()).collect()
    }

    #[test]
    fn what_is_furthest_past_its_threshold_comes_first() {
        // In the order in which they are to stand.
        let rows = [
            // Past trouble: by 5 min, by 1 min, by 1 s though it has lasted longest of all.
            row(5009, State::OnHold, Some(8 * 60)),
            row(5008, State::AfterCall, Some(4 * 60)),
            row(5007, State::OnCall, Some(20 * 60 + 1)),
            // Past look: by 4 min, by 1 min twice.
            row(5001, State::NotReady, Some(14 * 60)),
            row(5002, State::OnHold, Some(2 * 60)),
            row(5012, State::OnHold, Some(2 * 60)),
            // The rest by time: without a limit, and a limit reached but not passed.
            row(5003, State::Ready, Some(3 * 3600)),
            row(5004, State::NotReady, Some(10 * 60)),
            row(5005, State::Ringing, Some(3)),
            // Ahead of the clock: not a moment yet.
            row(5010, State::OnCall, Some(-2)),
            row(5006, State::Unknown, None),
            row(5011, State::OnHold, None),
        ];
        let wanted: Vec<&str> = rows.iter().map(|row| row.agent.number()).collect();
        let mut shuffled = rows.to_vec();
        shuffled.reverse();
        shuffled.swap(2, 7);
        assert_eq!(sorted("trouble", &shuffled, NOW), wanted);
        // Turned round, but what has no time stays last.
        let turned = sorted("-trouble", &shuffled, NOW);
        assert_eq!(turned[..3], ["5010", "5005", "5004"]);
        assert_eq!(turned[9..], ["5009", "5006", "5011"]);
    }

    #[test]
    fn the_order_by_trouble_changes_when_time_passes_a_threshold_and_only_then() {
        let query = BoardQuery { sort: Sort::from_code("trouble").unwrap(), ..Default::default() };
        let rows: Vec<Row> =
            (0..40).map(|n| row(5001 + n as u32, State::ALL[n % State::ALL.len()], Some((n as i64 * 389) % 1500))).collect();
        let mut now = NOW;
        let mut turns = 0;
        while let Some(next) = rows.iter().filter_map(|row| query.next_turn(row, now)).min() {
            assert_eq!(sorted("trouble", &rows, next - Duration::from_millis(1)), sorted("trouble", &rows, now), "between two turns");
            turns += usize::from(sorted("trouble", &rows, next) != sorted("trouble", &rows, next - Duration::from_millis(1)));
            now = next;
        }
        assert!(turns > 3, "{turns}");
        let by_name = BoardQuery { sort: Sort::from_code("name").unwrap(), ..Default::default() };
        assert!(rows.iter().all(|row| by_name.next_turn(row, NOW).is_none()));
    }

    #[test]
    fn ranks_never_contradict_the_order() {
        let mut rows = Vec::new();
        let names = ["", "A", "A\0", "ABCDEFG", "ABCDEFGH", "ABCDEFGHI", "王伟", "王伟林", "abc"];
        let numbers = ["801", "8001", "12345678", "12345679", "0801", "王1"];
        for (n, name) in names.iter().enumerate() {
            for (m, number) in numbers.iter().enumerate() {
                let mut row = Row::unknown(AgentId::trusted(format!("{number}@test.cc")));
                row.name = (*name).to_owned();
                row.team = names[(n * 2 + m) % names.len()].to_owned();
                row.state = State::ALL[(n * 3 + m) % State::ALL.len()];
                // Some at the same moment.
                row.since = (m != 3).then(|| at(NOW.as_millis() - (n as i64 * 37 + m as i64 * 401) % 25 * 60_000));
                let device = format!("{}@{}", numbers[(n + m) % 6], ["a.cc", "b.cc"][m % 2]);
                row.device = (n != 2).then(|| crate::floor::DeviceId::trusted(device));
                rows.push(row);
            }
        }
        for key in SortKey::ALL {
            for descending in [false, true] {
                let query = BoardQuery { sort: Sort { key, descending }, ..Default::default() };
                for (a, b) in rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b))) {
                    let by_rank = query.rank(a, NOW).cmp(&query.rank(b, NOW));
                    let order = query.compare(a, b, NOW);
                    assert!(by_rank == Ordering::Equal || by_rank == order, "{key:?} {descending}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_looked_for_is_found_regardless_of_case() {
        let mut row = row(5001, State::Ready, None);
        row.name = "Ångström Lee".to_owned();
        for (search, found) in [("ÅNG", true), (" lee ", true), ("5001@TEST", true), ("ström l", true), ("5002", false), ("å5001", false)]
        {
            assert_eq!(BoardQuery { search: search.to_owned(), ..Default::default() }.matches(&row), found, "{search}");
        }
    }

    #[test]
    fn every_sort_stands_in_the_address_as_it_is() {
        for key in SortKey::ALL {
            for descending in [false, true] {
                let query = BoardQuery { sort: Sort { key, descending }, ..Default::default() };
                let params = query.to_params();
                assert_eq!(BoardQuery::from_params(params.iter().map(|(name, value)| (*name, value.as_str()))), query);
                assert_eq!(params.is_empty(), query == BoardQuery::default());
            }
        }
        for unknown in ["", "-", "--time", "Time", "trouble ", "time,name"] {
            assert_eq!(Sort::from_code(unknown), None, "{unknown:?}");
        }
    }
}
