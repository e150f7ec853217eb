//! Rows 2 to 5 and 8: who sits where, and whose calls end with that.

use super::*;

#[test]
fn row_2_a_log_off_in_mid_call_ends_no_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentLoggedOff", 1, play.second + 60, 900));
    assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).call), (State::LoggedOut, None));
    let (id, one) = (CallId::trusted("c1"), DeviceId::trusted(device(1)));
    let live = call(&play.floor, "c1").unwrap();
    assert!(!live.end_not_seen && play.floor.in_call(&one, &id) && play.floor.call_is_live(&id));
    let party = live.party(&one).unwrap();
    let left = party.logged_off.as_ref().map(AgentId::as_str);
    assert_eq!((party.agent.as_ref(), left, party.state), (None, Some("5001@test.cc"), PartyState::Connected));
    // It ends as calls end.
    let mut ended = play.floor.clone();
    ended.apply(&event("connectionCleared", 200, 2000, json!({"callId": "c1", "srcDeviceId": one, "releasingDevice": one})));
    assert_eq!(call(&ended, "c1"), None);
    // Or when its telephone is heard in another call.
    play.floor.apply(&event("originated", 200, 2000, json!({"callId": "c2", "srcDeviceId": one, "callingDevice": one})));
    assert!(call(&play.floor, "c1").unwrap().end_not_seen);
}

#[test]
fn row_2_who_logged_off_before_the_call_has_not_left_during_it() {
    let mut play = Play::new();
    play.floor.apply(&agent_event("agentLoggedOff", 1, 30, 900));
    play.inbound(1);
    let free = call(&play.floor, "c1").unwrap();
    assert_eq!(free.party(&DeviceId::trusted(device(1))).map(|party| (&party.agent, &party.logged_off)), Some((&None, &None)));
}

#[test]
fn row_2_the_mark_names_who_was_in_the_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentLoggedOff", 1, play.second + 60, 900));
    // Somebody else's log-off from that seat, and one who only sat there afterwards.
    play.floor.apply(&agent_at("agentLoggedOff", 2, 1, play.second + 50, 890));
    play.floor.apply(&agent_at("agentLoggedOn", 4, 1, play.second + 90, 901));
    play.floor.apply(&agent_at("agentLoggedOff", 4, 1, play.second + 95, 902));
    let party = call(&play.floor, "c1").unwrap().party(&DeviceId::trusted(device(1))).unwrap().clone();
    assert_eq!((party.agent, party.logged_off.as_ref().map(AgentId::number)), (None, Some("5001")));
}

#[test]
fn row_2_who_sits_down_at_a_telephone_that_talks_has_its_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentLoggedOff", 1, play.second + 60, 900));
    play.floor.apply(&agent_at("agentLoggedOn", 4, 1, play.second + 90, 901));
    assert_eq!((row(&play.floor, 4).state, row(&play.floor, 4).call.unwrap().id.as_str()), (State::OnCall, "c1"));
    assert_eq!(call(&play.floor, "c1").unwrap().parties[1].logged_off, None);
}

#[test]
fn row_3_not_ready_in_mid_call_ends_no_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentNotReady", 1, play.second + 60, 900));
    assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).call.is_some()), (State::OnCall, true));
    let status = json!({"agent": {"agentId": "5001@test.cc", "extensionId": device(1), "agentStatus": "NotReady"}});
    play.floor.apply(&event("AgentStatusEvent", play.second + 90, 5, status));
    assert_eq!(row(&play.floor, 1).state, State::OnCall);
    play.leaves("c1", &device(1), &[&device(1)]);
    assert_eq!(row(&play.floor, 1).state, State::NotReady);
}

#[test]
fn row_4_a_log_off_speaks_of_the_binding_that_it_names() {
    // 5001 moved from 8001 to 8005: late, and later than the move.
    for (second, serial) in [(20, 15), (40, 950)] {
        let mut play = Play::new();
        play.floor.apply(&agent_at("agentLoggedOn", 1, 5, 30, 900));
        play.floor.apply(&agent_at("agentReady", 1, 5, 30, 901));
        play.inbound(5);
        assert_eq!(row(&play.floor, 1).state, State::OnCall);
        play.floor.apply(&agent_at("agentLoggedOff", 1, 1, second, serial));
        let still = row(&play.floor, 1);
        assert_eq!((still.state, still.device.unwrap().number().to_owned()), (State::OnCall, "8005".to_owned()), "{second}");
        play.floor.apply(&agent_at("agentLoggedOff", 1, 5, 300, 960));
        assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).device), (State::LoggedOut, None));
    }
}

