//! R11: everybody comes at once, as after a restart.

use crate::report::Row;
use crate::support::Outcome;
use crate::support::crowd::Crowd;
use crate::support::lab::Lab;
use crate::support::stats::Spread;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

const BROWSERS: usize = 2_000;
const AGENTS: u32 = 10_000;
const RATE: f64 = 200.0;
const WITHIN: Duration = Duration::from_secs(2);
/// The last events may be under way for so long.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);
const RUNS: usize = 3;

/// The browsers that join, in a thread of their own: the one who was there before must not wait for them here.
struct Joining {
    /// When the last had its board, from the first on.
    last: oneshot::Receiver<Duration>,
    truth: oneshot::Sender<Vec<u32>>,
    /// How many do not know the truth at the end.
    wrong: oneshot::Receiver<Outcome<usize>>,
}

impl Joining {
    fn start(lab: &Lab) -> Outcome<Joining> {
        let (address, cookie, sent) = (lab.address.parse()?, lab.cookie.clone(), lab.sent.clone());
        let ((say_last, last), (truth, told), (say_wrong, wrong)) = (oneshot::channel(), oneshot::channel(), oneshot::channel());
        let agents = lab.watcher.rows();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || {
            LocalSet::new().block_on(&runtime, async {
                let crowd = Crowd::new(address, cookie, agents, sent);
                say_wrong.send(join(&crowd, say_last, told).await).ok();
            });
        });
        Ok(Joining { last, truth, wrong })
    }
}

async fn join(crowd: &Rc<Crowd>, last: oneshot::Sender<Duration>, truth: oneshot::Receiver<Vec<u32>>) -> Outcome<usize> {
    let start = Instant::now();
    let browsers = crowd.open_many(BROWSERS, WITHIN, None).await?;
    crowd.until("all who joined have their boards", || browsers.iter().all(|browser| browser.whole_at().is_some())).await?;
    let live = browsers.iter().filter_map(|browser| browser.whole_at()).max().ok_or("nobody joined")?;
    last.send(live - start).ok();
    let truth = truth.await?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let wrong = browsers.iter().filter(|browser| !browser.knows(&truth)).count();
        if wrong == 0 || Instant::now() > deadline {
            return Ok(wrong);
        }
        sleep(LOOK).await;
    }
}

/// Seconds until the last browser was live, and the worst latency in milliseconds of one who was there before.
async fn run(lab: &mut Lab) -> Outcome<(f64, f64)> {
    let feed = lab.feed.clone();
    lab.crowd.measure_first();
    let Joining { last, truth, wrong } = Joining::start(lab)?;
    let live = async {
        let live = last.await;
        feed.stop();
        live
    };
    let (paced, live) = tokio::join!(lab.pace(RATE, u64::MAX), live);
    paced?;
    lab.until_known().await?;
    let latencies = lab.crowd.measured();
    truth.send(lab.script()?.truth().to_vec()).ok();
    // Its error says more than that nobody was live.
    let wrong = wrong.await??;
    if wrong > 0 {
        return Err(format!("{wrong} browsers do not know the truth").into());
    }
    Ok((live?.as_secs_f64(), latencies.most()))
}

pub async fn measure() -> Outcome<Vec<Row>> {
    let mut lab = Lab::start(AGENTS).await?;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(run(&mut lab).await?);
    }
    let row = |what: &str, figure: Spread, unit, must, aim| Row {
        id: "R11",
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
        row("2,000 browsers join within 2 s: until the last is live", Spread::of(runs.iter().map(|run| run.0)), " s", 10.0, 4.0),
        row("meanwhile the longest wait of an event", Spread::of(runs.iter().map(|run| run.1)), " ms", 100.0, 100.0),
    ])
}
