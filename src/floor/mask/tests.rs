//! Each type as it is told to those who may not see numbers from outside.

use super::*;
use crate::floor::time::at;
use crate::floor::{BulkStep, Direction, EventKind, Operation, Outcome, PartyRole, PartyState, ScheduledKind};
use serde_json::{Value, json};

const OUTSIDE: &str = "13800002408@test.cc";
const HIDDEN: &str = "138****2408@test.cc";

fn device(id: &str) -> DeviceId {
    DeviceId::trusted(id)
}

fn seated(agent: &str, at: Option<&str>) -> Row {
    Row { device: at.map(device), ..Row::unknown(AgentId::trusted(agent)) }
}

fn learned(rows: &[Row]) -> Mask {
    let mut mask = Mask::new([1, 2]);
    mask.learn(rows.iter().map(|row| (row, None)));
    mask
}

fn intervention(operation: Operation, agent: Option<&str>, seat: &str) -> Intervention {
    Intervention {
        id: 1,
        operation,
        agent: agent.map(AgentId::trusted),
        device: Some(device(seat)),
        call: None,
        by: AgentId::trusted("token:night"),
        by_device: device(""),
        requested_at: at(0),
        answered_after: None,
        finished_after: None,
        outcome: Outcome::Refused(0),
        deferred: false,
        holder: None,
    }
}

/// Nothing that `value` holds has a whole number from outside.
fn hides(value: &impl serde::Serialize) {
    let text = serde_json::to_string(value).unwrap();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert!(!digits.contains("13800002408"), "{text}");
}

#[test]
fn a_row_hides_whatever_comes_from_outside_and_keeps_the_agent() {
    let mut row = seated("50010001@test.cc", Some("80010001@test.cc"));
    row.name = "13800002408".to_owned();
    row.team = "Hotline 138 0000 2408".to_owned();
    row.reason = Some("call back (138) 0000-2408".to_owned());
    row.call = Some(Box::new(CallView {
        id: CallId::trusted("13800002408-1"),
        direction: Direction::Inbound,
        other: "13800002408".to_owned(),
        queue: Some("VIP 138.0000.2408".to_owned()),
        started: Some(at(1_489_846_404_000)),
        answered: None,
        holds: 0,
        parties: 2,
        stay: 1,
        listeners: vec![device(OUTSIDE), device("8000@test.cc")],
        joined: vec![device(OUTSIDE), device("80010001@test.cc"), device("80010002@test.cc")],
        recording: false,
        others: 0,
    }));
    row.intervention = Some(Box::new(Intervention {
        by_device: device(OUTSIDE),
        holder: Some(OUTSIDE.to_owned()),
        ..intervention(Operation::Join, None, OUTSIDE)
    }));
    row.scheduled = Some(Box::new(Scheduled { id: 1, kind: ScheduledKind::LogoutAfterCall, by: AgentId::trusted("5000@test.cc") }));
    let masked = learned(&[row.clone()]).row(row.clone());
    hides(&(&masked.name, &masked.team, &masked.reason));
    hides(&masked.call);
    hides(&masked.intervention);
    assert_eq!((&masked.agent, &masked.device, &masked.scheduled), (&row.agent, &row.device, &row.scheduled));
    assert_eq!(masked.name, "138****2408");
    let call = masked.call.unwrap();
    assert_eq!((call.other.as_str(), call.queue.as_deref()), ("138****2408", Some("VIP 138.****.2408")));
    assert_eq!(call.listeners, [device(HIDDEN), device("8000@test.cc")]);
    assert_eq!(call.joined, [device(HIDDEN), device("80010001@test.cc"), device("******02@test.cc")], "where an agent sits is ours");
    let action = masked.intervention.unwrap();
    assert_eq!((action.device, action.by_device, action.holder.as_deref()), (Some(device(HIDDEN)), device(HIDDEN), Some(HIDDEN)));
}

