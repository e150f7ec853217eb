//! An event that names nobody in particular is about its `deviceId`, and proves what that device did.

use super::*;
use crate::floor::{AgentId, ConsoleTime, Intervention, Operation, PhoneOperation};

/// Asserts that the operation, asked for by agent 1 about c1, is proved by that event of 8001, and by the same of 8002 not.
fn is_proved(play: &Play, operation: Operation, name: &str) {
    let (agent, own) = (AgentId::trusted("5001@test.cc"), DeviceId::trusted(device(1)));
    let asked = Intervention {
        device: Some(own.clone()),
        call: Some(CallId::trusted("c1")),
        ..Intervention::requested(operation, agent, own, ConsoleTime::from_millis(0))
    };
    for (subject, proves) in [(1, true), (2, false)] {
        let fields = json!({"callId": "c1", "srcDeviceId": device(subject), "deviceId": device(subject)});
        let told = event(name, 90, 1090, fields);
        let mut floor = play.floor.clone();
        floor.apply(&told);
        assert_eq!(asked.is_proved_by(&told, &floor), proves, "{operation:?} by {name} of 800{subject}");
    }
}

#[test]
fn what_an_event_names_nobody_of_is_done_by_its_device() {
    let mut play = Play::new();
    play.inbound(1);
    for (operation, name) in [
        (PhoneOperation::Answer, "established"),
        (PhoneOperation::Hold, "held"),
        (PhoneOperation::Retrieve, "retrieved"),
        (PhoneOperation::ConsultCancel, "retrieved"),
        (PhoneOperation::Drop, "connectionCleared"),
        (PhoneOperation::Transfer, "transferred"),
        (PhoneOperation::ConsultTransfer, "transferred"),
        (PhoneOperation::Conference, "conferenced"),
        (PhoneOperation::ConsultConference, "conferenced"),
    ] {
        is_proved(&play, Operation::Phone(operation), name);
    }
    is_proved(&play, Operation::Drop, "connectionCleared");
    for operation in [Operation::Join, Operation::Take, Operation::Listen] {
        is_proved(&play, operation, "established");
    }
    is_proved(&play, Operation::Join, "conferenced");
}
