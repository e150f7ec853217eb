//! Which slots a list shows in which order, and the order that waits while the list is held.

use super::moves;
use super::pace::Pace;
use crate::signal;
use core::time::Duration;
use leptos::prelude::*;
use std::sync::Arc;

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
    /// How often a long list changes its order; the rows' values are always up to date.
    pub pace: Pace,
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
            pace: Pace::new(REARRANGE),
        }
    }

    /// Shows the rows in the order `after`: now if the list is not held or `at_once`, else when the hold ends. Returns whether it does now.
    /// `is_alive` tells whether a slot still has a row. While held, a row that is gone keeps its place: the next one would come under the pointer.
    pub fn put(self, after: Arc<Vec<usize>>, at_once: bool, is_alive: impl Fn(usize) -> bool) -> bool {
        let before = self.order.get_untracked();
        signal::set_if_new(self.matching, after.len() as u32);
        let still = Arc::ptr_eq(&before, &after) || before == after;
        // If no row is left, the new order need not wait: nothing can jump.
        let holds = || self.held.get_untracked() && before.iter().any(|slot| is_alive(*slot));
        if still || at_once || !holds() {
            self.show(before, after);
            return true;
        }
        signal::set_if_new(self.waiting, moves(&before, &after) as u32);
        self.next.set_value(Some(after));
        false
    }

    /// Shows the rows in the order `after`, where it is another one than `before`; nothing waits any more.
    fn show(self, before: Arc<Vec<usize>>, after: Arc<Vec<usize>>) {
        self.next.set_value(None);
        signal::set_if_new(self.waiting, 0);
        if before != after {
            signal::set(self.order, after);
        }
    }

    /// Shows the order that waits, if there is one.
    pub fn settle(self) {
        if let Some(next) = self.next.try_update_value(Option::take).flatten() {
            signal::set(self.order, next);
        }
        signal::set_if_new(self.waiting, 0);
    }
}
