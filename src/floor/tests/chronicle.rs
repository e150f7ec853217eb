//! What is recorded: intervals without holes, calls with everybody in them, days that add up; the same again after a restart.

use super::truth::play::{Item, Play, moves, platforms};
use super::{agent_event, device, event};
use crate::floor::time::at;
use crate::floor::{
    AgentId, CallId, Chronicle, ConsoleTime, DeviceId, Ending, Event, PlatformTime, Record, RosterEntry, State, StateInterval,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What the events of these tests call 09:00:00, and when an event of that second arrives.
fn nine(second: i64) -> PlatformTime {
    super::event("x", second, 0, json!({})).time.unwrap()
}

fn arrival(second: i64) -> ConsoleTime {
    at(nine(second).as_millis() + 100)
}

fn hear(chronicle: &mut Chronicle, second: i64, mut event: Event) {
    chronicle.event(&mut event, arrival(second));
}

fn id(n: u8) -> AgentId {
    AgentId::trusted(format!("500{n}@test.cc"))
}

/// Each interval of an agent: from, to, state and whether it is certain; seconds after nine.
fn intervals(records: &[Record], n: u8) -> Vec<(i64, i64, State, bool)> {
    let second = |at: PlatformTime| (at.as_millis() - nine(0).as_millis()) / 1000;
    let of = |record: &Record| match record {
        Record::Interval(interval) if interval.agent == id(n) => {
            Some((second(interval.from), second(interval.to), interval.state, interval.certain))
        }
        _ => None,
    };
    records.iter().filter_map(of).collect()
}

fn call_event(name: &str, n: u8, second: i64, serial: i64, more: Value) -> Event {
    let mut fields = json!({"callId": "c", "srcDeviceId": device(n), "deviceId": device(n), "agentId": id(n).as_str(), "callingDevice": "13800138000@test.cc",
        "calledDevice": device(1), "alertingDevice": device(1), "answeringDevice": device(1), "callType": "Inbound", "split": "sales"});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event(name, second, serial, fields)
}

/// An agent who is ready, takes a call with a hold in it, does after-call work and pauses.
pub(super) fn a_round() -> Chronicle {
    let mut chronicle = Chronicle::default();
    chronicle.begin_day(nine(0) - Duration::from_secs(3600));
    hear(&mut chronicle, 0, agent_event("agentReady", 1, 0, 1));
    for (second, name, more) in [
        (10, "delivered", json!({})),
        (15, "established", json!({})),
        (35, "held", json!({"holdingDevice": device(1)})),
        (45, "retrieved", json!({"retrievingDevice": device(1)})),
        (75, "connectionCleared", json!({"releasingDevice": "13800138000@test.cc"})),
    ] {
        hear(&mut chronicle, second, call_event(name, 1, second, 100 + second, more));
    }
    hear(&mut chronicle, 75, agent_event("agentWorkingAfterCall", 1, 75, 2));
    let lunch = json!({"agentId": id(1).as_str(), "deviceId": device(1), "agentMode": "NotReady", "reason": "Lunch"});
    hear(&mut chronicle, 95, event("agentNotReady", 95, 3, lunch));
    hear(&mut chronicle, 195, agent_event("agentReady", 1, 195, 4));
    chronicle
}

#[test]
fn a_round_is_recorded_and_makes_a_day() {
    let mut chronicle = a_round();
    let records = chronicle.take_records(usize::MAX);
    let expected = [
        (0, 10, State::Ready),
        (10, 15, State::Ringing),
        (15, 35, State::OnCall),
        (35, 45, State::OnHold),
        (45, 75, State::OnCall),
        (75, 95, State::AfterCall),
        (95, 195, State::NotReady),
    ];
    assert_eq!(intervals(&records, 1), expected.map(|(from, to, state)| (from, to, state, true)));

    let Some(Record::Call(call)) = records.iter().rfind(|record| matches!(record, Record::Call(_))) else { panic!("no call") };
    assert_eq!((call.started, call.answered, call.ended), (Some(nine(10)), Some(nine(15)), nine(75)));
    assert_eq!((call.ending, call.queue.as_deref(), call.holds, call.held), (Ending::HungUp, Some("sales"), 1, Duration::from_secs(10)));
    assert_eq!(call.ended_by, Some(DeviceId::trusted("13800138000@test.cc")));
    let parties: Vec<_> =
        call.parties.iter().map(|party| (party.device.number(), party.agent.clone(), party.connected, party.holds)).collect();
    assert_eq!(parties, [("13800138000", None, Some(nine(15)), 0), ("8001", Some(id(1)), Some(nine(15)), 1)]);

    let [(agent, day)] = &chronicle.take_workdays()[..] else { panic!("not one agent's day") };
    let seconds = |time: Duration| time.as_secs();
    assert_eq!((agent, day.calls), (&id(1), 1));
    assert_eq!([day.talking, day.holding, day.after_call, day.waiting, day.uncertain].map(seconds), [50, 10, 20, 15, 0]);
    assert_eq!(day.not_ready, [("Lunch".to_owned(), Duration::from_secs(100))]);
    assert_eq!((day.average_handling(), day.occupancy()), (Some(Duration::from_secs(80)), Some(80.0 / 95.0)));
    assert_eq!((chronicle.take_workdays(), chronicle.take_records(usize::MAX)), (Vec::new(), Vec::new()), "told once");
    hear(&mut chronicle, 205, agent_event("agentNotReady", 1, 205, 5));
    assert_eq!(intervals(&chronicle.take_records(usize::MAX), 1), [(195, 205, State::Ready, true)], "the state that went on");
}

#[test]
fn a_new_day_begins_with_nothing_and_an_interval_over_midnight_counts_in_part() {
    let mut chronicle = a_round();
    chronicle.take_workdays();
    chronicle.begin_day(nine(205));
    assert_eq!(chronicle.take_workdays().iter().map(|(_, day)| day.calls).collect::<Vec<_>>(), [0]);
    hear(&mut chronicle, 215, agent_event("agentNotReady", 1, 215, 5));
    let [(_, day)] = &chronicle.take_workdays()[..] else { panic!("not one agent's day") };
    assert_eq!((day.waiting, day.calls), (Duration::from_secs(10), 0));
    assert_eq!(intervals(&chronicle.take_records(usize::MAX), 1).last(), Some(&(195, 215, State::Ready, true)), "the record is whole");
}

#[test]
fn what_was_not_heard_is_not_certain() {
    let mut chronicle = a_round();
    chronicle.take_records(usize::MAX);
    chronicle.lost(at(nine(200).as_millis() + 100));
    chronicle.live(arrival(260), None);
    hear(&mut chronicle, 270, agent_event("agentNotReady", 1, 270, 6));
    hear(&mut chronicle, 280, agent_event("agentReady", 1, 280, 7));
    let expected = [(195, 200, State::Ready, true), (200, 270, State::Ready, false), (270, 280, State::NotReady, true)];
    assert_eq!(intervals(&chronicle.take_records(usize::MAX), 1), expected);
    let (_, day) = &chronicle.take_workdays()[0];
    assert_eq!(day.uncertain, Duration::from_secs(70));
}

#[test]
fn a_state_that_goes_on_over_a_break_counts_once() {
    let mut chronicle = a_round();
    chronicle.lost(at(nine(200).as_millis() + 100));
    chronicle.live(arrival(260), None);
    hear(&mut chronicle, 270, agent_event("agentReady", 1, 270, 6));
    let (_, mut day) = chronicle.take_workdays().remove(0);
    let row = chronicle.fold.row(&id(1)).unwrap();
    let present = |to| StateInterval { agent: id(1), from: row.since.unwrap(), to, state: row.state, reason: None, certain: true };
    // Ready since 195 but for the break, and for 15 s before the call.
    day.add_present(present(nine(300)), chronicle.day());
    let counted = day.clone();
    assert_eq!((day.waiting, day.until), (Duration::from_secs(105 + 15), nine(300)));
    day.add_present(present(nine(300)), chronicle.day());
    assert_eq!(day, counted);
}

#[test]
fn a_call_counts_in_the_average_once_it_is_over() {
    let mut chronicle = a_round();
    let average = |chronicle: &mut Chronicle| {
        chronicle.tell_all_workdays();
        chronicle.take_workdays()[0].1.average_handling()
    };
    let other = |more: Value| {
        let mut fields = json!({"callId": "d"});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    hear(&mut chronicle, 200, call_event("delivered", 1, 200, 300, other(json!({}))));
    hear(&mut chronicle, 205, call_event("established", 1, 205, 301, other(json!({}))));
    hear(&mut chronicle, 215, call_event("held", 1, 215, 302, other(json!({"holdingDevice": device(1)}))));
    // A start while the call goes on.
    chronicle.started(arrival(220));
    chronicle.live(arrival(221), None);
    assert_eq!(average(&mut chronicle), Some(Duration::from_secs(80)), "as before");
    hear(&mut chronicle, 225, call_event("connectionCleared", 1, 225, 303, other(json!({"releasingDevice": "13800138000@test.cc"}))));
    hear(&mut chronicle, 225, agent_event("agentReady", 1, 225, 304));
    assert_eq!(average(&mut chronicle), Some(Duration::from_secs((80 + 20) / 2)));
}

#[test]
fn what_is_told_while_nothing_is_heard_is_not_certain() {
    let mut chronicle = a_round();
    chronicle.take_records(usize::MAX);
    chronicle.started(arrival(200));
    chronicle.roster(
        vec![RosterEntry { agent: id(1), name: String::new(), team: String::new(), status: Some("Ready".to_owned()) }],
        arrival(201),
    );
    chronicle.live(arrival(230), None);
    hear(&mut chronicle, 240, agent_event("agentNotReady", 1, 240, 6));
    assert_eq!(intervals(&chronicle.take_records(usize::MAX), 1), [(195, 240, State::Ready, false)]);
}

#[test]
fn a_call_that_goes_on_after_all_is_no_record() {
    let mut chronicle = Chronicle::default();
    for n in 1..=2 {
        hear(&mut chronicle, 0, agent_event("agentReady", n, 0, i64::from(n)));
    }
    hear(&mut chronicle, 10, call_event("established", 1, 10, 100, json!({})));
    // Its agent is ready: it must be over. Then its device is heard in it again.
    hear(&mut chronicle, 30, agent_event("agentReady", 1, 30, 10));
    let records = chronicle.take_records(usize::MAX);
    let Some(Record::Call(call)) = records.iter().rfind(|record| matches!(record, Record::Call(_))) else { panic!("{records:?}") };
    assert_eq!((call.ending, call.ended_by.as_ref()), (Ending::NotSeen, None));
    let count = |chronicle: &mut Chronicle| chronicle.take_workdays().into_iter().find(|(agent, _)| *agent == id(1)).unwrap().1.calls;
    assert_eq!(count(&mut chronicle), 1);
    hear(&mut chronicle, 40, call_event("held", 1, 40, 101, json!({"holdingDevice": device(1)})));
    assert!(chronicle.take_records(usize::MAX).contains(&Record::NotOver(CallId::trusted("c"))));
    assert_eq!(count(&mut chronicle), 0);
    hear(&mut chronicle, 50, call_event("connectionCleared", 1, 50, 102, json!({"releasingDevice": device(1)})));
    assert_eq!(count(&mut chronicle), 1);
}

fn tell(chronicle: &mut Chronicle, items: &[Item]) -> Vec<Record> {
    for item in items {
        match item {
            Item::Copy(copy) => {
                let mut copy = copy.clone();
                let arrived = at(copy.time.unwrap_or_default().as_millis() + 200);
                chronicle.event(&mut copy, arrived);
            }
            Item::Listens(call, device) => {
                chronicle.fold.floor.expect_listener(&CallId::trusted(call.as_str()), &DeviceId::trusted(device.as_str()));
            }
            Item::TakesPart(call, device) => {
                chronicle.fold.floor.forget_listener(&CallId::trusted(call.as_str()), &DeviceId::trusted(device.as_str()));
            }
        }
    }
    chronicle.take_records(usize::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 600, ..ProptestConfig::default() })]

    #[test]
    fn intervals_follow_each_other_and_a_restart_changes_no_record(
        platform in platforms(), moves in moves(24), cut in any::<proptest::sample::Index>(),
    ) {
        let play = Play::of(platform, moves);
        let mut whole = Chronicle::default();
        let records = tell(&mut whole, &play.items);
        let (before, after) = play.items.split_at(cut.index(play.items.len() + 1));
        let mut first = Chronicle::default();
        let mut again = tell(&mut first, before);
        let mut second = Chronicle::from_bytes(&first.to_bytes().unwrap()).unwrap();
        again.extend(tell(&mut second, after));
        prop_assert_eq!(&again, &records);
        second.tell_all_workdays();
        whole.tell_all_workdays();
        prop_assert_eq!(second.take_workdays(), whole.take_workdays());

        let mut last: BTreeMap<&AgentId, &StateInterval> = BTreeMap::new();
        for record in &records {
            let Record::Interval(interval) = record else { continue };
            prop_assert!(interval.from < interval.to);
            if let Some(before) = last.insert(&interval.agent, interval) {
                prop_assert_eq!(before.to, interval.from, "{:?} and {:?}", before, interval);
            }
        }
        // Whatever call is over has a record, and whatever goes on has none.
        let mut recorded: BTreeMap<&CallId, bool> = BTreeMap::new();
        for record in &records {
            match record {
                Record::Call(call) => drop(recorded.insert(&call.id, true)),
                Record::NotOver(call) => drop(recorded.insert(call, false)),
                Record::Interval(_) => {}
            }
        }
        for call in whole.fold.floor.calls() {
            prop_assert_eq!(recorded.get(call).copied().unwrap_or(false), whole.fold.floor.is_over(call), "{:?}", call);
        }
    }
}
