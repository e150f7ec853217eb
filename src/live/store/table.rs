//! The rows as plain data: which slot holds which agent, and which slots match a query in which order. No signals, so tests need no page.
//!
//! A slot is a row's place in memory and its key on the page, and never another agent's: a row of the page that shows it still would be taken
//! for the one that was there. Few agents ever go.

use super::index::Index;
use super::tally::Tally;
use crate::floor::{AgentId, Row};
use std::sync::Arc;

/// The agents' rows in their slots.
#[derive(Debug, Default)]
pub struct Table {
    /// By slot; `None` where a slot is free.
    rows: Vec<Option<Arc<Row>>>,
    /// The slot of each agent.
    index: Index,
    /// What is counted over all rows.
    pub tally: Tally,
}

impl Table {
    /// Returns the row in the slot, or `None` if the slot is empty.
    pub fn get(&self, slot: usize) -> Option<&Arc<Row>> {
        self.rows.get(slot).and_then(Option::as_ref)
    }

    /// Returns the slot of the agent's row, or `None` if the agent has none.
    pub fn slot(&self, agent: &AgentId) -> Option<usize> {
        self.index.find(agent.as_str(), |slot| self.get(slot).is_some_and(|row| row.agent == *agent))
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts the row in its agent's slot. Returns the slot, or `None` if nothing changed.
    pub fn put(&mut self, row: Arc<Row>) -> Option<usize> {
        let slot = match self.slot(&row.agent) {
            Some(slot) if self.get(slot).is_some_and(|known| *known == row) => return None,
            Some(slot) => slot,
            None => {
                let slot = self.rows.len();
                self.rows.push(None);
                self.index.insert(row.agent.as_str(), slot);
                slot
            }
        };
        self.tally.add(&row);
        if let Some(before) = self.rows.get_mut(slot)?.replace(row) {
            self.tally.remove(&before);
        }
        Some(slot)
    }

    /// Replaces all rows; those of agents who are not in `rows` are removed. Returns the slots that hold something new, in no order.
    pub fn replace(&mut self, rows: Vec<Arc<Row>>) -> Vec<usize> {
        let mut gone = vec![true; self.rows.len()];
        let mut changed = Vec::new();
        for row in rows {
            changed.extend(self.put(row.clone()));
            if let Some(gone) = self.slot(&row.agent).and_then(|slot| gone.get_mut(slot)) {
                *gone = false;
            }
        }
        for (slot, gone) in gone.into_iter().enumerate() {
            if gone && let Some(gone) = self.rows.get_mut(slot).and_then(Option::take) {
                self.tally.remove(&gone);
                self.index.remove(gone.agent.as_str(), slot);
            }
        }
        changed
    }

    /// Iterates over the rows with their slots, by ascending slot.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Arc<Row>)> {
        self.rows.iter().enumerate().filter_map(|(slot, row)| Some((slot, row.as_ref()?)))
    }

    /// Returns a number above every slot.
    pub fn slots(&self) -> usize {
        self.rows.len()
    }

    /// Returns the name of the agent's team, empty if the agent is in none; `None` if the agent has no row.
    pub fn team(&self, agent: &AgentId) -> Option<&str> {
        self.slot(agent).and_then(|slot| self.get(slot)).map(|row| row.team.as_str())
    }
}

/// Returns how many rows must move, appear or vanish, at the least, to turn the order `before` into `after`.
pub fn moves(before: &[usize], after: &[usize]) -> usize {
    let slots = before.iter().chain(after).max().map_or(0, |last| last + 1);
    // The place of each slot in `after`, counted from 1; 0 where it has none.
    let mut places = vec![0_u32; slots];
    for (place, slot) in (1..).zip(after) {
        if let Some(known) = places.get_mut(*slot) {
            *known = place;
        }
    }
    // The longest run of rows that keep their relative order; all others move.
    let mut tails: Vec<u32> = Vec::new();
    let mut common = 0;
    for place in before.iter().filter_map(|slot| places.get(*slot).copied()).filter(|place| *place != 0) {
        common += 1;
        let at = match tails.last() {
            Some(last) if *last >= place => tails.partition_point(|tail| *tail < place),
            _ => tails.len(),
        };
        match tails.get_mut(at) {
            Some(tail) => *tail = place,
            None => tails.push(place),
        }
    }
    (before.len() - common) + (after.len() - common) + (common - tails.len())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::floor::State;
    use crate::floor::time::at;

    /// Makes the row of an agent in the team of the even or of the odd numbers.
    pub fn row(number: u32, state: State, since: i64) -> Arc<Row> {
        let mut row = Row::unknown(AgentId::trusted(format!("{number}@test.cc")));
        row.state = state;
        row.since = Some(at(since));
        row.team = if number.is_multiple_of(2) { "Even".to_owned() } else { "Odd".to_owned() };
        Arc::new(row)
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
    fn a_snapshot_forgets_who_is_not_in_it_and_gives_the_slot_to_nobody() {
        let mut table = Table::default();
        table.replace(vec![row(5001, State::Ready, 1), row(5002, State::Ready, 1)]);
        let changed = table.replace(vec![row(5002, State::Ready, 1), row(5003, State::OnCall, 1)]);
        assert_eq!(changed, vec![2]);
        assert_eq!(table.slot(&AgentId::trusted("5001@test.cc")), None);
        assert_eq!(table.slot(&AgentId::trusted("5003@test.cc")), Some(2));
        let changed = table.replace([5002, 5003, 5004].map(|number| row(number, State::Ready, 1)).to_vec());
        assert_eq!(changed, vec![2, 3]);
        assert_eq!(table.iter().map(|(_, row)| row.agent.number()).collect::<Vec<_>>(), ["5002", "5003", "5004"]);
    }

    #[test]
    fn moves_are_counted_sparingly() {
        assert_eq!(moves(&[1, 2, 3], &[1, 2, 3]), 0);
        assert_eq!(moves(&[1, 2, 3, 4], &[4, 1, 2, 3]), 1);
        assert_eq!(moves(&[1, 2, 3], &[1, 3]), 1);
        assert_eq!(moves(&[1, 2], &[3, 2, 1]), 2);
    }
}
