//! What a reader may see of a board. Whatever is looked for is looked for in that.

use crate::floor::mask::Mask;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts, PlatformTime, Row, Sort, SortKey};
use crate::server::actor::board::Board;
use crate::server::actor::publication::Publication;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A board, and what of it is hidden.
#[derive(Debug, Clone, Copy)]
pub struct SeenBoard<'a> {
    board: &'a Board,
    mask: Option<&'a Mask>,
}

impl<'a> SeenBoard<'a> {
    pub fn of(publication: &'a Publication, visibility: Visibility) -> Self {
        SeenBoard { board: &publication.board, mask: publication.hidden_from(visibility) }
    }

    pub fn row(&self, row: &Arc<Row>) -> Arc<Row> {
        match self.mask {
            Some(mask) => Arc::new(mask.row(Row::clone(row))),
            None => Arc::clone(row),
        }
    }

    pub fn call(&self, call: &Arc<CallRow>) -> Arc<CallRow> {
        match self.mask {
            Some(mask) => Arc::new(mask.call(CallRow::clone(call))),
            None => Arc::clone(call),
        }
    }

    /// Names of teams or queues, sorted, each once.
    pub fn names(&self, names: impl Iterator<Item = &'a str>) -> Vec<String> {
        match self.mask {
            Some(mask) => names.map(|name| mask.text(name.to_owned())).collect::<BTreeSet<_>>().into_iter().collect(),
            None => names.map(str::to_owned).collect(),
        }
    }

    /// How many agents of the query's team are in each state.
    pub fn counts(&self, query: &BoardQuery) -> Counts {
        if !self.hides_what_counts(query) {
            return self.board.counts(&query.team);
        }
        let mut counts = Counts::default();
        self.rows(query).filter(|row| query.in_team(row)).for_each(|row| counts.add(row.state));
        counts
    }

    /// How many rows match, and the first of them in the query's order.
    pub fn first_rows(&self, query: &BoardQuery, now: PlatformTime, most: usize) -> (u32, Vec<Arc<Row>>) {
        let in_order = query.sort == Sort::default();
        if in_order && query.states.is_empty() && query.team.is_empty() && query.search.trim().is_empty() {
            return (count(self.board.len()), self.board.rows().take(most).map(|row| self.row(row)).collect());
        }
        let mut found: Vec<Cow<Arc<Row>>> = self.rows(query).filter(|row| query.matches(row)).collect();
        let all = count(found.len());
        if !in_order {
            let compare = |a: &Cow<Arc<Row>>, b: &Cow<Arc<Row>>| query.compare(a, b, now);
            if found.len() > most {
                found.select_nth_unstable_by(most, compare);
                found.truncate(most);
            }
            found.sort_by(compare);
        }
        let hidden_already = self.hides_what_counts(query);
        let shown = |row: Cow<Arc<Row>>| if hidden_already { row.into_owned() } else { self.row(&row) };
        (all, found.into_iter().take(most).map(shown).collect())
    }

    /// All rows that match, in the query's order, and how many of the team there are in each state.
    pub fn all_rows(&self, query: &BoardQuery, now: PlatformTime) -> (Counts, Vec<Arc<Row>>) {
        (self.counts(query), self.first_rows(query, now, usize::MAX).1)
    }

    /// The calls that match, longest first, of those that are `wanted`.
    pub fn calls(&self, query: &CallQuery, wanted: impl Fn(&CallRow) -> bool) -> Vec<Arc<CallRow>> {
        let team_of = |agent: &AgentId| {
            let team = self.board.row(agent)?.team.as_str();
            Some(self.mask.map_or(Cow::Borrowed(team), |mask| Cow::Owned(mask.text(team.to_owned()))))
        };
        let seen = self.board.calls().filter(|call| wanted(call)).map(|call| self.call(call));
        let mut found: Vec<Arc<CallRow>> = seen.filter(|call| query.matches(call, team_of)).collect();
        found.sort_by(|a, b| CallQuery::compare(a, b));
        found
    }

