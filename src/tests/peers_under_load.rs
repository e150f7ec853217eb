//! Three consoles on one PostgreSQL and one broker, one of them killed while everything goes on: events, browsers behind one address,
//! operations.

use crate::peers::{server, until};
use crate::support::rounds::{FIRST, Rounds, assert_board, assert_history, until_all_journalled};
use crate::support::{Broker, Browser, Database, Live, Nginx, PASSWORD, PATIENCE, Program, Publisher, Simulator, agent_event};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use supervisor_console::floor::{Operation, State};
use supervisor_console::live::LinkState;
use supervisor_console::server::store::console_of;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

const EVENTS: u64 = 6_000;
const A_SECOND: u64 = 500;
const BROWSERS: u32 = 300;
/// Those at whom operations are carried out.
const OPERATED: std::ops::Range<u32> = 5001..5101;

/// What became of a browser.
#[derive(Debug, Default)]
struct Watched {
    /// How long after the kill it was live at another console, where its own was killed.
    moved_after: Option<Duration>,
}

/// A live channel from an address of its own, so that nginx spreads them.
async fn connect(browser: &Browser, number: u32) -> Live {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("127.0.{}.{}:0", number % 250, 2 + number / 250).parse().unwrap()).unwrap();
    let stream = socket.connect(browser.address.parse().unwrap()).await.unwrap();
    Live::on(browser.live_over(stream).await)
}

fn is_live(live: &Live) -> bool {
    live.board.snapshots > 0 && live.board.link() == Some(LinkState::Live)
}

/// Watches until everything is published and the board is as the last round left it. A board that misses a message fails.
async fn watch_on(browser: Browser, number: u32, killed: watch::Receiver<Option<Instant>>, published: watch::Receiver<u64>) -> Watched {
    let mut watched = Watched::default();
    let mut live = connect(&browser, number).await;
    let last = if (EVENTS / 10 - 1).is_multiple_of(2) { State::NotReady } else { State::Ready };
    let deadline = Instant::now() + PATIENCE * 4;
    loop {
        let told = live.next().await;
        assert!(Instant::now() < deadline, "browser {number} never saw the end: {:?}", live.board.header);
        if told.is_none() {
            let killed = killed.borrow().expect("a channel was closed before any console was killed");
            live = connect(&browser, number).await;
            while !is_live(&live) {
                live.next().await.expect("closed again");
            }
            assert!(watched.moved_after.replace(killed.elapsed()).is_none(), "browser {number} was cut twice");
        }
        let shows_last = || (FIRST..FIRST + 10).all(|agent| live.board.state(&agent.to_string()) == Some(last));
        if *published.borrow() == EVENTS && is_live(&live) && shows_last() {
            return watched;
        }
    }
}

/// An event at that time, or at none: then it happened when it is heard.
fn event_at(time: Option<String>, name: &str, number: u32) -> Value {
    let mut event = agent_event(name, &number.to_string());
    event["eventTime"] = time.into();
    event
}

