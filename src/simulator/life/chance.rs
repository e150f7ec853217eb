//! Draws: how long things take, and who calls.

use super::super::floor::{Floor, Id, Millis};
use rand::Rng;

/// The beginnings of mobile numbers, behind the 1.
const NETWORKS: [u32; 14] = [30, 31, 35, 36, 37, 38, 39, 50, 58, 59, 76, 86, 88, 89];

impl Floor {
    /// Time to the next of things that happen independently of one another.
    pub(super) fn exponential(&mut self, mean: f64) -> Millis {
        let uniform: f64 = self.rng.random();
        (-(1.0 - uniform).ln() * mean) as Millis
    }

    /// As the lengths of talks and pauses spread: half are shorter than the median, a few much longer.
    pub(super) fn log_normal(&mut self, median: Millis, spread: f64) -> Millis {
        // Box and Muller's normal distribution, one of the pair.
        let (u, v): (f64, f64) = (self.rng.random(), self.rng.random());
        let normal = (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        (median as f64 * (spread * normal).exp()) as Millis
    }

    /// A customer's mobile number; `prefix` is what we dial to get outside. It never ends in the zeros that mean busy.
    pub(super) fn customer(&mut self, prefix: &str) -> Id {
        let network = NETWORKS.get(self.rng.random_range(0..NETWORKS.len())).copied().unwrap_or_default();
        let (area, line) = (self.rng.random_range(0..10_000), self.rng.random_range(1..10_000));
        format!("{prefix}1{network}{area:04}{line:04}@{}", self.namespace).into()
    }
}
