//! The rows that match a query, in its order, kept up as rows change: of fifty thousand only those are looked at that have changed, or whose
//! place time has changed.

use super::Table;
use crate::floor::{BoardQuery, PlatformTime, Rank, Row};
use std::sync::Arc;

/// The order as it was last put right, and what has changed since.
#[derive(Debug)]
pub struct Arrangement {
    query: BoardQuery,
    order: Arc<Vec<usize>>,
    /// The slots whose rows have changed, some perhaps more than once; `None`: perhaps all.
    changed: Option<Vec<usize>>,
    /// When rows' places may change only because time passes. Of a row that has changed since it may be too early.
    turns: Vec<(PlatformTime, usize)>,
    /// The first of these times.
    turn: Option<PlatformTime>,
    /// By which time the order is right.
    at: PlatformTime,
}

impl Default for Arrangement {
    fn default() -> Self {
        Arrangement {
            query: BoardQuery::default(),
            order: Arc::default(),
            changed: None,
            turns: Vec::new(),
            turn: None,
            at: PlatformTime::MIN,
        }
    }
}

impl Arrangement {
    /// Takes note that rows have changed, appeared or vanished; `None`: perhaps all.
    pub fn note(&mut self, slots: Option<&[usize]>) {
        match (&mut self.changed, slots) {
            (Some(changed), Some(slots)) => changed.extend(slots),
            (changed, _) => *changed = None,
        }
    }

    /// Returns whether a row may have another place only because time has passed, or the clock was set back.
    pub fn is_due(&self, now: PlatformTime) -> bool {
        self.turn.is_some_and(|turn| now >= turn) || now < self.at
    }

    /// Returns the slots of the rows that match `query`, in its order at `now`.
    pub fn arrange(&mut self, table: &Table, query: &BoardQuery, now: PlatformTime) -> Arc<Vec<usize>> {
        let changed = self.changed.replace(Vec::new()).filter(|changed| {
            let few = changed.len() < table.len() / 4 && self.turns.len() <= 2 * table.len();
            few && now >= self.at && self.query == *query
        });
        self.at = now;
        match changed {
            Some(changed) => self.adapt(table, changed, now),
            None => {
                self.query = query.clone();
                self.begin(table, now);
            }
        }
        self.order.clone()
    }

    /// Puts all rows in order.
    fn begin(&mut self, table: &Table, now: PlatformTime) {
        let ranked = self.ranked(table, 0..table.slots(), now);
        self.turns.clear();
        self.expect_turns(&ranked, now);
        self.order = Arc::new(ranked.into_iter().map(|(_, slot, _)| slot).collect());
    }

    /// Returns those of the slots whose rows match, in order.
    fn ranked<'a>(&self, table: &'a Table, slots: impl Iterator<Item = usize>, now: PlatformTime) -> Vec<(Rank, usize, &'a Row)> {
        let query = &self.query;
        let filter = query.filter();
        // Room for all at once: a vector that grows takes three times as much meanwhile, which the page's memory then keeps.
        let mut ranked = Vec::with_capacity(slots.size_hint().1.unwrap_or_default());
        let rows = slots.filter_map(|slot| Some((slot, &**table.get(slot)?))).filter(|(_, row)| filter(row));
        ranked.extend(rows.map(|(slot, row)| (query.rank(row, now), slot, row)));
        put_in_order(&mut ranked, query, now);
        ranked
    }

    /// Takes note of when time changes the places of these rows.
    fn expect_turns(&mut self, rows: &[(Rank, usize, &Row)], now: PlatformTime) {
        for (_, slot, row) in rows {
            self.turns.extend(self.query.next_turn(row, now).map(|turn| (turn, *slot)));
        }
        self.turn = self.turns.iter().map(|(turn, _)| *turn).min();
    }

    /// Puts those in order that have changed, or whose turn has come; the others keep theirs.
    fn adapt(&mut self, table: &Table, mut changed: Vec<usize>, now: PlatformTime) {
        if self.turn.is_some_and(|turn| now >= turn) {
            changed.extend(self.turns.iter().filter(|(turn, _)| now >= *turn).map(|(_, slot)| *slot));
            self.turns.retain(|(turn, _)| now < *turn);
        }
        if changed.is_empty() {
            return;
        }
        let mut moves = vec![false; table.slots()];
        // Once each.
        changed.retain(|slot| moves.get_mut(*slot).is_some_and(|moves| !std::mem::replace(moves, true)));
        let coming = self.ranked(table, changed.into_iter(), now);
        let staying: Vec<usize> = self.order.iter().copied().filter(|slot| moves.get(*slot) == Some(&false)).collect();
        let mut order = Vec::with_capacity(staying.len() + coming.len());
        let mut rest = staying.as_slice();
        for (_, slot, coming) in &coming {
            let is_before = |slot: &usize| table.get(*slot).is_some_and(|staying| self.query.compare(staying, coming, now).is_lt());
            let (ahead, behind) = rest.split_at(rest.partition_point(is_before));
            order.extend_from_slice(ahead);
            order.push(*slot);
            rest = behind;
        }
        order.extend_from_slice(rest);
        self.expect_turns(&coming, now);
        if *self.order != order {
            self.order = Arc::new(order);
        }
    }
}

