//! R10: what the console holds in memory.

use crate::report::Row;
use crate::support::Outcome;
use crate::support::lab::Lab;
use crate::support::stats::Spread;

const BROWSERS: usize = 2_000;
const AGENTS: u32 = 10_000;
const RATE: f64 = 1_000.0;
/// Of two seconds each.
const SAMPLES: usize = 12;

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let alone = lab.console.memory()?;
    let browsers = lab.browsers(BROWSERS).await?;
    let idle = lab.console.memory()?;
    let mut busy = Vec::new();
    for _ in 0..SAMPLES {
        lab.pace(RATE, RATE as u64 * 2).await?;
        busy.push(lab.console.memory()?);
    }
    lab.until_all_know(&browsers).await?;
    Ok(vec![Row {
        id: "R10",
        what: "resident memory, 10,000 agents, 2,000 browsers, 1,000 events/s".to_owned(),
        ours: format!(
            "{:.0} MB with one browser, {:.0} MB with all before the events, PSS {} MB",
            alone.rss,
            idle.rss,
            Spread::of(busy.iter().map(|memory| memory.pss))
        ),
        baseline: String::new(),
        figure: Spread::of(busy.iter().map(|memory| memory.rss)),
        unit: " MB",
        control: None,
        must: 600.0,
        aim: 300.0,
    }])
}
