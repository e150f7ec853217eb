//! The link to the platform's events: lost, refused, silent, and back.

use crate::support::{AGENTS, Database, Lab, Program, Simulator, agent_event};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use std::time::Duration;
use supervisor_console::floor::{Operation, Outcome, State};
use supervisor_console::live::LinkState;
use supervisor_console::stomp::{Decoder, Frame, Item, Limits, Version};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_is_told_at_once_and_mended_by_itself() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let links = lab.simulator.links().await;
    let since = live.board.header.clone().unwrap().link.since;
    lab.simulator.fault(json!({ "refuse_connections_ms": 1500, "cut": true })).await;
    live.until_within(Duration::from_secs(1), "the link is down", |board| board.link() == Some(LinkState::Down)).await;
    let link = live.board.header.clone().unwrap().link;
    assert!(link.since >= since && link.last_event.is_some(), "{link:?}");
    assert_eq!(browser.get("/readyz").await.status, 503);
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(browser.get("/").await.status, 200);

    live.until_link(LinkState::Live).await;
    assert_eq!(browser.get("/readyz").await.status, 200);
    assert_eq!(lab.simulator.links().await, links + 1);
    lab.simulator.set_mode("5001", "NotReady", None).await;
    live.until_state("5001", State::NotReady).await;
    assert_eq!(live.board.snapshots, 1, "the browser's channel has nothing to do with the platform's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_after_cut_it_comes_back() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    for mode in ["NotReady", "Ready", "NotReady"] {
        lab.simulator.fault(json!({ "cut": true })).await;
        live.until_link(LinkState::Down).await;
        live.until_link(LinkState::Live).await;
        lab.simulator.set_mode("5001", mode, None).await;
        live.until_state("5001", if mode == "Ready" { State::Ready } else { State::NotReady }).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_whose_length_is_wrong_keeps_no_other_back() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "too_long": 2 })).await;
    // The floor is quiet: nothing comes that would fill the length.
    for number in ["5001", "5002", "5003"] {
        lab.simulator.event(agent_event("agentNotReady", number)).await;
    }
    live.until_state("5003", State::NotReady).await;
    assert_eq!([live.board.state("5001"), live.board.state("5002")], [Some(State::Ready); 2]);
    assert_eq!(lab.simulator.links().await, 1, "the link did not survive");
}

/// A broker that greets, confirms the subscription, and closes: so many times, then it stays.
async fn fickle_broker(times: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for connection in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            let mut decoder = Decoder::new(Limits::default());
            let mut confirmed = false;
            while !confirmed && let Some(Ok(message)) = socket.next().await {
                decoder.feed(&message.into_data());
                while let Some(item) = decoder.next() {
                    let Ok(Item::Frame(frame)) = item else { continue };
                    let answer = match frame.get("receipt") {
                        Some(receipt) => Frame::new("RECEIPT").header("receipt-id", receipt),
                        None => Frame::new("CONNECTED").header("version", "1.2").header("heart-beat", "10000,10000"),
                    };
                    confirmed = frame.command == "SUBSCRIBE";
                    socket.send(Message::binary(answer.encode(Version::V1_2))).await.unwrap();
                }
            }
            if connection < times {
                socket.close(None).await.unwrap();
            }
            // Heard out to its end; where it stays that is the console's.
            while let Some(Ok(_)) = socket.next().await {}
        }
    });
    format!("ws://{address}/ws")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_throws_us_out_at_once_is_asked_less_and_less_often() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let broker = fickle_broker(4).await;
    let mut program = Program::serve(&simulator.url(), &database, &["--events-url", &broker]);
    for most in [200, 400, 800, 1600] {
        program.until_live();
        let pause = program.until_logged("the link to the platform is down")["again_in_ms"].as_u64().unwrap();
        assert!((most / 2..=most).contains(&pause), "{pause} ms instead of up to {most}");
    }
    program.until_live();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_break_a_row_is_remembered_until_it_is_heard_of() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    assert!(live.board.rows.values().all(|row| !row.remembered));
    // Without the roster nothing but events can say what became of the agents.
    lab.simulator.fault(json!({ "refuse": { "status": 500, "times": 100, "path": "/api/operation" } })).await;
    lab.simulator.fault(json!({ "cut": true })).await;
    live.until_link(LinkState::Down).await;
    live.until_link(LinkState::Live).await;
    live.until("all rows are remembered only", |board| board.rows.values().all(|row| row.remembered)).await;
    lab.simulator.event(agent_event("agentReady", "5001")).await;
    live.until("5001 is certain again", |board| !board.row("5001").remembered).await;
    assert_eq!(live.board.rows.values().filter(|row| row.remembered).count(), AGENTS as usize - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_roster_confirms_what_is_as_it_was_and_corrects_what_is_not() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "refuse_connections_ms": 1000, "cut": true })).await;
    live.until_link(LinkState::Down).await;
    lab.simulator.set_mode("5001", "NotReady", None).await;
    live.until_link(LinkState::Live).await;
    live.until("the roster's word counts for 5001", |board| {
        board.state("5001") == Some(State::NotReady) && board.rows.values().all(|row| !row.remembered)
    })
    .await;
    assert_eq!(live.board.state("5002"), Some(State::Ready));
    // Where the agent sits is still known.
    browser.force(Operation::Ready, &[("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")]).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_link_is_found_dead_within_25_seconds() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let links = lab.simulator.links().await;
    lab.simulator.fault(json!({ "stall_ms": 24_000 })).await;
    // Something to hold back: from here on nothing at all is written, not even an answer to a ping.
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_within(Duration::from_secs(25), "the link is down", |board| board.link() == Some(LinkState::Down)).await;
    assert_eq!(live.board.state("5001"), Some(State::Ready), "the stall let something through: nothing is proved");
    live.until_link(LinkState::Live).await;
    assert!(lab.simulator.links().await > links);
    lab.simulator.set_mode("5002", "NotReady", None).await;
    live.until_state("5002", State::NotReady).await;
}