/// Not inlined, so that there is one sort.
#[inline(never)]
fn put_in_order(rows: &mut [(Rank, usize, &Row)], query: &BoardQuery, now: PlatformTime) {
    rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| query.compare(a.2, b.2, now)));
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::row;
    use super::*;
    use crate::floor::time::at;
    use crate::floor::{Sort, SortKey, State};
    use core::time::Duration;

    fn shown(table: &Table, order: &[usize]) -> Vec<String> {
        order.iter().filter_map(|slot| table.get(*slot)).map(|row| row.agent.number().to_owned()).collect()
    }

    #[test]
    fn a_board_by_trouble_is_due_when_a_row_passes_a_threshold() {
        let mut table = Table::default();
        table.replace(vec![row(5001, State::Ready, 0), row(5002, State::NotReady, 0), row(5003, State::OnHold, 480_000)]);
        let query = BoardQuery { sort: Sort::from_code("trouble").unwrap(), ..Default::default() };
        let mut arrangement = Arrangement::default();
        let arranged = |arrangement: &mut Arrangement, now: i64| shown(&table, &arrangement.arrange(&table, &query, at(now)));
        assert_eq!(arranged(&mut arrangement, 500_000), ["5001", "5002", "5003"]);
        assert!(!arrangement.is_due(at(540_000)) && arrangement.is_due(at(540_001)) && arrangement.is_due(at(499_999)));
        assert_eq!(arranged(&mut arrangement, 540_001), ["5003", "5001", "5002"]);
        assert!(!arrangement.is_due(at(600_000)) && arrangement.is_due(at(600_001)));
        assert_eq!(arranged(&mut arrangement, 10_000_000), ["5003", "5002", "5001"]);
        // The clock was set back.
        assert_eq!(arranged(&mut arrangement, 500_000), ["5001", "5002", "5003"]);
        // What is not shown turns nothing.
        let only = BoardQuery { states: vec![State::Ready], ..query };
        arrangement.arrange(&table, &only, at(500_000));
        assert!(!arrangement.is_due(at(10_000_000)));
    }

    #[test]
    fn kept_up_row_by_row_the_order_is_what_it_would_be_made_anew() {
        let mut random = 1_u64;
        let mut next = move |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % below
        };
        for key in SortKey::ALL {
            for (states, descending) in [(vec![], false), (vec![State::OnCall, State::OnHold], true)] {
                let query = BoardQuery { sort: Sort { key, descending }, states, ..Default::default() };
                let mut table = Table::default();
                table.replace((5001..5200).map(|number| row(number, State::Ready, 0)).collect());
                let (mut arrangement, mut now) = (Arrangement::default(), at(0));
                for _ in 0..200 {
                    now = now + Duration::from_millis(next(40_000) as u64);
                    let mut changed = Vec::new();
                    for _ in 0..next(12) {
                        let since = now.as_millis() - next(900_000) as i64;
                        changed.extend(table.put(row(5001 + next(220) as u32, State::ALL[next(State::ALL.len())], since)));
                    }
                    arrangement.note(Some(&changed));
                    let kept_up = arrangement.arrange(&table, &query, now);
                    assert_eq!(kept_up, Arrangement::default().arrange(&table, &query, now), "{key:?}");
                }
            }
        }
    }

    #[test]
    fn another_query_and_a_snapshot_are_arranged_anew() {
        let mut table = Table::default();
        table.replace(vec![row(5001, State::Ready, 1), row(5002, State::OnCall, 1)]);
        let mut arrangement = Arrangement::default();
        assert_eq!(shown(&table, &arrangement.arrange(&table, &BoardQuery::default(), at(5))), ["5001", "5002"]);
        let even = BoardQuery { team: "Even".to_owned(), ..Default::default() };
        assert_eq!(shown(&table, &arrangement.arrange(&table, &even, at(5))), ["5002"]);
        table.replace(vec![row(5004, State::Ready, 1)]);
        arrangement.note(None);
        assert_eq!(shown(&table, &arrangement.arrange(&table, &even, at(5))), ["5004"]);
    }
}
