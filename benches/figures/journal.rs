//! J3: whether the journal keeps up with what is shown, and what it takes of the disk.

use super::{Pairs, tell};
use crate::report::Row;
use crate::support::Outcome;
use crate::support::lab::Lab;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const AGENTS: u32 = 10_000;
const EVENTS: u64 = 50_000;
const RUNS: usize = 5;
/// How often it is looked how much is in the journal.
const LOOK: Duration = Duration::from_millis(5);

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (entries, bytes) = lab.until_journalled().await?;
        let mut frames = Vec::new();
        lab.script()?.write_run(EVENTS, &mut frames);
        let came = frames.len();
        let begun = Instant::now();
        lab.feed.write(Arc::new(frames)).await?;
        lab.until_known().await?;
        let shown = begun.elapsed();
        while lab.journalled().await?.0 < entries + EVENTS {
            sleep(LOOK).await;
        }
        let kept = begun.elapsed();
        let (entries_after, bytes_after) = lab.journalled().await?;
        times.push(tell((kept.as_secs_f64(), shown.as_secs_f64())));
        let an_entry = (bytes_after - bytes) as f64 / (entries_after - entries) as f64;
        sizes.push(tell((an_entry, came as f64 / EVENTS as f64)));
    }
    let (times, sizes) = (Pairs::of(&times), Pairs::of(&sizes));
    Ok(vec![
        Row {
            id: "J3",
            what: format!(
                "{EVENTS} events as fast as they are taken, {AGENTS} agents: until the last is in the journal / on a browser's board"
            ),
            ours: format!("{} s, {:.0} events/s", times.first, EVENTS as f64 / times.first.median),
            baseline: format!("{} s", times.second),
            figure: times.ratio,
            unit: "",
            control: None,
            must: 1.5,
            aim: 1.1,
        },
        Row {
            id: "J3",
            what: "bytes an event in the journal / as it came".to_owned(),
            ours: format!("{} bytes", sizes.first),
            baseline: format!("{} bytes", sizes.second),
            figure: sizes.ratio,
            unit: "",
            control: None,
            must: 0.5,
            aim: 0.2,
        },
    ])
}
