//! The console's own clock: the one place that asks the system for the time.

mod time_zone;

pub use time_zone::{day_in, in_utc};

use crate::floor::ConsoleTime;
use crate::floor::clock::ClockStep;
use crate::floor::time::Time;
use rustix::time::{ClockId, clock_gettime};
use std::time::{SystemTime, UNIX_EPOCH};

/// Reads the console's clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> ConsoleTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    ConsoleTime::default() + since
}

/// The clock that nobody sets. On Linux it goes on while the machine sleeps, as the time of day does.
#[cfg(target_os = "linux")]
const RUNNING: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const RUNNING: ClockId = ClockId::Monotonic;
/// Whoever sets a clock moves it by more than this; by less it is only kept right.
const SET: i64 = 1_000;
/// Both clocks are read within this time, or the process stood still in between.
const AT_ONCE: i64 = 50;

/// Milliseconds of the clock that nobody sets.
fn running() -> i64 {
    let now = clock_gettime(RUNNING);
    now.tv_sec.saturating_mul(1_000).saturating_add(now.tv_nsec / 1_000_000)
}

/// Notices when somebody sets the system's clock.
#[derive(Debug)]
pub struct ClockWatch {
    /// By how much the system's clock is ahead of the one that nobody sets.
    ahead: i64,
}

impl ClockWatch {
    /// Begins with the clock as it is now.
    pub fn begin() -> ClockWatch {
        ClockWatch { ahead: now().as_millis() - running() }
    }

    /// By how much the clock was set since it was looked at last.
    pub fn look(&mut self) -> Option<ClockStep> {
        let (before, now, after) = (running(), now().as_millis(), running());
        if after - before > AT_ONCE {
            return None;
        }
        let step = now - before - std::mem::replace(&mut self.ahead, now - before);
        (step.abs() > SET).then_some(ClockStep::by(step))
    }
}

/// `2026-11-20T21:45:49.000Z`; a time beyond the calendar is its end.
pub fn rfc3339<C: Copy>(at: Time<C>) -> String {
    let millis = at.as_millis();
    let end = if millis < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    format!("{:.3}", jiff::Timestamp::from_millisecond(millis).unwrap_or(end))
}
