//! R3: what a delivered message costs.

use super::{Pairs, micros_each, tell};
use crate::report::Row;
use crate::support::Outcome;
use crate::support::crowd::Browser;
use crate::support::lab::Lab;
use crate::support::process::Program;
use std::cell::Cell;
use std::fmt::Write;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, sleep};

const BROWSERS: usize = 2_000;
const AGENTS: u32 = 10_000;
const RATE: f64 = 200.0;
const EVENTS: u64 = 1_600;
const PAIRS: usize = 3;
const CONTROLS: usize = 2;

/// Frames as they came to one browser: microseconds since the first, and bytes.
type Recorded = Vec<(u64, usize)>;

async fn ours(lab: &mut Lab, browsers: &[Rc<Browser>]) -> Outcome<(f64, Recorded)> {
    let frames = lab.crowd.frames.get();
    lab.watcher.record();
    let before = lab.console.cpu()?;
    lab.pace(RATE, EVENTS).await?;
    lab.until_all_know(browsers).await?;
    let cpu = lab.console.cpu()? - before;
    let mut recorded = lab.watcher.recorded();
    let first = recorded.first().map_or(0, |frame| frame.0);
    recorded.iter_mut().for_each(|frame| frame.0 -= first);
    Ok((micros_each(cpu, lab.crowd.frames.get() - frames), recorded))
}

/// Writes the same to as many sockets, which are read as the browsers' are.
async fn bare(recorded: &Recorded) -> Outcome<f64> {
    let folder = tempfile::tempdir()?;
    let schedule = folder.path().join("schedule");
    let mut text = String::new();
    for (at, length) in recorded {
        writeln!(text, "{at} {length}")?;
    }
    std::fs::write(&schedule, text)?;
    let mut program = Program::role("write", &[&schedule.to_string_lossy(), &BROWSERS.to_string()])?;
    let address: SocketAddr = program.until("ready ").await?.parse()?;
    let (bytes, mut readers) = (Rc::new(Cell::new(0)), JoinSet::new());
    for _ in 0..BROWSERS {
        let stream = TcpStream::connect(address).await?;
        let bytes = bytes.clone();
        readers.spawn_local(async move {
            let mut buffer = [0; 16 << 10];
            while stream.readable().await.is_ok() {
                match stream.try_read(&mut buffer) {
                    Ok(0) => return,
                    Ok(read) => bytes.set(bytes.get() + read),
                    Err(_) => yield_now().await,
                }
            }
        });
    }
    program.until("all").await?;
    let before = program.cpu()?;
    program.tell("go")?;
    let written: usize = program.until("done ").await?.parse()?;
    let cpu = program.cpu()? - before;
    let all = recorded.iter().map(|frame| frame.1).sum::<usize>() * BROWSERS;
    let start = Instant::now();
    while bytes.get() < all && start.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(10)).await;
    }
    if written != recorded.len() || bytes.get() != all {
        return Err(format!("the baseline wrote {written} frames and {} bytes, not {} and {all}", bytes.get(), recorded.len()).into());
    }
    Ok(micros_each(cpu, (recorded.len() * BROWSERS) as u64))
}

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let browsers = lab.browsers(BROWSERS).await?;
    let (_, recorded) = ours(&mut lab, &browsers).await?;
    let mut control = Vec::new();
    for _ in 0..CONTROLS {
        control.push(tell((bare(&recorded).await?, bare(&recorded).await?)));
    }
    let mut runs = Vec::new();
    let mut messages = 0;
    for _ in 0..PAIRS {
        let (cost, recorded) = ours(&mut lab, &browsers).await?;
        messages = recorded.len();
        runs.push(tell((cost, bare(&recorded).await?)));
    }
    let pairs = Pairs::of(&runs);
    let seconds = EVENTS as f64 / RATE;
    Ok(vec![Row {
        id: "R3",
        what: format!(
            "CPU a delivered message, 2,000 browsers, 10,000 agents, 200 events/s, {:.0} messages/s to each",
            messages as f64 / seconds
        ),
        ours: format!("{} us", pairs.first),
        baseline: format!("{} us", pairs.second),
        figure: pairs.ratio,
        unit: "",
        control: Some(Pairs::of(&control).ratio),
        must: 1.5,
        aim: 1.1,
    }])
}
