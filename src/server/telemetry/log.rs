//! The log: to standard error, the latest lines in memory for who looks from afar, and in more detail for a while where somebody asks for that.

use crate::server::config::LogFormat;
use crate::server::lock::lock;
use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, OnceLock};
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

/// Set where this process started the log.
static FILTER: OnceLock<Handle<EnvFilter, Registry>> = OnceLock::new();
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
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"))
}

/// Switches to the detailed log or back; returns whether it could be done, which it cannot where something else started the log.
pub fn set_detailed(detailed: bool) -> bool {
    let Some(handle) = FILTER.get() else { return false };
    let filter = match DETAILED.parse() {
        Ok(more) if detailed => usual().add_directive(more),
        _ => usual(),
    };
    handle.reload(filter).is_ok()
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
