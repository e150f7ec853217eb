//! How far the console's clock is ahead of the platform's, measured from the events themselves.
//!
//! Event times are whole seconds and arrive a little late, so a single difference says little; the median of the last ones is
//! steady, and neither a late redelivery nor a wild time stamp moves it.

use std::collections::VecDeque;

/// How many differences the median is taken from.
const SAMPLES: usize = 63;

#[derive(Debug, Clone, Default)]
pub struct ClockOffset {
    differences: VecDeque<i64>,
}

impl ClockOffset {
    /// An event stamped `event_time` arrived at `arrived`; both milliseconds since 1970.
    pub fn observe(&mut self, arrived: i64, event_time: i64) {
        if self.differences.len() == SAMPLES {
            self.differences.pop_front();
        }
        self.differences.push_back(arrived.saturating_sub(event_time));
    }

    pub fn is_measured(&self) -> bool {
        !self.differences.is_empty()
    }

    /// The console's clock minus the platform's, milliseconds; 0 before the first event. Half a second is taken off for the
    /// part of a second that the platform's time stamps leave out.
    pub fn millis(&self) -> i64 {
        let mut sorted: Vec<i64> = self.differences.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).map_or(0, |median| median.saturating_sub(500))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_late_and_wild_stamps() {
        let mut offset = ClockOffset::default();
        assert_eq!(offset.millis(), 0);
        for n in 0..50_i64 {
            let now = 1_000_000 + n * 137;
            offset.observe(now + 3_600_000, now - now.rem_euclid(1000));
        }
        offset.observe(9_000_000_000, 0);
        offset.observe(0, 9_000_000_000);
        assert!((offset.millis() - 3_600_000).abs() <= 500, "{}", offset.millis());
    }
}
