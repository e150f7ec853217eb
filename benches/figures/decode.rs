//! R1 and R2: what an event costs, from the platform's socket to the row that a browser has.

use super::{Pairs, micros_each, tell};
use crate::report::Row;
use crate::support::Outcome;
use crate::support::lab::Lab;
use crate::support::process::Program;
use std::sync::Arc;

const EVENTS: u64 = 30_000;
const PAIRS: usize = 5;
const CONTROLS: usize = 3;
/// Of one console: a run more, for warming up.
const RUNS: u64 = (PAIRS + CONTROLS + 1) as u64;

/// Microseconds an event of the console, and the frames that it was given.
async fn ours(lab: &mut Lab) -> Outcome<(f64, Arc<Vec<u8>>)> {
    let mut frames = Vec::new();
    lab.script()?.write_run(EVENTS, &mut frames);
    let frames = Arc::new(frames);
    let before = lab.console.cpu()?;
    lab.feed.write(frames.clone()).await?;
    lab.until_known().await?;
    Ok((micros_each(lab.console.cpu()? - before, EVENTS), frames))
}

/// Microseconds an event of a bare loop that is given these frames.
async fn bare(lab: &mut Lab, frames: &Arc<Vec<u8>>) -> Outcome<f64> {
    let url = format!("ws://{}", lab.platform.events);
    let mut program = Program::role("decode", &[&url, &EVENTS.to_string()])?;
    let feed = lab.platform.next_feed().await?;
    program.until("ready").await?;
    let before = program.cpu()?;
    feed.write(frames.clone()).await?;
    let parsed: u64 = program.until("done ").await?.parse()?;
    let cpu = program.cpu()? - before;
    if parsed != EVENTS {
        return Err(format!("the baseline parsed {parsed} events of {EVENTS}").into());
    }
    Ok(micros_each(cpu, EVENTS))
}

pub async fn against_bare() -> Outcome<Vec<Row>> {
    let mut lab = Lab::for_backlog(1_000, EVENTS * RUNS).await?;
    let (_, frames) = ours(&mut lab).await?;
    let mut control = Vec::new();
    for _ in 0..CONTROLS {
        control.push(tell((bare(&mut lab, &frames).await?, bare(&mut lab, &frames).await?)));
    }
    let mut runs = Vec::new();
    for _ in 0..PAIRS {
        let (cost, frames) = ours(&mut lab).await?;
        runs.push(tell((cost, bare(&mut lab, &frames).await?)));
    }
    let pairs = Pairs::of(&runs);
    Ok(vec![Row {
        id: "R1",
        what: format!("CPU an event, socket to published row, 1,000 agents, {} bytes an event", frames.len() as u64 / EVENTS),
        ours: format!("{} us", pairs.first),
        baseline: format!("{} us", pairs.second),
        figure: pairs.ratio,
        unit: "",
        control: Some(Pairs::of(&control).ratio),
        must: 2.0,
        aim: 1.0,
    }])
}

pub async fn against_few() -> Outcome<Vec<Row>> {
    let mut many = Lab::for_backlog(50_000, EVENTS * RUNS).await?;
    let (mut few, mut other) = (Lab::for_backlog(100, EVENTS * RUNS).await?, Lab::for_backlog(100, EVENTS * RUNS).await?);
    for lab in [&mut many, &mut few, &mut other] {
        ours(lab).await?;
    }
    let mut control = Vec::new();
    for _ in 0..CONTROLS {
        control.push(tell((ours(&mut other).await?.0, ours(&mut few).await?.0)));
    }
    drop(other);
    let mut runs = Vec::new();
    for _ in 0..PAIRS {
        runs.push(tell((ours(&mut many).await?.0, ours(&mut few).await?.0)));
    }
    let pairs = Pairs::of(&runs);
    Ok(vec![Row {
        id: "R2",
        what: "the same with 50,000 agents / with 100".to_owned(),
        ours: format!("{} us", pairs.first),
        baseline: format!("{} us", pairs.second),
        figure: pairs.ratio,
        unit: "",
        control: Some(Pairs::of(&control).ratio),
        must: 1.5,
        aim: 1.1,
    }])
}
