//! Row 9: who has a part in a call, and who only listens.

use super::*;

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
