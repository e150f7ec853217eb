//! R11: everybody comes at once, as after a restart.

use super::tell;
use crate::report::Row;
use crate::support::Outcome;
use crate::support::lab::Lab;
use crate::support::stats::Spread;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const BROWSERS: usize = 2_000;
const AGENTS: u32 = 10_000;
const RATE: f64 = 200.0;
const WITHIN: Duration = Duration::from_secs(2);
/// The boards of all may take so long.
const PATIENCE: Duration = Duration::from_secs(60);
const RUNS: usize = 3;

/// Seconds until the last browser was live, and the worst latency in milliseconds of one who was there before.
async fn join(lab: &mut Lab) -> Outcome<(f64, f64)> {
    let (crowd, feed) = (lab.crowd.clone(), lab.feed.clone());
    let joining = async {
        let (start, mut last) = (Instant::now(), Duration::ZERO);
        let browsers = crowd.open_many(BROWSERS, WITHIN, None).await;
        if let Ok(browsers) = &browsers {
            while browsers.iter().any(|browser| browser.whole_at().is_none()) && start.elapsed() < PATIENCE {
                sleep(Duration::from_millis(5)).await;
            }
            last = browsers.iter().filter_map(|browser| browser.whole_at()).max().map_or(PATIENCE, |at| at - start);
        }
        feed.stop();
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((browsers?, last))
    };
    lab.crowd.measure_first();
    let (paced, joined) = tokio::join!(lab.pace(RATE, u64::MAX), joining);
    paced?;
    let (browsers, last) = joined?;
    lab.until_all_know(&browsers).await?;
    Ok((last.as_secs_f64(), lab.crowd.measured().most()))
}

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(tell(join(&mut lab).await?));
    }
    let row = |what: &str, figure: Spread, unit, must, aim| Row {
        id: "R11",
        what: what.to_owned(),
        ours: String::new(),
        baseline: String::new(),
        figure,
        unit,
        control: None,
        must,
        aim,
    };
    Ok(vec![
        row("2,000 browsers join within 2 s: until the last is live", Spread::of(runs.iter().map(|run| run.0)), " s", 10.0, 4.0),
        row("meanwhile the longest wait of an event", Spread::of(runs.iter().map(|run| run.1)), " ms", 100.0, 100.0),
    ])
}