    /// Whether the query looks at something that is hidden from this reader, so that everything has to be hidden before it is looked for.
    fn hides_what_counts(&self, query: &BoardQuery) -> bool {
        let by_text = matches!(query.sort.key, SortKey::Name | SortKey::Team);
        self.mask.is_some() && (by_text || !query.team.is_empty() || !query.search.trim().is_empty())
    }

    /// Everybody's row as the query may look at it, by the agent's number.
    fn rows(&self, query: &BoardQuery) -> impl Iterator<Item = Cow<'a, Arc<Row>>> {
        let (seen, hides) = (*self, self.hides_what_counts(query));
        seen.board.rows().map(move |row| if hides { Cow::Owned(seen.row(row)) } else { Cow::Borrowed(row) })
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{ConsoleTime, Offset, State};
    use crate::live::{Link, LinkState};
    use crate::server::actor::publication::Head;
    use crate::server::actor::published::{Delta, Publisher};

    const NOW: PlatformTime = PlatformTime::from_millis(1_700_000_000_000);

    fn publication() -> Publication {
        let link = Link::new(LinkState::Live, ConsoleTime::default());
        let head = Head { epoch: 1, offset: Offset::NONE, link };
        let mut publisher = Publisher::new(head.clone(), [1, 2]);
        let row = |n: u32| {
            let mut row = Row::unknown(AgentId::trusted(format!("{}@test.cc", n * 7 % 1000)));
            row.state = State::ALL[n as usize % State::ALL.len()];
            row.since = Some(PlatformTime::from_millis(NOW.as_millis() - i64::from(n * 37 % 600) * 1000));
            row.team = format!("Line 1380000240{}", n % 3);
            row.name = format!("Agent {}", n * 13 % 97);
            row
        };
        let rows = (1..300).filter_map(|n| publisher.take_row(row(n))).collect();
        publisher.publish(Delta { rows, ..Delta::default() }, Vec::new, head);
        publisher.latest
    }

    /// What is to come out: everything is hidden first, then all that match are put in order.
    fn plainly(publication: &Publication, visibility: Visibility, query: &BoardQuery) -> Vec<Arc<Row>> {
        let seen = SeenBoard::of(publication, visibility);
        let mut rows: Vec<_> = publication.board.rows().map(|row| seen.row(row)).filter(|row| query.matches(row)).collect();
        rows.sort_by(|a, b| query.compare(a, b, NOW));
        rows
    }

    #[test]
    fn the_first_rows_are_those_of_the_whole_order() {
        let publication = publication();
        for visibility in [Visibility::Whole, Visibility::Masked] {
            for sort in ["agent", "-agent", "name", "state", "-time", "team", "device", "trouble"] {
                for (search, team, states) in [
                    ("", "", vec![]),
                    ("agent 1", "", vec![]),
                    ("", "Line 13800002401", vec![State::Ready]),
                    ("", "Line 138****2401", vec![]),
                ] {
                    let sort = Sort::from_code(sort).unwrap();
                    let query = BoardQuery { search: search.to_owned(), states, team: team.to_owned(), sort };
                    let wanted = plainly(&publication, visibility, &query);
                    let (matching, rows) = SeenBoard::of(&publication, visibility).first_rows(&query, NOW, 40);
                    assert_eq!(matching as usize, wanted.len(), "{query:?}");
                    assert_eq!(rows, wanted.into_iter().take(40).collect::<Vec<_>>(), "{query:?}");
                    let counts = SeenBoard::of(&publication, visibility).counts(&query);
                    let of_team = BoardQuery { search: String::new(), states: Vec::new(), ..query };
                    assert_eq!(counts.all() as usize, plainly(&publication, visibility, &of_team).len());
                }
            }
        }
        let teams = SeenBoard::of(&publication, Visibility::Masked).names(publication.board.teams());
        assert_eq!(teams, ["Line 138****2400", "Line 138****2401", "Line 138****2402"]);
    }
}
