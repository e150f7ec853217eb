//! Rows 1 and 10: what proves an answer, and that nothing rings any more.

use super::*;

/// 8001 holds c1 and rings 8002 by c2.
fn ringing_consultation() -> Play {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1).say("held", "c1", &one, json!({"holdingDevice": one}));
    play.say("originated", "c2", &one, json!({"callingDevice": one, "calledDevice": two}));
    for source in [&one, &two] {
        play.say("delivered", "c2", source, json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two}));
    }
    play
}

#[test]
fn row_1_a_transfer_while_it_rings_is_no_answer() {
    for new in ["c1", "c2", "c3"] {
        let mut play = ringing_consultation();
        let (one, two) = (device(1), device(2));
        let moved = json!({"transferringDevice": one, "transferredToDevice": two, "primaryOldCall": "c1", "secondaryOldCall": "c2", "newCall": new});
        play.say("transferred", "c1", &one, moved.clone()).say("transferred", "c2", &two, moved);
        assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ready], "{new}");
        assert_eq!(parties(&call(&play.floor, new).unwrap()), [("13800002408", PartyState::Connected), ("8002", PartyState::Alerting)]);
        play.say("established", new, &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "answeringDevice": two}));
        assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready], "{new}");
    }
}

#[test]
fn row_1_a_conference_with_who_has_not_answered_is_no_answer() {
    let mut play = ringing_consultation();
    let (one, two) = (device(1), device(2));
    let joined = json!({"conferencingDevice": one, "addedParty": two, "newCall": "c1", "primaryOldCall": "c1", "secondaryOldCall": "c2"});
    for source in [&one, &two] {
        play.say("conferenced", "c1", source, joined.clone());
    }
    assert_eq!(states(&play.floor), [State::OnCall, State::Ringing, State::Ready]);
    play.say("established", "c1", &two, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
    assert_eq!(states(&play.floor), [State::Conference, State::Conference, State::Ready]);
}

#[test]
fn row_1_a_single_step_transfer_under_a_new_id_rings() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    let moved =
        json!({"transferringDevice": one, "transferredToDevice": two, "primaryOldCall": "0", "secondaryOldCall": "c1", "newCall": "c2"});
    play.inbound(1).say("transferred", "c1", &one, moved);
    assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ready]);
    play.say("delivered", "c2", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "alertingDevice": two}));
    assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ready]);
    play.say("established", "c2", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "answeringDevice": two}));
    assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready]);
    assert_eq!(row(&play.floor, 2).call.unwrap().queue.as_deref(), Some("Claims"));
}

/// The customer and 8001 talk, 8002 rings as invited by 8001, and 8001 leaves for a queue; the call goes on as `new`.
fn sent_to_a_queue_while_it_rings(new: &str) -> Play {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1);
    for source in [&one, &two] {
        play.say("delivered", "c1", source, json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two}));
    }
    play.say("transferred", "c1", &one, json!({"transferringDevice": one, "transferredToDevice": "7001@test.cc", "newCall": new}));
    play
}

