//! Which events and answers bring an intervention to its end, and when it is given up.

use super::*;
use crate::floor::DeviceId;
use crate::floor::event::Instant;
use crate::floor::time::{at, millis_of};

fn ready(asked: i64) -> Intervention {
    Intervention {
        id: 0,
        operation: Operation::Ready,
        agent: Some(AgentId::trusted("5001@test.cc")),
        device: Some(DeviceId::trusted("8001@test.cc")),
        call: None,
        by: AgentId::trusted("5000@test.cc"),
        by_device: DeviceId::trusted("8000@test.cc"),
        requested_at: at(asked),
        answered_after: None,
        finished_after: None,
        outcome: Outcome::Requested,
        deferred: false,
        holder: None,
    }
}

/// One that is sent when it is asked for.
fn sent(all: &mut Interventions, asked: i64) -> i64 {
    let id = all.begin(ready(asked)).unwrap().id;
    assert!(all.sends(id, at(asked)).is_some());
    id
}

/// An event of 5001 at 8001, and the floor that took it.
fn told(name: &str, more: &str) -> (Event, Floor) {
    let event = format!(r#"{{"eventName":"{name}","agentId":"5001@test.cc","eventTime":"2017.03.18 14:13:24"{more}}}"#);
    let event = Event::decode(event.as_bytes(), &Instant::in_utc).unwrap();
    let mut floor = Floor::default();
    floor.apply(&event);
    (event, floor)
}

fn proved(all: &mut Interventions, (event, floor): (Event, Floor), now: i64) -> Vec<Outcome> {
    all.proved_by(&event, Some(at(now)), &floor, at(now)).into_iter().map(|changed| changed.outcome).collect()
}

#[test]
fn an_event_before_the_answer_has_the_last_word() {
    let mut all = Interventions::after(41);
    let id = sent(&mut all, 1_000);
    assert_eq!(id, 42);
    assert_eq!(proved(&mut all, told("agentReady", ""), 1_030), [], "nobody knows yet whether it was sent at all");
    let steps = all.answered(id, Outcome::Accepted.into(), at(1_040));
    assert_eq!(steps.iter().map(|step| step.outcome).collect::<Vec<_>>(), [Outcome::Accepted, Outcome::Confirmed]);
    assert_eq!((steps[1].answered_after, steps[1].finished_after), (Some(40), Some(30)));
}

#[test]
fn an_event_before_a_refusal_came_of_something_else() {
    for outcome in [Outcome::Refused(460), Outcome::NotSent(NotSent::Unreachable), Outcome::Unknown] {
        let mut all = Interventions::default();
        let id = sent(&mut all, 1_000);
        proved(&mut all, told("agentReady", ""), 1_030);
        let steps: Vec<Outcome> = all.answered(id, outcome.into(), at(1_040)).iter().map(|step| step.outcome).collect();
        assert_eq!(steps, [outcome]);
        let later = if outcome == Outcome::Unknown { vec![Outcome::Confirmed] } else { vec![] };
        assert_eq!(proved(&mut all, told("agentReady", ""), 1_050), later);
    }
}

#[test]
fn what_the_agent_does_after_a_call_takes_nothing_from_its_end() {
    let mut all = Interventions::default();
    let call = Some(crate::floor::CallId::trusted("c1"));
    let id = all.begin(Intervention { operation: Operation::Drop, call, ..ready(0) }).unwrap().id;
    all.sends(id, at(0));
    let end = r#","callId":"c1","releasingDevice":"8001@test.cc","deviceId":"8001@test.cc","srcDeviceId":"8001@test.cc""#;
    proved(&mut all, told("connectionCleared", end), 30);
    proved(&mut all, told("agentReady", ""), 40);
    assert_eq!(all.answered(id, Outcome::Accepted.into(), at(50)).last().unwrap().outcome, Outcome::Confirmed);
}

#[test]
fn an_early_event_counts_for_nothing_once_another_has_followed_it() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 1_000);
    proved(&mut all, told("agentReady", ""), 1_030);
    proved(&mut all, told("agentNotReady", ""), 1_040);
    assert_eq!(all.answered(id, Outcome::Accepted.into(), at(1_050)).last().unwrap().outcome, Outcome::Accepted);
}

#[test]
fn an_accepted_one_is_given_up_after_ten_seconds_and_still_proved_later() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 0);
    all.answered(id, Outcome::Accepted.into(), at(50));
    assert!(all.expire(at(9_999)).0.is_empty());
    assert_eq!(all.expire(at(10_000)).0[0].outcome, Outcome::Unconfirmed);
    assert_eq!(proved(&mut all, told("agentReady", ""), 12_000), [Outcome::Confirmed]);
    assert!(all.expire(at(71_999)).1.is_empty());
    assert_eq!(all.expire(at(72_000)).1.len(), 1);
}

