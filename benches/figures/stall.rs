//! R9: what browsers that do not read cost those who do.

use super::{Pairs, tell};
use crate::report::Row;
use crate::support::Outcome;
use crate::support::crowd::Browser;
use crate::support::lab::Lab;
use std::rc::Rc;

const HEALTHY: usize = 450;
const TENTH: usize = 50;
const AGENTS: u32 = 10_000;
const RATE: f64 = 1_000.0;
const EVENTS: u64 = 8_000;
const PAIRS: usize = 5;
const CONTROLS: usize = 3;

/// The healthy browsers' p99 in milliseconds beside a tenth who stall after their first board, or read like the others.
async fn p99(lab: &mut Lab, healthy: &[Rc<Browser>], stalls: bool) -> Outcome<f64> {
    let others = lab.browsers(TENTH).await?;
    if stalls {
        // A message more, and they read nothing any more.
        others.iter().for_each(|other| other.stall());
    }
    lab.crowd.measure();
    lab.pace(RATE, EVENTS).await?;
    lab.until_all_know(healthy).await?;
    let latencies = lab.crowd.measured();
    if latencies.count < EVENTS / 2 * healthy.len() as u64 {
        return Err(format!("only {} latencies were measured", latencies.count).into());
    }
    Ok(latencies.percentile(99.0))
}

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let healthy = lab.browsers(HEALTHY).await?;
    let mut control = Vec::new();
    for _ in 0..CONTROLS {
        control.push(tell((p99(&mut lab, &healthy, false).await?, p99(&mut lab, &healthy, false).await?)));
    }
    let mut runs = Vec::new();
    for _ in 0..PAIRS {
        let none = p99(&mut lab, &healthy, false).await?;
        runs.push(tell((p99(&mut lab, &healthy, true).await?, none)));
    }
    let pairs = Pairs::of(&runs);
    Ok(vec![Row {
        id: "R9",
        what: "healthy browsers' p99, a tenth of 500 browsers stalled / none".to_owned(),
        ours: format!("{} ms", pairs.first),
        baseline: format!("{} ms", pairs.second),
        figure: pairs.ratio,
        unit: "",
        control: Some(Pairs::of(&control).ratio),
        must: 1.2,
        aim: 1.02,
    }])
}
