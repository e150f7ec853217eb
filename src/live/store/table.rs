//! The rows as plain data: which slot holds which agent, and which slots match a query in which order. No signals, so tests need no page.
//!
//! A slot is a row's place in memory and its key on the page. It is reused only after its row was removed.

use crate::floor::{AgentId, BoardQuery, Counts, PlatformTime, Row};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The agents' rows in their slots.
#[derive(Debug, Default)]
pub struct Table {
    /// By slot; `None` where a slot is free.
    rows: Vec<Option<Arc<Row>>>,
    /// The slot of each agent.
    index: HashMap<AgentId, usize>,
    /// The slots that are free.
    free: Vec<usize>,
}

impl Table {
    /// Returns the row in the slot, or `None` if the slot is empty.
    pub fn get(&self, slot: usize) -> Option<&Arc<Row>> {
        self.rows.get(slot).and_then(Option::as_ref)
    }

    /// Returns the slot of the agent's row, or `None` if the agent has none.
    pub fn slot(&self, agent: &AgentId) -> Option<usize> {
        self.index.get(agent).copied()
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Puts the row in its agent's slot. Returns the slot, or `None` if nothing changed.
    pub fn put(&mut self, row: Arc<Row>) -> Option<usize> {
        let slot = match self.index.get(&row.agent) {
            Some(&slot) if self.get(slot).is_some_and(|known| *known == row) => return None,
            Some(&slot) => slot,
            None => {
                let slot = self.free.pop().unwrap_or_else(|| {
                    self.rows.push(None);
                    self.rows.len() - 1
                });
                self.index.insert(row.agent.clone(), slot);
                slot
            }
        };
        *self.rows.get_mut(slot)? = Some(row);
        Some(slot)
    }

    /// Replaces all rows; those of agents who are not in `rows` are removed. Returns the slots that hold something new, in no order.
    pub fn replace(&mut self, rows: Vec<Arc<Row>>) -> Vec<usize> {
        let mut kept = vec![false; self.rows.len()];
        let mut changed = Vec::new();
        let mut fresh = Vec::new();
        for row in rows {
            match self.index.get(&row.agent) {
                Some(&slot) => {
                    if let Some(kept) = kept.get_mut(slot) {
                        *kept = true;
                    }
                    changed.extend(self.put(row));
                }
                None => fresh.push(row),
            }
        }
        for (slot, kept) in kept.into_iter().enumerate() {
            if !kept && let Some(gone) = self.rows.get_mut(slot).and_then(Option::take) {
                self.index.remove(&gone.agent);
                self.free.push(slot);
            }
        }
        for row in fresh {
            changed.extend(self.put(row));
        }
        changed
    }

    /// Returns the slots of the rows that match `query`, in its order at `now`, and when that order may next change only because time
    /// passes, or `None` if never. `before` is the order so far: the sort is faster if it is nearly right.
    pub fn arrange(&self, query: &BoardQuery, before: &[usize], now: PlatformTime) -> (Vec<usize>, Option<PlatformTime>) {
        let mut wanted: Vec<bool> = self.rows.iter().map(|row| row.as_ref().is_some_and(|row| query.matches(row))).collect();
        let mut shown: Vec<(usize, &Row)> = Vec::with_capacity(self.index.len());
        for &slot in before {
            if let (Some(wanted), Some(row)) = (wanted.get_mut(slot), self.get(slot))
                && std::mem::take(wanted)
            {
                shown.push((slot, row));
            }
        }
        for (slot, wanted) in wanted.into_iter().enumerate() {
            if wanted && let Some(row) = self.get(slot) {
                shown.push((slot, row));
            }
        }
        shown.sort_by(|a, b| query.compare(a.1, b.1, now));
        let turn = shown.iter().filter_map(|(_, row)| query.next_turn(row, now)).min();
        (shown.into_iter().map(|(slot, _)| slot).collect(), turn)
    }

    /// Counts the agents of the team by state; of all teams if the name is empty.
    pub fn counts(&self, team: &str) -> Counts {
        let mut counts = Counts::default();
        for row in self.rows.iter().flatten().filter(|row| team.is_empty() || row.team == team) {
            counts.add(row.state);
        }
        counts
    }

    /// Returns the names of all teams, sorted, each once.
    pub fn teams(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self.rows.iter().flatten().map(|row| row.team.as_str()).filter(|team| !team.is_empty()).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Returns the name of the agent's team, empty if the agent is in none; `None` if the agent has no row.
    pub fn team(&self, agent: &AgentId) -> Option<&str> {
        self.slot(agent).and_then(|slot| self.get(slot)).map(|row| row.team.as_str())
    }

    /// Returns whether any row has figures of the day.
    pub fn has_figures(&self) -> bool {
        self.rows.iter().flatten().any(|row| row.figures.is_some())
    }
}

/// Returns how many rows must move, appear or vanish, at the least, to turn the order `before` into `after`.
pub fn moves(before: &[usize], after: &[usize]) -> usize {
    let place: HashMap<usize, usize> = after.iter().enumerate().map(|(place, &slot)| (slot, place)).collect();
    // The longest run of rows that keep their relative order; all others move.
    let mut tails: Vec<usize> = Vec::new();
    let mut common = 0;
    for place in before.iter().filter_map(|slot| place.get(slot)) {
        common += 1;
        let at = tails.partition_point(|tail| tail < place);
        match tails.get_mut(at) {
            Some(tail) => *tail = *place,
            None => tails.push(*place),
        }
    }
    (before.len() - common) + (after.len() - common) + (common - tails.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::time::at;
    use crate::floor::{Sort, State};

    fn row(number: u32, state: State, since: i64) -> Arc<Row> {
        let mut row = Row::unknown(AgentId::trusted(format!("{number}@test.cc")));
        row.state = state;
        row.since = Some(at(since));
        row.team = if number.is_multiple_of(2) { "Even".to_owned() } else { "Odd".to_owned() };
        Arc::new(row)
    }

    fn shown(table: &Table, order: &[usize]) -> Vec<String> {
        order.iter().filter_map(|slot| table.get(*slot)).map(|row| row.agent.number().to_owned()).collect()
    }

    #[test]
    fn a_row_that_says_the_same_again_changes_nothing() {
        let mut table = Table::default();
        assert_eq!(table.put(row(5001, State::Ready, 1)), Some(0));
        assert_eq!(table.put(row(5001, State::Ready, 1)), None);
        assert_eq!(table.put(row(5001, State::OnCall, 2)), Some(0));
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn a_snapshot_forgets_who_is_not_in_it_and_reuses_the_slot() {
        let mut table = Table::default();
        table.replace(vec![row(5001, State::Ready, 1), row(5002, State::Ready, 1)]);
        let changed = table.replace(vec![row(5002, State::Ready, 1), row(5003, State::OnCall, 1)]);
        assert_eq!(changed, vec![0]);
        assert_eq!(table.slot(&AgentId::trusted("5001@test.cc")), None);
        assert_eq!(table.slot(&AgentId::trusted("5003@test.cc")), Some(0));
        assert_eq!(shown(&table, &table.arrange(&BoardQuery::default(), &[], at(0)).0), ["5002", "5003"]);
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_before() {
        let mut table = Table::default();
        table.replace((5001..5020).map(|n| row(n, if n % 3 == 0 { State::Ready } else { State::OnCall }, i64::from(n % 7))).collect());
        let query = BoardQuery { sort: Sort::from_code("time").unwrap(), states: vec![State::OnCall], ..Default::default() };
        let once = table.arrange(&query, &[], at(0)).0;
        let backwards: Vec<usize> = (0..40).rev().collect();
        assert_eq!(table.arrange(&query, &backwards, at(0)).0, once);
        assert_eq!(table.arrange(&query, &once, at(0)).0, once);
        assert!(once.iter().all(|slot| table.get(*slot).is_some_and(|row| row.state == State::OnCall)));
    }

    #[test]
    fn a_board_by_trouble_says_when_it_is_to_be_put_in_order_again() {
        let mut table = Table::default();
        table.replace(vec![row(5001, State::Ready, 0), row(5002, State::NotReady, 0), row(5003, State::OnHold, 480_000)]);
        let query = BoardQuery { sort: Sort::from_code("trouble").unwrap(), ..Default::default() };
        let (order, turn) = table.arrange(&query, &[], at(500_000));
        assert_eq!((shown(&table, &order), turn), (vec!["5001".to_owned(), "5002".to_owned(), "5003".to_owned()], Some(at(540_001))));
        let (order, turn) = table.arrange(&query, &order, at(540_001));
        assert_eq!((shown(&table, &order), turn), (vec!["5003".to_owned(), "5001".to_owned(), "5002".to_owned()], Some(at(600_001))));
        let (order, turn) = table.arrange(&query, &order, at(10_000_000));
        assert_eq!((shown(&table, &order), turn), (vec!["5003".to_owned(), "5002".to_owned(), "5001".to_owned()], None));
        // What is not shown turns nothing.
        let only = BoardQuery { states: vec![State::Ready], ..query };
        assert_eq!(table.arrange(&only, &[], at(500_000)).1, None);
    }

    #[test]
    fn counts_and_teams() {
        let mut table = Table::default();
        table.replace(vec![row(5001, State::Ready, 1), row(5002, State::OnCall, 1), row(5003, State::Ready, 1)]);
        assert_eq!(table.counts("").of(State::Ready), 2);
        assert_eq!(table.counts("Even").all(), 1);
        assert_eq!(table.teams(), ["Even", "Odd"]);
        assert!(!table.has_figures());
    }

    #[test]
    fn moves_are_counted_sparingly() {
        assert_eq!(moves(&[1, 2, 3], &[1, 2, 3]), 0);
        assert_eq!(moves(&[1, 2, 3, 4], &[4, 1, 2, 3]), 1);
        assert_eq!(moves(&[1, 2, 3], &[1, 3]), 1);
        assert_eq!(moves(&[1, 2], &[3, 2, 1]), 2);
    }
}
