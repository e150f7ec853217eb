//! What holds for whatever comes.

use super::*;
use proptest::prelude::*;

const AGENT_NAMES: [&str; 6] =
    ["agentLoggedOn", "agentLoggedOff", "agentReady", "agentNotReady", "agentAllocated", "agentWorkingAfterCall"];
const CALL_NAMES: [&str; 9] =
    ["serviceInitiated", "originated", "delivered", "established", "held", "retrieved", "conferenced", "transferred", "connectionCleared"];
const DEVICE_FIELDS: [&str; 12] = [
    "initiatedDevice",
    "callingDevice",
    "calledDevice",
    "alertingDevice",
    "answeringDevice",
    "holdingDevice",
    "retrievingDevice",
    "conferencingDevice",
    "addedParty",
    "transferringDevice",
    "transferredToDevice",
    "releasingDevice",
];

/// A choice of agent, device and time, from which an agent event is made.
fn agent_events() -> impl Strategy<Value = Vec<Event>> {
    let one = (0..AGENT_NAMES.len(), 1..4_u8, 1..4_u8, 0..5_i64);
    proptest::collection::vec(one, 0..20).prop_map(|choices| {
        let mut second = 0;
        let made = choices.into_iter().enumerate().map(|(serial, (name, agent, at, pause))| {
            second += pause;
            let body = json!({"agentId": format!("500{agent}@test.cc"), "deviceId": device(at), "srcDeviceId": device(at)});
            event(AGENT_NAMES[name], second, serial as i64, body)
        });
        made.collect()
    })
}

fn call_events() -> impl Strategy<Value = Vec<Event>> {
    let one = (0..CALL_NAMES.len(), 1..4_u8, 1..4_u8, proptest::collection::vec(1..6_u8, DEVICE_FIELDS.len()), 1..4_u8, 0..5_i64);
    proptest::collection::vec(one, 0..40).prop_map(|choices| {
        let mut second = 0;
        let made = choices.into_iter().enumerate().map(|(serial, (name, call, source, devices, new, pause))| {
            second += pause;
            let mut body = json!({"callId": format!("c{call}"), "srcDeviceId": device(source), "newCall": format!("c{new}"),
                "params": {"agent": format!("500{source}@test.cc")}});
            for (field, n) in DEVICE_FIELDS.into_iter().zip(devices) {
                body[field] = device(n).into();
            }
            event(CALL_NAMES[name], second, serial as i64, body)
        });
        made.collect()
    })
}

fn rows(floor: &Floor) -> Vec<Row> {
    floor.agents().filter_map(|agent| floor.row(agent)).collect()
}

fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Row> {
    let mut floor = Floor::default();
    for event in events {
        floor.apply(event);
    }
    rows(&floor)
}

/// Both lists in their own order, interleaved as the choices say.
fn interleave<'a>(a: &'a [Event], b: &'a [Event], choices: &[bool]) -> Vec<&'a Event> {
    let (mut a, mut b) = (a.iter(), b.iter());
    let mut mixed = Vec::new();
    for first in choices.iter().copied().chain(std::iter::repeat(true)) {
        let next = if first { a.next().or_else(|| b.next()) } else { b.next().or_else(|| a.next()) };
        match next {
            Some(event) => mixed.push(event),
            None => return mixed,
        }
    }
    mixed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn duplicates_change_nothing(calls in call_events(), agents in agent_events(), again in proptest::collection::vec(any::<prop::sample::Index>(), 0..30)) {
        let events: Vec<&Event> = agents.iter().chain(&calls).collect();
        let once = fold(events.iter().copied());
        let mut twice = events.clone();
        for index in again.iter().filter(|_| !events.is_empty()) {
            let at = index.index(events.len());
            // Any time after the first.
            twice.push(events[at]);
            let later = at + index.index(twice.len() - at);
            twice.insert(later + 1, events[at]);
        }
        prop_assert_eq!(once, fold(twice));
    }

    #[test]
    fn agent_and_call_sources_interleave_freely(
        agents in agent_events(), calls in call_events(),
        one in proptest::collection::vec(any::<bool>(), 60), other in proptest::collection::vec(any::<bool>(), 60),
    ) {
        prop_assert_eq!(fold(interleave(&agents, &calls, &one)), fold(interleave(&agents, &calls, &other)));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(event) = Event::decode(&bytes, &Instant::in_utc) {
            Floor::default().apply(&event);
        }
    }

    /// Fields of any type and any content in an event of any name.
    #[test]
    fn no_event_makes_it_panic(
        name in proptest::sample::select([&AGENT_NAMES[..], &CALL_NAMES[..], &["AgentStatusEvent", "failed", "CallEndEvent", "new"][..]].concat()),
        fields in proptest::collection::vec((proptest::sample::select([&DEVICE_FIELDS[..], &["serial", "eventTime", "callId", "newCall", "agent", "params", "agentId", "srcDeviceId"][..]].concat()), 0..7_u8, ".{0,12}", any::<i64>()), 0..14),
    ) {
        let mut body = json!({"eventName": name});
        for (field, kind, text, number) in fields {
            body[field] = match kind {
                0 => Value::Null,
                1 => number.into(),
                2 => json!([text]),
                3 => json!({"agentId": text, "agentStatus": text, "agentStatusTimestamp": text, "CallsTotal": text, "agent": text}),
                4 => "9999.12.31 23:59:59".into(),
                5 => "8001@test.cc".into(),
                _ => text.into(),
            };
        }
        let event = Event::decode(body.to_string().as_bytes(), &Instant::in_utc);
        let mut floor = three_ready();
        if let Ok(event) = event {
            floor.apply(&event);
        }
        rows(&floor);
    }
}
