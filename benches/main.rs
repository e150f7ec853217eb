//! Measures the console as it is shipped against honest baselines: `make bench`, `make bench-load` and `make bench-soak`.

#![expect(
    clippy::disallowed_methods,
    reason = "the benchmark is the platform and the browsers: it speaks HTTP as they do, by its own clock"
)]

mod figures;
mod load;
mod report;
mod roles;
mod soak;
mod support;

use clap::Parser;
use load::Load;
use report::Row;
use soak::Soak;
use support::Outcome;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

/// Where the tables go.
const DOCUMENT: &str = "docs/benchmarks.md";
const README: &str = "README.md";

#[derive(Debug, Parser)]
struct Args {
    /// Which figures, for example R1 R3; all of them where none is named, and then docs/benchmarks.md and the table in README are written.
    figures: Vec<String>,
    /// The load test in place of the figures.
    #[arg(long)]
    load: bool,
    #[command(flatten)]
    of_load: Load,
    /// A page that is open all day, in place of the figures.
    #[arg(long)]
    soak: bool,
    #[command(flatten)]
    of_soak: Soak,
    /// What cargo passes.
    #[arg(long, hide = true)]
    bench: bool,
    /// A baseline, started by the benchmark itself.
    #[arg(long, hide = true)]
    role: Option<String>,
}

fn main() -> Outcome<()> {
    let args = Args::parse();
    if let Some(role) = &args.role {
        return roles::play(role, &args.figures);
    }
    // The browsers and whoever measures have one thread, the platform another.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            // Whoever ends it ends what it has started as well.
            _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
            _ = terminated.recv() => Err("terminated".into()),
            done = run(args) => done,
        }
    })
}

async fn run(args: Args) -> Outcome<()> {
    if args.load {
        return load::run(args.of_load).await;
    }
    if args.soak {
        return soak::run(args.of_soak).await;
    }
    let mut rows: Vec<Row> = Vec::new();
    for id in figures::ALL {
        if args.figures.is_empty() || args.figures.iter().any(|wanted| wanted.eq_ignore_ascii_case(id)) {
            report::say(&format!("-- {id}"))?;
            let measured = figures::measure(id).await?;
            report::print(&measured)?;
            rows.extend(measured);
        }
    }
    if args.figures.is_empty() {
        report::write(DOCUMENT, &rows)?;
        report::write_into(README, &rows)?;
        report::say(&format!("-- written to {DOCUMENT} and {README}"))?;
    }
    Ok(())
}
