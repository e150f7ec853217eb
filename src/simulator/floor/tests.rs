//! Every sequence of the protocol's section 3, the status codes, and that a seed is a history that its events tell whole.

use super::*;
use serde_json::Value;
use std::collections::BTreeSet;

fn floor(agents: u32, calls_per_hour: f64, seed: u64) -> Floor {
    Floor::new(&Plan { agents, calls_per_hour, speed: 1.0, seed, namespace: "t".into() })
}

/// The silent floor, its agents known.
fn silent(agents: u32) -> Floor {
    let mut floor = floor(agents, 0.0, 1);
    floor.start();
    floor
}

fn number(id: &str) -> &str {
    id.trim_end_matches("@t")
}

fn field<'a>(event: &'a Event, name: &str) -> Option<&'a str> {
    let Content::Call { fields, .. } = &event.content else { return None };
    fields.iter().find(|(key, _)| *key == name).and_then(|(_, value)| value.as_str())
}

/// `name copy-for:who`, the device that the event is about behind the colon; without figures and finished calls.
fn told(floor: &mut Floor) -> Vec<String> {
    let roles = [
        "initiatedDevice",
        "alertingDevice",
        "answeringDevice",
        "holdingDevice",
        "retrievingDevice",
        "addedParty",
        "transferredToDevice",
        "releasingDevice",
    ];
    let line = |event: &Event| {
        let src = event.src.as_deref().map(number).unwrap_or_default().to_owned();
        match &event.content {
            Content::Status(_) | Content::CallEnd(_) => None,
            Content::Call { device, .. } => {
                let who = roles.iter().find_map(|role| field(event, role)).unwrap_or(device);
                Some(format!("{} {src}:{}", event.name, number(who)))
            }
            _ => Some(format!("{} {src}", event.name)),
        }
    };
    floor.take_events().iter().filter_map(line).collect()
}

/// `agentReady` after calls is not what most tests are about.
fn call_events(floor: &mut Floor) -> Vec<String> {
    told(floor).into_iter().filter(|line| !line.starts_with("agent")).collect()
}

fn pass(floor: &mut Floor, millis: Millis) {
    let now = floor.now() + millis;
    assert!(floor.advance(now, usize::MAX));
}

/// 8001 talks to 8002.
fn talking(floor: &mut Floor) -> Id {
    let call = floor.make_call("8001@t", "8002").unwrap();
    pass(floor, 1_000);
    floor.take_events();
    call
}

#[test]
fn a_call_between_two_devices() {
    let mut floor = silent(3);
    let call = floor.make_call("8001@t", "8002").unwrap();
    assert_eq!(told(&mut floor), ["serviceInitiated 8001:8001", "originated 8001:8001", "delivered 8001:8002", "delivered 8002:8002"]);
    pass(&mut floor, 299);
    assert!(told(&mut floor).is_empty());
    pass(&mut floor, 1);
    assert_eq!(told(&mut floor), ["established 8001:8002", "established 8002:8002"]);
    floor.hold(&call, "8002@t").unwrap();
    assert_eq!(floor.hold(&call, "8002@t").unwrap_err().status(), 409);
    assert_eq!(floor.single_step_conference(&call, "8002@t", "8003", false).unwrap_err().status(), 409);
    floor.retrieve(&call, "8002@t").unwrap();
    assert_eq!(told(&mut floor), ["held 8001:8002", "held 8002:8002", "retrieved 8001:8002", "retrieved 8002:8002"]);
    floor.drop_connection(&call, "8002@t").unwrap();
    assert_eq!(
        told(&mut floor),
        ["connectionCleared 8001:8002", "connectionCleared 8002:8002", "agentReady 8002", "connectionCleared 8001:8001", "agentReady 8001"]
    );
    assert!(floor.calls.is_empty());
    assert_eq!(floor.drop_connection(&call, "8002@t").unwrap_err().status(), 404);
}

#[test]
fn calls_to_numbers_outside() {
    let mut floor = silent(3);
    let call = floor.make_call("8001@t", "917602176375").unwrap();
    pass(&mut floor, 500);
    floor.drop_connection(&call, "917602176375@t").unwrap();
    assert_eq!(
        call_events(&mut floor),
        [
            "serviceInitiated 8001:8001",
            "originated 8001:8001",
            "delivered 8001:917602176375",
            "established 8001:917602176375",
            "connectionCleared 8001:917602176375",
            "connectionCleared 8001:8001"
        ]
    );
    assert_eq!(floor.make_call("8001@t", "8002").unwrap_err(), Refusal::TooSoon);
    pass(&mut floor, 1_500);
    floor.make_call("8001@t", "9100000").unwrap();
    pass(&mut floor, 500);
    assert_eq!(
        call_events(&mut floor),
        ["serviceInitiated 8001:8001", "originated 8001:8001", "failed 8001:9100000", "connectionCleared 8001:8001"]
    );
    assert!(floor.calls.is_empty());
    assert_eq!(floor.make_call("8099@t", "8002").unwrap_err().status(), 451);
}