#[test]
fn names_are_peoples_and_the_own_number_in_one_is_no_secret() {
    let mask = Mask::default();
    for (agent, name, told) in [
        ("5001@test.cc", "张伟", "张伟"),
        ("5001@test.cc", "Zhang Min (5001)", "Zhang Min (5001)"),
        ("50010001@test.cc", "50010001", "50010001"),
        ("50010001@test.cc", "Name of 50010001@test.cc", "Name of 50010001@test.cc"),
        ("5001@test.cc", "50010001", "******01"),
        ("5001@test.cc", "Li １３８００００２４０８", "Li １３８****２４０８"),
        ("0000@test.cc", "138 0000 2408", "138 **** 2408"),
    ] {
        assert_eq!(mask.row(Row { name: name.to_owned(), ..seated(agent, None) }).name, told, "{agent}");
    }
}

#[test]
fn where_agents_sit_is_learned_and_forgotten() {
    let [a, b] = ["50010001@test.cc", "50010002@test.cc"];
    let [here, there] = ["80010001@test.cc", "80010002@test.cc"];
    let mut mask = learned(&[seated(a, Some(here)), seated(b, Some(there))]);
    let earlier = mask.clone();
    let whole = |mask: &Mask| [here, there].map(|id| mask.device(&device(id)).as_str() == id);
    assert_eq!(whole(&mask), [true, true]);
    // They change places, in either order.
    mask.learn([(&seated(a, Some(there)), Some(&device(here))), (&seated(b, Some(here)), Some(&device(there)))].into_iter());
    assert_eq!(whole(&mask), [true, true]);
    mask.learn([(&seated(a, None), Some(&device(there)))].into_iter());
    assert_eq!(whole(&mask), [true, false]);
    // What is said of the seat that somebody else has by now changes nothing.
    mask.learn([(&seated(a, None), Some(&device(here)))].into_iter());
    assert_eq!((whole(&mask), whole(&earlier)), ([true, false], [true, true]));
    // Who logs off is an agent still.
    assert_eq!(
        (mask.id(a), mask.number("50010001"), mask.id("50010009@test.cc")),
        (a.to_owned(), "50010001".to_owned(), "******09@test.cc".to_owned())
    );
    assert_eq!(mask.id("50010001@other.cc"), "******01@other.cc");
}

#[test]
fn a_domain_is_no_hiding_place() {
    let mask = learned(&[seated("5001@4008001234.cc", None)]);
    for (id, told) in [
        ("8001@4008001234.cc", "8001@4008001234.cc"),
        ("13800002408@4008001234.cc", "138****2408@4008001234.cc"),
        ("sip:x@13800002408", "sip:x@138****2408"),
        ("sip:x@10.0.0.1@test.cc", "sip:x@10.0.0.1@test.cc"),
        ("sip:13800002408", "sip:138****2408"),
        ("anonymous", "anonymous"),
        ("", ""),
    ] {
        assert_eq!(mask.id(id), told);
    }
}

#[test]
fn outside_numbers_of_a_step_in_are_masked_and_our_own_are_not() {
    let mask = learned(&[seated("50010001@test.cc", Some("80010001@test.cc"))]);
    let told = |intervention: Intervention| mask.intervention(intervention).device.unwrap().to_string();
    assert_eq!(told(intervention(Operation::Drop, None, "13800001111@test.cc")), "138****1111@test.cc");
    assert_eq!(told(intervention(Operation::Drop, Some("5001@test.cc"), "80010009@test.cc")), "80010009@test.cc");
    assert_eq!(told(intervention(Operation::Ready, Some("50010001@test.cc"), "80010001@test.cc")), "80010001@test.cc");
    // Whoever asked has named them, and nobody sits there.
    assert_eq!(told(intervention(Operation::Ready, Some("5002@test.cc"), OUTSIDE)), HIDDEN);
    let named = |agent: &str| mask.intervention(intervention(Operation::Ready, Some(agent), "")).agent.unwrap().to_string();
    assert_eq!([OUTSIDE, "50010001@test.cc", "5002@test.cc"].map(named), [HIDDEN, "50010001@test.cc", "5002@test.cc"]);
    let items = [OUTSIDE, "50010001@test.cc"].map(|agent| (AgentId::trusted(agent), BulkStep::Waiting)).to_vec();
    let run = BulkRun { id: 1, by: AgentId::trusted("5000@test.cc"), operation: Operation::Ready, minutes: None, items, cancelled: false };
    let asked: Vec<String> = mask.run(run).items.into_iter().map(|(agent, _)| agent.to_string()).collect();
    assert_eq!(asked, [HIDDEN, "50010001@test.cc"]);
    for (holder, named) in [
        (OUTSIDE, HIDDEN),
        ("50010001@test.cc", "50010001@test.cc"),
        ("50010001", "50010001"),
        ("5009@test.cc", "5009@test.cc"),
        ("80010001@test.cc", "80010001@test.cc"),
        ("agent 138 0000 2408", "agent 138 **** 2408"),
    ] {
        let refused = Intervention { holder: Some(holder.to_owned()), ..intervention(Operation::Ready, None, "") };
        assert_eq!(mask.intervention(refused).holder.as_deref(), Some(named));
    }
}