#[test]
fn row_1_who_rang_before_a_transfer_to_a_queue_answers_for_itself() {
    for new in ["c1", "c2"] {
        let mut play = sent_to_a_queue_while_it_rings(new);
        let (one, two) = (device(1), device(2));
        play.say("established", new, &two, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
        let waits = [("13800002408", PartyState::Connected), ("7001", PartyState::Alerting), ("8002", PartyState::Connected)];
        assert_eq!(parties(&call(&play.floor, new).unwrap()), waits, "{new}");
    }
}

#[test]
fn row_1_whom_a_queue_offers_a_call_has_it_from_the_queue() {
    let offers = [&["delivered", "established"][..], &["delivered"], &["established"]];
    for (new, told) in ["c1", "c2"].into_iter().flat_map(|new| offers.map(|told| (new, told))) {
        let mut play = sent_to_a_queue_while_it_rings(new);
        let three = device(3);
        for name in told {
            let offered = json!({"callingDevice": CUSTOMER, "calledDevice": three, "alertingDevice": three, "answeringDevice": three});
            play.say(name, new, &three, offered);
        }
        let row = call(&play.floor, new).unwrap();
        let there: Vec<&str> = parties(&row).into_iter().map(|(number, _)| number).collect();
        assert_eq!(there, ["13800002408", "8002", "8003"], "{new} {told:?}");
    }
}

#[test]
fn row_1_a_queue_that_passes_a_call_on_has_not_hung_up() {
    let mut play = Play::new();
    let (one, two, three) = (device(1), device(2), device(3));
    let (outside, queue) = ("95588@test.cc", "7001@test.cc");
    for source in [&one, &two] {
        play.say("established", "c1", source, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
    }
    // Both send the call on, the second of them while it rings outside: of that answer there is no copy.
    play.say("transferred", "c1", &two, json!({"transferringDevice": two, "transferredToDevice": outside, "newCall": "c1"}));
    play.say("delivered", "c1", &one, json!({"callingDevice": one, "calledDevice": outside, "alertingDevice": outside}));
    play.say("transferred", "c1", &one, json!({"transferringDevice": one, "transferredToDevice": queue, "newCall": "c1"}));
    let offered = json!({"callingDevice": outside, "calledDevice": three, "alertingDevice": three, "answeringDevice": three});
    play.say("delivered", "c1", &three, offered.clone());
    assert_eq!(states(&play.floor), [State::Ready, State::Ready, State::Ringing]);
    play.say("established", "c1", &three, offered).leaves("c1", &three, &[&three]);
    let ended_by = play.floor.call_record(&CallId::trusted("c1")).unwrap().ended_by;
    assert_eq!(ended_by, Some(DeviceId::trusted(three)));
}

#[test]
fn row_1_who_rings_in_a_consultation_was_not_offered_the_call_that_waits_in_a_queue() {
    let mut play = sent_to_a_queue_while_it_rings("c1");
    let (one, two, three) = (device(1), device(2), device(3));
    play.say("established", "c1", &two, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
    play.say("held", "c1", &two, json!({"holdingDevice": two}));
    for name in ["delivered", "established"] {
        for source in [&two, &three] {
            let asks = json!({"callingDevice": two, "calledDevice": three, "alertingDevice": three, "answeringDevice": three});
            play.say(name, "c2", source, asks);
        }
    }
    let joined = json!({"conferencingDevice": two, "addedParty": three, "newCall": "c1", "primaryOldCall": "c1", "secondaryOldCall": "c2"});
    play.say("conferenced", "c1", &two, joined.clone()).say("conferenced", "c2", &three, joined);
    let row = call(&play.floor, "c1").unwrap();
    let waits = [("13800002408", PartyState::Connected), ("7001", PartyState::Alerting)];
    assert_eq!(parties(&row), [waits[0], waits[1], ("8002", PartyState::Connected), ("8003", PartyState::Connected)]);
}

#[test]
fn row_1_who_holds_another_call_is_offered_one_from_a_queue_all_the_same() {
    let mut play = sent_to_a_queue_while_it_rings("c1");
    let (two, three) = (device(2), device(3));
    // 8003 holds a call of its own, is offered this one and makes the two one.
    let own = json!({"callingDevice": CUSTOMER, "calledDevice": three, "alertingDevice": three, "answeringDevice": three});
    play.say("delivered", "c3", &three, own.clone()).say("established", "c3", &three, own.clone());
    play.say("held", "c3", &three, json!({"holdingDevice": three}));
    for name in ["delivered", "established"] {
        for source in [&two, &three] {
            play.say(name, "c1", source, own.clone());
        }
    }
    let joined = json!({"conferencingDevice": three, "addedParty": two, "newCall": "c3", "primaryOldCall": "c3", "secondaryOldCall": "c1"});
    play.say("conferenced", "c3", &three, joined.clone()).say("conferenced", "c1", &two, joined);
    let row = call(&play.floor, "c3").unwrap();
    let mut there: Vec<&str> = parties(&row).into_iter().map(|(number, _)| number).collect();
    there.sort_unstable();
    assert_eq!(there, ["13800002408", "8002", "8003"]);
}

#[test]
fn row_10_a_call_that_its_caller_gives_up_rings_nowhere() {
    let mut play = Play::new();
    let phones = [1, 2, 3].map(device);
    for phone in &phones {
        for source in &phones {
            play.say("delivered", "c1", source, json!({"callingDevice": CUSTOMER, "alertingDevice": phone}));
        }
    }
    assert_eq!(states(&play.floor), [State::Ringing; 3]);
    play.leaves("c1", CUSTOMER, &[&phones[0], &phones[1], &phones[2]]);
    assert_eq!((states(&play.floor), call(&play.floor, "c1")), ([State::Ready; 3], None));
}

#[test]
fn row_10_the_callers_end_may_be_told_by_a_worker_that_is_behind() {
    for behind in [0, 1, 5] {
        let (mut floor, phones) = (three_ready(), [1, 2, 3].map(device));
        for (n, phone) in (0..).zip(&phones) {
            let rings = json!({"callId": "c1", "srcDeviceId": phone, "callingDevice": CUSTOMER, "alertingDevice": phone});
            floor.apply(&by(WORKER, "delivered", 62, n, rings));
        }
        assert_eq!(states(&floor), [State::Ringing; 3], "{behind}");
        for (n, phone) in (0..).zip(&phones) {
            let over = json!({"callId": "c1", "srcDeviceId": phone, "deviceId": CUSTOMER, "releasingDevice": CUSTOMER});
            floor.apply(&by(OTHER_WORKER, "connectionCleared", 62 - behind, n, over));
        }
        assert_eq!((states(&floor), call(&floor, "c1")), ([State::Ready; 3], None), "{behind}");
    }
}

#[test]
fn row_10_a_phone_that_stops_ringing_ends_nothing_for_the_others() {
    let mut play = Play::new();
    let phones = [1, 2, 3].map(device);
    for phone in &phones {
        play.say("delivered", "c1", phone, json!({"callingDevice": CUSTOMER, "alertingDevice": phone}));
    }
    play.leaves("c1", &phones[0], &[&phones[0], &phones[1], &phones[2]]);
    assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ringing]);
    play.say("established", "c1", &phones[1], json!({"callingDevice": CUSTOMER, "answeringDevice": phones[1]}));
    // Answered: now the caller's end is one of several.
    play.leaves("c1", &phones[2], &[&phones[1]]);
    assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready]);
}
