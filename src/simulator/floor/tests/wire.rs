//! Events have the fields of the platform's samples.

use super::*;

#[test]
fn the_wire_has_the_fields_of_the_samples() {
    let mut floor = silent(3);
    let call = floor.make_call("8001@t", "8002").unwrap();
    pass(&mut floor, 1_000);
    floor.single_step_transfer(&call, "8002@t", "8003").unwrap();
    pass(&mut floor, 1_000);
    floor.set_mode("5002@t", None, Mode::NotReady, Some("Lunch".into())).unwrap();
    let clock = crate::simulator::wire::Clock {
        zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(),
        wall: "2017-03-18T06:13:24Z".parse().unwrap(),
        floor: floor.now(),
        speed: 1.0,
        ahead: Vec::new(),
    };
    let events = floor.take_events();
    let json = |name: &str| -> Value {
        let event = events.iter().find(|event| event.name == name).unwrap();
        serde_json::from_slice(&crate::simulator::wire::body(event, "t", &clock)).unwrap()
    };
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let set = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
    let common =
        "eventName eventSrc eventTime eventType serial params _type topics namespace srcDeviceId callId deviceId localState connectionId";
    let delivered = json("delivered");
    assert_eq!(keys(&delivered), set(&format!("{common} alertingDevice callingDevice calledDevice userData callCause callType")));
    assert_eq!(delivered["eventTime"], "2017.03.18 14:13:24");
    assert_eq!(delivered["_type"], "component.cti.event.DeliveredEvent");
    assert_eq!(delivered["connectionId"], format!("8001@t|{call}"));
    assert_eq!(delivered["params"]["agent"], "5001@t");
    assert_eq!(
        keys(&json("transferred")),
        set(&format!("{common} originCallInfo primaryOldCall secondaryOldCall transferringDevice transferredToDevice newCall"))
    );
    let mode = json("agentNotReady");
    assert_eq!(
        keys(&mode),
        set("eventName eventTime eventType serial params _type topics namespace srcDeviceId deviceId agentId agentMode reason devices")
    );
    assert_eq!((&mode["serial"].is_u64(), &mode["reason"]), (&true, &Value::from("Lunch")));
    let status = json("AgentStatusEvent");
    assert!(status["params"].as_object().unwrap().values().all(Value::is_string));
    assert_eq!((&status["eventType"], &status["agent"]["agentId"]), (&Value::from("agentStatus"), &Value::from("5001@t")));
}
