//! R12: how long an event is under way to the sockets of a hundred browsers.

use crate::report::Row;
use crate::support::Outcome;
use crate::support::lab::Lab;
use crate::support::stats::{Latencies, Spread};

const BROWSERS: usize = 100;
const AGENTS: u32 = 10_000;
const RUNS: usize = 3;

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let browsers = lab.browsers(BROWSERS).await?;
    let (mut calm, mut busy): (Vec<Latencies>, Vec<Latencies>) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        for (rate, events, into) in [(10.0, 80, &mut calm), (1_000.0, 8_000, &mut busy)] {
            lab.crowd.measure();
            lab.pace(rate, events).await?;
            lab.until_all_know(&browsers).await?;
            into.push(lab.crowd.measured());
        }
    }
    let row = |what: &str, runs: &[Latencies], percent: f64, must, aim| Row {
        id: "R12",
        what: what.to_owned(),
        ours: format!(
            "p50 {} ms, p99 {} ms, max {} ms",
            Spread::of(runs.iter().map(|run| run.percentile(50.0))),
            Spread::of(runs.iter().map(|run| run.percentile(99.0))),
            Spread::of(runs.iter().map(Latencies::most))
        ),
        baseline: String::new(),
        figure: Spread::of(runs.iter().map(|run| run.percentile(percent))),
        unit: " ms",
        control: None,
        must,
        aim,
    };
    Ok(vec![
        row("p50 to the socket, 100 browsers, 10,000 agents, 10 events/s", &calm, 50.0, 1.0, 0.5),
        row("p99 to the socket, 100 browsers, 10,000 agents, 1,000 events/s", &busy, 99.0, 60.0, 30.0),
    ])
}
