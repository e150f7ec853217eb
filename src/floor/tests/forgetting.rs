//! What months of changing staff leave behind: nothing, but of those who are there nothing is lost.

use super::{agent_event, device, event, row, three_ready};
use crate::floor::event::{Event, Instant};
use crate::floor::state::MOST_AGENTS;
use crate::floor::{AgentId, CallId, Changes, DeviceId, Floor, Forgotten, PlatformTime, RosterEntry, State};
use serde_json::json;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the events of these tests call 09:00:00.
fn nine() -> PlatformTime {
    super::event("x", 0, 0, json!({})).time.unwrap()
}

fn id(n: u8) -> AgentId {
    AgentId::trusted(format!("500{n}@test.cc"))
}

fn entry(agent: AgentId) -> RosterEntry {
    RosterEntry { agent, name: "Name".into(), team: "Team".into(), status: None }
}

fn known(floor: &Floor) -> Vec<&str> {
    floor.agents().map(AgentId::number).collect()
}

/// Agents 1 to 3; 1 has logged off a minute past nine.
fn one_left() -> Floor {
    let mut floor = three_ready();
    floor.apply(&agent_event("agentLoggedOff", 1, 60, 100));
    floor
}

#[test]
fn who_logged_off_long_ago_and_is_not_listed_goes() {
    let mut floor = one_left();
    let night = nine() + HOUR * 16;
    floor.take_roster(vec![entry(id(2))], night);
    assert_eq!(floor.forget(night).agents, []);
    assert_eq!(floor.forget(night + HOUR).agents, [id(1)]);
    // Who is there stays, listed or not, also after hours without an event.
    assert_eq!((known(&floor), row(&floor, 3).state, row(&floor, 3).device.is_some()), (vec!["5002", "5003"], State::Ready, true));
    assert!(!floor.is_ours(&DeviceId::trusted(device(1))) && floor.is_ours(&DeviceId::trusted(device(2))));
    // Who comes back is there again.
    floor.apply(&agent_event("agentLoggedOn", 1, 120, 101));
    floor.apply(&agent_event("agentReady", 1, 120, 102));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).device.is_some()), (State::Ready, true));
}

#[test]
fn whom_the_roster_lists_keeps_the_row_and_loses_the_device() {
    let mut floor = one_left();
    let night = nine() + HOUR * 20;
    floor.take_roster(vec![entry(id(1))], night);
    let before = row(&floor, 1);
    assert_eq!(floor.forget(night + HOUR).agents, []);
    assert_eq!((row(&floor, 1), before.state), (before, State::LoggedOut));
    assert!(!floor.is_ours(&DeviceId::trusted(device(1))));
}

#[test]
fn where_no_roster_was_read_lately_who_logged_off_stays_for_a_week() {
    let mut floor = one_left();
    assert_eq!(floor.forget(nine() + DAY * 3).agents, []);
    // Read long ago, it says nothing of today.
    floor.take_roster(Vec::new(), nine() + DAY * 3);
    assert_eq!(floor.forget(nine() + DAY * 4).agents, []);
    assert_eq!(floor.forget(nine() + DAY * 8).agents, [id(1), id(2), id(3)]);
    assert_eq!(known(&floor), [""; 0]);
    assert_eq!(floor.ours, 0);
}

#[test]
fn whom_only_the_roster_named_goes_when_it_does_not_any_more() {
    let mut floor = Floor::default();
    floor.take_roster(vec![entry(id(1)), entry(id(2))], nine());
    floor.take_roster(vec![entry(id(2))], nine() + HOUR * 17);
    assert_eq!(floor.forget(nine() + HOUR * 17).agents, [id(1)]);
}

#[test]
fn who_left_a_week_ago_goes_even_where_no_roster_was_read() {
    let mut floor = Floor::default();
    for (n, second) in [(2, 0), (1, 3599)] {
        floor.apply(&agent_event("agentLoggedOff", n, second, i64::from(n)));
    }
    assert_eq!(floor.forget(nine() + DAY * 7 + HOUR / 2).agents, [id(2)]);
    assert_eq!(row(&floor, 1).state, State::LoggedOut);
}

