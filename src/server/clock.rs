//! The console's own clock: the one place that asks the system for the time.

mod time_zone;

pub use time_zone::{day_in, in_utc};

use crate::floor::ConsoleTime;
use crate::floor::time::Time;
use std::time::{SystemTime, UNIX_EPOCH};

/// Reads the console's clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> ConsoleTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    ConsoleTime::default() + since
}

/// `2026-11-20T21:45:49.000Z`; a time beyond the calendar is its end.
pub fn rfc3339<C: Copy>(at: Time<C>) -> String {
    let millis = at.as_millis();
    let end = if millis < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    format!("{:.3}", jiff::Timestamp::from_millisecond(millis).unwrap_or(end))
}
