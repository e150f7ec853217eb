//! How far the console's clock is ahead of the platform's, measured from the events themselves.
//!
//! An event can arrive late (by an hour after a broken link) but hardly early, so of the events that arrive together the quickest one
//! measures best. The median over several such moments counts, so that neither a backlog nor a wrong time stamp moves it.

use super::time::{ConsoleTime, Offset, PlatformTime, Time, millis_of};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// How long one moment is: of the events that arrive within it only the quickest counts.
const MOMENT: Duration = Duration::from_secs(10);
/// How many moments the median is taken over.
const MOMENTS: usize = 7;

/// Where the first event after a restart measures another offset by this much, our clock was set meanwhile.
const SET: Duration = Duration::from_secs(30);

/// By how much somebody set the console's clock: the same moment is another one on it since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClockStep {
    millis: i64,
}

impl ClockStep {
    /// Makes the step of a clock that was set ahead by so many milliseconds, or back where they are negative.
    pub const fn by(millis: i64) -> ClockStep {
        ClockStep { millis }
    }

    /// Returns the milliseconds by which the clock was set ahead; negative where it was set back.
    pub const fn as_millis(self) -> i64 {
        self.millis
    }

    /// Returns what the clock would have shown at `at` had it been as it is now.
    pub const fn moved(self, at: ConsoleTime) -> ConsoleTime {
        Time::from_millis(at.as_millis().saturating_add(self.millis))
    }

    /// Moves a moment, as [`ClockStep::moved`] does.
    pub const fn shift(self, at: &mut ConsoleTime) {
        *at = self.moved(*at);
    }
}

/// Measures the clock offset: the console's clock minus the platform's.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClockOffset {
    /// The number of each moment, and the smallest offset in it. The last number has its bits turned over, and so is negative, where the
    /// console started anew since.
    moments: VecDeque<(i64, Offset)>,
}

impl ClockOffset {
    /// Takes the measure of an event that happened at `event_time` and arrived at `arrived`.
    pub fn observe(&mut self, arrived: ConsoleTime, event_time: PlatformTime) {
        let (moment, offset) = (arrived.as_millis().div_euclid(millis_of(MOMENT)), Offset::between(arrived, event_time));
        let usual = self.offset();
        match self.moments.back_mut().filter(|(last, _)| *last < 0) {
            Some(_) if offset.abs_diff(usual) > SET => self.moments.clear(),
            Some((last, _)) => *last = !*last,
            None => {}
        }
        match self.moments.back_mut() {
            Some((last, least)) if *last == moment => *least = offset.min(*least),
            _ => {
                if self.moments.len() == MOMENTS {
                    self.moments.pop_front();
                }
                self.moments.push_back((moment, offset));
            }
        }
    }

    /// Records that our own clock was set: what was measured by it is another offset now.
    pub fn set(&mut self, step: ClockStep) {
        for (_, offset) in &mut self.moments {
            // The platform's clock is where it was.
            let platform = PlatformTime::default();
            *offset = Offset::between(step.moved(offset.to_console(platform)), platform);
        }
    }

    /// Records that the console started anew: our clock may have been set meanwhile, which the first event tells.
    pub fn started(&mut self) {
        if let Some((last, _)) = self.moments.back_mut().filter(|(last, _)| *last >= 0) {
            *last = !*last;
        }
    }

    /// Returns whether any event has been measured.
    pub fn is_measured(&self) -> bool {
        !self.moments.is_empty()
    }

    /// Returns the offset as measured so far; [`Offset::NONE`] before the first event.
    pub fn offset(&self) -> Offset {
        let mut sorted: Vec<Offset> = self.moments.iter().map(|(_, offset)| *offset).collect();
        sorted.sort_unstable();
        // Of an even number the lower median: the quicker one.
        sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(Offset::NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::time::at;

    #[test]
    fn the_median_ignores_late_and_wild_stamps() {
        let mut offset = ClockOffset::default();
        assert_eq!(offset.offset().as_millis(), 0);
        for n in 0..50_i64 {
            let now = 1_000_000 + n * 137;
            offset.observe(at(now + 3_600_000), at(now - now.rem_euclid(1000)));
        }
        offset.observe(at(9_000_000_000), at(0));
        offset.observe(at(0), at(9_000_000_000));
        assert!((offset.offset().as_millis() - 3_600_000).abs() <= 500, "{}", offset.offset().as_millis());
    }

    #[test]
    fn a_clock_that_is_set_takes_its_measure_with_it() {
        let mut offset = ClockOffset::default();
        for moment in 0..7 {
            offset.observe(at(moment * 10_000 + 200), at(moment * 10_000));
        }
        let (now, there) = (at(80_000), offset.offset().to_platform(at(80_000)));
        for by in [3_600_000, -7_200_000] {
            let mut set = offset.clone();
            set.set(ClockStep::by(by));
            assert_eq!(set.offset().to_platform(ClockStep::by(by).moved(now)), there);
            set.observe(at(80_000 + by + 200), at(80_000));
            assert_eq!(set.offset().as_millis(), 200 + by);
        }
    }

    #[test]
    fn after_a_start_the_first_event_tells_whether_our_clock_was_set_meanwhile() {
        const NOW: i64 = 1_700_000_000_000;
        let mut offset = ClockOffset::default();
        offset.started();
        assert!(!offset.is_measured());
        for moment in (0..7).rev() {
            offset.observe(at(NOW - moment * 10_000 + 200), at(NOW - moment * 10_000));
        }
        offset.started();
        assert_eq!((offset.is_measured(), offset.offset().as_millis()), (true, 200));
        for (by, measured) in [(3_600_000, 3_600_100), (-3_600_000, -3_599_900), (900, 200)] {
            let mut offset = offset.clone();
            offset.observe(at(NOW + 10_100 + by), at(NOW + 10_000));
            assert_eq!(offset.offset().as_millis(), measured);
            // One that is late afterwards is only late.
            offset.observe(at(NOW + 10_100 + by + 60_000), at(NOW + 10_000));
            assert_eq!(offset.offset().as_millis(), measured);
        }
    }

    #[test]
    fn a_backlog_moves_nothing() {
        let mut offset = ClockOffset::default();
        // At the start it is all that there is, until the first event that is not late.
        for n in 0..100 {
            offset.observe(at(1_000_000 + n), at(1_000_000 - 300_000 + n * 1000));
        }
        offset.observe(at(1_000_200), at(1_000_000));
        assert_eq!(offset.offset().as_millis(), 200);
        for moment in 1..4 {
            offset.observe(at(1_000_000 + moment * millis_of(MOMENT)), at(1_000_000 + moment * millis_of(MOMENT) - 100));
        }
        for n in 0..10_000 {
            offset.observe(at(1_050_000 + n / 1000), at(1_050_000 - 3_600_000 + n * 10));
        }
        assert!((0..=500).contains(&offset.offset().as_millis()), "{}", offset.offset().as_millis());
    }
}
