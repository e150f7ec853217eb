//! Which event proves what (protocol, section 5): the odd cases, each with the least that brings it about.

use super::sequences::{CUSTOMER, Play};
use super::*;
use crate::floor::event::{Instant, LocalTime};
use crate::floor::{CallId, CallRow, DeviceId, PartyRole, PartyState};

const ROUTER: &str = "CtiRouter_r1";
const WORKER: &str = "CtiWorker_w1";
const OTHER_WORKER: &str = "CtiWorker_w2";

fn call(floor: &Floor, id: &str) -> Option<CallRow> {
    floor.call_row(&CallId::trusted(id))
}

fn parties(row: &CallRow) -> Vec<(&str, PartyState)> {
    row.parties.iter().map(|party| (party.device.number(), party.state)).collect()
}

/// An event of one component, at `second` by that component's clock.
fn by(component: &str, name: &str, second: i64, serial: i64, mut fields: Value) -> Event {
    fields["topics"] = json!(["csta", component, name]);
    event(name, second, serial, fields)
}

fn mode(component: &str, name: &str, n: u8, second: i64, serial: i64) -> Event {
    by(component, name, second, serial, json!({"agentId": format!("500{n}@test.cc"), "deviceId": device(n), "srcDeviceId": device(n)}))
}

fn agent_at(name: &str, n: u8, at: u8, second: i64, serial: i64) -> Event {
    event(name, second, serial, json!({"agentId": format!("500{n}@test.cc"), "deviceId": device(at), "srcDeviceId": device(at)}))
}

/// 8001 holds c1 and rings 8002 by c2.
fn ringing_consultation() -> Play {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1).say("held", "c1", &one, json!({"holdingDevice": one}));
    play.say("originated", "c2", &one, json!({"callingDevice": one, "calledDevice": two}));
    for source in [&one, &two] {
        play.say("delivered", "c2", source, json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two}));
    }
    play
}

#[test]
fn row_1_a_transfer_while_it_rings_is_no_answer() {
    for new in ["c1", "c2", "c3"] {
        let mut play = ringing_consultation();
        let (one, two) = (device(1), device(2));
        let moved = json!({"transferringDevice": one, "transferredToDevice": two, "primaryOldCall": "c1", "secondaryOldCall": "c2", "newCall": new});
        play.say("transferred", "c1", &one, moved.clone()).say("transferred", "c2", &two, moved);
        assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ready], "{new}");
        assert_eq!(parties(&call(&play.floor, new).unwrap()), [("13800002408", PartyState::Connected), ("8002", PartyState::Alerting)]);
        play.say("established", new, &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "answeringDevice": two}));
        assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready], "{new}");
    }
}

#[test]
fn row_1_a_conference_with_who_has_not_answered_is_no_answer() {
    let mut play = ringing_consultation();
    let (one, two) = (device(1), device(2));
    let joined = json!({"conferencingDevice": one, "addedParty": two, "newCall": "c1", "primaryOldCall": "c1", "secondaryOldCall": "c2"});
    for source in [&one, &two] {
        play.say("conferenced", "c1", source, joined.clone());
    }
    assert_eq!(states(&play.floor), [State::OnCall, State::Ringing, State::Ready]);
    play.say("established", "c1", &two, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
    assert_eq!(states(&play.floor), [State::Conference, State::Conference, State::Ready]);
}

#[test]
fn row_1_a_single_step_transfer_under_a_new_id_rings() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    let moved =
        json!({"transferringDevice": one, "transferredToDevice": two, "primaryOldCall": "0", "secondaryOldCall": "c1", "newCall": "c2"});
    play.inbound(1).say("transferred", "c1", &one, moved);
    assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ready]);
    play.say("delivered", "c2", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "alertingDevice": two}));
    assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ready]);
    play.say("established", "c2", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "answeringDevice": two}));
    assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready]);
    assert_eq!(row(&play.floor, 2).call.unwrap().queue.as_deref(), Some("Claims"));
}

