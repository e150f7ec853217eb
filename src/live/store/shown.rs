//! Which slots a list shows, in which order, and the order that waits while the list is held.

use super::{moves, set_if_new};
use crate::live::browser::BrowserTime;
use core::time::Duration;
use leptos::prelude::*;
use std::sync::Arc;

/// A list of more rows than this is put in order at most once in [`REARRANGE`]: at thousands of changes a second nobody could
/// read it otherwise, and the page would do nothing else. Values are always up to date.
const SMALL: usize = 500;
const REARRANGE: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
pub struct Shown {
    /// Slots in the order in which they are shown.
    pub order: RwSignal<Arc<Vec<usize>>>,
    /// Rows that will move, appear or vanish when the hold ends.
    pub waiting: RwSignal<u32>,
    /// How many match the query; more than `order` has until the first snapshot.
    pub matching: RwSignal<u32>,
    /// The order that waits.
    next: StoredValue<Option<Arc<Vec<usize>>>>,
    held: RwSignal<bool>,
    /// When rows were last put in order, and whether something has changed since.
    arranged: StoredValue<(BrowserTime, bool)>,
}

impl Shown {
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

    /// Something changed among `rows` rows; whether they are to be put in order now.
    pub fn changed(self, rows: usize, at_once: bool, local_now: BrowserTime) -> bool {
        if at_once || rows <= SMALL {
            return true;
        }
        self.arranged.update_value(|(_, changed)| *changed = true);
        self.due(local_now)
    }

    /// Whether rows that changed have waited long enough to be put in order.
    pub fn due(self, local_now: BrowserTime) -> bool {
        let (at, changed) = self.arranged.get_value();
        let due = changed && local_now.abs_diff(at) >= REARRANGE;
        if due {
            self.arranged.set_value((local_now, false));
        }
        due
    }

    /// Takes up a new order: at once, or when the hold ends.
    pub fn put(self, after: Vec<usize>, at_once: bool, is_alive: impl Fn(usize) -> bool) {
        let before = self.order.get_untracked();
        set_if_new(self.matching, after.len() as u32);
        let still = *before == after;
        // A row that is gone for good cannot be shown: it vanishes even while held. Where nothing is shown, nothing can jump.
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

    /// Puts the rows that wait in order now.
    pub fn settle(self) {
        if let Some(next) = self.next.try_update_value(Option::take).flatten() {
            self.order.set(next);
        }
        set_if_new(self.waiting, 0);
    }
}
