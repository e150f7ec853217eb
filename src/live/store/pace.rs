//! How often something is brought up to date that depends on thousands of rows: nobody can read it more often, and the page would do nothing
//! else.

use crate::live::browser::BrowserTime;
use core::time::Duration;
use leptos::prelude::*;

/// Of more rows than this what depends on all of them keeps a pace; of fewer it follows every change at once.
const SMALL: usize = 500;

/// Keeps the time between two updates. A copy of the struct is another handle to the same.
#[derive(Clone, Copy)]
pub struct Pace {
    every: Duration,
    /// When it was last brought up to date, and whether something has changed since.
    state: StoredValue<(BrowserTime, bool)>,
}

impl Pace {
    /// Makes one with so much time between two updates at the least.
    pub fn new(every: Duration) -> Pace {
        Pace { every, state: StoredValue::new((BrowserTime::default(), false)) }
    }

    /// Notes a change among `rows` rows, and returns whether to bring things up to date now: if they are few, if `at_once`, or if it is due.
    pub fn changed(self, rows: usize, at_once: bool, local_now: BrowserTime) -> bool {
        if at_once || rows <= SMALL {
            return true;
        }
        self.state.update_value(|(_, changed)| *changed = true);
        self.due(local_now)
    }

    /// Returns whether a change has waited long enough, and if so starts the next wait.
    pub fn due(self, local_now: BrowserTime) -> bool {
        let (at, changed) = self.state.get_value();
        let due = changed && local_now.abs_diff(at) >= self.every;
        if due {
            self.state.set_value((local_now, false));
        }
        due
    }
}