#[test]
fn row_2_a_log_off_in_mid_call_ends_no_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentLoggedOff", 1, play.second + 60, 900));
    assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).call), (State::LoggedOut, None));
    let (id, one) = (CallId::trusted("c1"), DeviceId::trusted(device(1)));
    let live = call(&play.floor, "c1").unwrap();
    assert!(!live.end_not_seen && play.floor.in_call(&one, &id) && play.floor.call_is_live(&id));
    let party = live.party(&one).unwrap();
    let left = party.logged_off.as_ref().map(AgentId::as_str);
    assert_eq!((party.agent.as_ref(), left, party.state), (None, Some("5001@test.cc"), PartyState::Connected));
    // It ends as calls end.
    let mut ended = play.floor.clone();
    ended.apply(&event("connectionCleared", 200, 2000, json!({"callId": "c1", "srcDeviceId": one, "releasingDevice": one})));
    assert_eq!(call(&ended, "c1"), None);
    // Or when its telephone is heard in another call.
    play.floor.apply(&event("originated", 200, 2000, json!({"callId": "c2", "srcDeviceId": one, "callingDevice": one})));
    assert!(call(&play.floor, "c1").unwrap().end_not_seen);
}

#[test]
fn row_2_who_logged_off_before_the_call_has_not_left_during_it() {
    let mut play = Play::new();
    play.floor.apply(&agent_event("agentLoggedOff", 1, 30, 900));
    play.inbound(1);
    let free = call(&play.floor, "c1").unwrap();
    assert_eq!(free.party(&DeviceId::trusted(device(1))).map(|party| (&party.agent, &party.logged_off)), Some((&None, &None)));
}

#[test]
fn row_2_the_mark_names_who_was_in_the_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentLoggedOff", 1, play.second + 60, 900));
    // Somebody else's log-off from that seat, and one who only sat there afterwards.
    play.floor.apply(&agent_at("agentLoggedOff", 2, 1, play.second + 50, 890));
    play.floor.apply(&agent_at("agentLoggedOn", 4, 1, play.second + 90, 901));
    play.floor.apply(&agent_at("agentLoggedOff", 4, 1, play.second + 95, 902));
    let party = call(&play.floor, "c1").unwrap().party(&DeviceId::trusted(device(1))).unwrap().clone();
    assert_eq!((party.agent, party.logged_off.as_ref().map(AgentId::number)), (None, Some("5001")));
}

#[test]
fn row_2_who_sits_down_at_a_telephone_that_talks_has_its_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentLoggedOff", 1, play.second + 60, 900));
    play.floor.apply(&agent_at("agentLoggedOn", 4, 1, play.second + 90, 901));
    assert_eq!((row(&play.floor, 4).state, row(&play.floor, 4).call.unwrap().id.as_str()), (State::OnCall, "c1"));
    assert_eq!(call(&play.floor, "c1").unwrap().parties[1].logged_off, None);
}

#[test]
fn row_3_not_ready_in_mid_call_ends_no_call() {
    let mut play = Play::new();
    play.inbound(1);
    play.floor.apply(&agent_event("agentNotReady", 1, play.second + 60, 900));
    assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).call.is_some()), (State::OnCall, true));
    let status = json!({"agent": {"agentId": "5001@test.cc", "extensionId": device(1), "agentStatus": "NotReady"}});
    play.floor.apply(&event("AgentStatusEvent", play.second + 90, 5, status));
    assert_eq!(row(&play.floor, 1).state, State::OnCall);
    play.leaves("c1", &device(1), &[&device(1)]);
    assert_eq!(row(&play.floor, 1).state, State::NotReady);
}

#[test]
fn row_4_a_log_off_speaks_of_the_binding_that_it_names() {
    // 5001 moved from 8001 to 8005: late, and later than the move.
    for (second, serial) in [(20, 15), (40, 950)] {
        let mut play = Play::new();
        play.floor.apply(&agent_at("agentLoggedOn", 1, 5, 30, 900));
        play.floor.apply(&agent_at("agentReady", 1, 5, 30, 901));
        play.inbound(5);
        assert_eq!(row(&play.floor, 1).state, State::OnCall);
        play.floor.apply(&agent_at("agentLoggedOff", 1, 1, second, serial));
        let still = row(&play.floor, 1);
        assert_eq!((still.state, still.device.unwrap().number().to_owned()), (State::OnCall, "8005".to_owned()), "{second}");
        play.floor.apply(&agent_at("agentLoggedOff", 1, 5, 300, 960));
        assert_eq!((row(&play.floor, 1).state, row(&play.floor, 1).device), (State::LoggedOut, None));
    }
}

