//! A burst of events on a busy floor: counted, not timed. `make bench-load` does the same for long, with thousands of browsers.

use crate::support::{Board, Database, Live, Program, Simulator, agent_event, event_time};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use supervisor_console::floor::State;
use supervisor_console::stomp::{Frame, Version};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;

const AGENTS: u32 = 200;
const BROWSERS: usize = 20;
/// How often each agent goes through all of [`ROUND`]: together more events than the console's inbox holds.
const ROUNDS: usize = 5;
/// What happens to an agent in a round.
const ROUND: [&str; 6] = ["agentNotReady", "agentReady", "delivered", "established", "held", "connectionCleared"];

/// A broker that sends what it is given as soon as somebody has subscribed, and then keeps still.
async fn broker() -> (String, oneshot::Sender<Vec<Value>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (give, given) = oneshot::channel::<Vec<Value>>();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        let hello = Frame::new("CONNECTED").header("version", "1.2").header("heart-beat", "0,0");
        for answer in [hello, Frame::new("RECEIPT").header("receipt-id", "subscribed-0")] {
            socket.next().await.unwrap().unwrap();
            socket.send(Message::binary(answer.encode(Version::V1_2))).await.unwrap();
        }
        for event in given.await.unwrap() {
            let message = Frame::new("MESSAGE").header("subscription", "console-0").with_body(event.to_string());
            socket.feed(Message::binary(message.encode(Version::V1_2))).await.unwrap();
        }
        socket.flush().await.unwrap();
        while let Some(Ok(_)) = socket.next().await {}
    });
    (format!("ws://{address}/ws"), give)
}

/// An event of a call that a customer makes to the agent.
fn call_event(name: &str, number: &str, call: &str) -> Value {
    let mut event = agent_event(name, number);
    let device = event["deviceId"].clone();
    event["eventTime"] = json!(event_time());
    event["callId"] = json!(call);
    for (of, field) in [
        ("delivered", "alertingDevice"),
        ("established", "answeringDevice"),
        ("held", "holdingDevice"),
        ("connectionCleared", "releasingDevice"),
    ] {
        if of == name {
            event[field] = device.clone();
        }
    }
    event["calledDevice"] = device;
    event["callingDevice"] = json!("13800002408@test.cc");
    event
}

/// The state of each agent at the end, and the call.
type Truth = BTreeMap<String, (State, Option<String>)>;

/// The burst, and what is true of each agent after it: a third stays in a call, a third is not ready, a third ready.
fn burst() -> (Vec<Value>, Truth) {
    let (mut events, mut truth) = (Vec::new(), BTreeMap::new());
    for round in 0..ROUNDS {
        for name in ROUND {
            for n in 1..=AGENTS {
                let number = format!("{}", 5_000 + n);
                let call = format!("call-{number}-{round}");
                let last = round + 1 == ROUNDS && name == "connectionCleared";
                match n % 3 {
                    0 if last => drop(truth.insert(number, (State::OnHold, Some(call)))),
                    _ if name.starts_with("agent") => events.push(agent_event(name, &number)),
                    _ => events.push(call_event(name, &number, &call)),
                }
            }
        }
    }
    for n in (1..=AGENTS).filter(|n| n % 3 != 0) {
        let number = format!("{}", 5_000 + n);
        if n % 3 == 1 {
            events.push(agent_event("agentNotReady", &number));
        }
        truth.insert(number, (if n % 3 == 1 { State::NotReady } else { State::Ready }, None));
    }
    (events, truth)
}

