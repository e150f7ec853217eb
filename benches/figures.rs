//! The figures, each by its number.

mod browser;
mod decode;
mod deliver;
mod join;
mod journal;
mod latency;
mod memory;
mod page;
mod pixels;
mod restart;
mod stall;

use crate::report::{Row, say};
use crate::support::Outcome;
use crate::support::stats::Spread;
use std::time::Duration;

/// Every figure.
pub const ALL: [&str; 17] = ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R9", "R10", "R11", "R12", "R13", "C", "H", "J1", "J2", "J3"];

/// Measures one.
pub async fn measure(id: &str) -> Outcome<Vec<Row>> {
    match id {
        "R1" => Box::pin(decode::against_bare()).await,
        "R2" => Box::pin(decode::against_few()).await,
        "R3" => Box::pin(deliver::measure()).await,
        "R4" => Box::pin(browser::against_vanilla()).await,
        "R5" => Box::pin(browser::against_few()).await,
        "R6" => Box::pin(pixels::measure()).await,
        "R7" => Box::pin(page::measure()).await,
        "R9" => Box::pin(stall::measure()).await,
        "R10" => Box::pin(memory::measure()).await,
        "R11" => Box::pin(join::measure()).await,
        "R12" => Box::pin(latency::measure()).await,
        "R13" => Box::pin(browser::first_load()).await,
        "C" => Box::pin(browser::of_calls()).await,
        "H" => Box::pin(browser::hidden()).await,
        "J1" => Box::pin(restart::of_a_floor()).await,
        "J2" => Box::pin(restart::after_a_day()).await,
        "J3" => Box::pin(journal::measure()).await,
        _ => Err(format!("no such figure: {id}").into()),
    }
}

/// What pairs of runs have come to.
pub struct Pairs {
    pub first: Spread,
    pub second: Spread,
    pub ratio: Spread,
}

/// Tells of a pair as soon as it was measured, for whoever watches.
pub fn tell(pair: (f64, f64)) -> (f64, f64) {
    // Whoever has closed it does not watch.
    say(&format!("   {:.2} / {:.2} = {:.3}", pair.0, pair.1, pair.0 / pair.1)).ok();
    pair
}

impl Pairs {
    pub fn of(runs: &[(f64, f64)]) -> Pairs {
        Pairs {
            first: Spread::of(runs.iter().map(|run| run.0)),
            second: Spread::of(runs.iter().map(|run| run.1)),
            ratio: Spread::of(runs.iter().map(|run| run.0 / run.1)),
        }
    }
}

/// Microseconds of each of so many.
pub fn micros_each(cpu: Duration, count: u64) -> f64 {
    cpu.as_secs_f64() * 1e6 / count as f64
}
