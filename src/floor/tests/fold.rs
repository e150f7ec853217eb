//! What is certain, what is only remembered, and which times nobody heard.

use super::{agent_event, device, event};
use crate::floor::time::at;
use crate::floor::{AgentId, CallId, Fold, Gap, RosterEntry, State};
use serde_json::json;

fn hear(fold: &mut Fold, mut event: crate::floor::Event, arrived: i64) {
    fold.event(&mut event, at(arrived));
}

/// Agents 1 to 3 are ready, and the first two talk to each other.
fn talking() -> Fold {
    let mut fold = Fold::default();
    for n in 1..=3 {
        hear(&mut fold, agent_event("agentReady", n, 0, i64::from(n)), 1_000);
    }
    for n in 1..=2 {
        let fields = json!({"callId": "c", "srcDeviceId": device(n), "callingDevice": device(1), "calledDevice": device(2), "answeringDevice": device(2)});
        hear(&mut fold, event("established", 10, 100 + i64::from(n), fields), 2_000);
    }
    fold
}

fn remembered(fold: &Fold) -> ([bool; 3], bool) {
    let agent = |n| fold.row(&AgentId::trusted(format!("500{n}@test.cc"))).unwrap().remembered;
    ([1, 2, 3].map(agent), fold.call_row(&CallId::trusted("c")).unwrap().remembered)
}

#[test]
fn after_an_interruption_everything_is_remembered_until_it_is_heard_of() {
    let mut fold = talking();
    assert_eq!(remembered(&fold), ([false; 3], false));
    fold.lost(at(3_000));
    assert_eq!(remembered(&fold), ([false; 3], false), "the link's state says enough");
    let changes = fold.live(at(9_000), None);
    assert_eq!((changes.agents.len(), changes.calls.len()), (3, 1));
    assert_eq!(remembered(&fold), ([true; 3], true));
    hear(&mut fold, event("held", 20, 110, json!({"callId": "c", "srcDeviceId": device(2), "holdingDevice": device(1)})), 9_500);
    assert_eq!(remembered(&fold), ([true; 3], false), "the event names no agent");
    hear(&mut fold, agent_event("agentNotReady", 3, 30, 30), 9_600);
    assert_eq!(remembered(&fold), ([true, true, false], false));
}

#[test]
fn the_roster_confirms_what_it_agrees_with_and_ends_what_it_does_not() {
    let mut fold = talking();
    fold.live(at(9_000), None);
    let entry = |n: u8, status: &str| RosterEntry {
        agent: AgentId::trusted(format!("500{n}@test.cc")),
        name: String::new(),
        team: String::new(),
        status: Some(status.to_owned()),
    };
    fold.roster(vec![entry(1, "OnCallIn"), entry(2, "Ready"), entry(3, "NotReady")], at(9_100));
    let state = |n| fold.row(&AgentId::trusted(format!("500{n}@test.cc"))).map(|row| (row.state, row.remembered));
    assert_eq!((state(2), state(3)), (Some((State::Ready, false)), Some((State::NotReady, false))));
    assert!(!fold.floor.call_is_live(&CallId::trusted("c")), "5002 is not in it any more, so nobody is");
}

#[test]
fn each_break_and_each_restart_is_a_gap_until_the_platform_is_heard_again() {
    let gaps = |fold: &Fold| fold.gaps().copied().collect::<Vec<_>>();
    let gap = |from: i64, to: i64| Gap { from: at(from), to: at(to) };
    let mut fold = Fold::default();
    fold.started();
    fold.live(at(500), None);
    assert_eq!(gaps(&fold), [], "there was nothing before");
    let mut fold = talking();
    fold.lost(at(2_500));
    fold.lost(at(4_000));
    assert_eq!(gaps(&fold), [], "it is not over");
    fold.live(at(16_000), None);
    assert_eq!(gaps(&fold), [gap(2_500, 16_000)]);
    // Nothing came any more before the console started anew.
    fold.started();
    fold.live(at(30_000), None);
    assert_eq!(gaps(&fold), [gap(2_500, 16_000), gap(16_000, 30_000)]);
    for n in 0..100 {
        fold.lost(at(40_000 + n * 10));
        fold.live(at(40_005 + n * 10), None);
    }
    assert_eq!((fold.gaps().count(), fold.gaps().next_back()), (50, Some(&gap(40_990, 40_995))));
}

#[test]
fn what_a_queue_kept_is_no_gap_and_no_measure_of_the_clocks() {
    let mut fold = Fold::default();
    fold.live(at(0), Some("console-1".into()));
    let nine = event("x", 0, 0, json!({})).time.unwrap().as_millis();
    // The clocks agree to a tenth of a second.
    let hear_after = |fold: &mut Fold, second: i64, serial: i64, after: i64| {
        hear(fold, agent_event("agentReady", 1, second, serial), nine + second * 1_000 + after);
    };
    hear_after(&mut fold, 1, 1, 100);
    let offset = fold.offset();
    fold.lost(at(nine + 2_000));
    let changes = fold.live(at(nine + 120_000), Some("console-1".into()));
    assert_eq!((changes, fold.gaps().count()), (Default::default(), 0));
    for second in 3..100 {
        hear(&mut fold, agent_event("agentNotReady", 1, second, 10 + second), nine + 120_000 + second);
        let known_until = fold.caught_up_to(at(nine + 120_000 + second)).map(|at| (at.as_millis() - nine) / 1_000);
        assert_eq!(known_until, Some(second));
    }
    assert_eq!(fold.caught_up_to(at(nine + 125_000)), None, "nothing has come for long");
    hear_after(&mut fold, 120, 200, 200);
    assert_eq!((fold.caught_up_to(at(nine + 120_200)), fold.offset()), (None, offset));
    // Another queue has not kept what came meanwhile.
    fold.lost(at(nine + 121_000));
    assert_ne!(fold.live(at(nine + 130_000), Some("console-2".into())), Default::default());
    assert_eq!(fold.gaps().count(), 1);
}