#[test]
fn single_step_conference_and_its_end() {
    let mut floor = silent(3);
    let call = talking(&mut floor);
    floor.single_step_conference(&call, "8002@t", "8000", false).unwrap();
    pass(&mut floor, 1_000);
    assert_eq!(
        told(&mut floor),
        [
            "delivered 8001:8000",
            "delivered 8002:8000",
            "delivered 8000:8000",
            "established 8001:8000",
            "established 8002:8000",
            "established 8000:8000",
            "conferenced 8001:8000",
            "conferenced 8002:8000",
            "conferenced 8000:8000",
        ]
    );
    assert_eq!(floor.agents[0].status, "Conference");
    floor.drop_connection(&call, "8002@t").unwrap();
    assert_eq!(call_events(&mut floor), ["connectionCleared 8001:8002", "connectionCleared 8002:8002", "connectionCleared 8000:8002"]);
    floor.drop_connection(&call, "8000@t").unwrap();
    assert_eq!(call_events(&mut floor), ["connectionCleared 8001:8000", "connectionCleared 8000:8000", "connectionCleared 8001:8001"]);
}

#[test]
fn single_step_transfer() {
    let mut floor = silent(3);
    let call = talking(&mut floor);
    floor.single_step_transfer(&call, "8002@t", "8000").unwrap();
    assert_eq!(told(&mut floor), ["transferred 8002:8000", "agentReady 8002", "delivered 8001:8000", "delivered 8000:8000"]);
    pass(&mut floor, 1_000);
    assert_eq!(told(&mut floor), ["established 8001:8000", "established 8000:8000"]);
    assert_eq!(floor.calls[&call].talkers(), 2);
}

#[test]
fn consultation_and_its_three_ends() {
    let mut floor = silent(3);
    let call = talking(&mut floor);
    let consult = |floor: &mut Floor, call: &Id| {
        let consult = floor.consult(call, "8002@t", "8003").unwrap();
        pass(floor, 3_000);
        assert_eq!(
            call_events(floor),
            [
                "held 8001:8002",
                "held 8002:8002",
                "serviceInitiated 8002:8002",
                "originated 8002:8002",
                "delivered 8002:8003",
                "delivered 8003:8003",
                "established 8002:8003",
                "established 8003:8003",
            ]
        );
        consult
    };
    let second = consult(&mut floor, &call);
    floor.cancel_consult(&call, "8002@t", &second).unwrap();
    assert_eq!(
        call_events(&mut floor),
        [
            "connectionCleared 8002:8002",
            "connectionCleared 8003:8002",
            "connectionCleared 8003:8003",
            "retrieved 8001:8002",
            "retrieved 8002:8002"
        ]
    );
    let second = consult(&mut floor, &call);
    floor.conference(&call, "8002@t", &second).unwrap();
    let events = floor.take_events();
    let merged: Vec<_> = events.iter().filter(|event| event.name == "conferenced").collect();
    let of = |event: &Event| match &event.content {
        Content::Call { call, .. } => call.clone(),
        _ => unreachable!(),
    };
    let copies: Vec<_> = merged.iter().map(|event| (number(event.src.as_deref().unwrap()), of(event))).collect();
    assert_eq!(copies, [("8001", call.clone()), ("8002", call.clone()), ("8003", second.clone())]);
    assert!(merged.iter().all(|event| {
        (field(event, "primaryOldCall"), field(event, "secondaryOldCall"), field(event, "newCall"))
            == (Some(&*call), Some(&*second), Some(&*call))
    }));
    assert_eq!((floor.calls.len(), floor.calls[&call].talkers()), (1, 3));
    floor.drop_connection(&call, "8003@t").unwrap();
    floor.take_events();

    let second = consult(&mut floor, &call);
    floor.transfer(&call, "8002@t", &second).unwrap();
    assert_eq!(call_events(&mut floor), ["transferred 8001:8003", "transferred 8002:8003", "transferred 8003:8003"]);
    let parts: Vec<_> = floor.calls[&call].parts.iter().map(|part| (number(&part.device), part.state)).collect();
    assert_eq!((floor.calls.len(), parts), (1, vec![("8001", PartState::Connected), ("8003", PartState::Connected)]));
    assert_eq!(floor.agents[1].status, "Ready");
}

