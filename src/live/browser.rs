//! The browser's own clock. Nothing is shown by it: each time read from it is turned into the console's time first.

use crate::floor::ConsoleTime;
use crate::floor::time::Time;
use core::time::Duration;

/// The clock of the machine that shows the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Browser;

/// A moment by the browser's clock.
pub type BrowserTime = Time<Browser>;

/// The console's clock minus the browser's, in milliseconds, as the messages on the live channel show it. Zero by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Skew {
    millis: i64,
}

impl Skew {
    /// Returns the skew that makes the two moments the same.
    pub fn between(console: ConsoleTime, browser: BrowserTime) -> Skew {
        Skew { millis: console.as_millis().saturating_sub(browser.as_millis()) }
    }

    /// Returns the same moment by the console's clock.
    pub fn to_console(self, at: BrowserTime) -> ConsoleTime {
        ConsoleTime::from_millis(at.as_millis().saturating_add(self.millis))
    }

    /// Returns how much the two differ.
    pub fn abs_diff(self, other: Skew) -> Duration {
        Duration::from_millis(self.millis.abs_diff(other.millis))
    }
}
