//! The platform's local times, and the moments that they stand for.

use crate::floor::time::{PlatformTime, Time};

/// The clock of [`LocalTime`]: the platform's, read in its own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Wall;

/// The platform's local time as events have it, counted as if it were UTC; it takes the zone to make a moment of it.
pub type LocalTime = Time<Wall>;

/// Turns a local time into the moment that it is in the platform's zone, for [`Event::decode`](super::Event::decode).
pub type ToUtc<'a> = &'a (dyn Fn(LocalTime) -> Instant + Sync);

/// The moment of a local time. At the end of summer time an hour occurs twice, and there are two readings (protocol, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// The only reading, or the earlier of two.
    pub first: PlatformTime,
    /// The later reading, if there are two.
    pub second: Option<PlatformTime>,
}

impl From<PlatformTime> for Instant {
    fn from(only: PlatformTime) -> Self {
        Instant { first: only, second: None }
    }
}

impl Instant {
    /// Returns the moment of a local time if the platform's zone is UTC.
    pub fn in_utc(local: LocalTime) -> Instant {
        PlatformTime::from_millis(local.as_millis()).into()
    }

    /// Returns the later reading, or the only one.
    pub fn last(self) -> PlatformTime {
        self.second.unwrap_or(self.first)
    }
}

/// Reads `2017.03.18 14:13:24` (also with dashes, a `T` or a fraction, which is ignored), or returns `None` for another text.
pub(super) fn local_time(time: &str) -> Option<LocalTime> {
    let mut parts = time.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = |longest: usize| -> Option<i64> {
        let part = parts.next()?;
        if part.len() <= longest { part.parse().ok() } else { None }
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let (hour, minute, second) = (next(2)?, next(2)?, next(2)?);
    let sane = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !sane || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970 by the proleptic Gregorian calendar, years counted from March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(LocalTime::from_millis((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_time_is_read() {
        assert_eq!(local_time("1970.01.01 00:00:00"), Some(LocalTime::from_millis(0)));
        assert_eq!(local_time("2017.03.18 14:13:24"), Some(LocalTime::from_millis(1_489_846_404_000)));
        assert_eq!(local_time("2024-02-29T23:59:59.123"), Some(LocalTime::from_millis(1_709_251_199_000)));
        for bad in ["", "2017", "2017.13.01 00:00:00", "1489846404", "yesterday"] {
            assert_eq!(local_time(bad), None, "{bad}");
        }
    }
}
