//! The platform's local times in UTC.

use crate::floor::PlatformTime;
use crate::floor::event::{Instant as Readings, LocalTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// The moment of the platform's local time: both readings where a change of the clock repeats the hour.
pub fn in_utc(zone: &TimeZone, shown: LocalTime) -> Readings {
    let local = jiff::Timestamp::from_millisecond(shown.as_millis()).ok().map(|as_utc| TimeZone::UTC.to_datetime(as_utc));
    let Some(local) = local.map(|local| zone.to_ambiguous_timestamp(local)) else { return Readings::in_utc(shown) };
    let moment = |utc: Result<jiff::Timestamp, jiff::Error>| {
        utc.map_or(Readings::in_utc(shown).first, |utc| PlatformTime::from_millis(utc.as_millisecond()))
    };
    let first = moment(local.earlier());
    match local.offset() {
        AmbiguousOffset::Fold { .. } => Readings { first, second: Some(moment(local.later())) },
        // A time that does not occur is one that a clock shows which was not put forward.
        _ => moment(local.compatible()).into(),
    }
}

/// The zone's day that `at` is in: when it begins, and when the next one does.
pub fn day_in(zone: &TimeZone, at: PlatformTime) -> (PlatformTime, PlatformTime) {
    let day = || {
        let midnight = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?.to_zoned(zone.clone()).start_of_day().ok()?;
        let next = midnight.tomorrow().ok()?.start_of_day().ok()?;
        let moment = |zoned: &jiff::Zoned| PlatformTime::from_millis(zoned.timestamp().as_millisecond());
        Some((moment(&midnight), moment(&next)))
    };
    // Beyond the calendar there is one day.
    day().unwrap_or((PlatformTime::MIN, PlatformTime::from_millis(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_times_are_the_platforms_zone() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(in_utc(&zone, LocalTime::from_millis(8 * 3_600_000)), PlatformTime::default().into());
    }

    #[test]
    fn a_day_lasts_from_midnight_to_midnight_where_the_platform_is() {
        let millis = |text: &str| PlatformTime::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let day = |zone: &str, at: &str| day_in(&TimeZone::get(zone).unwrap(), millis(at));
        let shanghai = (millis("2026-11-19T16:00:00Z"), millis("2026-11-20T16:00:00Z"));
        assert_eq!(day("Asia/Shanghai", "2026-11-19T16:00:00Z"), shanghai);
        assert_eq!(day("Asia/Shanghai", "2026-11-20T15:59:59Z"), shanghai);
        // The clocks are put back: it has 25 hours.
        assert_eq!(day("Europe/Berlin", "2026-10-25T12:00:00Z"), (millis("2026-10-24T22:00:00Z"), millis("2026-10-25T23:00:00Z")));
    }

    #[test]
    fn an_hour_that_occurs_twice_has_two_readings() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let civil = |text: &str| {
            let as_utc = text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(TimeZone::UTC).unwrap();
            LocalTime::from_millis(as_utc.timestamp().as_millisecond())
        };
        let utc = |text: &str| PlatformTime::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let twice = Readings { first: utc("2026-10-25T00:59:46Z"), second: Some(utc("2026-10-25T01:59:46Z")) };
        assert_eq!(in_utc(&zone, civil("2026-10-25T02:59:46")), twice);
        assert_eq!(in_utc(&zone, civil("2026-10-25T03:00:00")), utc("2026-10-25T02:00:00Z").into());
        // Skipped in spring.
        assert_eq!(in_utc(&zone, civil("2026-03-29T02:30:00")), utc("2026-03-29T01:30:00Z").into());
    }
}
