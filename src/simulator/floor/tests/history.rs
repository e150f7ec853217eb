//! A seed is a history, and its events tell it whole.

use super::*;

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
    let (Content::Call { call, .. }, Some(src)) = (&event.content, event.src.as_deref()) else {
        return;
    };
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
                let device = floor.calls[&call]
                    .connections
                    .iter()
                    .map(|connection| connection.device.clone())
                    .find(|device| floor.devices.contains_key(device));
                let done = match (minute % 4, device) {
                    (0, _) => floor.spy(&call, "8900@t"),
                    (1, Some(device)) => floor.single_step_conference(&call, &device, "8901", false),
                    (2, Some(device)) => floor.single_step_transfer(&call, &device, "8902"),
                    (3, Some(device)) => floor.drop_connection(&call, &device),
                    _ => Ok(()),
                };
                // Some refuse, and that is fine.
                done.ok();
            }
            floor.take_events().iter().for_each(|event| follow(&mut board, event));
            let truth: BTreeSet<(String, String)> = floor
                .devices
                .iter()
                .flat_map(|(device, phone)| phone.calls.iter().map(|call| (device.to_string(), call.to_string())))
                .collect();
            assert_eq!(board, truth, "seed {seed}, minute {minute}");
            let has_part = |device: &Id, call: &Id| floor.calls.get(call).is_some_and(|call| call.connection(device).is_some());
            assert!(floor.devices.iter().all(|(device, phone)| phone.calls.iter().all(|call| has_part(device, call))));
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
