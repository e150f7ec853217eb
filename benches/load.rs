//! The load test: a busy floor for long, then a burst; nothing may be lost, and memory may not grow.

use crate::report::say;
use crate::support::Outcome;
use crate::support::lab::Lab;
use crate::support::process::Memory;
use clap::Args;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Debug, Args)]
pub struct Load {
    #[arg(long, default_value_t = 2_000)]
    browsers: usize,
    #[arg(long, default_value_t = 10_000)]
    agents: u32,
    /// Events a second.
    #[arg(long, default_value_t = 1_000.0)]
    rate: f64,
    /// Seconds at that rate.
    #[arg(long, default_value_t = 600.0)]
    seconds: f64,
    /// Events a second in the burst.
    #[arg(long, default_value_t = 10_000.0)]
    burst_rate: f64,
    /// Seconds of the burst.
    #[arg(long, default_value_t = 30.0)]
    burst_seconds: f64,
    /// Seconds that the last events may be under way.
    #[arg(long, default_value_t = 10.0)]
    drained_within: f64,
}

/// How often memory is told.
const SAMPLE_SECONDS: f64 = 15.0;

pub async fn run(load: Load) -> Outcome<()> {
    let mut lab = Lab::start(load.agents).await?;
    let browsers = lab.browsers(load.browsers).await?;
    say(&format!("{} agents, {} browsers: {}", load.agents, load.browsers, told(lab.console.memory()?)))?;
    for (name, rate, seconds) in [("steady", load.rate, load.seconds), ("burst", load.burst_rate, load.burst_seconds)] {
        let (start, mut events, mut late) = (Instant::now(), 0, Duration::ZERO);
        let all = (rate * seconds) as u64;
        lab.crowd.measure();
        let (frames, bytes, cpu) = (lab.crowd.frames.get(), lab.crowd.bytes.get(), lab.console.cpu()?);
        while events < all {
            let paced = lab.pace(rate, ((rate * SAMPLE_SECONDS) as u64).min(all - events)).await?;
            events += paced.events;
            late = late.max(paced.late);
            let elapsed = start.elapsed().as_secs_f64();
            let kept: Vec<String> = lab.kept().await?.iter().map(|(what, how_much)| format!("{what} {how_much}")).collect();
            say(&format!("{name} {elapsed:.0} s: {events} events, {}; kept: {}", told(lab.console.memory()?), kept.join(", ")))?;
        }
        lab.until_all_know(&browsers).await?;
        let (latencies, elapsed) = (lab.crowd.measured(), start.elapsed().as_secs_f64());
        // What the console does not take in time waits at the platform: it counts as not drained either.
        let drained = (elapsed - all as f64 / rate).max(0.0);
        say(&format!(
            "{name}: {events} events at {rate}/s, nothing lost; all browsers knew the truth {drained:.2} s after the last event was due. \
             The worst event was {:.0} ms late from the platform; latency p50 {:.1} ms, p99 {:.1} ms; {:.0} frames and {:.1} MB a second to \
             all browsers; CPU {:.2} cores",
            late.as_secs_f64() * 1e3,
            latencies.percentile(50.0),
            latencies.percentile(99.0),
            (lab.crowd.frames.get() - frames) as f64 / elapsed,
            (lab.crowd.bytes.get() - bytes) as f64 / elapsed / 1e6,
            (lab.console.cpu()? - cpu).as_secs_f64() / elapsed,
        ))?;
        if drained > load.drained_within {
            return Err(format!("{name}: drained after {drained:.1} s, not within {} s", load.drained_within).into());
        }
    }
    say(&format!("at the end: {}", told(lab.console.memory()?)))
}

fn told(memory: Memory) -> String {
    format!("RSS {:.0} MB, PSS {:.0} MB", memory.rss, memory.pss)
}
