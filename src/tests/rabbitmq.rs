//! A real RabbitMQ in the place of the platform's own broker: the console hears what is published there, notices the broker's end, and is
//! back with it; what a durable queue keeps meanwhile is lost by nobody.

use crate::support::rounds::{Rounds, assert_board, assert_history, journalled, until_all_journalled};
use crate::support::{Broker, Console, Database, PostgresServer, Program, Publisher, Simulator, agent_event, event_time};
use std::net::SocketAddr;
use supervisor_console::floor::State;
use supervisor_console::live::LinkState;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_broker_serves_as_well() {
    let Some(mut broker) = Broker::running() else { return };
    let simulator = Simulator::start().await;

    let folder = tempfile::tempdir().unwrap();
    let (events, login) = (broker.events_url(), ["--broker-login", "guest", "--broker-passcode", "guest"]);
    let flags = [&["--events-url", events.as_str()][..], &login].concat();
    let console = Console::start(&simulator.url(), &Database::at(folder.path().join("console.db")), &flags).await;
    console.until_ready().await;
    let browser = console.sign_in("5000", "8000").await;
    let mut live = browser.live().await;
    let mut publisher = Publisher::to(&broker).await;
    publisher.publish(&agent_event("agentNotReady", "5001")).await;
    live.until_state("5001", State::NotReady).await;
    publisher.publish(&agent_event("agentReady", "5001")).await;
    live.until_state("5001", State::Ready).await;

    // What the broker says to a wrong passcode is told to whoever set it.
    let database = Database::at(folder.path().join("wrong.db"));
    let wrong = ["--events-url", events.as_str(), "--broker-login", "guest", "--broker-passcode", "wrong"];
    let reason = tokio::task::block_in_place(|| {
        let mut refused = Program::serve(&simulator.url(), &database, &wrong);
        refused.until_logged("the link to the platform is down")["reason"].as_str().unwrap().to_owned()
    });
    assert!(reason.starts_with("the broker refused: "), "{reason}");

    tokio::task::block_in_place(|| broker.stop());
    live.until_link(LinkState::Down).await;
    assert_eq!(browser.get("/readyz").await.status, 503);
    tokio::task::block_in_place(|| broker.start());
    live.until_link(LinkState::Live).await;
    assert_eq!(browser.get("/readyz").await.status, 200);
    let mut publisher = Publisher::to(&broker).await;
    publisher.publish(&agent_event("agentNotReady", "5001")).await;
    live.until("5001 is not ready, and certainly so", |board| {
        board.state("5001") == Some(State::NotReady) && !board.row("5001").remembered
    })
    .await;
}

/// Between the console and the broker; connections through it can be cut.
struct Proxy {
    address: SocketAddr,
    cut: watch::Sender<u32>,
}

impl Proxy {
    async fn to(port: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cut, cuts) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((mut console, _)) = listener.accept().await {
                let mut cuts = cuts.clone();
                cuts.mark_unchanged();
                tokio::spawn(async move {
                    let Ok(mut broker) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut console, &mut broker) => {}
                        // A reset: nothing is said, and what is under way is lost.
                        _ = cuts.changed() => [console, broker].iter().for_each(|stream| stream.set_zero_linger().unwrap()),
                    }
                });
            }
        });
        Proxy { address, cut }
    }

    fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_journal_could_not_take_the_broker_brings_again_after_a_kill() {
    let Some(broker) = Broker::running() else { return };
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::file(folder.path().join("console.db"));
    let url = broker.events_url();
    let flags = ["--events-url", &url, "--broker-login", "guest", "--broker-passcode", "guest", "--durable-queue", "console-7"];
    let console = tokio::task::block_in_place(|| Program::live(&simulator.url(), &database, &flags));
    let browser = console.sign_in("5000", "8000").await;
    let mut live = browser.live().await;
    let locked = rusqlite::Connection::open(format!("{}-events", database.path.display())).unwrap();
    locked.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut publisher = Publisher::to(&broker).await;
    let marks: Vec<String> = (0..20).map(|n| format!("mark-{n}-")).collect();
    for mark in &marks {
        publisher.publish(&serde_json::json!({ "eventName": mark })).await;
    }
    live.until("the journal's trouble is shown", |board| board.header.as_ref().is_some_and(|header| header.link.unwritten_since.is_some()))
        .await;
    publisher.publish(&agent_event("agentNotReady", "5001")).await;
    // The board does not wait for it.
    live.until_state("5001", State::NotReady).await;
    drop(console);
    locked.execute_batch("ROLLBACK").unwrap();
    let _console = tokio::task::block_in_place(|| Program::live(&simulator.url(), &database, &flags));
    for mark in &marks {
        database.until_journalled(mark.as_bytes()).await;
    }
    database.until_journalled(b"agentNotReady").await;
}