#[test]
fn a_listener_is_heard_by_nobody() {
    let mut floor = silent(3);
    let call = talking(&mut floor);
    floor.spy(&call, "8000@t").unwrap();
    pass(&mut floor, 1_000);
    assert_eq!(told(&mut floor), ["delivered 8000:8000", "established 8000:8000"]);
    assert_eq!(floor.agents[0].status, "CallInternal");
    assert_eq!(floor.spy(&call, "8000@t").unwrap_err().status(), 409);
    floor.drop_connection(&call, "8000@t").unwrap();
    assert_eq!(told(&mut floor), ["connectionCleared 8000:8000"]);
    floor.spy(&call, "8000@t").unwrap();
    pass(&mut floor, 1_000);
    floor.take_events();
    floor.drop_connection(&call, "8001@t").unwrap();
    assert_eq!(
        call_events(&mut floor),
        [
            "connectionCleared 8001:8001",
            "connectionCleared 8002:8001",
            "connectionCleared 8000:8001",
            "connectionCleared 8002:8002",
            "connectionCleared 8000:8002",
            "connectionCleared 8000:8000",
        ]
    );
    assert!(floor.calls.is_empty() && floor.devices["8000@t"].calls.is_empty());
}

#[test]
fn agent_operations_and_their_refusals() {
    let mut floor = silent(3);
    assert_eq!(floor.set_mode("5001@t", Some("8001@t"), Mode::NotReady, Some("Lunch".into())), Ok(None));
    assert_eq!(floor.set_mode("5001@t", None, Mode::Ready, None), Ok(None));
    assert_eq!(told(&mut floor), ["agentNotReady 8001", "agentReady 8001"]);
    let status = |refusal: Result<Option<Mode>, Refusal>| refusal.unwrap_err().status();
    assert_eq!(status(floor.set_mode("5999@t", None, Mode::Ready, None)), 452);
    assert_eq!(status(floor.set_mode("5001@t", Some("8999@t"), Mode::Ready, None)), 453);
    assert_eq!(status(floor.set_mode("5001@t", Some("8000@t"), Mode::Ready, None)), 455);
    assert_eq!(status(floor.set_mode("5001@t", Some("8002@t"), Mode::Ready, None)), 459);
    assert_eq!(status(floor.set_mode("5900@t", None, Mode::Ready, None)), 458);

    let call = talking(&mut floor);
    assert_eq!(floor.log_off("5002@t", Some("8002@t")), Err(Refusal::InCall));
    assert_eq!(floor.set_mode("5002@t", None, Mode::NotReady, None), Ok(Some(Mode::NotReady)));
    assert!(told(&mut floor).is_empty());
    floor.drop_connection(&call, "8001@t").unwrap();
    assert!(told(&mut floor).contains(&"agentNotReady 8002".to_owned()));

    floor.log_off("5002@t", Some("8002@t")).unwrap();
    assert_eq!(told(&mut floor), ["agentLoggedOff 8002"]);
    assert_eq!(floor.log_off("5002@t", None), Err(Refusal::LoggedOut));
    assert_eq!(floor.log_on("5002@t", "8099@t", Mode::Ready).unwrap_err().status(), 453);
    assert_eq!(floor.log_on("5002@t", "8001@t", Mode::Ready).unwrap_err().status(), 459);
    floor.log_on("5002@t", "8002@t", Mode::Ready).unwrap();
    assert_eq!(told(&mut floor), ["agentLoggedOn 8002", "agentReady 8002"]);
    assert_eq!(floor.log_on("5002@t", "8002@t", Mode::Ready), Err(Refusal::LoggedInHere));
    assert_eq!(floor.log_on("5002@t", "8000@t", Mode::Ready).unwrap_err().status(), 455);
}

#[test]
fn without_heart_beats_an_agent_is_logged_out() {
    let mut floor = silent(1);
    floor.log_on("5900@t", "8900@t", Mode::Ready).unwrap();
    pass(&mut floor, 170_000);
    floor.heartbeat("5900@t").unwrap();
    pass(&mut floor, 170_000);
    assert_eq!(told(&mut floor), ["agentLoggedOn 8900", "agentReady 8900"]);
    pass(&mut floor, 10_000);
    assert_eq!(told(&mut floor), ["agentLoggedOff 8900"]);
    assert_eq!(floor.heartbeat("5900@t"), Err(Refusal::LoggedOut));
    // Those who are simulated need none.
    assert_eq!(floor.agents[0].mode, Mode::Ready);
}

