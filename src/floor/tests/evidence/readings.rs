//! Row 11: an hour that occurs twice.

use super::*;

/// Berlin, the night on which the clocks go back at 03:00: minutes since midnight UTC, read from the local time.
fn berlin(local: LocalTime) -> Instant {
    const HOUR: i64 = 3_600_000;
    let behind = |hours: i64| PlatformTime::from_millis(local.as_millis() - hours * HOUR);
    match local.as_millis().rem_euclid(24 * HOUR) {
        at if at < 2 * HOUR => behind(2).into(),
        at if at < 3 * HOUR => Instant { first: behind(2), second: Some(behind(1)) },
        _ => behind(1).into(),
    }
}

/// An agent event at a local time, which arrived when `arrived` says (seconds after midnight, UTC), where somebody says so.
fn night(name: &str, n: u8, local: &str, serial: i64, arrived: Option<i64>) -> Event {
    let body = json!({"eventName": name, "eventTime": format!("1970.01.02 {local}"), "serial": serial,
        "agentId": format!("500{n}@test.cc"), "deviceId": device(n)});
    let mut event = Event::decode(body.to_string().as_bytes(), &berlin).unwrap();
    event.arrived = arrived.map(|second| PlatformTime::from_millis(24 * 3_600_000 + second * 1000));
    event
}

fn clock(floor: &Floor, n: u8) -> i64 {
    row(floor, n).since.unwrap().as_millis() / 1000 - 24 * 3600
}

#[test]
fn row_11_an_hour_that_occurs_twice_is_read_by_its_neighbours() {
    const LAST: i64 = 59 * 60 + 46;
    for with_arrival in [true, false] {
        let at = |second: i64| with_arrival.then_some(second);
        let mut floor = Floor::default();
        floor.apply(&night("agentLoggedOn", 1, "01:59:00", 1, at(-60)));
        floor.apply(&night("agentReady", 1, "02:59:46", 2, at(LAST)));
        assert_eq!(clock(&floor, 1), LAST);
        // 24 s later, by a clock that shows the same hour again.
        floor.apply(&night("agentNotReady", 2, "02:00:10", 3, at(3600 + 10)));
        assert_eq!((clock(&floor, 2) - clock(&floor, 1), row(&floor, 2).state), (24, State::NotReady));
        // Late, from before the change: its serial says so.
        floor.apply(&night("agentReady", 3, "02:58:00", 1, at(3600 + 20)));
        floor.apply(&night("agentNotReady", 1, "02:30:00", 4, at(3600 + 1800)));
        assert_eq!((clock(&floor, 1), row(&floor, 1).state), (3600 + 1800, State::NotReady));
        floor.apply(&night("agentReady", 1, "03:00:05", 5, at(7205)));
        assert_eq!((clock(&floor, 1), row(&floor, 1).state), (7205, State::Ready));
    }
}

#[test]
fn row_11_what_arrives_long_after_is_read_by_its_neighbours_alone() {
    let (mut floor, later) = (Floor::default(), Some(40 * 24 * 3600));
    floor.apply(&night("agentReady", 1, "01:59:00", 1, later));
    floor.apply(&night("agentReady", 1, "02:59:46", 2, later));
    floor.apply(&night("agentNotReady", 2, "02:00:10", 3, later));
    assert_eq!((clock(&floor, 1), clock(&floor, 2)), (59 * 60 + 46, 3600 + 10));
}

#[test]
fn row_11_with_no_neighbour_the_arrival_decides() {
    let mut floor = Floor::default();
    floor.apply(&night("agentReady", 1, "02:30:00", 1, Some(3600 + 1801)));
    assert_eq!(clock(&floor, 1), 3600 + 1800);
    let mut floor = Floor::default();
    floor.apply(&night("agentReady", 1, "02:30:00", 1, Some(1801)));
    assert_eq!(clock(&floor, 1), 1800);
}
