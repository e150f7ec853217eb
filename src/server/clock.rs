//! The console's own clock: the one place that asks the system for the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// The console's clock: milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `2026-11-20T21:45:49.000Z`; a time beyond the calendar is its end.
pub fn rfc3339(millis: i64) -> String {
    let end = if millis < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    format!("{:.3}", jiff::Timestamp::from_millisecond(millis).unwrap_or(end))
}