#[test]
fn recordings_and_call_data() {
    let mut floor = silent(2);
    assert_eq!(floor.start_recording("8001").unwrap_err().status(), 409);
    let call = talking(&mut floor);
    floor.start_recording("8001").unwrap();
    assert_eq!(floor.start_recording("8001").unwrap_err().status(), 409);
    assert_eq!(floor.take_events().iter().map(|event| event.name).collect::<Vec<_>>(), ["recordStarted"]);
    floor.set_data(&call, vec![("k".into(), "v".into())]).unwrap();
    assert_eq!(floor.data(&call, "k"), Ok("v".into()));
    assert_eq!(floor.data(&call, "x").unwrap_err().status(), 404);
    floor.drop_connection(&call, "8002@t").unwrap();
    assert!(told(&mut floor).contains(&"recordStopped 8001".to_owned()));
}

#[test]
fn the_silent_floor_says_once_who_is_there_and_then_nothing() {
    let mut floor = silent(12);
    pass(&mut floor, 1_000);
    assert!(floor.take_events().is_empty());
    floor.set_mode("5012@t", None, Mode::NotReady, None).unwrap();
    floor.take_events();
    floor.announce();
    floor.announce();
    pass(&mut floor, 1_000);
    let lines = told(&mut floor);
    assert_eq!(lines.len(), 24);
    assert_eq!(lines[..2], ["agentLoggedOn 8001", "agentReady 8001"]);
    assert_eq!(lines[22..], ["agentLoggedOn 8012", "agentNotReady 8012"]);
    pass(&mut floor, 24 * 3_600_000);
    assert!(floor.take_events().is_empty() && floor.next_due().is_none());
}

#[test]
fn many_agents_have_numbers_of_their_own() {
    let floor = floor(50_000, 0.0, 1);
    assert_eq!((&*floor.agents[0].id, &*floor.agents[0].home), ("50001@t", "80001@t"));
    assert_eq!(floor.devices.len(), 50_011);
    assert_eq!(floor.agent_ids.len(), 50_011);
}

fn history(seed: u64, step: Millis) -> Vec<Event> {
    let mut floor = floor(60, 12.0, seed);
    floor.start();
    let mut events = Vec::new();
    while floor.now() < 2 * 3_600_000 {
        pass(&mut floor, step);
        events.extend(floor.take_events());
    }
    events
}

#[test]
fn a_seed_is_a_history() {
    let day = history(7, 7_200_000);
    assert!(day.len() > 5_000, "only {} events", day.len());
    assert_eq!(day, history(7, 450));
    assert_ne!(day, history(8, 7_200_000));
}

#[test]
fn everything_that_can_happen_does() {
    let names: BTreeSet<&str> = (0..4).flat_map(|seed| history(seed, 7_200_000)).map(|event| event.name).collect();
    for name in [
        "agentLoggedOn",
        "agentReady",
        "agentNotReady",
        "agentAllocated",
        "agentWorkingAfterCall",
        "serviceInitiated",
        "originated",
        "delivered",
        "established",
        "held",
        "retrieved",
        "conferenced",
        "transferred",
        "connectionCleared",
        "failed",
        "AgentStatusEvent",
        "CallEndEvent",
    ] {
        assert!(names.contains(name), "never saw {name}");
    }
}

/// Which device is in which call, from nothing but each device's own copies.
fn follow(board: &mut BTreeSet<(String, String)>, event: &Event) {
    let (Content::Call { call, .. }, Some(src)) = (&event.content, event.src.as_deref()) else { return };
    let own = |role: &str| field(event, role) == Some(src);
    let key = |call: &str| (src.to_owned(), call.to_owned());
    match event.name {
        "serviceInitiated" => _ = board.insert(key(call)),
        "delivered" if own("alertingDevice") => _ = board.insert(key(call)),
        "connectionCleared" if own("releasingDevice") => _ = board.remove(&key(call)),
        "conferenced" | "transferred" => {
            let calls = ["primaryOldCall", "secondaryOldCall", "newCall"].map(|role| field(event, role).unwrap_or_default());
            let was_in = calls.iter().fold(false, |was, old| board.remove(&key(old)) | was);
            if was_in && !own("transferringDevice") {
                board.insert(key(calls[2]));
            }
        }
        _ => {}
    }
}

