//! J1 and J2: how soon a console that was killed is back as it was.

use crate::report::Row;
use crate::support::Outcome;
use crate::support::lab::Lab;
use crate::support::stats::Spread;
use std::sync::Arc;

const RESTARTS: usize = 5;
/// Events between two of them.
const EVENTS: u64 = 30_000;

pub async fn of_a_floor() -> Outcome<Vec<Row>> {
    measure("J1", 10_000, 0, 2.0, 1.0).await
}

pub async fn after_a_day() -> Outcome<Vec<Row>> {
    // As many as 50,000 agents make with 40 events each.
    measure("J2", 50_000, 2_000_000, 3.0, 1.5).await
}

async fn measure(id: &'static str, agents: u32, before: u64, must: f64, aim: f64) -> Outcome<Vec<Row>> {
    // A day's events come within minutes; they happened as far apart as on a real floor, so that what ended long ago is forgotten.
    let all = if before == 0 { 0 } else { before.next_multiple_of(EVENTS) + RESTARTS as u64 * EVENTS };
    let mut lab = if before == 0 { Lab::start(agents).await? } else { Lab::for_backlog(agents, all).await? };
    let mut fed = 0;
    while fed < before {
        feed(&mut lab).await?;
        fed += EVENTS;
    }
    lab.until_history_is_made().await?;
    let (mut served, mut back) = (Vec::new(), Vec::new());
    let mut calls = 0;
    for _ in 0..RESTARTS {
        feed(&mut lab).await?;
        fed += EVENTS;
        calls = lab.script()?.calls().len();
        let (serving, whole) = lab.restart().await?;
        served.push(serving.as_secs_f64());
        back.push((if before == 0 { whole } else { whole - serving }).as_secs_f64());
    }
    let behind = match before {
        0 => ": until".to_owned(),
        _ => format!(", {fed} events in the journal: from serving until"),
    };
    Ok(vec![Row {
        id,
        what: format!("killed and started again, {agents} agents, {calls} calls{behind} a browser has the whole board"),
        ours: format!("serving after {} s", Spread::of(served.into_iter())),
        baseline: String::new(),
        figure: Spread::of(back.into_iter()),
        unit: " s",
        control: None,
        must,
        aim,
    }])
}

/// Feeds some events as fast as they are taken, until the browser knows them.
async fn feed(lab: &mut Lab) -> Outcome<()> {
    let mut frames = Vec::new();
    lab.script()?.write_run(EVENTS, &mut frames);
    lab.feed.write(Arc::new(frames)).await?;
    lab.until_known().await
}
