//! Calls through their lives, as the protocol's section 3 describes them.

use super::*;
use crate::floor::{CallId, DeviceId, Direction};

pub(super) const CUSTOMER: &str = "13800002408@test.cc";

/// Plays call events one second after another, each with the next serial.
pub(super) struct Play {
    pub floor: Floor,
    pub second: i64,
    pub serial: i64,
}

impl Play {
    pub(super) fn new() -> Self {
        Play { floor: three_ready(), second: 60, serial: 1060 }
    }

    pub(super) fn say(&mut self, name: &str, call: &str, source: &str, mut fields: Value) -> &mut Self {
        fields["callId"] = call.into();
        fields["srcDeviceId"] = source.into();
        self.second += 1;
        self.serial += 1;
        self.floor.apply(&event(name, self.second, self.serial, fields));
        self
    }

    pub(super) fn inbound(&mut self, n: u8) -> &mut Self {
        let to = device(n);
        let ends = json!({"callingDevice": CUSTOMER, "calledDevice": to, "alertingDevice": to, "callType": "Inbound", "split": "Claims"});
        self.say("delivered", "c1", &to, ends);
        self.say("established", "c1", &to, json!({"callingDevice": CUSTOMER, "calledDevice": to, "answeringDevice": to}))
    }

    /// Agent 1 holds the customer and consults agent 2 by call c2.
    pub(super) fn consult(&mut self) -> &mut Self {
        let (one, two) = (device(1), device(2));
        let ends =
            json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two, "callType": "Internal"});
        self.say("held", "c1", &one, json!({"holdingDevice": one}));
        self.say("serviceInitiated", "c2", &one, json!({"initiatedDevice": one}));
        self.say("originated", "c2", &one, json!({"callingDevice": one, "calledDevice": two}));
        for source in [&one, &two] {
            self.say("delivered", "c2", source, ends.clone());
        }
        for source in [&one, &two] {
            self.say("established", "c2", source, ends.clone());
        }
        self
    }

    pub(super) fn leaves(&mut self, call: &str, who: &str, copies: &[&str]) -> &mut Self {
        for source in copies {
            self.say("connectionCleared", call, source, json!({"releasingDevice": who}));
        }
        self
    }
}

#[test]
fn an_inbound_call_rings_is_answered_held_and_ends() {
    let mut play = Play::new();
    let one = device(1);
    let ends = json!({"callingDevice": CUSTOMER, "calledDevice": one, "alertingDevice": one, "callType": "Inbound", "split": "Claims"});
    play.say("delivered", "c1", &one, ends);
    assert_eq!(states(&play.floor), [State::Ringing, State::Ready, State::Ready]);
    play.say("established", "c1", &one, json!({"callingDevice": CUSTOMER, "calledDevice": one, "answeringDevice": one}));
    let talking = row(&play.floor, 1);
    let call = talking.call.unwrap();
    assert_eq!((talking.state, call.direction, call.other.as_str(), call.parties), (State::OnCall, Direction::Inbound, "13800002408", 2));
    assert_eq!(call.queue.as_deref(), Some("Claims"));
    play.say("held", "c1", &one, json!({"holdingDevice": one}));
    assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).call.unwrap().holds), (State::OnHold, 1));
    play.say("retrieved", "c1", &one, json!({"retrievingDevice": one}));
    assert_eq!(row(&play.floor, 1).state, State::OnCall);
    play.leaves("c1", &one, &[&one]);
    let after = row(&play.floor, 1);
    assert_eq!((after.state, after.call), (State::Ready, None));
    // Ready since the call ended, not since the morning.
    assert_eq!(after.since.map(second_of_hour), Some(play.second));
}

#[test]
fn an_outbound_call_that_fails_leaves_the_agent_free() {
    let mut play = Play::new();
    let (one, busy) = (device(1), "917602176375@test.cc");
    play.say("serviceInitiated", "c1", &one, json!({"initiatedDevice": one}));
    play.say("originated", "c1", &one, json!({"callingDevice": one, "calledDevice": busy}));
    let dialling = row(&play.floor, 1);
    assert_eq!((dialling.state, dialling.call.unwrap().direction), (State::Dialling, Direction::Outbound));
    play.say("failed", "c1", &one, json!({"deviceId": busy, "calledDevice": busy, "failedCode": "1"}));
    assert_eq!(row(&play.floor, 1).state, State::Ready);
}

#[test]
fn a_call_refused_by_one_agent_rings_at_the_next() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.say("delivered", "c1", &one, json!({"callingDevice": CUSTOMER, "calledDevice": one, "alertingDevice": one}));
    play.leaves("c1", &one, &[&one]);
    play.say("delivered", "c1", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "alertingDevice": two}));
    assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ready]);
}

#[test]
fn a_single_step_conference_loses_its_members_one_by_one() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1);
    for source in [&one, &two] {
        play.say("delivered", "c1", source, json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two}));
        play.say("established", "c1", source, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
        play.say(
            "conferenced",
            "c1",
            source,
            json!({"conferencingDevice": one, "addedParty": two, "newCall": "c1", "primaryOldCall": "0"}),
        );
    }
    assert_eq!(states(&play.floor), [State::Conference, State::Conference, State::Ready]);
    assert_eq!(row(&play.floor, 2).call.unwrap().other, "13800002408");
    play.leaves("c1", &one, &[&one, &two]);
    assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready]);
    play.leaves("c1", CUSTOMER, &[&two]);
    assert_eq!(states(&play.floor), [State::Ready, State::Ready, State::Ready]);
}

