//! Calls that several workers tell of, and what comes late.

use super::*;

#[test]
fn a_call_that_two_workers_tell_of_is_one_call() {
    // The second worker, whose telephone is 8002, is five seconds behind.
    let (one, two) = (device(1), device(2));
    let told = |floor: &mut Floor, name: &str, second: i64, serial: i64, fields: Value| {
        for (source, component, behind) in [(&one, WORKER, 0), (&two, OTHER_WORKER, 5)] {
            let mut fields = fields.clone();
            (fields["callId"], fields["srcDeviceId"]) = ("c1".into(), source.clone().into());
            floor.apply(&by(component, name, second - behind, serial, fields));
        }
    };
    let mut floor = three_ready();
    let ends = json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
    told(&mut floor, "delivered", 60, 1, ends.clone());
    told(&mut floor, "established", 61, 2, ends);
    told(&mut floor, "held", 62, 3, json!({"holdingDevice": one}));
    assert_eq!((states(&floor)[0], call(&floor, "c1").unwrap().holds.count), (State::OnHold, 1));
    told(&mut floor, "retrieved", 63, 4, json!({"retrievingDevice": one}));
    told(&mut floor, "held", 64, 5, json!({"holdingDevice": one}));
    told(&mut floor, "retrieved", 65, 6, json!({"retrievingDevice": one}));
    assert_eq!((states(&floor)[..2].to_vec(), call(&floor, "c1").unwrap().holds.count), (vec![State::OnCall; 2], 2));
    told(&mut floor, "connectionCleared", 66, 7, json!({"releasingDevice": two}));
    assert_eq!((call(&floor, "c1"), states(&floor)), (None, [State::Ready; 3]));
}

#[test]
fn a_consultation_by_another_worker_becomes_part_of_the_call() {
    let (one, two) = (device(1), device(2));
    for skew in [-5, 0, 5] {
        let (mut floor, mut serial) = (three_ready(), 0);
        let mut told = |component: &str, name: &str, second: i64, call: &str, source: &str, mut fields: Value| {
            serial += 1;
            (fields["callId"], fields["srcDeviceId"]) = (call.into(), source.into());
            floor.apply(&by(component, name, second + if component == WORKER { 0 } else { skew }, serial, fields));
        };
        let inbound =
            json!({"callingDevice": CUSTOMER, "calledDevice": one, "alertingDevice": one, "answeringDevice": one, "split": "Claims"});
        told(WORKER, "delivered", 60, "c1", &one, inbound.clone());
        told(WORKER, "established", 61, "c1", &one, inbound);
        told(WORKER, "held", 62, "c1", &one, json!({"holdingDevice": one}));
        told(OTHER_WORKER, "serviceInitiated", 62, "c2", &one, json!({"initiatedDevice": one}));
        told(OTHER_WORKER, "originated", 62, "c2", &one, json!({"callingDevice": one, "calledDevice": two}));
        let ends = json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
        for (name, second) in [("delivered", 63), ("established", 64)] {
            told(OTHER_WORKER, name, second, "c2", &one, ends.clone());
            told(OTHER_WORKER, name, second, "c2", &two, ends.clone());
        }
        let moved = json!({"transferringDevice": one, "transferredToDevice": two, "primaryOldCall": "c1", "secondaryOldCall": "c2", "newCall": "c3"});
        told(WORKER, "transferred", 65, "c1", &one, moved.clone());
        told(OTHER_WORKER, "transferred", 65, "c2", &two, moved);
        assert_eq!(states(&floor), [State::Ready, State::OnCall, State::Ready], "{skew}");
        let merged = call(&floor, "c3").unwrap();
        assert_eq!(parties(&merged), [("13800002408", PartyState::Connected), ("8002", PartyState::Connected)], "{skew}");
        assert_eq!((merged.queue.as_deref(), merged.holds.count, merged.holds.running), (Some("Claims"), 1, None), "{skew}");
        assert_eq!(row(&floor, 2).call.unwrap().other, "13800002408", "{skew}");
    }
}

