//! R7: what a page costs.

use super::{Pairs, micros_each, tell};
use crate::report::Row;
use crate::support::Outcome;
use crate::support::lab::Lab;
use crate::support::process::Program;

const PAGES: u64 = 100;
/// A page by `push_str` takes microseconds: more of them are measured.
const BARE_PAGES: u64 = 20_000;
/// A page has the first hundred agents.
const ROWS: usize = 41;
const PAIRS: usize = 5;
const CONTROLS: usize = 3;

/// Microseconds a page, and the last one.
async fn ours(lab: &Lab) -> Outcome<(f64, String)> {
    let client = reqwest::Client::new();
    let mut page = String::new();
    let before = lab.console.cpu()?;
    for _ in 0..PAGES {
        let request = client.get(format!("http://{}/", lab.address)).header("cookie", &lab.cookie);
        page = request.send().await?.error_for_status()?.text().await?;
    }
    let cpu = lab.console.cpu()? - before;
    // Whoever is not signed in is sent away; a board without rows would be cheap.
    let rows = page.matches("role=\"row\"").count();
    if rows < ROWS {
        return Err(format!("the page shows {rows} rows in {} bytes", page.len()).into());
    }
    Ok((micros_each(cpu, PAGES), page))
}

/// Microseconds of the same page by `push_str`.
async fn bare(page: &str) -> Outcome<f64> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("page");
    std::fs::write(&file, page)?;
    let mut program = Program::role("build", &[&file.to_string_lossy(), &BARE_PAGES.to_string()])?;
    program.until("ready").await?;
    let before = program.cpu()?;
    program.tell("go")?;
    let built: u64 = program.until("done ").await?.parse()?;
    let cpu = program.cpu()? - before;
    if built != BARE_PAGES {
        return Err(format!("the baseline built {built} pages that are the same, not {BARE_PAGES}").into());
    }
    Ok(micros_each(cpu, BARE_PAGES))
}

pub async fn measure() -> Outcome<Vec<Row>> {
    let (many, few) = (Lab::start(10_000).await?, Lab::start(100).await?);
    let (_, page) = ours(&many).await?;
    ours(&few).await?;
    let (mut of_few, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..CONTROLS {
        of_few.push(tell((ours(&few).await?.0, ours(&few).await?.0)));
        of_bare.push(tell((bare(&page).await?, bare(&page).await?)));
    }
    let (mut by_agents, mut by_work) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (cost, page) = ours(&many).await?;
        by_agents.push(tell((cost, ours(&few).await?.0)));
        by_work.push(tell((cost, bare(&page).await?)));
    }
    let row = |what: String, runs: &[(f64, f64)], control: &[(f64, f64)], must, aim| {
        let pairs = Pairs::of(runs);
        Row {
            id: "R7",
            what,
            ours: format!("{} us", pairs.first),
            baseline: format!("{} us", pairs.second),
            figure: pairs.ratio,
            unit: "",
            control: Some(Pairs::of(control).ratio),
            must,
            aim,
        }
    };
    Ok(vec![
        row("CPU of the page `/`, 10,000 agents / 100 agents".to_owned(), &by_agents, &of_few, 1.2, 1.05),
        row(format!("the same, 10,000 agents / its {} KB by `push_str`", page.len() / 1024), &by_work, &of_bare, 30.0, 10.0),
    ])
}
