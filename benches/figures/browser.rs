//! R4, R5, R8, R13: what the board costs a browser, and C: what the page of calls does.

use super::{Pairs, tell};
use crate::report::{Row, say};
use crate::support::Outcome;
use crate::support::chromium::{Chromium, Held, Page, Spent};
use crate::support::lab::Lab;
use crate::support::stats::Spread;
use std::time::Duration;
use tokio::time::Instant;

const RATE: f64 = 200.0;
/// How long each page is watched.
const SECONDS: f64 = 20.0;
/// How long it is left alone before.
const SETTLES: f64 = 3.0;
const PAIRS: usize = 3;
const FLOOR: Page = Page::Ours("/");
/// An hour's events come in two minutes.
const HOURS_EVENTS: u64 = 720_000;
const HOURS_RATE: f64 = 6_000.0;
const PATIENCE: Duration = Duration::from_secs(60);

/// Has the page shown while events come.
async fn watched(lab: &mut Lab, chromium: &mut Chromium, page: Page) -> Outcome<(Spent, Held)> {
    chromium.open(lab, page, 1).await?;
    let watch = async {
        chromium.settle(SETTLES).await?;
        // For whoever looks where the time goes: a folder for profiles and traces. Not for figures that count.
        if let Ok(folder) = std::env::var("PROFILE") {
            let name = if page == Page::Vanilla { "vanilla" } else { "ours" };
            chromium.profile(5.0, &format!("{folder}/{name}.cpuprofile")).await?;
            std::fs::write(format!("{folder}/{name}.json"), serde_json::to_string_pretty(&chromium.trace(5.0).await?)?)?;
        }
        chromium.measure(SECONDS).await
    };
    let (_, spent) = lab.pace_while(RATE, watch).await?;
    chromium.check(lab).await?;
    let held = chromium.held().await?;
    chromium.close().await?;
    let part = |of: f64| of / spent.seconds * 100.0;
    say(&format!(
        "   {page:?}: busy {:.1} %, script {:.1} %, style {:.1} %, layout {:.1} %; {} nodes, {:.1} MB of wasm, {:.1} MB of heap, {} listeners",
        part(spent.task),
        part(spent.script),
        part(spent.style),
        part(spent.layout),
        held.nodes,
        held.wasm / 1e6,
        held.heap / 1e6,
        held.listeners
    ))?;
    Ok((spent, held))
}

fn busy(spent: Spent) -> f64 {
    spent.task / spent.seconds * 100.0
}

/// R4: against a board written by hand.
pub async fn against_vanilla() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(10_000).await?;
    of_page(&mut lab, FLOOR, "R4", "10,000 agents").await
}

/// The same on `/calls`: as many agents as have 5,000 calls.
pub async fn of_calls() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(20_000).await?;
    let mut rows = of_page(&mut lab, Page::Ours("/calls"), "C", "`/calls` with 5,000 calls").await?;
    let mut chromium = Chromium::start()?;
    rows.push(interacted(&mut lab, &mut chromium, Page::Ours("/calls"), "C", "search and filter of 5,000 calls").await?);
    let opened = opened(&lab, &mut chromium, Page::Ours("/calls"), "`/calls` with 5,000 calls").await?;
    rows.extend(opened.into_iter().map(|row| Row { id: "C", ..row }));
    Ok(rows)
}

async fn of_page(lab: &mut Lab, page: Page, id: &'static str, what: &str) -> Outcome<Vec<Row>> {
    let mut chromium = Chromium::start()?;
    let mut control = Vec::new();
    for _ in 0..2 {
        let one = busy(watched(lab, &mut chromium, Page::Vanilla).await?.0);
        control.push(tell((one, busy(watched(lab, &mut chromium, Page::Vanilla).await?.0))));
    }
    let mut runs = Vec::new();
    for _ in 0..PAIRS {
        let ours = busy(watched(lab, &mut chromium, page).await?.0);
        runs.push(tell((ours, busy(watched(lab, &mut chromium, Page::Vanilla).await?.0))));
    }
    let scrolled = Row { id, ..scrolled(lab, &mut chromium, page, what).await? };
    let pairs = Pairs::of(&runs);
    let busy = Row {
        id,
        what: format!("the browser's main thread, 200 events/s, {what} / a board by hand"),
        ours: format!("{} % busy", pairs.first),
        baseline: format!("{} % busy", pairs.second),
        figure: pairs.ratio,
        unit: "",
        control: Some(Pairs::of(&control).ratio),
        must: 1.5,
        aim: 1.0,
    };
    Ok(vec![busy, scrolled])
}

/// R5: many agents against few, and R8: what an agent takes of memory.
pub async fn against_few() -> Outcome<Vec<Row>> {
    let (mut many, mut few) = (Lab::start(50_000).await?, Lab::start(100).await?);
    let mut chromium = Chromium::start()?;
    let script = |spent: Spent| spent.script / spent.seconds * 100.0;
    let one = script(watched(&mut few, &mut chromium, FLOOR).await?.0);
    let control = tell((one, script(watched(&mut few, &mut chromium, FLOOR).await?.0)));
    let (mut runs, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let of_many = watched(&mut many, &mut chromium, FLOOR).await?;
        let of_few = watched(&mut few, &mut chromium, FLOOR).await?;
        runs.push(tell((script(of_many.0), script(of_few.0))));
        let held = |held: Held| held.wasm + held.heap;
        memory.push((held(of_many.1) - held(of_few.1)) / 49_900.0);
    }
    let interacted = interacted(&mut many, &mut chromium, FLOOR, "R5", "search, sort and filter of 50,000 agents").await?;
    let pairs = Pairs::of(&runs);
    Ok(vec![
        interacted,
        Row {
            id: "R5",
            what: "the browser's script time at 200 events/s, 50,000 agents / 100 agents".to_owned(),
            ours: format!("{} % busy", pairs.first),
            baseline: format!("{} % busy", pairs.second),
            figure: pairs.ratio,
            unit: "",
            control: Some(Pairs::of(&[control]).ratio),
            must: 1.3,
            aim: 1.05,
        },
        Row {
            id: "R8",
            what: "memory an agent in the browser, 50,000 agents".to_owned(),
            ours: String::new(),
            baseline: String::new(),
            figure: Spread::of(memory),
            unit: " bytes",
            control: None,
            must: 512.0,
            aim: 256.0,
        },
    ])
}