#[test]
fn what_has_a_part_in_a_call_is_not_forgotten() {
    let mut floor = three_ready();
    let call = |second: i64, serial: i64, name: &str, n: u8| {
        let fields = json!({"callId": "c", "srcDeviceId": device(n), "deviceId": device(n), "callingDevice": "13800138000", "calledDevice": device(1),
            "alertingDevice": device(1), "answeringDevice": device(1)});
        event(name, second, serial, fields)
    };
    floor.apply(&call(10, 500, "delivered", 1));
    floor.apply(&call(12, 501, "established", 1));
    floor.apply(&agent_event("agentLoggedOff", 1, 60, 100));
    let later = nine() + DAY * 6;
    floor.take_roster(Vec::new(), later);
    assert_eq!(floor.forget(later), Forgotten::default());
    assert!(floor.is_ours(&DeviceId::trusted(device(1))));
    let party = &floor.call_row(floor.calls().next().unwrap()).unwrap().parties;
    assert!(party.iter().any(|party| party.logged_off == Some(id(1))), "{party:?}");
    // But a call of which nothing was heard for a week is none.
    let forgotten = floor.forget(nine() + DAY * 8);
    assert_eq!((forgotten.agents, forgotten.changes.calls), (vec![id(1), id(2), id(3)], vec![CallId::trusted("c")]));
    assert_eq!((floor.calls.len(), floor.devices.len(), floor.ours), (0, 0, 0));
}

#[test]
fn a_year_of_changing_staff_does_not_add_up() {
    let mut floor = Floor::default();
    let mut serial = 0;
    for day in 0..365 {
        let now = nine() + DAY * day;
        let mut at = |name: &str, n: u32, hour: u32| {
            serial += 1;
            let (agent, device) = (format!("{}@test.cc", day * 100 + n), format!("{}@test.cc", 90_000 + day * 100 + n));
            let body = json!({"eventName": name, "agentId": agent, "deviceId": device, "srcDeviceId": device, "serial": serial});
            let mut event = Event::decode(body.to_string().as_bytes(), &Instant::in_utc).unwrap();
            event.time = Some(now + HOUR * hour);
            floor.apply(&event);
        };
        for n in 0..20 {
            at("agentLoggedOn", n, 0);
            at("agentReady", n, 0);
            // One in ten goes without a word.
            if n % 10 != 0 {
                at("agentLoggedOff", n, 8);
            }
        }
        floor.take_roster(Vec::new(), now + HOUR * 23);
        floor.forget(now + HOUR * 23);
        let rows = floor.agents().count();
        assert!(rows <= 60 && floor.devices.len() <= 60, "day {day}: {rows} agents, {} devices", floor.devices.len());
    }
    assert!(floor.agents().count() >= 20);
}

#[test]
fn a_roster_of_too_many_leaves_those_who_are_known() {
    let mut floor = three_ready();
    let many = (0..MOST_AGENTS as u32 + 7).map(|n| entry(AgentId::trusted(format!("9{n}@test.cc"))));
    let changed = floor.take_roster(many.chain([entry(id(2))]).collect(), nine());
    assert_eq!((floor.agents().count(), changed.len()), (MOST_AGENTS, MOST_AGENTS - 2));
    assert_eq!((floor.turned_away(), row(&floor, 2).name.as_str()), (10, "Name"));
    // Events are held to the same bound.
    floor.apply(&agent_event("agentReady", 4, 60, 100));
    floor.apply(&agent_event("agentNotReady", 1, 60, 101));
    assert_eq!((floor.turned_away(), floor.row(&id(4)), row(&floor, 1).state), (11, None, State::NotReady));
}

#[test]
fn devices_are_bounded() {
    let mut floor = three_ready();
    for n in 0..2 * MOST_AGENTS + 10 {
        floor.own(&DeviceId::trusted(format!("9{n}@test.cc")), &mut Changes::default());
    }
    assert_eq!((floor.devices.len(), floor.ours), (2 * MOST_AGENTS, 2 * MOST_AGENTS));
    floor.apply(&agent_event("agentNotReady", 1, 60, 101));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).device.is_some()), (State::NotReady, true));
}
