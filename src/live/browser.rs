//! The browser's own clock, by which nothing is shown: what is read from it is turned into the console's time first.

use crate::floor::ConsoleTime;
use crate::floor::time::Time;
use core::time::Duration;

/// The clock of the machine that shows the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Browser;

/// A moment by the browser's clock.
pub type BrowserTime = Time<Browser>;

/// The console's clock minus the browser's, as the messages tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Skew {
    millis: i64,
}

impl Skew {
    /// Returns the skew at which the two are the same moment.
    pub fn between(console: ConsoleTime, browser: BrowserTime) -> Skew {
        Skew { millis: console.as_millis().saturating_sub(browser.as_millis()) }
    }

    /// Returns the same moment by the console's clock.
    pub fn to_console(self, at: BrowserTime) -> ConsoleTime {
        ConsoleTime::from_millis(at.as_millis().saturating_add(self.millis))
    }

    /// Returns how far apart the two are.
    pub fn abs_diff(self, other: Skew) -> Duration {
        Duration::from_millis(self.millis.abs_diff(other.millis))
    }
}
