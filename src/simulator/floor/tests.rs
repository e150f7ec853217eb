//! Every sequence of the protocol's section 3, the status codes, and that a seed is a history that its events tell whole.

mod agents;
mod history;
mod sequences;
mod wire;

use super::*;
use serde_json::Value;
use std::collections::BTreeSet;

fn floor(agents: u32, calls_per_hour: f64, seed: u64) -> Floor {
    Floor::new(&Plan { agents, calls_per_hour, speed: 1.0, seed, namespace: "t".into(), ways: Ways::default() })
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
    let Content::Call { fields, .. } = &event.content else {
        return None;
    };
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
