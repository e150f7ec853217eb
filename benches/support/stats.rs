//! Medians, ranges and percentiles.

use std::fmt;

/// The median of several runs, and their range.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    pub fn of(runs: impl IntoIterator<Item = f64>) -> Spread {
        let mut runs: Vec<f64> = runs.into_iter().collect();
        runs.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| runs.get(place).copied().unwrap_or(f64::NAN);
        let last = runs.len().saturating_sub(1);
        // Of an even number the mean of both in the middle.
        Spread { median: f64::midpoint(at(last / 2), at(last.div_ceil(2))), least: at(0), most: at(last) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Spread { median, least, most } = *self;
        let digits = if median >= 100.0 {
            0
        } else if median >= 10.0 {
            1
        } else {
            2
        };
        write!(f, "{median:.digits$} ({least:.digits$} to {most:.digits$})")
    }
}

/// How many of so many tens of microseconds; longer ones are counted with the last.
const BINS: usize = 1_000_000;
const BIN_MICROS: u64 = 10;

/// Latencies, however many.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    bins: Vec<u64>,
    pub count: u64,
    most: u64,
}

impl Latencies {
    pub fn add(&mut self, micros: u64) {
        let bin = ((micros / BIN_MICROS) as usize).min(BINS);
        if self.bins.len() <= bin {
            self.bins.resize(bin + 1, 0);
        }
        if let Some(count) = self.bins.get_mut(bin) {
            *count += 1;
        }
        self.count += 1;
        self.most = self.most.max(micros);
    }

    /// Milliseconds; NaN where there are none.
    pub fn percentile(&self, percent: f64) -> f64 {
        let wanted = (self.count as f64 * percent / 100.0).ceil().max(1.0) as u64;
        let mut passed = 0;
        let bin = self.bins.iter().position(|count| {
            passed += count;
            passed >= wanted
        });
        bin.map_or(f64::NAN, |bin| (bin as u64 * BIN_MICROS) as f64 / 1000.0)
    }

    pub fn most(&self) -> f64 {
        self.most as f64 / 1000.0
    }
}