#[test]
fn what_was_not_sent_is_proved_by_nothing_and_ends_after_ten_seconds() {
    let mut all = Interventions::default();
    let id = all.begin(ready(0)).unwrap().id;
    assert_eq!(proved(&mut all, told("agentReady", ""), 30), []);
    assert!(all.expire(at(9_999)).0.is_empty());
    let ended = all.expire(at(10_000)).0.remove(0);
    assert_eq!((ended.outcome, ended.finished_after), (Outcome::NotSent(NotSent::Unwritten), Some(10_000)));
    assert!(all.sends(id, at(10_001)).is_none() && all.waits(id).is_none(), "sent after it was given up");
    assert_eq!(proved(&mut all, told("agentReady", ""), 10_500), []);
}

#[test]
fn nothing_is_sent_twice() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 0);
    assert!(all.sends(id, at(1)).is_none() && all.not_sent(id, NotSent::Unwritten, at(2)).is_none());
    assert!(all.expire(at(millis_of(ANSWER) - 1)).0.is_empty());
    assert_eq!(all.expire(at(millis_of(ANSWER))).0[0].outcome, Outcome::Unknown, "nobody said how it was answered");
}

#[test]
fn an_event_proves_the_newest_that_asked_for_it() {
    let mut all = Interventions::default();
    let first = sent(&mut all, 0);
    all.answered(first, Outcome::Unknown.into(), at(50));
    let second = sent(&mut all, 1_000);
    all.answered(second, Outcome::Accepted.into(), at(1_050));
    let (event, floor) = told("agentReady", "");
    let proved: Vec<i64> = all.proved_by(&event, Some(at(1_100)), &floor, at(1_100)).into_iter().map(|changed| changed.id).collect();
    assert_eq!(proved, [second], "nobody knows what became of the first");
}

#[test]
fn an_event_that_is_older_than_the_request_proves_nothing() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 100_000);
    all.answered(id, Outcome::Accepted.into(), at(100_050));
    let (event, floor) = told("agentReady", "");
    assert_eq!(all.proved_by(&event, Some(at(100_000 - millis_of(OLDER) - 1)), &floor, at(100_100)), []);
    assert_eq!(all.proved_by(&event, Some(at(100_000 - millis_of(OLDER))), &floor, at(100_200)).len(), 1, "clocks may differ by so much");
}

#[test]
fn an_event_that_the_floor_did_not_take_proves_nothing() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 0);
    all.answered(id, Outcome::Accepted.into(), at(50));
    let later = r#","serial":7,"topics":"CtiRouter_1""#;
    let (_, mut floor) = told("agentNotReady", later);
    let stale =
        r#"{"eventName":"agentReady","agentId":"5001@test.cc","eventTime":"2017.03.18 14:12:24","serial":6,"topics":"CtiRouter_1"}"#;
    let stale = Event::decode(stale.as_bytes(), &Instant::in_utc).unwrap();
    floor.apply(&stale);
    assert_eq!(all.proved_by(&stale, None, &floor, at(60)), []);
}

