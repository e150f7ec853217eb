//! The log: to standard error, the latest lines in memory for who looks from afar, and in more detail for a while where somebody asks for that.

use crate::floor::ConsoleTime;
use crate::server::clock::now;
use crate::server::config::LogFormat;
use crate::server::lock::lock;
use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::{Handle, Layer as Reload};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

/// How many lines are kept in memory; a longer one is cut.
const LINES: usize = 500;
const LONGEST_LINE: usize = 2 << 10;
/// What is logged of the console's own where it is to be in detail.
const DETAILED: &str = "supervisor_console=trace";
/// What of people's notes is logged in any case.
const NOTES: &str = "note=info";

/// Set where this process started the log.
static FILTER: OnceLock<Handle<EnvFilter, Registry>> = OnceLock::new();
/// Until when it is in detail.
static DETAILED_UNTIL: Mutex<Option<ConsoleTime>> = Mutex::new(None);
static LATEST: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Starts logging; `RUST_LOG` narrows or widens it.
pub fn start_logging(format: LogFormat) {
    let (filter, handle) = Reload::new(usual());
    // Colours are for people who watch; a file or a service's journal gets plain text.
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let kept = fmt::layer().with_target(false).with_ansi(false).with_writer(|| Latest);
    // Fails only where logging was started already.
    if tracing_subscriber::registry().with(filter).with(lines).with(kept).try_init().is_ok() {
        FILTER.get_or_init(|| handle);
    }
}

fn usual() -> EnvFilter {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A note that somebody writes is to be found again, however little else is logged.
    match NOTES.parse() {
        Ok(notes) => filter.add_directive(notes),
        Err(_) => filter,
    }
}

/// Until when the log is in detail; `None` where it is as usual.
pub fn detailed_until() -> Option<ConsoleTime> {
    *lock(&DETAILED_UNTIL)
}

/// Has the log in detail until then, or as usual again; returns whether it could be done, which it cannot where something else started the
/// log.
pub fn set_detailed(until: Option<ConsoleTime>) -> bool {
    let mut detailed = lock(&DETAILED_UNTIL);
    // A filter that is made anew takes memory with it.
    let done = detailed.is_some() == until.is_some() || switched(until.is_some());
    if done {
        *detailed = until;
    }
    done && FILTER.get().is_some()
}

fn switched(detailed: bool) -> bool {
    let Some(handle) = FILTER.get() else { return false };
    let filter = match DETAILED.parse() {
        Ok(more) if detailed => usual().add_directive(more),
        _ => usual(),
    };
    handle.reload(filter).is_ok()
}

/// Has the log as usual again when its time is over, until `stop`.
pub async fn run(stop: CancellationToken) {
    let mut looks = interval(Duration::from_secs(1));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = looks.tick() => {}
        }
        let mut detailed = lock(&DETAILED_UNTIL);
        if detailed.is_some_and(|until| until <= now()) && switched(false) {
            *detailed = None;
            drop(detailed);
            tracing::info!("the log is as usual again");
        }
    }
}

/// The latest lines, the oldest first.
pub fn latest() -> Vec<String> {
    lock(&LATEST).iter().cloned().collect()
}

/// Takes whole lines: the layer writes each at once.
struct Latest;

impl Write for Latest {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let mut latest = lock(&LATEST);
        if latest.len() == LINES {
            latest.pop_front();
        }
        latest.push_back(text.trim_end().chars().take(LONGEST_LINE).collect());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
