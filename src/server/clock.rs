//! The console's own clock: the one place that asks the system for the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// The console's clock: milliseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