#[test]
fn row_4_who_sat_there_before_takes_nobody_along() {
    let mut play = Play::new();
    // 5002 sat at 8001 before 5001 did.
    play.floor.apply(&agent_at("agentLoggedOn", 2, 1, 10, 900));
    play.floor.apply(&agent_at("agentLoggedOn", 1, 1, 20, 901));
    play.floor.apply(&agent_at("agentReady", 1, 1, 20, 902));
    play.inbound(1);
    play.floor.apply(&agent_at("agentLoggedOff", 2, 1, 120, 903));
    assert_eq!(states(&play.floor)[..2], [State::OnCall, State::LoggedOut]);
    assert_eq!(play.floor.agent_at(&DeviceId::trusted(device(1))).unwrap().number(), "5001");
    let talking = call(&play.floor, "c1").unwrap();
    assert!(!talking.end_not_seen && talking.parties[1].logged_off.is_none());
}

#[test]
fn row_4_a_status_of_logged_out_speaks_of_its_extension() {
    let mut floor = three_ready();
    floor.apply(&agent_at("agentLoggedOn", 1, 5, 30, 900));
    floor.apply(&agent_at("agentReady", 1, 5, 30, 901));
    let gone = |extension: String| json!({"agent": {"agentId": "5001@test.cc", "extensionId": extension, "agentStatus": "Logout"}});
    floor.apply(&event("AgentStatusEvent", 60, 5, gone(device(1))));
    assert_eq!((row(&floor, 1).state, row(&floor, 1).device.is_some()), (State::Ready, true));
    floor.apply(&event("AgentStatusEvent", 61, 6, gone(device(5))));
    assert_eq!(row(&floor, 1).state, State::LoggedOut);
}

#[test]
fn row_5_a_number_that_is_no_telephone_of_ours_holds_no_call_open() {
    let (one, two) = (device(1), device(2));
    for target in ["6001@test.cc", "95588@test.cc", "110@test.cc", "13912340000@test.cc"] {
        let mut play = Play::new();
        let moved = json!({"transferringDevice": one, "transferredToDevice": target, "newCall": "c1", "secondaryOldCall": "c1"});
        play.inbound(1).say("transferred", "c1", &one, moved);
        // In a queue, or outside: none of ours is in it.
        assert_eq!(call(&play.floor, "c1"), None, "{target}");
        play.say("delivered", "c1", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "alertingDevice": two}));
        play.say("established", "c1", &two, json!({"callingDevice": CUSTOMER, "calledDevice": two, "answeringDevice": two}));
        let back = call(&play.floor, "c1").unwrap();
        assert_eq!(parties(&back), [("13800002408", PartyState::Connected), ("8002", PartyState::Connected)], "{target}");
        play.leaves("c1", &two, &[&two]);
        assert_eq!((call(&play.floor, "c1"), states(&play.floor)), (None, [State::Ready; 3]), "{target}");
    }
}

#[test]
fn row_5_a_telephone_of_ours_is_known_by_its_copies_however_long_its_number() {
    let mut floor = Floor::default();
    let (long, outside) = ("8675588001@test.cc", "110@test.cc");
    let rings = json!({"callId": "c1", "srcDeviceId": long, "callingDevice": outside, "calledDevice": long, "alertingDevice": long});
    floor.apply(&event("delivered", 1, 1, rings));
    assert_eq!(floor.call_row(&CallId::trusted("c1")).unwrap().direction, crate::floor::Direction::Inbound);
    let moved =
        json!({"callId": "c1", "srcDeviceId": long, "transferringDevice": long, "transferredToDevice": "120@test.cc", "newCall": "c1"});
    floor.apply(&event("transferred", 2, 2, moved));
    assert_eq!(call(&floor, "c1"), None);
}

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

#[test]
fn row_8_device_id_is_whose_state_changed() {
    let mut play = Play::new();
    let (one, two) = (device(1), device(2));
    play.inbound(1);
    for source in [&one, &two] {
        play.say("delivered", "c1", source, json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two}));
        play.say("established", "c1", source, json!({"callingDevice": one, "calledDevice": two, "answeringDevice": two}));
    }
    assert_eq!(call(&play.floor, "c1").unwrap().in_it(), 3);
    for source in [&one, &two] {
        play.say("held", "c1", source, json!({"deviceId": one}));
    }
    assert_eq!(states(&play.floor)[..2], [State::OnHold, State::Conference]);
    for source in [&one, &two] {
        play.say("retrieved", "c1", source, json!({"deviceId": one}));
    }
    for source in [&one, &two] {
        play.say("connectionCleared", "c1", source, json!({"deviceId": one}));
    }
    let left = call(&play.floor, "c1").unwrap();
    assert_eq!(parties(&left), [("13800002408", PartyState::Connected), ("8002", PartyState::Connected)]);
    // Nobody named at all: nothing is known to have changed.
    play.say("connectionCleared", "c1", &two, json!({})).say("held", "c1", &two, json!({}));
    assert_eq!(states(&play.floor)[..2], [State::Ready, State::OnCall]);
}