/// Milliseconds of the main thread that each takes; what counts is the longest of each round.
async fn interacted(lab: &mut Lab, chromium: &mut Chromium, page: Page, id: &'static str, what: &str) -> Outcome<Row> {
    chromium.open(lab, page, 1).await?;
    chromium.settle(SETTLES).await?;
    let mut rounds = Vec::new();
    for _ in 0..PAIRS {
        rounds.push(chromium.interact().await?);
    }
    chromium.check(lab).await?;
    chromium.close().await?;
    let longest = rounds.iter().map(|round| round.values().copied().fold(0.0, f64::max));
    let names = rounds.first().into_iter().flat_map(|round| round.keys());
    let each = names.map(|name| format!("{name} {}", Spread::of(rounds.iter().filter_map(|round| round.get(name).copied()))));
    Ok(Row {
        id,
        what: format!("{what}: the longest, its frame included"),
        ours: each.collect::<Vec<_>>().join("; "),
        baseline: String::new(),
        figure: Spread::of(longest),
        unit: " ms",
        control: None,
        must: 16.7,
        aim: 16.7,
    })
}

/// Scrolls through the list on a computer four times slower: the longest task of the main thread, beyond 50 ms, in milliseconds.
async fn scrolled(lab: &mut Lab, chromium: &mut Chromium, page: Page, what: &str) -> Outcome<Row> {
    let (mut longest, mut gaps) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        chromium.open(lab, page, 4).await?;
        let watch = async {
            chromium.settle(SETTLES).await?;
            chromium.scroll(SECONDS, "#board").await
        };
        let (_, scrolled) = lab.pace_while(RATE, watch).await?;
        chromium.close().await?;
        say(&format!("   scrolling: {} frames, p99 {:.1} ms between two; long tasks {:?}", scrolled.frames, scrolled.p99, scrolled.long))?;
        longest.push(scrolled.long.iter().copied().fold(0.0, f64::max));
        gaps.push(scrolled.p99);
    }
    Ok(Row {
        id: "R4",
        what: format!("scrolling for 20 s, CPU slowed four times, 200 events/s, {what}: the longest task over 50 ms"),
        ours: format!("p99 between two frames {} ms", Spread::of(gaps)),
        baseline: String::new(),
        figure: Spread::of(longest),
        unit: " ms",
        control: None,
        must: 50.0,
        aim: 0.0,
    })
}

/// H: a tab that was hidden for an hour's events.
pub async fn hidden() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(10_000).await?;
    let mut chromium = Chromium::start()?;
    chromium.open(&lab, FLOOR, 1).await?;
    chromium.settle(SETTLES).await?;
    chromium.hide(true).await?;
    lab.pace(HOURS_RATE, HOURS_EVENTS).await?;
    lab.until_known().await?;
    let begun = Instant::now();
    chromium.hide(false).await?;
    let script = lab.script()?;
    while let Err(differs) = chromium.shows(script.truth(), script.calls()).await? {
        if begun.elapsed() > PATIENCE {
            return Err(differs.into());
        }
    }
    let whole = begun.elapsed().as_secs_f64();
    chromium.close().await?;
    Ok(vec![Row {
        id: "H",
        what: "a tab that was hidden for an hour's 720,000 events, 10,000 agents: until its rows are true again".to_owned(),
        ours: String::new(),
        baseline: String::new(),
        figure: Spread::of([whole]),
        unit: " s",
        control: None,
        must: 2.0,
        aim: 2.0,
    }])
}

/// R13: what the first page costs.
pub async fn first_load() -> Outcome<Vec<Row>> {
    let lab = Lab::start(10_000).await?;
    opened(&lab, &mut Chromium::start()?, FLOOR, "10,000 agents").await
}

async fn opened(lab: &Lab, chromium: &mut Chromium, page: Page, what: &str) -> Outcome<Vec<Row>> {
    let (mut live, mut nodes, mut loaded) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let opened = chromium.open(lab, page, 1).await?;
        chromium.settle(1.0).await?;
        nodes.push(chromium.held().await?.nodes);
        live.push(opened.live / 1000.0);
        loaded.push(opened.loaded / 1000.0);
        chromium.close().await?;
    }
    let row = |measured: &str, figure: Spread, unit, must, aim| Row {
        id: "R13",
        what: format!("{measured}, {what}"),
        ours: String::new(),
        baseline: String::new(),
        figure,
        unit,
        control: None,
        must,
        aim,
    };
    Ok(vec![
        row("first load: page, wasm, JavaScript, styles, compressed", Spread::of(loaded), " KB", 280.0, 220.0),
        row("nodes in the document", Spread::of(nodes), "", 1500.0, 1000.0),
        row("from the address to live", Spread::of(live), " s", 1.0, 0.7),
    ])
}
