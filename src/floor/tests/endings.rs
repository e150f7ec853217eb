//! Ends that nobody heard, what a lost only copy costs, and what is kept of a call besides its parties.

use super::sequences::{CUSTOMER, Play};
use super::*;
use crate::floor::{CallId, CallRow, DeviceId, Holds, PartyRole, PartyState};
use std::time::Duration;

fn call(play: &Play, id: &str) -> Option<CallRow> {
    play.floor.call_row(&CallId::trusted(id))
}

fn parties(row: &CallRow) -> Vec<(&str, PartyRole, PartyState)> {
    row.parties.iter().map(|party| (party.device.number(), party.role, party.state)).collect()
}

#[test]
fn an_end_that_nobody_heard_is_found_by_what_the_agent_does_next() {
    let mut play = Play::new();
    play.inbound(1);
    let talking = call(&play, "c1").unwrap();
    assert!(!talking.end_not_seen && !play.floor.is_over(&talking.id));
    // Within what the clocks of two sources may differ nothing is certain.
    play.floor.apply(&agent_event("agentReady", 1, play.second + 5, 900));
    assert!(!call(&play, "c1").unwrap().end_not_seen);
    play.floor.apply(&agent_event("agentReady", 1, play.second + 6, 901));
    let ended = call(&play, "c1").unwrap();
    assert_eq!((ended.end_not_seen, ended.parties.len()), (true, 2));
    assert!(play.floor.is_over(&ended.id) && !play.floor.call_is_live(&ended.id));
    assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).call), (State::Ready, None));
    // A later event of the call shows it alive.
    play.second += 5;
    play.say("held", "c1", &device(1), json!({"holdingDevice": device(1)}));
    assert!(!call(&play, "c1").unwrap().end_not_seen);
    assert_eq!(row(&play.floor, 1).state, State::OnHold);
}

#[test]
fn an_end_that_nobody_heard_is_found_by_the_next_call_of_the_device() {
    let mut play = Play::new();
    play.inbound(1);
    let one = device(1);
    play.say("serviceInitiated", "c2", &one, json!({"initiatedDevice": one}));
    assert!(call(&play, "c1").unwrap().end_not_seen);
    assert_eq!(row(&play.floor, 1).call.unwrap().id.as_str(), "c2");
    // The end that came late after all is an end like any other.
    play.floor.apply(&event("connectionCleared", 63, 1063, json!({"callId": "c1", "srcDeviceId": one, "releasingDevice": one})));
    assert_eq!(call(&play, "c1"), None);
}

#[test]
fn who_holds_a_call_may_be_in_another() {
    let mut play = Play::new();
    play.inbound(1).consult();
    assert!(!call(&play, "c1").unwrap().end_not_seen);
    play.floor.apply(&agent_event("agentReady", 1, play.second + 60, 900));
    assert!(!call(&play, "c1").unwrap().end_not_seen && call(&play, "c2").unwrap().end_not_seen);
}

#[test]
fn a_finished_call_that_is_told_whole_is_over() {
    let mut play = Play::new();
    play.inbound(1).say("held", "c1", &device(1), json!({"holdingDevice": device(1)}));
    // A consultation's end is not the end of what it became part of.
    let (one, two) = (device(1), device(2));
    let moved = json!({"transferringDevice": one, "transferredToDevice": two, "newCall": "c3", "primaryOldCall": "c1",
        "secondaryOldCall": "c2"});
    play.say("transferred", "c1", &one, moved);
    let ended = |play: &mut Play, id: &str| drop(play.floor.apply(&event("CallEndEvent", play.second, 1, json!({"call": {"id": id}}))));
    ended(&mut play, "c2");
    assert_eq!(call(&play, "c3").unwrap().parties.len(), 2);
    ended(&mut play, "c3");
    assert_eq!(call(&play, "c3"), None);
}

/// The third class of losses: nobody else says it.
#[test]
fn what_only_one_copy_said_is_lost_with_it() {
    let one = device(1);
    // A hold of which the only copy is lost is not counted, and its call seems to be over once the device dials.
    let mut unheld = Play::new();
    unheld.inbound(1).say("serviceInitiated", "c2", &one, json!({"initiatedDevice": one}));
    assert!(call(&unheld, "c1").unwrap().end_not_seen);
    unheld.leaves("c2", &one, &[&one]).say("retrieved", "c1", &one, json!({"retrievingDevice": one}));
    let back = call(&unheld, "c1").unwrap();
    assert_eq!((back.end_not_seen, back.holds), (false, Holds::default()));
    // One whose end is lost lasts until the device is heard of again.
    let mut unretrieved = Play::new();
    unretrieved.inbound(1).say("held", "c1", &one, json!({"holdingDevice": one}));
    unretrieved.second += 60;
    unretrieved.leaves("c1", CUSTOMER, &[&one]);
    assert_eq!(call(&unretrieved, "c1"), None);
    // Who joined without any copy that says so is not there.
    let mut unseen = Play::new();
    unseen.inbound(1);
    assert_eq!(call(&unseen, "c1").unwrap().parties.len(), 2);
    unseen.say("held", "c1", &device(3), json!({"holdingDevice": one}));
    assert_eq!(parties(&call(&unseen, "c1").unwrap())[2], ("8003", PartyRole::Joined, PartyState::Connected));
}