#[test]
fn an_event_about_another_seat_proves_nothing() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 0);
    all.answered(id, Outcome::Accepted.into(), at(50));
    assert_eq!(proved(&mut all, told("agentReady", r#","deviceId":"8009@test.cc""#), 60), []);
    assert_eq!(proved(&mut all, told("agentReady", r#","deviceId":"8001@test.cc""#), 70), [Outcome::Confirmed]);
}

#[test]
fn one_that_waits_for_the_end_of_a_call_is_not_given_up() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 0);
    all.answered(id, PlatformAnswer { deferred: true, ..Outcome::Accepted.into() }, at(50));
    assert!(all.expire(at(millis_of(LONGEST_CALL) - 1)).0.is_empty());
    assert_eq!(proved(&mut all, told("agentReady", ""), millis_of(LONGEST_CALL)), [Outcome::Confirmed]);
}

#[test]
fn patience_counts_from_the_sending() {
    let mut all = Interventions::default();
    let id = all.begin(Intervention { deferred: true, ..ready(0) }).unwrap().id;
    assert!(all.waits(id).is_some());
    assert!(all.expire(at(millis_of(LONGEST_CALL) * 9)).0.is_empty(), "one that waits was given up");
    assert!(!all.sends(id, at(500_000)).unwrap().deferred);
    all.answered(id, Outcome::Accepted.into(), at(500_050));
    assert!(all.expire(at(509_999)).0.is_empty());
    assert_eq!(all.expire(at(510_000)).0[0].finished_after, Some(510_000));
}

#[test]
fn one_that_was_put_off_ends_where_another_mode_comes_instead() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 0);
    all.answered(id, PlatformAnswer { deferred: true, ..Outcome::Accepted.into() }, at(50));
    let (event, floor) = told("agentNotReady", "");
    let changed = all.proved_by(&event, None, &floor, at(60_000));
    assert_eq!((changed.len(), changed[0].outcome, changed[0].finished_after), (1, Outcome::Unconfirmed, Some(60_000)));
    assert_eq!(proved(&mut all, told("agentReady", ""), 61_000), [], "that is somebody else's");
}

#[test]
fn a_refused_one_is_not_proved_by_anything() {
    let mut all = Interventions::default();
    let id = sent(&mut all, 0);
    all.answered(id, Outcome::Refused(460).into(), at(50));
    assert_eq!(proved(&mut all, told("agentReady", ""), 60), []);
}

#[test]
fn where_the_console_stops_everything_has_its_end_but_what_waits() {
    let mut all = Interventions::default();
    let ids = [0; 3].map(|asked| all.begin(ready(asked)).unwrap().id);
    all.sends(ids[1], at(10));
    all.waits(ids[2]);
    let ended: Vec<_> = all.close(at(500)).into_iter().map(|i| (i.id, i.outcome)).collect();
    assert_eq!(ended, [(ids[0], Outcome::NotSent(NotSent::Stopping)), (ids[1], Outcome::Unknown)]);
    assert!(all.close(at(501)).is_empty());
}

/// Of everything that asks about agents 1 to 3 or calls 1 to 3, what the index finds must be what looking at all of them finds.
#[test]
fn the_latest_is_found_among_thousands() {
    let mut all = Interventions::default();
    let mut known = Vec::new();
    let ask = |n: u64| {
        let of = |what: &str, n: u64| format!("{what}{n}");
        let operation = Operation::ALL[(n * 7 / 3) as usize % Operation::ALL.len()];
        let agent = (!n.is_multiple_of(5)).then(|| AgentId::trusted(of("500", 1 + n % 3) + "@test.cc"));
        let call = operation.on_call().then(|| crate::floor::CallId::trusted(of("c", 1 + n % 7 % 3)));
        Intervention { operation, agent, call, ..ready(0) }
    };
    // The calls 1 and 2 became one.
    let floor = {
        let (_, mut floor) = told("agentReady", "");
        for body in [
            r#"{"eventName":"established","callId":"c1","srcDeviceId":"8001@test.cc","answeringDevice":"8001@test.cc","callingDevice":"138@test.cc"}"#,
            r#"{"eventName":"transferred","callId":"c1","primaryOldCall":"c1","newCall":"c2","srcDeviceId":"8001@test.cc","transferredToDevice":"8002@test.cc"}"#,
            r#"{"eventName":"established","callId":"c3","srcDeviceId":"8003@test.cc","answeringDevice":"8003@test.cc","callingDevice":"139@test.cc"}"#,
        ] {
            floor.apply(&Event::decode(body.as_bytes(), &Instant::in_utc).unwrap());
        }
        floor
    };
    for n in 0..3_000 {
        known.extend(all.begin(ask(n)));
        if n.is_multiple_of(4) {
            let gone = known.remove((n * 31) as usize % known.len());
            assert_eq!(all.withdraw(gone.id).map(|gone| gone.id), Some(gone.id));
        }
        if !n.is_multiple_of(50) {
            continue;
        }
        for call in ["c2", "c3"].map(crate::floor::CallId::trusted) {
            let at_call = |i: &&Intervention| i.call.as_ref().is_some_and(|id| floor.successor(id) == call);
            assert_eq!(all.latest_at(&call, &floor), known.iter().rev().find(at_call));
            for agent in ["5001@test.cc", "5002@test.cc", "5009@test.cc"].map(AgentId::trusted) {
                let here = |i: &&Intervention| i.agent.as_ref() == Some(&agent) || (i.operation == Operation::Listen && at_call(i));
                assert_eq!(all.latest(&agent, Some(&call), &floor), known.iter().rev().find(here));
                let own = |i: &&Intervention| i.agent.as_ref() == Some(&agent);
                assert_eq!(all.latest(&agent, None, &floor), known.iter().rev().find(own));
            }
        }
    }
    assert!(known.len() > 2_000);
}
