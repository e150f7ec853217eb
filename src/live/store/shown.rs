//! Which slots a list shows in which order, and the order that waits while the list is held.

use super::{moves, set_if_new};
use crate::live::browser::BrowserTime;
use core::time::Duration;
use leptos::prelude::*;
use std::sync::Arc;

/// A list of more rows than this is put in order at most once in [`REARRANGE`]: with thousands of changes a second nobody could
/// read it otherwise, and the page would do nothing else. The rows' values are always up to date.
const SMALL: usize = 500;
/// The shortest time between two changes of a long list's order.
const REARRANGE: Duration = Duration::from_secs(1);

/// What a list shows: the board's agents, or the calls of `/calls`. A copy of the struct is another handle to the same list.
#[derive(Clone, Copy)]
pub struct Shown {
    /// The slots that are shown, in order.
    pub order: RwSignal<Arc<Vec<usize>>>,
    /// How many rows will move, appear or vanish when the hold ends.
    pub waiting: RwSignal<u32>,
    /// How many rows match the query; before the first snapshot it may be more than `order` has.
    pub matching: RwSignal<u32>,
    /// The order that waits for the hold to end.
    next: StoredValue<Option<Arc<Vec<usize>>>>,
    /// Whether the order is held; the store sets it.
    held: RwSignal<bool>,
    /// When the rows of a long list were last put in order, and whether something has changed since.
    arranged: StoredValue<(BrowserTime, bool)>,
}

impl Shown {
    /// Makes a list that shows `order`, of which `matching` rows match the query in all. `held`: whether the order is held.
    pub fn new(order: Vec<usize>, matching: u32, held: RwSignal<bool>) -> Self {
        Shown {
            order: RwSignal::new(Arc::new(order)),
            waiting: RwSignal::new(0),
            matching: RwSignal::new(matching),
            next: StoredValue::new(None),
            held,
            arranged: StoredValue::new((BrowserTime::default(), false)),
        }
    }

    /// Notes a change in a list of `rows` rows, and returns whether to put it in order now: if it is short, if `at_once`, or if it is due.
    pub fn changed(self, rows: usize, at_once: bool, local_now: BrowserTime) -> bool {
        if at_once || rows <= SMALL {
            return true;
        }
        self.arranged.update_value(|(_, changed)| *changed = true);
        self.due(local_now)
    }

    /// Returns whether a change has waited long enough for the rows to be put in order, and if so starts the next wait.
    pub fn due(self, local_now: BrowserTime) -> bool {
        let (at, changed) = self.arranged.get_value();
        let due = changed && local_now.abs_diff(at) >= REARRANGE;
        if due {
            self.arranged.set_value((local_now, false));
        }
        due
    }

    /// Shows the rows in the order `after`: now if the list is not held or `at_once`, else when the hold ends. `is_alive` tells whether a
    /// slot still has a row.
    pub fn put(self, after: Vec<usize>, at_once: bool, is_alive: impl Fn(usize) -> bool) {
        let before = self.order.get_untracked();
        set_if_new(self.matching, after.len() as u32);
        let still = *before == after;
        // A row that was removed vanishes even while held. If no row is left, the new order need not wait: nothing can jump.
        let alive: Vec<usize> = before.iter().copied().filter(|slot| is_alive(*slot)).collect();
        if still || at_once || alive.is_empty() || !self.held.get_untracked() {
            self.next.set_value(None);
            set_if_new(self.waiting, 0);
            if !still {
                self.order.set(Arc::new(after));
            }
        } else {
            set_if_new(self.waiting, moves(&alive, &after) as u32);
            if alive.len() != before.len() {
                self.order.set(Arc::new(alive));
            }
            self.next.set_value(Some(Arc::new(after)));
        }
    }

    /// Shows the order that waits, if there is one.
    pub fn settle(self) {
        if let Some(next) = self.next.try_update_value(Option::take).flatten() {
            self.order.set(next);
        }
        set_if_new(self.waiting, 0);
    }
}