#[test]
fn a_call_hides_its_parties_data_and_words() {
    let party = |id: &str, agent: Option<&str>, logged_off: Option<&str>| Party {
        device: device(id),
        agent: agent.map(AgentId::trusted),
        logged_off: logged_off.map(AgentId::trusted),
        role: PartyRole::Joined,
        state: PartyState::Connected,
        since: at(0),
    };
    let call = CallRow {
        id: CallId::trusted("37db6efe-57cc-4053-b0ce-24c96eba66b0"),
        former: vec![CallId::trusted("13800002408")],
        direction: Direction::Inbound,
        kind: Some("13800002408".to_owned()),
        queue: Some("+86 138 0000 2408".to_owned()),
        started: None,
        answered: None,
        holds: Default::default(),
        recording: false,
        data: vec![("138-0000-2408".to_owned(), "VIP".to_owned()), ("callback".to_owned(), "138\u{200b}00002408".to_owned())],
        parties: vec![
            party(OUTSIDE, None, None),
            party("80010001@test.cc", Some("5001@test.cc"), None),
            party("80010002@test.cc", None, Some("5002@test.cc")),
            party("8003@test.cc", None, None),
        ],
        named: Some(device(OUTSIDE)),
        touched: at(0),
        end_not_seen: false,
        remembered: false,
        intervention: Some(Box::new(intervention(Operation::Listen, None, OUTSIDE))),
    };
    let masked = Mask::default().call(call.clone());
    hides(&masked);
    assert_eq!(masked.id, call.id);
    let told: Vec<&str> = masked.parties.iter().map(|party| party.device.as_str()).collect();
    assert_eq!(told, [HIDDEN, "80010001@test.cc", "80010002@test.cc", "8003@test.cc"]);
}

#[test]
fn a_call_whose_id_holds_a_number_has_another_name() {
    let mask = Mask::new([1, 2]);
    let [one, other] = ["c-13800002408", "c-13811112408"].map(CallId::trusted);
    let [name, another] = [&one, &other].map(|id| mask.call_id(id));
    assert!(name.as_str().starts_with("c-138****2408~") && name != another, "{name} {another}");
    assert_eq!(mask.call_id(&one), name);
    assert_eq!(mask.call_id(&name), name, "it is a name already");
    assert_ne!(Mask::new([3, 4]).call_id(&one), name, "whoever tries all numbers finds it");
    let long = CallId::trusted("1".repeat(256));
    assert!(CallId::parse(mask.call_id(&long).as_str()).is_ok());
    let line = HistoryLine { at: at(0), kind: EventKind::Held, device: Some(device(OUTSIDE)), other: None, under: one };
    let told = mask.line(line);
    assert_eq!((told.under, told.device), (name, Some(device(HIDDEN))));
}

#[test]
fn an_event_keeps_its_form_and_what_is_harmless() {
    let mask = learned(&[seated("50010001@test.cc", Some("80010001@test.cc"))]);
    let event = r#"{ "eventName":"delivered", "eventTime":"2017.03.18 14:13:24" ,"serial": 11050819,
  "topics":["CtiWorker_a","agent:50010001@test.cc","device:8016@360.cc"],"agentId":"50010001@test.cc","deviceId":"80010001@test.cc",
  "callId":"37db6efe-57cc-4053-b0ce-24c96eba66b0","connectionId":"8001@test.cc|37db6efe-57cc-4053-b0ce-24c96eba66b0",
  "isSuccess":true,"agent":{"loginTime":"2018.06.21 21:06:23","lastStatusLength":123456},"cause":"\u5f20","cause":"" }"#;
    assert_eq!(mask.event(event.as_bytes()).as_deref(), Some(event));
}

