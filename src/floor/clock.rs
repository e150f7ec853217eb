//! How far the console's clock is ahead of the platform's, measured from the events themselves.
//!
//! An event can arrive late, by an hour after a broken link, but hardly early: so of the events that arrive together the one that was
//! quickest tells best. Of several such moments the median counts, so that neither a backlog nor a wild time stamp moves it.

use std::collections::VecDeque;

/// Events that arrive within this many milliseconds are one moment.
const MOMENT: i64 = 10_000;
/// How many moments the median is taken from.
const MOMENTS: usize = 7;

#[derive(Debug, Clone, Default)]
pub struct ClockOffset {
    /// When each moment was, and the smallest difference in it.
    moments: VecDeque<(i64, i64)>,
}

impl ClockOffset {
    /// An event stamped `event_time` arrived at `arrived`; both milliseconds since 1970.
    pub fn observe(&mut self, arrived: i64, event_time: i64) {
        let (moment, difference) = (arrived.div_euclid(MOMENT), arrived.saturating_sub(event_time));
        match self.moments.back_mut() {
            Some((last, least)) if *last == moment => *least = difference.min(*least),
            _ => {
                if self.moments.len() == MOMENTS {
                    self.moments.pop_front();
                }
                self.moments.push_back((moment, difference));
            }
        }
    }

    pub fn is_measured(&self) -> bool {
        !self.moments.is_empty()
    }

    /// The console's clock minus the platform's, milliseconds; 0 before the first event.
    pub fn millis(&self) -> i64 {
        let mut sorted: Vec<i64> = self.moments.iter().map(|(_, difference)| *difference).collect();
        sorted.sort_unstable();
        // Of two the quicker one.
        sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
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

    #[test]
    fn a_backlog_moves_nothing() {
        let mut offset = ClockOffset::default();
        // At the start it is all that there is, until the first event that is not late.
        for n in 0..100 {
            offset.observe(1_000_000 + n, 1_000_000 - 300_000 + n * 1000);
        }
        offset.observe(1_000_200, 1_000_000);
        assert_eq!(offset.millis(), 200);
        for moment in 1..4 {
            offset.observe(1_000_000 + moment * MOMENT, 1_000_000 + moment * MOMENT - 100);
        }
        for n in 0..10_000 {
            offset.observe(1_050_000 + n / 1000, 1_050_000 - 3_600_000 + n * 10);
        }
        assert!((0..=500).contains(&offset.millis()), "{}", offset.millis());
    }
}
