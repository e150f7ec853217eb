//! A page that is open all day: `make bench-soak`. It fails where the page holds more and more.

use crate::report::say;
use crate::support::Outcome;
use crate::support::chromium::{Chromium, Held, Page};
use crate::support::lab::Lab;
use clap::Args;
use std::time::Duration;
use tokio::time::Instant;

const RATE: f64 = 200.0;
/// Nothing may be held that is a twentieth more at the end than after the first quarter.
const TOLERANCE: f64 = 1.05;

/// One of the things that a page holds.
type Reading = fn(&Held) -> f64;

#[derive(Debug, Clone, Args)]
pub struct Soak {
    /// How many minutes the soak test takes.
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
}

/// The median of what was held.
fn median(held: &[Held], of: Reading) -> f64 {
    let mut values: Vec<f64> = held.iter().map(of).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

pub async fn run(soak: Soak) -> Outcome<()> {
    let mut lab = Lab::start(10_000).await?;
    let mut chromium = Chromium::start()?;
    chromium.open(&lab, Page::Ours("/"), 1).await?;
    let (began, lasts) = (Instant::now(), Duration::from_secs_f64(soak.minutes * 60.0));
    let mut held: Vec<Held> = Vec::new();
    let watch = async {
        while began.elapsed() < lasts {
            let next = Instant::now() + (lasts / 40).min(Duration::from_secs(30));
            while Instant::now() < next {
                chromium.round().await?;
            }
            let now = chromium.held().await?;
            say(&format!(
                "   {:.1} min: {} nodes, {} listeners, {:.1} MB of wasm, {:.2} MB of heap",
                began.elapsed().as_secs_f64() / 60.0,
                now.nodes,
                now.listeners,
                now.wasm / 1e6,
                now.heap / 1e6
            ))?;
            held.push(now);
        }
        Ok(())
    };
    let (events, ()) = lab.pace_while(RATE, watch).await?;
    let rows = chromium.check(&mut lab).await?;
    say(&format!("   {events} events, {rows} rows in view as they were published"))?;
    let quarter = held.len() / 4;
    let (early, late) = (held.get(quarter..quarter * 2).unwrap_or_default(), held.get(held.len() - quarter..).unwrap_or_default());
    let kinds: [(&str, Reading); 4] =
        [("nodes", |held| held.nodes), ("listeners", |held| held.listeners), ("wasm memory", |held| held.wasm), ("heap", |held| held.heap)];
    for (what, of) in kinds {
        let (before, after) = (median(early, of), median(late, of));
        say(&format!("   {what}: {before:.0} in the second quarter, {after:.0} in the last"))?;
        if after > before * TOLERANCE {
            return Err(format!("the page holds more and more: {what} {before:.0} became {after:.0}").into());
        }
    }
    Ok(())
}
