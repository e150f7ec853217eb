//! Agents: operations, status codes, heart-beats, and the silent floor.

use super::*;

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
