//! Moments by the clock that they were read from. The platform's clock and the console's differ, so their moments are two types: code that
//! mixes them does not compile, and only an [`Offset`] turns one into the other.
//!
//! A moment counts milliseconds since 1970. How long something takes is a [`Duration`], which is never negative.

use core::marker::PhantomData;
use core::ops::{Add, Sub};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// A moment by the clock `C`; sent and kept as a plain number of milliseconds.
///
/// ```
/// use core::time::Duration;
/// use supervisor_console::floor::time::{ConsoleTime, Offset, PlatformTime};
///
/// let rang = PlatformTime::from_millis(1_489_846_404_000);
/// let heard = ConsoleTime::from_millis(1_489_846_406_500);
/// let offset = Offset::between(heard, rang);
/// assert_eq!(offset.to_platform(heard), rang);
/// assert_eq!(offset.to_console(rang + Duration::from_secs(1)), heard + Duration::from_secs(1));
/// // Nothing lasts less than no time.
/// assert_eq!(rang.since(rang + Duration::from_secs(3)), Duration::ZERO);
/// ```
///
/// Moments of two clocks cannot be compared:
///
/// ```compile_fail
/// use supervisor_console::floor::time::{ConsoleTime, PlatformTime};
///
/// let late = PlatformTime::from_millis(2) > ConsoleTime::from_millis(1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Time<C> {
    millis: i64,
    clock: PhantomData<C>,
}

/// The platform's clock: when its events happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Platform;

/// The console's clock: when something was asked for, arrived or is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Console;

/// Platform time: a moment by the platform's clock.
pub type PlatformTime = Time<Platform>;

/// Console time: a moment by the console's clock.
pub type ConsoleTime = Time<Console>;

impl<C: Copy> Time<C> {
    /// The earliest moment of all.
    pub const MIN: Self = Time::from_millis(i64::MIN);

    /// Returns the moment so many milliseconds after the beginning of 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Time { millis, clock: PhantomData }
    }

    /// Returns the milliseconds since the beginning of 1970, for what is kept, sent or written out.
    pub const fn as_millis(self) -> i64 {
        self.millis
    }

    /// Returns how long after `earlier` it is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.millis.saturating_sub(earlier.millis)).unwrap_or(0))
    }

    /// Returns how far apart the two are.
    pub fn abs_diff(self, other: Self) -> Duration {
        Duration::from_millis(self.millis.abs_diff(other.millis))
    }
}

/// Returns the moment so long afterwards, or the last one that there is.
impl<C: Copy> Add<Duration> for Time<C> {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Time::from_millis(self.millis.saturating_add(millis_of(duration)))
    }
}

/// Returns the moment so long before, or the first one that there is.
impl<C: Copy> Sub<Duration> for Time<C> {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Time::from_millis(self.millis.saturating_sub(millis_of(duration)))
    }
}

impl<C> core::fmt::Debug for Time<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.millis.fmt(f)
    }
}

/// Returns the whole milliseconds of `duration`, or [`i64::MAX`] if they do not fit.
pub fn millis_of(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1000).saturating_add(i64::from(duration.subsec_millis()))
}

/// Serializes a duration as a plain number of milliseconds, for `#[serde(with)]`.
pub mod as_millis {
    use core::time::Duration;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the duration as whole milliseconds.
    ///
    /// # Errors
    ///
    /// Returns the serializer's error.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        super::millis_of(*duration).serialize(serializer)
    }

    /// Reads a number of milliseconds; a negative one counts as zero.
    ///
    /// # Errors
    ///
    /// Returns the deserializer's error if there is no whole number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        Ok(Duration::from_millis(i64::deserialize(deserializer)?.try_into().unwrap_or(0)))
    }
}

/// The clock offset: the console's clock minus the platform's, in milliseconds; zero until it is measured. Only it turns moments of one
/// clock into moments of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset {
    millis: i64,
}

impl Offset {
    /// No offset: both clocks count as the same, as long as nothing is measured.
    pub const NONE: Offset = Offset { millis: 0 };

    /// Returns the offset at which the two are the same moment.
    pub const fn between(console: ConsoleTime, platform: PlatformTime) -> Offset {
        Offset { millis: console.millis.saturating_sub(platform.millis) }
    }

    /// Returns the milliseconds by which the console's clock is ahead; negative if it is behind.
    pub const fn as_millis(self) -> i64 {
        self.millis
    }

    /// Returns how far apart the two offsets are.
    pub const fn abs_diff(self, other: Offset) -> Duration {
        Duration::from_millis(self.millis.abs_diff(other.millis))
    }

    /// Returns the same moment by the console's clock.
    pub const fn to_console(self, at: PlatformTime) -> ConsoleTime {
        Time::from_millis(at.millis.saturating_add(self.millis))
    }

    /// Returns the same moment by the platform's clock.
    pub const fn to_platform(self, at: ConsoleTime) -> PlatformTime {
        Time::from_millis(at.millis.saturating_sub(self.millis))
    }
}

/// Returns a moment by whichever clock is wanted, for tests.
#[cfg(test)]
pub const fn at<C: Copy>(millis: i64) -> Time<C> {
    Time::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_leads_there_and_back() {
        for (console, platform) in [(1_000, 400), (400, 1_000), (7, 7), (1_700_000_000_123, 1_700_003_600_000)] {
            let (console, platform): (ConsoleTime, PlatformTime) = (at(console), at(platform));
            let offset = Offset::between(console, platform);
            assert_eq!((offset.to_console(platform), offset.to_platform(console)), (console, platform));
            let later = platform + Duration::from_secs(5);
            assert_eq!(offset.to_platform(offset.to_console(later)), later);
            assert_eq!(offset.to_console(later).since(console), Duration::from_secs(5));
        }
    }

    #[test]
    fn the_ends_of_time_are_not_passed() {
        let (first, last): (PlatformTime, PlatformTime) = (Time::MIN, at(i64::MAX));
        assert_eq!((last + Duration::from_secs(1), first - Duration::from_secs(1)), (last, first));
        assert_eq!((at::<Console>(0) + Duration::MAX, at::<Console>(-2) - Duration::MAX), (at(i64::MAX), at(i64::MIN)));
        assert_eq!((last.since(first), first.since(last)), (Duration::from_millis(i64::MAX.unsigned_abs()), Duration::ZERO));
        assert_eq!((last.abs_diff(first), first.abs_diff(last)), (Duration::from_millis(u64::MAX), Duration::from_millis(u64::MAX)));
        let offset = Offset::between(at(i64::MAX), at(-1));
        assert_eq!((offset.to_console(at(1)), offset.to_platform(at(-2))), (at(i64::MAX), at(i64::MIN)));
    }

    #[test]
    fn a_duration_counts_in_whole_milliseconds() {
        assert_eq!(at::<Console>(10) + Duration::from_micros(1_999), at(11));
        assert_eq!(at::<Console>(10) - Duration::from_millis(4), at(6));
        assert_eq!(at::<Console>(3_007).since(at(1_000)), Duration::from_millis(2_007));
    }

    #[test]
    fn a_moment_is_sent_as_a_number() {
        let moment: PlatformTime = at(1_489_846_404_000);
        assert_eq!(serde_json::to_string(&(moment, Offset::between(at(3), at(5)))).unwrap(), "[1489846404000,-2]");
        assert_eq!(postcard::to_allocvec(&moment).unwrap(), postcard::to_allocvec(&1_489_846_404_000_i64).unwrap());
        assert_eq!(serde_json::from_str::<ConsoleTime>("-7").unwrap(), at(-7));
    }
}