#[test]
fn the_events_tell_who_is_in_which_call() {
    for seed in 0..3 {
        let mut floor = floor(40, 14.0, seed);
        floor.start();
        let mut board = BTreeSet::new();
        for minute in 0..180 {
            pass(&mut floor, 60_000);
            // A supervisor steps in now and then.
            let target = floor.calls.values().filter(|call| call.answered.is_some()).map(|call| call.id.clone()).min();
            if let Some(call) = target {
                let device =
                    floor.calls[&call].parts.iter().map(|part| part.device.clone()).find(|device| floor.devices.contains_key(device));
                let _ = match (minute % 4, device) {
                    (0, _) => floor.spy(&call, "8900@t"),
                    (1, Some(device)) => floor.single_step_conference(&call, &device, "8901", false),
                    (2, Some(device)) => floor.single_step_transfer(&call, &device, "8902"),
                    (3, Some(device)) => floor.drop_connection(&call, &device),
                    _ => Ok(()),
                };
            }
            floor.take_events().iter().for_each(|event| follow(&mut board, event));
            let truth: BTreeSet<(String, String)> = floor
                .devices
                .iter()
                .flat_map(|(device, phone)| phone.calls.iter().map(|call| (device.to_string(), call.to_string())))
                .collect();
            assert_eq!(board, truth, "seed {seed}, minute {minute}");
            for (device, phone) in &floor.devices {
                assert!(phone.calls.iter().all(|call| floor.calls.get(call).is_some_and(|call| call.part(device).is_some())));
            }
            // Alone in a call is who has just dialled a busy number.
            let alone = |call: &&Call| call.talkers() < 2 && (call.answered.is_some() || floor.now - call.started > 10_000);
            assert!(floor.calls.values().find(alone).is_none(), "a call with nobody to talk to");
            assert!(floor.ready.iter().enumerate().all(|(at, index)| floor.agents[*index].ready_at == Some(at)));
        }
        let talked: u32 = floor.agents.iter().map(|agent| agent.counters.talked()).sum();
        assert!(talked > 500, "only {talked} talks");
    }
}

#[test]
fn copies_count_separately_by_source() {
    let day = history(3, 7_200_000);
    for class in ["agent", "call", "model"] {
        let serials: Vec<u64> = day
            .iter()
            .filter(|event| {
                class
                    == match event.content {
                        Content::Agent { .. } => "agent",
                        Content::Call { .. } | Content::Recording { .. } => "call",
                        Content::Status(_) | Content::CallEnd(_) => "model",
                    }
            })
            .map(|event| event.serial)
            .collect();
        assert!(serials.windows(2).all(|pair| pair[1] == pair[0] + 1), "{class}");
    }
}

#[test]
fn the_wire_has_the_fields_of_the_samples() {
    let mut floor = silent(3);
    let call = floor.make_call("8001@t", "8002").unwrap();
    pass(&mut floor, 1_000);
    floor.single_step_transfer(&call, "8002@t", "8003").unwrap();
    pass(&mut floor, 1_000);
    floor.set_mode("5002@t", None, Mode::NotReady, Some("Lunch".into())).unwrap();
    let clock = crate::simulator::wire::Clock {
        zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(),
        wall: "2017-03-18T06:13:24Z".parse().unwrap(),
        floor: floor.now(),
        speed: 1.0,
    };
    let events = floor.take_events();
    let json = |name: &str| -> Value {
        let event = events.iter().find(|event| event.name == name).unwrap();
        serde_json::from_slice(&crate::simulator::wire::body(event, "t", &clock)).unwrap()
    };
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let set = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
    let common =
        "eventName eventSrc eventTime eventType serial params _type topics namespace srcDeviceId callId deviceId localState connectionId";
    let delivered = json("delivered");
    assert_eq!(keys(&delivered), set(&format!("{common} alertingDevice callingDevice calledDevice userData callCause callType")));
    assert_eq!(delivered["eventTime"], "2017.03.18 14:13:24");
    assert_eq!(delivered["_type"], "component.cti.event.DeliveredEvent");
    assert_eq!(delivered["connectionId"], format!("8001@t|{call}"));
    assert_eq!(delivered["params"]["agent"], "5001@t");
    assert_eq!(
        keys(&json("transferred")),
        set(&format!("{common} originCallInfo primaryOldCall secondaryOldCall transferringDevice transferredToDevice newCall"))
    );
    let mode = json("agentNotReady");
    assert_eq!(
        keys(&mode),
        set("eventName eventTime eventType serial params _type topics namespace srcDeviceId deviceId agentId agentMode reason devices")
    );
    assert_eq!((&mode["serial"].is_u64(), &mode["reason"]), (&true, &Value::from("Lunch")));
    let status = json("AgentStatusEvent");
    assert!(status["params"].as_object().unwrap().values().all(Value::is_string));
    assert_eq!((&status["eventType"], &status["agent"]["agentId"]), (&Value::from("agentStatus"), &Value::from("5001@t")));
}