#[test]
fn a_single_step_transfer_moves_the_call() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1);
    let moved =
        json!({"transferringDevice": one, "transferredToDevice": two, "newCall": "c1", "secondaryOldCall": "c1", "primaryOldCall": "0"});
    play.say("transferred", "c1", &one, moved);
    assert_eq!(row(&play.floor, 1).state, State::Ready);
    play.say("delivered", "c1", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "alertingDevice": two}));
    play.say("established", "c1", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "answeringDevice": two}));
    assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready]);
    assert!(play.floor.in_call(&DeviceId::trusted(two), &CallId::trusted("c1")));
}

#[test]
fn a_consultation_shows_the_call_that_the_agent_talks_in() {
    let mut play = Play::new();
    play.inbound(1).consult();
    let consulting = row(&play.floor, 1);
    let call = consulting.call.unwrap();
    assert_eq!((consulting.state, call.id.as_str(), call.others), (State::OnCall, "c2", 1));
    assert_eq!(row(&play.floor, 2).call.unwrap().direction, Direction::Internal);
}

#[test]
fn a_consult_transfer_keeps_the_customers_call_under_its_new_id() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1).consult();
    let moved =
        json!({"transferringDevice": one, "transferredToDevice": two, "newCall": "c3", "primaryOldCall": "c1", "secondaryOldCall": "c2"});
    for (call, source) in [("c1", &one), ("c2", &two)] {
        play.say("transferred", call, source, moved.clone());
    }
    assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready]);
    let call = row(&play.floor, 2).call.unwrap();
    assert_eq!((call.id.as_str(), call.other.as_str(), call.queue.as_deref()), ("c3", "13800002408", Some("Claims")));
    // The old ids lead to the new one.
    assert_eq!(play.floor.successor(&CallId::trusted("c1")).as_str(), "c3");
    play.leaves("c3", &two, &[&two]);
    assert_eq!(states(&play.floor), [State::Ready, State::Ready, State::Ready]);
}

#[test]
fn a_consult_conference_brings_the_held_party_back() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1).consult();
    let joined = json!({"conferencingDevice": one, "addedParty": two, "newCall": "c1", "primaryOldCall": "c1", "secondaryOldCall": "c2"});
    for source in [&one, &two] {
        play.say("conferenced", "c1", source, joined.clone());
    }
    assert_eq!(states(&play.floor), [State::Conference, State::Conference, State::Ready]);
    assert_eq!((row(&play.floor, 1).call.unwrap().parties, row(&play.floor, 1).call.unwrap().others), (3, 0));
}

#[test]
fn a_silent_listener_is_no_party() {
    let mut play = Play::new();
    let listener = "8900@test.cc";
    play.inbound(1);
    play.floor.expect_listener(&CallId::trusted("c1"), &DeviceId::trusted(listener));
    play.say("established", "c1", listener, json!({"answeringDevice": listener}));
    let heard = row(&play.floor, 1);
    let call = heard.call.unwrap();
    assert_eq!((heard.state, call.parties, call.listeners.len()), (State::OnCall, 2, 1));
    play.leaves("c1", listener, &[listener]);
    assert_eq!(row(&play.floor, 1).call.unwrap().listeners.len(), 0);
    play.leaves("c1", &device(1), &[&device(1)]);
    assert_eq!(row(&play.floor, 1).state, State::Ready);
}

#[test]
fn an_agent_nobody_listed_appears_with_the_first_call_event() {
    let mut floor = Floor::default();
    let body = json!({"callId": "c9", "srcDeviceId": device(7), "alertingDevice": device(7), "callingDevice": CUSTOMER,
        "calledDevice": device(7), "params": {"agent": "5007@test.cc"}});
    floor.apply(&event("delivered", 5, 5, body));
    assert_eq!((row(&floor, 7).state, row(&floor, 7).device.is_some()), (State::Ringing, true));
}

#[test]
fn a_recording_begins_and_ends_by_its_own_id() {
    let mut play = Play::new();
    let one = device(1);
    play.inbound(1);
    play.say("recordStarted", "c1", &one, json!({"recordId": "r1", "deviceId": one}));
    assert!(row(&play.floor, 1).call.unwrap().recording);
    let stopped = event("recordStopped", 200, 2000, json!({"srcDeviceId": one, "recordId": "r1"}));
    play.floor.apply(&stopped);
    assert!(!row(&play.floor, 1).call.unwrap().recording);
}

#[test]
fn a_call_of_which_a_recording_tells_first_is_its_devices_call() {
    let (one, mut play) = (device(1), Play::new());
    play.say("recordStarted", "c1", &one, json!({"recordId": "r1", "deviceId": one}));
    play.inbound(1);
    let row = row(&play.floor, 1);
    assert_eq!((row.state, row.call.map(|call| call.recording)), (State::OnCall, Some(true)));
}

#[test]
fn the_other_party_is_who_is_still_there() {
    let mut play = Play::new();
    let (one, two, three) = (device(1), device(2), device(3));
    // One calls two; three takes one's part.
    play.say("originated", "c1", &one, json!({"callingDevice": one, "calledDevice": two}));
    for source in [&one, &two] {
        play.say("established", "c1", source, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
    }
    play.say("transferred", "c1", &one, json!({"transferringDevice": one, "transferredToDevice": three, "newCall": "c1"}));
    for source in [&two, &three] {
        play.say("established", "c1", source, json!({"callingDevice": two, "calledDevice": three, "answeringDevice": three}));
    }
    assert_eq!([2, 3].map(|n| row(&play.floor, n).call.unwrap().other), ["8003", "8002"]);
}
