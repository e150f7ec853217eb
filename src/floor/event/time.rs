//! The platform's local times, as milliseconds and in UTC.

/// What [`Event::decode`] needs to know of the platform's zone: local civil time, as milliseconds as if it were UTC, to UTC.
pub type ToUtc<'a> = &'a (dyn Fn(i64) -> Instant + Sync);

/// A local time in UTC, milliseconds since 1970. At the end of summer time an hour occurs twice: then there are two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    pub first: i64,
    /// The later reading, where there are two.
    pub second: Option<i64>,
}

impl From<i64> for Instant {
    fn from(only: i64) -> Self {
        Instant { first: only, second: None }
    }
}

impl Instant {
    /// The later reading, or the only one.
    pub fn last(self) -> i64 {
        self.second.unwrap_or(self.first)
    }
}

/// `2017.03.18 14:13:24` (also with dashes, a `T`, or a fraction) as milliseconds as if it were UTC.
pub(super) fn civil_millis(time: &str) -> Option<i64> {
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
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_time_is_read() {
        assert_eq!(civil_millis("1970.01.01 00:00:00"), Some(0));
        assert_eq!(civil_millis("2017.03.18 14:13:24"), Some(1_489_846_404_000));
        assert_eq!(civil_millis("2024-02-29T23:59:59.123"), Some(1_709_251_199_000));
        for bad in ["", "2017", "2017.13.01 00:00:00", "1489846404", "yesterday"] {
            assert_eq!(civil_millis(bad), None, "{bad}");
        }
    }
}
