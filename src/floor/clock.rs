//! How far the console's clock is ahead of the platform's, measured from the events themselves.
//!
//! An event can arrive late (by an hour after a broken link) but hardly early, so of the events that arrive together the quickest one
//! measures best. The median over several such moments counts, so that neither a backlog nor a wrong time stamp moves it.

use super::time::{ConsoleTime, Offset, PlatformTime, millis_of};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// How long one moment is: of the events that arrive within it only the quickest counts.
const MOMENT: Duration = Duration::from_secs(10);
/// How many moments the median is taken over.
const MOMENTS: usize = 7;

/// Measures the clock offset: the console's clock minus the platform's.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClockOffset {
    /// The number of each moment, and the smallest offset in it.
    moments: VecDeque<(i64, Offset)>,
}

impl ClockOffset {
    /// Takes the measure of an event that happened at `event_time` and arrived at `arrived`.
    pub fn observe(&mut self, arrived: ConsoleTime, event_time: PlatformTime) {
        let (moment, offset) = (arrived.as_millis().div_euclid(millis_of(MOMENT)), Offset::between(arrived, event_time));
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
