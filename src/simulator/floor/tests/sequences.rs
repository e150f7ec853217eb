//! What each operation on calls makes the devices hear.

use super::*;

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
        _ => panic!("a conference is told as an event of its call"),
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
    assert!(floor.calls.len() == 1 && !floor.calls.contains_key(&call) && !floor.calls.contains_key(&second));
    let (id, one) = floor.calls.iter().next().unwrap();
    let connections: Vec<_> = one.connections.iter().map(|connection| (number(&connection.device), connection.state)).collect();
    assert_eq!((&one.id, connections), (id, vec![("8001", PartState::Connected), ("8003", PartState::Connected)]));
    assert!(["8001@t", "8003@t"].iter().all(|device| floor.devices[*device].calls == [id.clone()]));
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
fn a_listener_may_join_or_take_the_call() {
    let mut floor = silent(3);
    let call = talking(&mut floor);
    floor.spy(&call, "8000@t").unwrap();
    pass(&mut floor, 1_000);
    floor.take_events();
    floor.single_step_transfer(&call, "8002@t", "8000").unwrap();
    pass(&mut floor, 1_000);
    assert_eq!(
        call_events(&mut floor),
        [
            "connectionCleared 8000:8000",
            "transferred 8002:8000",
            "delivered 8001:8000",
            "delivered 8000:8000",
            "established 8001:8000",
            "established 8000:8000",
        ]
    );
    assert!(floor.calls[&call].connections.iter().all(|connection| !connection.silent && connection.state == PartState::Connected));
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