/// Asks for one operation after the other, each at an agent of its own and once, whatever comes of it; as the platform would, publishes what
/// proves those that it took. Returns how many were taken.
async fn operate(browsers: Vec<Browser>, mut publisher: Publisher) -> usize {
    let mut taken = 0;
    for (number, browser) in OPERATED.zip(browsers.iter().cycle()) {
        let (agent, device) = (format!("{number}@test.cc"), format!("{}@test.cc", number + 3000));
        let answer = browser.try_force(Operation::NotReady, &[("agentId", &agent), ("deviceId", &device)]).await;
        if answer.is_some_and(|answer| matches!(answer.status, 200 | 202)) {
            publisher.publish(&event_at(None, "agentNotReady", number)).await;
            taken += 1;
        }
        sleep(Duration::from_millis(50)).await;
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_killed_under_load_loses_nothing_does_nothing_twice_and_everybody_is_live_again() {
    let Some(broker) = Broker::running() else { return };
    let Some(server) = server() else { return };
    let simulator = Simulator::with(100, 0.0, 10.0).await;
    let database = Database::on_server(server.database());
    let url = broker.events_url();
    let serve = |number: u32| {
        let queue = format!("console-{number}");
        let broker = ["--events-url", &url, "--broker-login", "guest", "--broker-passcode", "guest", "--durable-queue", &queue];
        tokio::task::block_in_place(|| {
            Program::live(&simulator.url(), &database, &[&broker[..], &["--trusted-proxy", "127.0.0.0/8"]].concat())
        })
    };
    let mut consoles: Vec<Program> = (0..3).map(serve).collect();
    let Some(nginx) = Nginx::before(&consoles.iter().map(|console| console.address.as_str()).collect::<Vec<_>>()) else { return };
    let mut browser = Browser::at(&nginx.address);
    until("nginx is up", async || browser.reaches().await).await;
    assert_eq!(browser.sign_in("5000", PASSWORD, "test.cc", "8000").await.status, 200);
    let rounds = Rounds::of(EVENTS);
    let mut publisher = Publisher::to(&broker).await;
    for number in OPERATED {
        publisher.publish(&event_at(Some(rounds.time(0)), "agentReady", number)).await;
    }
    let mut first = browser.live().await;
    first.until("everybody is ready", |board| OPERATED.clone().all(|n| board.state(&n.to_string()) == Some(State::Ready))).await;

    let (kill, killed) = watch::channel(None);
    let (published, mut so_far) = watch::channel(0);
    let watching: Vec<_> =
        (0..BROWSERS).map(|number| tokio::spawn(watch_on(browser.clone(), number, killed.clone(), so_far.clone()))).collect();
    let operator = |number: u32| {
        let mut operator = Browser::from(&nginx.address, &format!("127.1.{number}.1"));
        operator.cookie.clone_from(&browser.cookie);
        operator
    };
    let operating = tokio::spawn(operate((0..7).map(operator).collect(), publisher));
    let publishing = tokio::spawn(rounds.publish(Publisher::to(&broker).await, Some(A_SECOND), published));
    so_far.wait_for(|published| *published >= EVENTS / 3).await.unwrap();
    // The one that leads.
    kill.send_replace(Some(Instant::now()));
    drop(consoles.remove(0));

    publishing.await.unwrap();
    let taken = operating.await.unwrap();
    let mut moved = Vec::new();
    for watched in watching {
        moved.extend(watched.await.unwrap().moved_after);
    }
    moved.sort();
    println!(
        "{} of {BROWSERS} browsers moved, live again after {:?} to {:?}; {taken} operations",
        moved.len(),
        moved.first(),
        moved.last()
    );
    assert!(moved.len() >= BROWSERS as usize / 10, "hardly anybody was at the console that was killed: {}", moved.len());

    // Events: each is in the journal, and the history of it all is exact.
    until_all_journalled(&database, EVENTS).await;
    for console in &consoles {
        assert_board(&console.sign_in("5000", "8000").await, EVENTS).await;
    }
    // Operations: the platform was asked at most once for each, and each has its end.
    let is_open = |outcome: Option<&String>| outcome.is_none_or(|outcome| matches!(outcome.as_str(), "requested" | "accepted"));
    let mut ids: BTreeMap<i64, Option<String>> = BTreeMap::new();
    until("every operation has its end", async || {
        ids = database.audit().into_iter().map(|line| (line.id, line.agent)).collect();
        ids.keys().all(|id| !is_open(database.outcomes(*id).last()))
    })
    .await;
    let asked: Vec<String> = simulator.operations().await.into_iter().map(|request| request.body).collect();
    for (id, agent) in &ids {
        let (outcomes, agent) = (database.outcomes(*id), agent.clone().unwrap());
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "requested").count(), 1, "{agent}: {outcomes:?}");
        assert!(ids.values().filter(|other| other.as_deref() == Some(&agent)).count() == 1, "{agent} was asked for twice");
        let sent = asked.iter().filter(|body| body.contains(&agent)).count();
        let last = outcomes.last().unwrap();
        let at_killed = console_of(*id) == *ids.keys().map(|id| console_of(*id)).collect::<Vec<_>>().first().unwrap();
        match last.as_str() {
            "confirmed" => assert_eq!(sent, 1, "{agent}"),
            "unknown" | "unconfirmed" if at_killed => assert!(sent <= 1, "{agent}"),
            _ => panic!("{agent} at console {}: {outcomes:?}", console_of(*id)),
        }
    }
    assert!(taken >= 80 && ids.len() >= taken && asked.len() >= taken, "{taken} taken, {} written down, {} sent", ids.len(), asked.len());
    consoles.into_iter().for_each(|console| drop(tokio::task::block_in_place(|| console.terminate())));
    assert_history(&database, EVENTS);
}