#[test]
fn roles_holds_and_ids_outlive_a_consult_transfer() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1).consult();
    let held_for = play.second - 62;
    let moved =
        json!({"transferringDevice": one, "transferredToDevice": two, "newCall": "c3", "primaryOldCall": "c1", "secondaryOldCall": "c2"});
    for (call, source) in [("c1", &one), ("c2", &two)] {
        play.say("transferred", call, source, moved.clone());
    }
    let merged = call(&play, "c3").unwrap();
    assert_eq!(
        parties(&merged),
        [("13800002408", PartyRole::Caller, PartyState::Connected), ("8002", PartyRole::Transferred, PartyState::Connected)]
    );
    assert_eq!(merged.former, ["c1", "c2"].map(CallId::trusted));
    assert_eq!((merged.holds.count, merged.holds.ended, merged.holds.running), (1, Duration::from_secs(held_for.unsigned_abs()), None));
    assert_eq!((merged.kind.as_deref(), merged.queue.as_deref()), (Some("Inbound"), Some("Claims")));
    let history = play.floor.call_history(&CallId::trusted("c1"));
    let kinds: Vec<EventKind> = history.iter().map(|line| line.kind).collect();
    use EventKind::{Delivered, Established, Held, Originated, ServiceInitiated, Transferred};
    assert_eq!(kinds, [Delivered, Established, Held, ServiceInitiated, Originated, Delivered, Established, Transferred]);
    assert_eq!(history.last().unwrap().other, Some(DeviceId::trusted(two)));
}

#[test]
fn call_data_is_the_customers_bounded_and_says_where_it_was_cut() {
    let mut play = Play::new();
    let one = device(1);
    let ring = |entries: Value| json!({"callingDevice": CUSTOMER, "alertingDevice": device(1), "userData": {"data": entries}});
    play.say("delivered", "c1", &one, ring(json!({"order": "A-1", "n": 7, "long": "x".repeat(600)})));
    let data = call(&play, "c1").unwrap().data;
    assert_eq!(data[1..], [("n".to_owned(), "7".to_owned()), ("order".to_owned(), "A-1".to_owned())]);
    assert_eq!((data[0].1.chars().count(), data[0].1.ends_with('…')), (501, true));
    let many: Map<String, Value> = (0..80).map(|n| (format!("k{n:02}"), json!("v"))).collect();
    play.say("established", "c1", &one, ring(many.into()));
    let data = call(&play, "c1").unwrap().data;
    assert_eq!((data.len(), data.last().unwrap().0.as_str()), (51, "…"));
}

#[test]
fn after_the_platforms_clock_was_set_back_calls_go_on() {
    let mut play = Play::new();
    play.second += 45 * 60;
    play.inbound(1);
    play.second -= 40 * 60;
    play.say("held", "c1", &device(1), json!({"holdingDevice": device(1)}));
    assert_eq!(row(&play.floor, 1).state, State::OnHold);
    play.say("retrieved", "c1", &device(1), json!({"retrievingDevice": device(1)}));
    assert_eq!((row(&play.floor, 1).state, call(&play, "c1").unwrap().holds.ended), (State::OnCall, Duration::from_secs(1)));
    play.leaves("c1", &device(1), &[&device(1)]);
    assert_eq!(row(&play.floor, 1).state, State::Ready);
}

#[test]
fn very_many_events_of_one_call_are_kept_as_what_they_amount_to() {
    let mut play = Play::new();
    let one = device(1);
    play.inbound(1);
    for _ in 0..400 {
        play.say("held", "c1", &one, json!({"holdingDevice": one}));
        play.say("retrieved", "c1", &one, json!({"retrievingDevice": one}));
    }
    let long = call(&play, "c1").unwrap();
    assert_eq!((long.holds.count, long.holds.ended, long.parties.len()), (400, Duration::from_secs(400), 2));
    assert!(play.floor.call_history(&long.id).len() <= 512);
}