/// 8002 talks in c1; 8000 hears it by c3, a call of its own.
fn monitored() -> Play {
    let mut play = Play::new();
    let (two, listener) = (device(2), device(0));
    play.inbound(2);
    for name in ["delivered", "established"] {
        let role = if name == "delivered" { "alertingDevice" } else { "answeringDevice" };
        let mut fields = json!({"callingDevice": two, "calledDevice": listener});
        fields[role] = listener.clone().into();
        play.say(name, "c3", &listener, fields);
    }
    play
}

#[test]
fn row_9_being_named_elsewhere_is_no_part() {
    let mut play = monitored();
    play.second += 60;
    play.say("held", "c1", &device(2), json!({"holdingDevice": device(2)}));
    play.say("retrieved", "c1", &device(2), json!({"retrievingDevice": device(2)}));
    let (state, watched) = (row(&play.floor, 2).state, row(&play.floor, 2).call.unwrap());
    assert_eq!((state, watched.id.as_str(), watched.others), (State::OnCall, "c1", 0));
    assert!(!call(&play.floor, "c1").unwrap().end_not_seen);
    let own = call(&play.floor, "c3").unwrap();
    assert_eq!((parties(&own), own.named.as_ref().map(DeviceId::number)), (vec![("8000", PartyState::Connected)], Some("8002")));
    play.leaves("c3", &device(0), &[&device(0)]);
    assert_eq!((call(&play.floor, "c3"), row(&play.floor, 2).state), (None, State::OnCall));
}

