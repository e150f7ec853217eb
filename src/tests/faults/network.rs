//! The network between platform and console: silent, slow, and with events that are lost, doubled and shuffled.

use super::play::{Dice, lies, play, until_true};
use crate::support::{FaultProxy, Lab, Live, Simulator, agent_event};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use supervisor_console::floor::State;
use supervisor_console::live::LinkState;

/// A quiet floor whose events come over a network of ours, and who looks at it.
async fn behind_a_proxy() -> (Lab, FaultProxy, Live) {
    let simulator = Simulator::start().await;
    let proxy = FaultProxy::before(&simulator).await;
    let lab = Lab::on(simulator, &["--events-url", &proxy.events_url()]).await;
    let (_, live) = lab.supervisor().await;
    (lab, proxy, live)
}

/// Everything that was sent before is on the board, and nothing waits to be shuffled any more: somebody of whom the platform knows nothing
/// appears after it.
async fn heard_all(lab: &Lab, live: &mut Live) {
    lab.simulator.event(agent_event("agentReady", "5799")).await;
    live.until_state("5799", State::Ready).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_open_link_is_given_up_within_25_seconds_and_what_it_swallowed_is_made_good() {
    let (lab, proxy, mut live) = behind_a_proxy().await;
    let call = lab.simulator.dial("8001", "8002").await;
    live.until_state("5002", State::OnCall).await;
    live.until_state("5001", State::OnCall).await;
    let before = live.board.header.clone().unwrap().link;
    proxy.change(|weather| weather.dead = true);
    lab.simulator.hang_up("8001", &call).await;
    lab.simulator.set_mode("5003", "NotReady", None).await;
    // Neither side is told that anything is wrong.
    live.until_within(Duration::from_secs(25), "the link is down", |board| board.link() == Some(LinkState::Down)).await;
    let down = live.board.header.clone().unwrap().link;
    let silent_for = down.since.since(down.last_event.unwrap());
    assert!(down.since > before.since && silent_for >= Duration::from_secs(20), "{down:?}");
    assert_eq!([live.board.state("5001"), live.board.state("5003")], [Some(State::OnCall), Some(State::Ready)], "something came through");
    assert_eq!(lab.console.visitor().get("/readyz").await.status, 503);
    // What connects now gets no answer either.
    let connections = proxy.passed().connections;
    while proxy.passed().connections < connections + 1 {
        live.next().await;
    }
    assert_eq!(live.board.link(), Some(LinkState::Down));

    proxy.change(|weather| weather.dead = false);
    live.until_link(LinkState::Live).await;
    let [gap] = live.board.header.clone().unwrap().link.gaps[..] else { panic!("the silence is no gap") };
    assert!(Some(gap.from) >= down.last_event && gap.from <= down.since && gap.to >= down.since, "{gap:?}, {down:?}");
    until_true(&lab.simulator, &mut live).await;
    live.until("nothing is only remembered", |board| board.rows.values().all(|row| !row.remembered)).await;
    assert_eq!(live.board.snapshots, 1, "browsers had nothing to do with it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_link_stays_live_and_everything_comes_late_but_whole() {
    let (lab, proxy, mut live) = behind_a_proxy().await;
    let browser = lab.console.sign_in("5900", "8900").await;
    // About ten events a second.
    proxy.change(|weather| (weather.rate, weather.late) = (Some(10_000), Duration::from_secs(1)));
    play(&lab.simulator, &mut Dice(1), 60).await;
    lab.simulator.event(agent_event("agentReady", "5799")).await;
    assert_eq!(browser.get("/api/agents/5799").await.status, 404, "it was not slow: nothing is proved");
    let links = lab.simulator.links().await;
    live.until_state("5799", State::Ready).await;
    until_true(&lab.simulator, &mut live).await;
    assert_eq!((lab.simulator.links().await, live.board.link()), (links, Some(LinkState::Live)), "slow is not dead");
    assert!(live.board.header.as_ref().unwrap().link.gaps.is_empty() && live.board.rows.values().all(|row| !row.remembered));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_event_costs_its_row_the_time_until_the_next_one() {
    let (lab, proxy, mut live) = behind_a_proxy().await;
    proxy.change(|weather| weather.lose = 2);
    lab.simulator.set_mode("5001", "NotReady", Some("Lunch")).await;
    lab.simulator.set_mode("5002", "NotReady", None).await;
    lab.simulator.set_mode("5003", "NotReady", None).await;
    live.until_state("5003", State::NotReady).await;
    assert_eq!(proxy.passed().lost, 2);
    // Nobody can know of it: the link is as it was, and these two rows alone are wrong.
    assert_eq!((live.board.link(), live.board.row("5001").remembered), (Some(LinkState::Live), false));
    assert_eq!([live.board.state("5001"), live.board.state("5002")], [Some(State::Ready), Some(State::Ready)]);
    assert_eq!(lies(&live.board, &lab.simulator.floor().await).len(), 2);
    // The row's next event, whichever it is, makes it right.
    lab.simulator.set_mode("5001", "Ready", None).await;
    lab.simulator.event(agent_event("agentNotReady", "5002")).await;
    until_true(&lab.simulator, &mut live).await;

    // An end that is lost is found by what the agent does next.
    let call = lab.simulator.dial("8004", "8005").await;
    live.until("they talk", |board| ["5004", "5005"].iter().all(|number| board.state(number) == Some(State::OnCall))).await;
    proxy.change(|weather| weather.lose = 1000);
    lab.simulator.hang_up("8004", &call).await;
    while lab.simulator.truth_of("5005").await["mode"] != "Ready" || lab.simulator.truth_of("5005").await["calls"] != json!([]) {
        live.next().await;
    }
    proxy.change(|weather| weather.lose = 0);
    assert!(!lies(&live.board, &lab.simulator.floor().await).is_empty(), "the end came through");
    // No device calls twice within two seconds.
    let next = lab.simulator.dial("8005", "8004").await;
    live.until("they talk in the next call", |board| {
        ["5004", "5005"].iter().all(|number| board.row(number).call.as_ref().is_some_and(|view| view.id.as_str() == next))
    })
    .await;
    until_true(&lab.simulator, &mut live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubled_events_change_nothing() {
    let (lab, proxy, mut live) = behind_a_proxy().await;
    proxy.change(|weather| weather.double = usize::MAX);
    play(&lab.simulator, &mut Dice(2), 80).await;
    heard_all(&lab, &mut live).await;
    let passed = proxy.passed();
    assert!(passed.doubled > 100, "{passed:?}");
    until_true(&lab.simulator, &mut live).await;
    assert_eq!((live.board.link(), lab.simulator.links().await), (Some(LinkState::Live), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shuffled_events_give_the_same_board() {
    let (lab, proxy, mut live) = behind_a_proxy().await;
    proxy.change(|weather| weather.shuffle = (usize::MAX, 8));
    play(&lab.simulator, &mut Dice(3), 80).await;
    let passed = proxy.passed();
    assert!(passed.shuffled > 100, "{passed:?}");
    proxy.change(|weather| weather.shuffle = (0, 0));
    heard_all(&lab, &mut live).await;
    until_true(&lab.simulator, &mut live).await;
    assert_eq!((live.board.link(), lab.simulator.links().await), (Some(LinkState::Live), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_with_every_fault_at_once_leaves_the_truth_once_it_is_well() {
    let (lab, proxy, mut live) = behind_a_proxy().await;
    let mut dice = Dice(4);
    for _ in 0..5 {
        proxy.change(|weather| {
            weather.late = Duration::from_millis(300);
            (weather.double, weather.shuffle, weather.lose) = (20, (40, 5), 3);
        });
        play(&lab.simulator, &mut dice, 20).await;
        lab.simulator.fault(json!({ "cut": true })).await;
        live.until_link(LinkState::Down).await;
        live.until_link(LinkState::Live).await;
    }
    let passed = proxy.passed();
    assert!(passed.lost >= 10 && passed.doubled > 50 && passed.shuffled > 50 && passed.connections >= 6, "{passed:?}");
    proxy.change(|weather| *weather = Default::default());
    // Calls of which every event was lost are told by their next one: their end.
    for call in lab.simulator.floor().await["calls"].as_array().unwrap().clone() {
        let device = call["parties"][0]["device"].as_str().unwrap().split('@').next().unwrap().to_owned();
        let path = format!("/api/csta/callControl/calls/{0}/connections/{device}@test.cc%7C{0}", call["callId"].as_str().unwrap());
        lab.simulator.call(Method::DELETE, &path, json!(null)).await;
    }
    heard_all(&lab, &mut live).await;
    until_true(&lab.simulator, &mut live).await;
}
