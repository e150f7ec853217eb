//! R6: how long an event is under way until it is seen.

use super::Pairs;
use crate::report::{Row, say};
use crate::support::Outcome;
use crate::support::chromium::{Change, Chromium, Page};
use crate::support::direct::Direct;
use crate::support::feed::Mark;
use crate::support::lab::Lab;
use crate::support::stats::Latencies;

const RATE: f64 = 200.0;
const AGENTS: u32 = 10_000;
/// One event of ten happens to these; they are in view.
const LOOKED_AT: u32 = 16;
const SECONDS: f64 = 20.0;
const SETTLES: f64 = 3.0;
const PAIRS: usize = 3;

/// Milliseconds from the event's frame: until the row says so, and until everybody can see it.
struct Seen {
    dom: Latencies,
    drawn: Latencies,
}

impl Seen {
    /// Fails where the page has not shown what was written.
    fn of(written: &[Mark], changes: &[Change]) -> Outcome<Seen> {
        let mut seen = Seen { dom: Latencies::default(), drawn: Latencies::default() };
        let since = changes.first().map_or(f64::INFINITY, |change| change.dom);
        for change in changes {
            let (agent, digest) = change.left()?;
            let is_this = |mark: &&Mark| mark.agent == agent && mark.digest == digest && mark.at <= change.dom;
            if let Some(mark) = written.iter().rev().find(is_this) {
                let micros = |until: f64| ((until - mark.at) * 1000.0) as u64;
                seen.dom.add(micros(change.dom));
                seen.drawn.add(micros(change.drawn));
            }
        }
        let expected = written.iter().filter(|mark| mark.at >= since).count() as u64;
        if seen.drawn.count * 100 < expected * 95 || expected < 100 {
            return Err(format!("of {expected} changes {} were seen", seen.drawn.count).into());
        }
        Ok(seen)
    }

    fn tell(&self, whose: &str) -> Outcome<()> {
        let of = |latencies: &Latencies| format!("p50 {:.1} ms, p99 {:.1} ms", latencies.percentile(50.0), latencies.percentile(99.0));
        say(&format!("   {whose}: {} changes, in the document {}; drawn {}", self.drawn.count, of(&self.dom), of(&self.drawn)))?;
        Ok(())
    }
}

async fn watch(chromium: &mut Chromium) -> Outcome<Vec<Change>> {
    chromium.settle(SETTLES).await?;
    chromium.follow(SECONDS).await
}

async fn ours(lab: &mut Lab, chromium: &mut Chromium) -> Outcome<Seen> {
    lab.script()?.look_at(LOOKED_AT);
    chromium.open(lab, Page::Ours("/"), 1).await?;
    lab.sent.written();
    let (_, changes) = lab.pace_while(RATE, watch(chromium)).await?;
    chromium.check(lab).await?;
    chromium.close().await?;
    let seen = Seen::of(&lab.sent.written(), &changes)?;
    seen.tell("ours")?;
    Ok(seen)
}

async fn by_hand(chromium: &mut Chromium) -> Outcome<Seen> {
    let Direct { feed, mut script, sent, .. } = Direct::open(AGENTS, chromium).await?;
    script.look_at(LOOKED_AT);
    let (paced, changes) = feed.pace_while(script, RATE, &sent, watch(chromium)).await?;
    chromium.check_rows(paced.script.truth(), paced.script.calls()).await?;
    chromium.close().await?;
    let seen = Seen::of(&sent.written(), &changes)?;
    seen.tell("by hand, on the broker")?;
    Ok(seen)
}

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let mut chromium = Chromium::start()?;
    let control = (by_hand(&mut chromium).await?, by_hand(&mut chromium).await?);
    let mut runs = Vec::new();
    for _ in 0..PAIRS {
        runs.push((ours(&mut lab, &mut chromium).await?, by_hand(&mut chromium).await?));
    }
    let row = |what: &str, percent: f64, must, aim| {
        let pair = |(ours, by_hand): &(Seen, Seen)| (ours.drawn.percentile(percent), by_hand.drawn.percentile(percent));
        let pairs = Pairs::of(&runs.iter().map(pair).collect::<Vec<_>>());
        Row {
            id: "R6",
            what: format!("{what} from an event to the frame that shows it, 200 events/s, 10,000 agents / a board by hand on the broker"),
            ours: format!("{} ms", pairs.first),
            baseline: format!("{} ms", pairs.second),
            figure: pairs.ratio,
            unit: "",
            control: Some(Pairs::of(&[pair(&control)]).ratio),
            must,
            aim,
        }
    };
    Ok(vec![row("p50", 50.0, 1.5, 1.2), row("p99", 99.0, 2.0, 1.5)])
}