#[test]
fn row_9_the_listener_may_be_the_caller() {
    let mut play = Play::new();
    let (two, listener) = (device(2), device(0));
    play.inbound(2);
    let ends = json!({"callingDevice": listener, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
    for name in ["originated", "delivered", "established"] {
        play.say(name, "c3", &listener, ends.clone());
        assert_eq!(row(&play.floor, 2).call.unwrap().id.as_str(), "c1", "{name}");
    }
    assert!(!call(&play.floor, "c1").unwrap().end_not_seen);
    let own = call(&play.floor, "c3").unwrap();
    assert_eq!((parties(&own), own.named.as_ref().map(DeviceId::number)), (vec![("8000", PartyState::Connected)], Some("8002")));
    play.leaves("c3", &listener, &[&listener]);
    assert_eq!((call(&play.floor, "c3"), row(&play.floor, 2).state), (None, State::OnCall));
}

#[test]
fn row_9_who_was_asked_to_listen_by_a_call_of_its_own_is_a_listener() {
    let mut play = Play::new();
    play.inbound(2);
    play.floor.expect_listener(&CallId::trusted("c1"), &DeviceId::trusted(device(0)));
    let (two, listener) = (device(2), device(0));
    assert_eq!(row(&play.floor, 2).call.unwrap().listeners, []);
    play.say("established", "c3", &listener, json!({"callingDevice": two, "calledDevice": listener, "answeringDevice": listener}));
    let listens = |play: &Play| row(&play.floor, 2).call.unwrap().listeners.iter().map(|l| l.number().to_owned()).collect::<Vec<_>>();
    assert_eq!((listens(&play), row(&play.floor, 2).call.unwrap().parties), (vec!["8000".to_owned()], 2));
    assert_eq!(call(&play.floor, "c1").unwrap().party(&DeviceId::trusted(listener.clone())).unwrap().role, PartyRole::Listener);
    assert_eq!(call(&play.floor, "c3").unwrap().parties[0].role, PartyRole::Listener);
    play.leaves("c3", &listener, &[&listener]);
    assert_eq!(listens(&play), [""; 0]);
}

#[test]
fn row_10_a_call_that_its_caller_gives_up_rings_nowhere() {
    let mut play = Play::new();
    let phones = [1, 2, 3].map(device);
    for phone in &phones {
        for source in &phones {
            play.say("delivered", "c1", source, json!({"callingDevice": CUSTOMER, "alertingDevice": phone}));
        }
    }
    assert_eq!(states(&play.floor), [State::Ringing; 3]);
    play.leaves("c1", CUSTOMER, &[&phones[0], &phones[1], &phones[2]]);
    assert_eq!((states(&play.floor), call(&play.floor, "c1")), ([State::Ready; 3], None));
}

#[test]
fn row_10_the_callers_end_may_be_told_by_a_worker_that_is_behind() {
    for behind in [0, 1, 5] {
        let (mut floor, phones) = (three_ready(), [1, 2, 3].map(device));
        for (n, phone) in (0..).zip(&phones) {
            let rings = json!({"callId": "c1", "srcDeviceId": phone, "callingDevice": CUSTOMER, "alertingDevice": phone});
            floor.apply(&by(WORKER, "delivered", 62, n, rings));
        }
        assert_eq!(states(&floor), [State::Ringing; 3], "{behind}");
        for (n, phone) in (0..).zip(&phones) {
            let over = json!({"callId": "c1", "srcDeviceId": phone, "deviceId": CUSTOMER, "releasingDevice": CUSTOMER});
            floor.apply(&by(OTHER_WORKER, "connectionCleared", 62 - behind, n, over));
        }
        assert_eq!((states(&floor), call(&floor, "c1")), ([State::Ready; 3], None), "{behind}");
    }
}

#[test]
fn row_10_a_phone_that_stops_ringing_ends_nothing_for_the_others() {
    let mut play = Play::new();
    let phones = [1, 2, 3].map(device);
    for phone in &phones {
        play.say("delivered", "c1", phone, json!({"callingDevice": CUSTOMER, "alertingDevice": phone}));
    }
    play.leaves("c1", &phones[0], &[&phones[0], &phones[1], &phones[2]]);
    assert_eq!(states(&play.floor), [State::Ready, State::Ringing, State::Ringing]);
    play.say("established", "c1", &phones[1], json!({"callingDevice": CUSTOMER, "answeringDevice": phones[1]}));
    // Answered: now the caller's end is one of several.
    play.leaves("c1", &phones[2], &[&phones[1]]);
    assert_eq!(states(&play.floor), [State::Ready, State::OnCall, State::Ready]);
}

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

#[test]
fn a_call_that_two_workers_tell_of_is_one_call() {
    // The second worker, whose telephone is 8002, is five seconds behind.
    let (one, two) = (device(1), device(2));
    let told = |floor: &mut Floor, name: &str, second: i64, serial: i64, fields: Value| {
        for (source, component, behind) in [(&one, WORKER, 0), (&two, OTHER_WORKER, 5)] {
            let mut fields = fields.clone();
            (fields["callId"], fields["srcDeviceId"]) = ("c1".into(), source.clone().into());
            floor.apply(&by(component, name, second - behind, serial, fields));
        }
    };
    let mut floor = three_ready();
    let ends = json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
    told(&mut floor, "delivered", 60, 1, ends.clone());
    told(&mut floor, "established", 61, 2, ends);
    told(&mut floor, "held", 62, 3, json!({"holdingDevice": one}));
    assert_eq!((states(&floor)[0], call(&floor, "c1").unwrap().holds.count), (State::OnHold, 1));
    told(&mut floor, "retrieved", 63, 4, json!({"retrievingDevice": one}));
    told(&mut floor, "held", 64, 5, json!({"holdingDevice": one}));
    told(&mut floor, "retrieved", 65, 6, json!({"retrievingDevice": one}));
    assert_eq!((states(&floor)[..2].to_vec(), call(&floor, "c1").unwrap().holds.count), (vec![State::OnCall; 2], 2));
    told(&mut floor, "connectionCleared", 66, 7, json!({"releasingDevice": two}));
    assert_eq!((call(&floor, "c1"), states(&floor)), (None, [State::Ready; 3]));
}

#[test]
fn a_consultation_by_another_worker_becomes_part_of_the_call() {
    let (one, two) = (device(1), device(2));
    for skew in [-5, 0, 5] {
        let (mut floor, mut serial) = (three_ready(), 0);
        let mut told = |component: &str, name: &str, second: i64, call: &str, source: &str, mut fields: Value| {
            serial += 1;
            (fields["callId"], fields["srcDeviceId"]) = (call.into(), source.into());
            floor.apply(&by(component, name, second + if component == WORKER { 0 } else { skew }, serial, fields));
        };
        let inbound =
            json!({"callingDevice": CUSTOMER, "calledDevice": one, "alertingDevice": one, "answeringDevice": one, "split": "Claims"});
        told(WORKER, "delivered", 60, "c1", &one, inbound.clone());
        told(WORKER, "established", 61, "c1", &one, inbound);
        told(WORKER, "held", 62, "c1", &one, json!({"holdingDevice": one}));
        told(OTHER_WORKER, "serviceInitiated", 62, "c2", &one, json!({"initiatedDevice": one}));
        told(OTHER_WORKER, "originated", 62, "c2", &one, json!({"callingDevice": one, "calledDevice": two}));
        let ends = json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
        for (name, second) in [("delivered", 63), ("established", 64)] {
            told(OTHER_WORKER, name, second, "c2", &one, ends.clone());
            told(OTHER_WORKER, name, second, "c2", &two, ends.clone());
        }
        let moved = json!({"transferringDevice": one, "transferredToDevice": two, "primaryOldCall": "c1", "secondaryOldCall": "c2", "newCall": "c3"});
        told(WORKER, "transferred", 65, "c1", &one, moved.clone());
        told(OTHER_WORKER, "transferred", 65, "c2", &two, moved);
        assert_eq!(states(&floor), [State::Ready, State::OnCall, State::Ready], "{skew}");
        let merged = call(&floor, "c3").unwrap();
        assert_eq!(parties(&merged), [("13800002408", PartyState::Connected), ("8002", PartyState::Connected)], "{skew}");
        assert_eq!((merged.queue.as_deref(), merged.holds.count, merged.holds.running), (Some("Claims"), 1, None), "{skew}");
        assert_eq!(row(&floor, 2).call.unwrap().other, "13800002408", "{skew}");
    }
}

#[test]
fn who_did_not_get_the_call_is_consulted_about_it_by_a_worker_that_is_behind() {
    let (one, two) = (device(1), device(2));
    let mut told = Vec::new();
    let mut tell = |component: &str, name: &str, second: i64, call: &str, source: &str, mut fields: Value| {
        (fields["callId"], fields["srcDeviceId"]) = (call.into(), source.into());
        told.push(by(component, name, second, told.len() as i64, fields));
    };
    // The customer rings at 8001 and 8002; 8001 answers, and 8002 rings no more.
    let offered = |to: &str| json!({"callingDevice": CUSTOMER, "calledDevice": to, "alertingDevice": to, "answeringDevice": to});
    for device in [&one, &two] {
        tell(WORKER, "delivered", 60, "c1", device, offered(device));
    }
    for device in [&one, &two] {
        tell(WORKER, "established", 60, "c1", device, offered(&one));
    }
    for device in [&one, &two] {
        tell(WORKER, "connectionCleared", 60, "c1", device, json!({"releasingDevice": two}));
    }
    tell(WORKER, "held", 63, "c1", &one, json!({"holdingDevice": one}));
    // Then 8001 asks 8002 and has it join: by this worker's clock before the ringing.
    let asks = json!({"callingDevice": one, "calledDevice": two, "alertingDevice": two, "answeringDevice": two});
    for name in ["delivered", "established"] {
        for device in [&one, &two] {
            tell(OTHER_WORKER, name, 59, "c2", device, asks.clone());
        }
    }
    let joins = json!({"conferencingDevice": one, "addedParty": two, "primaryOldCall": "c1", "secondaryOldCall": "c2", "newCall": "c1"});
    tell(WORKER, "conferenced", 64, "c1", &one, joins.clone());
    tell(OTHER_WORKER, "conferenced", 60, "c2", &two, joins);
    let mut floor = three_ready();
    for event in &told {
        floor.apply(event);
    }
    let expected = [("13800002408", PartyState::Connected), ("8001", PartyState::Connected), ("8002", PartyState::Connected)];
    let row = call(&floor, "c1").unwrap();
    let mut parties = parties(&row);
    parties.sort_unstable_by_key(|(number, _)| *number);
    assert_eq!(parties, expected);
}

#[test]
fn what_comes_an_hour_late_does_not_begin_a_call_anew() {
    let mut play = Play::new();
    let one = device(1);
    play.inbound(1).leaves("c1", &one, &[&one]);
    // Long enough ago for the call to be kept no longer.
    for n in 0..8_192 {
        play.floor.apply(&event("other", 3_000, 100_000 + n, json!({})));
        play.floor.apply(&event("agentReady", 3_000, 200_000 + n, json!({"agentId": "5009@test.cc"})));
    }
    assert!(play.floor.calls().next().is_none());
    let rings = json!({"callId": "c1", "srcDeviceId": one, "callingDevice": CUSTOMER, "alertingDevice": one, "deviceId": one});
    play.floor.apply(&event("delivered", 61, 1061, rings));
    assert_eq!((call(&play.floor, "c1"), row(&play.floor, 1).state), (None, State::Ready));
}
