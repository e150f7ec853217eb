//! The fold's promises: every sample decodes, sequences of the protocol's section 3 give the right rows, duplicates change nothing,
//! sources interleave freely, no bytes make it panic.

mod chronicle;
mod endings;
mod evidence;
mod fold;
mod forgetting;
mod properties;
mod sequences;
mod shared;
mod truth;

use super::event::{Event, EventKind, Instant};
use super::{AgentId, Floor, PlatformTime, Row, State};
use serde_json::{Map, Value, json};

/// An event from `name` and fields; agent `n` is `500n@test.cc`, device `n` is `800n@test.cc`.
fn event(name: &str, second: i64, serial: i64, fields: Value) -> Event {
    let mut body: Map<String, Value> = match fields {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    body.insert("eventName".into(), name.into());
    body.insert("eventTime".into(), format!("2026.11.20 09:{:02}:{:02}", second / 60, second % 60).into());
    body.insert("serial".into(), serial.into());
    Event::decode(Value::Object(body).to_string().as_bytes(), &Instant::in_utc).unwrap()
}

fn device(n: u8) -> String {
    format!("800{n}@test.cc")
}

fn agent_event(name: &str, n: u8, second: i64, serial: i64) -> Event {
    event(name, second, serial, json!({"agentId": format!("500{n}@test.cc"), "deviceId": device(n), "srcDeviceId": device(n)}))
}

fn row(floor: &Floor, n: u8) -> Row {
    floor.row(&AgentId::trusted(format!("500{n}@test.cc"))).unwrap()
}

/// Seconds since the last full hour.
fn second_of_hour(at: PlatformTime) -> i64 {
    at.as_millis() / 1000 % 3600
}

/// Agents 1 to 3, logged on and ready at 09:00:00.
fn three_ready() -> Floor {
    let mut floor = Floor::default();
    for n in 1..=3 {
        floor.apply(&agent_event("agentLoggedOn", n, 0, i64::from(n) * 10));
        floor.apply(&agent_event("agentReady", n, 0, i64::from(n) * 10 + 1));
    }
    floor
}

fn states(floor: &Floor) -> [State; 3] {
    [1, 2, 3].map(|n| row(floor, n).state)
}

#[test]
fn every_sample_decodes_with_its_name() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/events");
    let mut known = 0;
    for folder in [folder.clone(), folder.join("later")] {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            let event = Event::decode(&std::fs::read(&file).unwrap(), &Instant::in_utc).unwrap();
            let name = file.file_stem().unwrap().to_str().unwrap().split('-').next().unwrap().to_owned();
            assert_eq!(event.name, name);
            assert_ne!(event.kind, EventKind::Other, "{name}");
            assert!(event.time.is_some() && event.serial.is_some() && event.namespace.is_some(), "{name}");
            known += 1;
        }
    }
    assert_eq!(known, 25);
}

#[test]
fn an_agents_day() {
    let mut floor = Floor::default();
    let mut after = |name: &str, second| {
        floor.apply(&agent_event(name, 1, second, second));
        let row = row(&floor, 1);
        (row.state, row.since.map(second_of_hour), row.device.is_some())
    };
    assert_eq!(after("agentLoggedOn", 1), (State::Unknown, Some(1), true));
    assert_eq!(after("agentReady", 2), (State::Ready, Some(2), true));
    assert_eq!(after("agentAllocated", 3), (State::Allocated, Some(3), true));
    assert_eq!(after("agentWorkingAfterCall", 4), (State::AfterCall, Some(4), true));
    assert_eq!(after("agentNotReady", 5), (State::NotReady, Some(5), true));
    assert_eq!(after("agentLoggedOff", 6), (State::LoggedOut, Some(6), false));
}

#[test]
fn a_reason_is_shown_while_not_ready() {
    let mut floor = three_ready();
    let body = json!({"agentId": "5001@test.cc", "deviceId": device(1), "reason": "Lunch"});
    floor.apply(&event("agentNotReady", 9, 90, body));
    assert_eq!(row(&floor, 1).reason.as_deref(), Some("Lunch"));
    floor.apply(&agent_event("agentReady", 1, 10, 91));
    assert_eq!(row(&floor, 1).reason, None);
}

#[test]
fn a_late_event_does_not_undo_a_newer_one() {
    let mut floor = three_ready();
    floor.apply(&agent_event("agentNotReady", 1, 60, 99));
    floor.apply(&agent_event("agentReady", 1, 30, 98));
    assert_eq!(row(&floor, 1).state, State::NotReady);
}

#[test]
fn a_device_belongs_to_who_logged_on_there_last() {
    let mut floor = three_ready();
    let body = json!({"agentId": "5003@test.cc", "deviceId": device(1)});
    floor.apply(&event("agentLoggedOn", 60, 99, body.clone()));
    floor.apply(&event("agentReady", 60, 100, body));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).device), (State::Unknown, None));
    assert_eq!((row(&floor, 3).state, row(&floor, 3).device.unwrap().number().to_owned()), (State::Ready, "8001".to_owned()));
}

#[test]
fn status_events_bring_name_and_state() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/events/later/AgentStatusEvent.json");
    let mut floor = Floor::default();
    floor.apply(&Event::decode(&std::fs::read(path).unwrap(), &Instant::in_utc).unwrap());
    let row = floor.row(&AgentId::trusted("5102@zhen04.cc")).unwrap();
    assert_eq!((row.state, row.name.as_str()), (State::NotReady, "单独d"));
    assert_eq!(row.device.unwrap().number(), "8102");
}

#[test]
fn events_that_do_not_say_when_stand_in_the_order_of_their_arrival() {
    let mut floor = three_ready();
    let mut after = |name: &str, untimed: bool| {
        let mut body = json!({"eventName": name, "agentId": "5001@test.cc", "deviceId": device(1)});
        if !untimed {
            body["eventTime"] = "2026.11.20 09:00:30".into();
        }
        floor.apply(&Event::decode(body.to_string().as_bytes(), &Instant::in_utc).unwrap());
        row(&floor, 1).state
    };
    assert_eq!(after("agentNotReady", true), State::NotReady);
    assert_eq!(after("agentReady", true), State::Ready);
    assert_eq!(after("agentNotReady", false), State::NotReady);
    assert_eq!(after("agentReady", false), State::Ready);
    assert_eq!(after("agentNotReady", true), State::NotReady);
    // One that says so again counts as ever.
    floor.apply(&agent_event("agentReady", 1, 30, 9_999));
    assert_eq!(row(&floor, 1).state, State::Ready);
}