#[test]
fn of_what_the_platform_is_not_known_to_send_an_event_tells_only_that_it_is_there() {
    let event = r#"{"eventName":"agentNotReady","reason":"139, 5671, 0023","userData":{"data":{"139":"x","n":[1,3,9,{"a":null}]}},
  "params":{"agent":"5002@test.cc","Calls":201},"serial":13956710905,"topics":[13956710905,"a"],"deviceId":{"x":"139x5671"},"nextDevice1":1}"#;
    let told = r#"{"eventName":"agentNotReady","***":"***","***":{"***":{"***":"***","***":["***","***","***",{"***":null}]}},
  "***":{"***":"***","***":"***"},"serial":"***","topics":["***","a"],"deviceId":{"***":"***"},"***":"***"}"#;
    assert_eq!(Mask::default().event(event.as_bytes()).as_deref(), Some(told));
}

#[test]
fn an_event_hides_numbers_wherever_they_stand_and_however_they_are_written() {
    let mask = learned(&[seated("50010001@test.cc", Some("80010001@test.cc"))]);
    let body = r#"{"eventName":"13800002408","callingDevice":"13800002408@test.cc","from":13800002408,"to":-13800002408.0,
        "split":"138 0000 2408","\u0031\u0033800002408":"x","escaped":"\u00313800002408","wide":"１３８００００２４０８",
        "connectionId":"13800002408@test.cc|13800002408","callId":"13800002408","topics":["device:13800002408@test.cc",["(138) 0000-2408"]],
        "json":"{\"phone\":\"13800002408\",\"n\":13800002408}","url":"http%3A%2F%2Fx%2F138%200000%202408","domain":"x@13800002408",
        "userData":{"data":{"serial":13800002408,"eventTime":"13800002408","call":{"startTime":"13800002408"}}},
        "agentId":"13800002408@test.cc","to":"50010001"}"#;
    let told = mask.event(body.as_bytes()).unwrap();
    let value: Value = serde_json::from_str(&told).unwrap();
    fn texts(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Value::Object(map) => map.iter().for_each(|(key, item)| {
                found.push(key.clone());
                texts(item, found);
            }),
            other => found.push(other.to_string()),
        }
    }
    let mut all = Vec::new();
    texts(&value, &mut all);
    for text in all.iter().map(|text| text.replace("\\u0031", "1")) {
        let digits: String = text
            .chars()
            .filter_map(|c| c.to_digit(10).or_else(|| u32::from(c).checked_sub(0xff10)))
            .filter_map(|d| char::from_digit(d, 10))
            .collect();
        assert!(!digits.contains("13800002408"), "{text} in {told}");
    }
    assert_eq!(value["callingDevice"], json!(HIDDEN));
    assert_eq!(value["agentId"], HIDDEN, "none of ours");
    assert!(told.find("callingDevice") < told.find("topics") && told.find("topics") < told.find("agentId"), "the order is another: {told}");
}

#[test]
fn what_is_no_json_is_not_told() {
    let mask = Mask::default();
    for body in [&b"{\"a\":\"13800002408"[..], b"13800002408 x", b"", b"\xff\xfe", b"{\"a\":\"\\ud800\"}"] {
        assert_eq!(mask.event(body), None, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn an_agents_id_is_no_number_from_outside() {
    let event = r#"{"agentId":"50010001@test.cc","callingDevice":"13850010001@test.cc","dnis":"50010009"}"#;
    let masked = r#"{"agentId":"50010001@test.cc","callingDevice":"138****0001@test.cc","dnis":"******09"}"#;
    assert_eq!(learned(&[seated("50010001@test.cc", None)]).event(event.as_bytes()).as_deref(), Some(masked));
}
