//! R4, R5, R8, R13: what the board costs a browser.

use super::{Pairs, tell};
use crate::report::{Row, say};
use crate::support::Outcome;
use crate::support::chromium::{Chromium, Held, Page, Spent};
use crate::support::lab::Lab;
use crate::support::stats::Spread;

const RATE: f64 = 200.0;
/// How long each page is watched.
const SECONDS: f64 = 20.0;
/// How long it is left alone before.
const SETTLES: f64 = 3.0;
const PAIRS: usize = 3;
const FLOOR: Page = Page::Ours("/");

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
    let mut chromium = Chromium::start()?;
    let mut control = Vec::new();
    for _ in 0..2 {
        let one = busy(watched(&mut lab, &mut chromium, Page::Vanilla).await?.0);
        control.push(tell((one, busy(watched(&mut lab, &mut chromium, Page::Vanilla).await?.0))));
    }
    let mut runs = Vec::new();
    for _ in 0..PAIRS {
        let ours = busy(watched(&mut lab, &mut chromium, FLOOR).await?.0);
        runs.push(tell((ours, busy(watched(&mut lab, &mut chromium, Page::Vanilla).await?.0))));
    }
    let scrolled = scrolled(&mut lab, &mut chromium).await?;
    let pairs = Pairs::of(&runs);
    let busy = Row {
        id: "R4",
        what: "the browser's main thread, 200 events/s, 10,000 agents / a board by hand".to_owned(),
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
    let (longest, each) = interactions(&mut many, &mut chromium).await?;
    let pairs = Pairs::of(&runs);
    Ok(vec![
        Row {
            id: "R5",
            what: "search, sort and filter of 50,000 agents: the longest".to_owned(),
            ours: each,
            baseline: String::new(),
            figure: longest,
            unit: " ms",
            control: None,
            must: 16.7,
            aim: 16.7,
        },
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

/// Milliseconds of script that each takes; and the longest of each round.
async fn interactions(lab: &mut Lab, chromium: &mut Chromium) -> Outcome<(Spread, String)> {
    chromium.open(lab, FLOOR, 1).await?;
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
    let each = each.collect::<Vec<_>>().join("; ");
    Ok((Spread::of(longest), each))
}

/// Scrolls through the floor on a computer four times slower: the longest task of the main thread, beyond 50 ms, in milliseconds.
async fn scrolled(lab: &mut Lab, chromium: &mut Chromium) -> Outcome<Row> {
    let (mut longest, mut gaps) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        chromium.open(lab, FLOOR, 4).await?;
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
        what: "scrolling for 20 s, CPU slowed four times, 200 events/s, 10,000 agents: the longest task over 50 ms".to_owned(),
        ours: format!("p99 between two frames {} ms", Spread::of(gaps)),
        baseline: String::new(),
        figure: Spread::of(longest),
        unit: " ms",
        control: None,
        must: 50.0,
        aim: 0.0,
    })
}

/// R13: what the first page costs.
pub async fn first_load() -> Outcome<Vec<Row>> {
    let lab = Lab::start(10_000).await?;
    let mut chromium = Chromium::start()?;
    let (mut live, mut nodes, mut loaded) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let opened = chromium.open(&lab, FLOOR, 1).await?;
        chromium.settle(1.0).await?;
        nodes.push(chromium.held().await?.nodes);
        live.push(opened.live / 1000.0);
        loaded.push(opened.loaded / 1000.0);
        chromium.close().await?;
    }
    let row = |what: &str, figure: Spread, unit, must, aim| Row {
        id: "R13",
        what: what.to_owned(),
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
        row("nodes in the document, 10,000 agents", Spread::of(nodes), "", 1500.0, 1000.0),
        row("from the address to live, 10,000 agents", Spread::of(live), " s", 1.0, 0.7),
    ])
}