fn is_true(board: &Board, truth: &Truth) -> bool {
    let calls = truth.values().filter(|(_, call)| call.is_some()).count();
    board.calls.len() == calls
        && truth.iter().all(|(number, (state, call))| {
            board
                .rows
                .get(number)
                .is_some_and(|row| row.state == *state && row.call.as_ref().map(|call| call.id.as_str()) == call.as_deref())
        })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_reaches_every_browser_and_nothing_is_lost() {
    let simulator = Simulator::with(AGENTS, 0.0, 10.0).await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let (broker, give) = broker().await;
    let program = Program::live(&simulator.url(), &database, &["--events-url", &broker]);
    let browser = program.sign_in("5000", "8000").await;
    let mut browsers = Vec::new();
    for _ in 0..BROWSERS {
        let mut live = browser.live().await;
        live.next().await;
        browsers.push(live);
    }
    // This one has its board, and then reads nothing.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let stream = socket.connect(program.address.parse().unwrap()).await.unwrap();
    let mut silent = Live::on(browser.live_over(stream).await);
    silent.next().await;

    let (events, truth) = burst();
    let sent = events.len();
    assert!(sent > 4096, "the burst fits into the console's inbox: {sent}");
    give.send(events).unwrap();
    let reading: Vec<_> = browsers
        .into_iter()
        .map(|mut live| {
            let truth = truth.clone();
            tokio::spawn(async move {
                live.until("all of the burst is there", |board| is_true(board, &truth)).await;
                live
            })
        })
        .collect();
    let mut told = Vec::new();
    for live in reading {
        told.push(live.await.unwrap());
    }

    let metrics = browser.get("/metrics").await.body;
    assert!(metrics.lines().any(|line| line == format!("console_events_in_total {sent}")), "not all came: {metrics}");
    let malformed = metrics.lines().filter(|line| line.starts_with("console_events_malformed_total"));
    assert_eq!(malformed.map(|line| line.ends_with(" 0")).collect::<Vec<_>>(), [true; 2], "{metrics}");
    assert!(metrics.lines().any(|line| line == format!("console_browsers {}", BROWSERS + 1)), "somebody was cut: {metrics}");

    // What waited for the one who did not read is no more than what the others were sent, and leads to the same board.
    silent.until("the silent one has all of it", |board| is_true(board, &truth)).await;
    let most = told.iter().map(|live| live.board.deltas + live.board.snapshots).max().unwrap();
    assert!(silent.board.deltas + silent.board.snapshots <= most + 1, "{} messages waited, of {most}", silent.board.deltas);
    assert!(told.iter().all(|live| live.board.rows == silent.board.rows && live.board.calls == silent.board.calls));
}

/// More than is in buffers on the way to who does not read, and what a reader may be behind.
const TOO_MANY: usize = 60_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_does_not_read_costs_nobody_anything_is_cut_and_comes_back_without_loss() {
    let simulator = Simulator::with(AGENTS, 0.0, 10.0).await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let (broker, give) = broker().await;
    let program = Program::live(&simulator.url(), &database, &["--events-url", &broker]);
    let browser = program.sign_in("5000", "8000").await;
    let mut silent = browser.follow("/api/events?after=0&name=*", None).await;
    assert_eq!(silent.next().await.unwrap().event, "console.link");
    // The last one is about somebody of whom nothing was heard before.
    let event = |n: usize| agent_event(ROUND[n % 2], &(5_001 + n % AGENTS as usize).to_string());
    let events = (1..TOO_MANY).map(event).chain([agent_event("agentNotReady", "5799")]);
    let mut live = browser.live().await;
    give.send(events.collect()).unwrap();
    // While it does not read all of it comes in, and others hear it.
    live.until_state("5799", State::NotReady).await;
    let metrics = browser.get("/metrics").await.body;
    assert!(metrics.lines().any(|line| line == format!("console_events_in_total {TOO_MANY}")), "not all came: {metrics}");

    let (mut ids, mut cut) = (Vec::new(), None);
    while let Some(message) = silent.next().await {
        ids.extend(message.id);
        cut = (message.event == "console.cut").then_some(message);
    }
    let cut = cut.expect("it is told so last");
    assert!(ids.len() < TOO_MANY && cut.data["after"].as_i64() >= ids.last().copied(), "{cut:?}");
    let mut again = browser.follow("/api/events", ids.last().copied()).await;
    while ids.len() < TOO_MANY {
        ids.extend(again.next().await.unwrap().id);
    }
    assert!(ids.is_sorted_by(|one, next| one < next), "something came twice");
}