#[test]
fn who_did_not_get_the_call_is_consulted_about_it_by_a_worker_that_is_behind() {
    let (one, two) = (device(1), device(2));
    let mut told = Vec::new();
    let mut tell = |component: &str, name: &str, second: i64, call: &str, source: &str, mut fields: Value| {
        (fields["callId"], fields["srcDeviceId"]) = (call.into(), source.into());
        told.push(by(component, name, second, told.len() as i64, fields));
    };
    // The customer rings at 8001 and 8002; 8001 answers, and 8002 rings no more.
    let offered = |to: &str| json!({"callingDevice": CUSTOMER, "calledDevice": to, "alertingDevice": to, "answeringDevice": to});
    for device in [&one, &two] {
        tell(WORKER, "delivered", 60, "c1", device, offered(device));
    }
    for device in [&one, &two] {
        tell(WORKER, "established", 60, "c1", device, offered(&one));
    }
    for device in [&one, &two] {
        tell(WORKER, "connectionCleared", 60, "c1", device, json!({"releasingDevice": two}));
    }
    tell(WORKER, "held", 63, "c1", &one, json!({"holdingDevice": one}));
    // Then 8001 asks 8002 and has it join: by this worker's clock before the ringing.
    let asks = json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
    for name in ["delivered", "established"] {
        for device in [&one, &two] {
            tell(OTHER_WORKER, name, 59, "c2", device, asks.clone());
        }
    }
    let joins = json!({"conferencingDevice": one, "addedParty": two, "primaryOldCall": "c1", "secondaryOldCall": "c2", "newCall": "c1"});
    tell(WORKER, "conferenced", 64, "c1", &one, joins.clone());
    tell(OTHER_WORKER, "conferenced", 60, "c2", &two, joins);
    let mut floor = three_ready();
    for event in &told {
        floor.apply(event);
    }
    let expected = [("13800002408", PartyState::Connected), ("8001", PartyState::Connected), ("8002", PartyState::Connected)];
    let row = call(&floor, "c1").unwrap();
    let mut parties = parties(&row);
    parties.sort_unstable_by_key(|(number, _)| *number);
    assert_eq!(parties, expected);
}

#[test]
fn who_sent_the_call_on_is_consulted_about_it_by_a_worker_that_is_behind() {
    let (one, two) = (device(1), device(2));
    let mut told = Vec::new();
    let mut tell = |component: &str, name: &str, second: i64, call: &str, source: &str, mut fields: Value| {
        (fields["callId"], fields["srcDeviceId"]) = (call.into(), source.into());
        told.push(by(component, name, second, told.len() as i64, fields));
    };
    // 8001 calls 8002 and sends its part to a queue.
    let calls = json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
    for name in ["delivered", "established"] {
        for device in [&one, &two] {
            tell(WORKER, name, 64, "c1", device, calls.clone());
        }
    }
    tell(WORKER, "transferred", 65, "c1", &one, json!({"transferringDevice": one, "transferredToDevice": "7001@test.cc", "newCall": "c1"}));
    tell(WORKER, "held", 65, "c1", &two, json!({"holdingDevice": two}));
    // Then 8002 asks 8001 and has it join: by this worker's clock before the first call.
    let asks = json!({"callingDevice": two, "calledDevice": one, "alertingDevice": one, "answeringDevice": one});
    for name in ["delivered", "established"] {
        for device in [&two, &one] {
            tell(OTHER_WORKER, name, 61, "c2", device, asks.clone());
        }
    }
    let joins = json!({"conferencingDevice": two, "addedParty": one, "primaryOldCall": "c1", "secondaryOldCall": "c2", "newCall": "c1"});
    tell(WORKER, "conferenced", 66, "c1", &two, joins.clone());
    tell(OTHER_WORKER, "conferenced", 62, "c2", &one, joins);
    let mut floor = three_ready();
    for event in &told {
        floor.apply(event);
    }
    let expected = [("7001", PartyState::Alerting), ("8001", PartyState::Connected), ("8002", PartyState::Connected)];
    let row = call(&floor, "c1").unwrap();
    let mut parties = parties(&row);
    parties.sort_unstable_by_key(|(number, _)| *number);
    assert_eq!(parties, expected);
}

#[test]
fn what_comes_an_hour_late_does_not_begin_a_call_anew() {
    let mut play = Play::new();
    let one = device(1);
    play.inbound(1).leaves("c1", &one, &[&one]);
    // Long enough ago for the call to be kept no longer.
    for n in 0..8_192 {
        play.floor.apply(&event("other", 3_000, 100_000 + n, json!({})));
        play.floor.apply(&event("agentReady", 3_000, 200_000 + n, json!({"agentId": "5009@test.cc"})));
    }
    assert!(play.floor.calls().next().is_none());
    let rings = json!({"callId": "c1", "srcDeviceId": one, "callingDevice": CUSTOMER, "alertingDevice": one, "deviceId": one});
    play.floor.apply(&event("delivered", 61, 1061, rings));
    assert_eq!((call(&play.floor, "c1"), row(&play.floor, 1).state), (None, State::Ready));
}