#[test]
fn row_4_who_sat_there_before_takes_nobody_along() {
    let mut play = Play::new();
    // 5002 sat at 8001 before 5001 did.
    play.floor.apply(&agent_at("agentLoggedOn", 2, 1, 10, 900));
    play.floor.apply(&agent_at("agentLoggedOn", 1, 1, 20, 901));
    play.floor.apply(&agent_at("agentReady", 1, 1, 20, 902));
    play.inbound(1);
    play.floor.apply(&agent_at("agentLoggedOff", 2, 1, 120, 903));
    assert_eq!(states(&play.floor)[..2], [State::OnCall, State::LoggedOut]);
    assert_eq!(play.floor.agent_at(&DeviceId::trusted(device(1))).unwrap().number(), "5001");
    let talking = call(&play.floor, "c1").unwrap();
    assert!(!talking.end_not_seen && talking.parties[1].logged_off.is_none());
}

#[test]
fn row_4_a_status_of_logged_out_speaks_of_its_extension() {
    let mut floor = three_ready();
    floor.apply(&agent_at("agentLoggedOn", 1, 5, 30, 900));
    floor.apply(&agent_at("agentReady", 1, 5, 30, 901));
    let gone = |extension: String| json!({"agent": {"agentId": "5001@test.cc", "extensionId": extension, "agentStatus": "Logout"}});
    floor.apply(&event("AgentStatusEvent", 60, 5, gone(device(1))));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).device.is_some()), (State::Ready, true));
    floor.apply(&event("AgentStatusEvent", 61, 6, gone(device(5))));
    assert_eq!(row(&floor, 1).state, State::LoggedOut);
}

#[test]
fn row_5_a_number_that_is_no_telephone_of_ours_holds_no_call_open() {
    let (one, two) = (device(1), device(2));
    for target in ["6001@test.cc", "95588@test.cc", "110@test.cc", "13912340000@test.cc"] {
        let mut play = Play::new();
        let moved = json!({"transferringDevice": one, "transferredToDevice": target, "newCall": "c1", "secondaryOldCall": "c1"});
        play.inbound(1).say("transferred", "c1", &one, moved);
        // In a queue, or outside: none of ours is in it.
        assert_eq!(call(&play.floor, "c1"), None, "{target}");
        play.say("delivered", "c1", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "alertingDevice": two}));
        play.say("established", "c1", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "answeringDevice": two}));
        let back = call(&play.floor, "c1").unwrap();
        assert_eq!(parties(&back), [("13800002408", PartyState::Connected), ("8002", PartyState::Connected)], "{target}");
        play.leaves("c1", &two, &[&two]);
        assert_eq!((call(&play.floor, "c1"), states(&play.floor)), (None, [State::Ready; 3]), "{target}");
    }
}

#[test]
fn row_5_a_telephone_of_ours_is_known_by_its_copies_however_long_its_number() {
    let mut floor = Floor::default();
    let (long, outside) = ("8675588001@test.cc", "110@test.cc");
    let rings = json!({"callId": "c1", "srcDeviceId": long, "callingDevice": outside, "calledDevice": long, "alertingDevice": long});
    floor.apply(&event("delivered", 1, 1, rings));
    assert_eq!(floor.call_row(&CallId::trusted("c1")).unwrap().direction, crate::floor::Direction::Inbound);
    let moved =
        json!({"callId": "c1", "srcDeviceId": long, "transferringDevice": long, "transferredToDevice": "120@test.cc", "newCall": "c1"});
    floor.apply(&event("transferred", 2, 2, moved));
    assert_eq!(call(&floor, "c1"), None);
}

#[test]
fn row_8_device_id_is_whose_state_changed() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1);
    for source in [&one, &two] {
        play.say("delivered", "c1", source, json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two}));
        play.say("established", "c1", source, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
    }
    assert_eq!(call(&play.floor, "c1").unwrap().in_it(), 3);
    for source in [&one, &two] {
        play.say("held", "c1", source, json!({"deviceId": one}));
    }
    assert_eq!(states(&play.floor)[..2], [State::OnHold, State::Conference]);
    for source in [&one, &two] {
        play.say("retrieved", "c1", source, json!({"deviceId": one}));
    }
    for source in [&one, &two] {
        play.say("connectionCleared", "c1", source, json!({"deviceId": one}));
    }
    let left = call(&play.floor, "c1").unwrap();
    assert_eq!(parties(&left), [("13800002408", PartyState::Connected), ("8002", PartyState::Connected)]);
    // Nobody named at all: nothing is known to have changed.
    play.say("connectionCleared", "c1", &two, json!({})).say("held", "c1", &two, json!({}));
    assert_eq!(states(&play.floor)[..2], [State::Ready, State::OnCall]);
}