async fn nothing_is_lost(events: u64, kills: u64, cuts_between: u64) {
    let Some(broker) = Broker::running() else { return };
    let simulator = Simulator::start().await;
    let proxy = Proxy::to(broker.port).await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let url = format!("ws://{}/ws", proxy.address);
    let flags = ["--events-url", &url, "--broker-login", "guest", "--broker-passcode", "guest", "--durable-queue", "console-1"];
    let serve = || tokio::task::block_in_place(|| Program::serve(&simulator.url(), &database, &flags));
    let live = |console: &mut Program| tokio::task::block_in_place(|| console.until_live());
    let mut console = serve();
    live(&mut console);

    // A call that goes on all the time, at telephones at which nobody sits.
    let mut publisher = Publisher::to(&broker).await;
    publisher
        .publish(&serde_json::json!({ "eventName": "established", "eventTime": event_time(), "serial": 7, "namespace": "test.cc",
            "callId": "goes-on", "srcDeviceId": "8101@test.cc", "callingDevice": "13800138000@test.cc", "calledDevice": "8101@test.cc",
            "answeringDevice": "8101@test.cc", "deviceId": "8101@test.cc" }))
        .await;
    let (published, mut so_far) = watch::channel(0);
    let publisher = tokio::spawn(Rounds::of(events).publish(publisher, None, published));
    let faults = kills * (cuts_between + 1);
    for fault in 1..=faults {
        so_far.wait_for(|published| *published >= events * fault / (faults + 1)).await.unwrap();
        if fault.is_multiple_of(cuts_between + 1) {
            drop(console);
            console = serve();
        } else {
            proxy.cut();
        }
    }
    publisher.await.unwrap();
    until_all_journalled(&database, events).await;
    let browser = console.sign_in("5000", "8000").await;
    assert_board(&browser, events).await;
    let calls = browser.get("/api/calls").await.json()["calls"].clone();
    assert_eq!((&calls[0]["callId"], calls.as_array().map(Vec::len)), (&"goes-on".into(), Some(1)), "{calls}");
    console.terminate();

    assert!(journalled(&database, events).iter().all(|count| *count == 1), "an event is in the journal twice");
    assert_history(&database, events);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_durable_queue_neither_cuts_nor_kills_lose_or_double_an_event() {
    nothing_is_lost(10_000, 3, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_consoles_of_which_each_is_killed_in_turn_lose_and_double_nothing() {
    const EVENTS: u64 = 6_000;
    let Some(broker) = Broker::running() else { return };
    let Some(server) = tokio::task::block_in_place(PostgresServer::start) else { return };
    let simulator = Simulator::start().await;
    let database = Database::on_server(server.database());
    let url = broker.events_url();
    let serve = |number: u64| {
        let queue = format!("console-{number}");
        let flags = ["--events-url", &url, "--broker-login", "guest", "--broker-passcode", "guest", "--durable-queue", &queue];
        tokio::task::block_in_place(|| Program::live(&simulator.url(), &database, &flags))
    };
    let mut consoles: Vec<Program> = (0..3).map(serve).collect();
    let (published, mut so_far) = watch::channel(0);
    let publisher = tokio::spawn(Rounds::of(EVENTS).publish(Publisher::to(&broker).await, None, published));
    for (number, killed) in [(0, 0), (1, 1), (2, 2)] {
        so_far.wait_for(|published| *published >= EVENTS * (number + 1) / 4).await.unwrap();
        drop(consoles.remove(killed));
        consoles.insert(killed, serve(number));
    }
    publisher.await.unwrap();
    until_all_journalled(&database, EVENTS).await;
    for console in &consoles {
        assert_board(&console.sign_in("5000", "8000").await, EVENTS).await;
    }
    consoles.into_iter().for_each(|console| drop(tokio::task::block_in_place(|| console.terminate())));
    assert_history(&database, EVENTS);
}

#[ignore = "takes minutes: 100 cuts and 20 kills while 100,000 events flow"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_durable_queue_nothing_is_lost_for_long() {
    nothing_is_lost(100_000, 20, 5).await;
}
