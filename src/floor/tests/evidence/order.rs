//! Rows 6 and 7: what is older, by clocks and serials of several sources.

use super::*;

#[test]
fn row_6_clocks_of_two_sources_are_not_compared_to_the_second() {
    let one = device(1);
    for apart in [1, 5] {
        let mut floor = Floor::default();
        floor.apply(&mode(ROUTER, "agentLoggedOn", 1, 0, 1));
        floor.apply(&mode(ROUTER, "agentReady", 1, 10 + apart, 2));
        let rings = json!({"callId": "c1", "srcDeviceId": one, "callingDevice": CUSTOMER, "alertingDevice": one});
        floor.apply(&by(WORKER, "delivered", 10, 1, rings));
        assert_eq!(row(&floor, 1).state, State::Ringing, "{apart}");
    }
}

#[test]
fn row_6_a_status_of_another_clock_does_not_overtake_the_agents_own_word() {
    let mut floor = Floor::default();
    floor.apply(&mode(ROUTER, "agentLoggedOn", 1, 0, 1));
    let ready = json!({"agent": {"agentId": "5001@test.cc", "extensionId": device(1), "agentStatus": "Ready"}});
    floor.apply(&by(WORKER, "AgentStatusEvent", 15, 1, ready));
    floor.apply(&mode(ROUTER, "agentNotReady", 1, 11, 2));
    assert_eq!(row(&floor, 1).state, State::NotReady);
}

#[test]
fn row_6_a_router_that_takes_over_may_be_behind() {
    let mut floor = Floor::default();
    floor.apply(&mode(ROUTER, "agentLoggedOn", 1, 0, 1));
    floor.apply(&mode(ROUTER, "agentNotReady", 1, 10, 2));
    floor.apply(&mode("CtiRouter_r2", "agentReady", 1, 7, 1));
    assert_eq!(row(&floor, 1).state, State::Ready);
}

#[test]
fn row_6_another_workers_call_ends_this_one_only_when_it_is_clearly_later() {
    let (mut floor, one) = (Floor::default(), device(1));
    floor.apply(&mode(ROUTER, "agentLoggedOn", 1, 0, 1));
    let dials = |call: &str| json!({"callId": call, "srcDeviceId": one, "callingDevice": one});
    let over = |call: &str| json!({"callId": call, "srcDeviceId": one, "releasingDevice": one});
    // The first worker's clock is ahead.
    floor.apply(&by(WORKER, "originated", 60, 1, dials("c1")));
    floor.apply(&by(WORKER, "connectionCleared", 65, 2, over("c1")));
    floor.apply(&by(OTHER_WORKER, "originated", 61, 1, dials("c2")));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).call.unwrap().id.as_str()), (State::Dialling, "c2"));
    // An end that was lost is found all the same.
    floor.apply(&by(WORKER, "originated", 72, 3, dials("c3")));
    assert!(call(&floor, "c2").unwrap().end_not_seen && !call(&floor, "c3").unwrap().end_not_seen);
}

#[test]
fn row_7_what_is_older_by_time_and_serial_is_old_however_long_ago() {
    let mut floor = three_ready();
    let later = 2000;
    floor.apply(&agent_event("agentReady", 1, later, 3000));
    floor.apply(&agent_event("agentReady", 2, later + 1, 3001));
    floor.apply(&agent_event("agentNotReady", 1, later - 700, 2000));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).since.map(second_of_hour)), (State::Ready, Some(later)));
}

#[test]
fn row_7_a_clock_that_was_set_back_goes_on() {
    let mut floor = three_ready();
    floor.apply(&agent_event("agentReady", 1, 2000, 3000));
    floor.apply(&agent_event("agentNotReady", 1, 1300, 3001));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).since.map(second_of_hour)), (State::NotReady, Some(1300)));
    // What was late already is late still, and what comes next is next.
    floor.apply(&agent_event("agentLoggedOff", 1, 1990, 2999));
    assert_eq!(row(&floor, 1).state, State::NotReady);
    floor.apply(&agent_event("agentReady", 1, 1301, 3002));
    assert_eq!(row(&floor, 1).state, State::Ready);
    // When it has caught up again, it counts as it is.
    floor.apply(&agent_event("agentNotReady", 1, 2600, 3003));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).since.map(second_of_hour)), (State::NotReady, Some(2600)));
}

#[test]
fn row_7_serials_of_one_source_say_nothing_of_anothers() {
    let mut floor = Floor::default();
    floor.apply(&mode(ROUTER, "agentLoggedOn", 1, 0, 90_000));
    floor.apply(&mode(ROUTER, "agentReady", 1, 900, 90_001));
    // Low serials, and an hour-old event before the first new one.
    floor.apply(&mode("CtiRouter_r2", "agentNotReady", 1, 100, 7));
    assert_eq!(row(&floor, 1).state, State::Ready);
    floor.apply(&mode("CtiRouter_r2", "agentNotReady", 1, 1000, 8));
    assert_eq!(row(&floor, 1).state, State::NotReady);
}
