//! What is read of a body, and what is not; and that it is what one finds who builds all of its JSON first.

use super::*;
use crate::floor::Figure;
use crate::floor::event::time::local_time;
use crate::floor::event::{Instant, LocalTime};
use crate::floor::ids::LONGEST_ID;
use crate::floor::{DeviceId, Namespace};
use proptest::prelude::*;

#[test]
fn unknown_fields_are_passed_over_and_wrong_types_count_as_absent() {
    let event = Event::decode(br#"{"eventName":"agentReady","serial":"7","agentId":["x"],"later":{"a":1}}"#, &Instant::in_utc).unwrap();
    assert_eq!((event.kind, event.serial, event.agent), (EventKind::AgentReady, Some(7), None));
}

#[test]
fn what_is_no_event_is_refused() {
    assert!(matches!(Event::decode(b"{", &Instant::in_utc), Err(EventError::NotJson(_))));
    assert_eq!(Event::decode(b"[1]", &Instant::in_utc), Err(EventError::NotObject));
    assert_eq!(Event::decode(b"{}", &Instant::in_utc), Err(EventError::NoName));
}

#[test]
fn of_a_field_that_occurs_twice_the_last_value_counts() {
    let event = |fields: &str| Event::decode(format!(r#"{{"eventName":"held",{fields}}}"#).as_bytes(), &Instant::in_utc).unwrap();
    assert_eq!(event(r#""callId":"a","callId":"b""#).call, Some(CallId::trusted("b")));
    assert_eq!(event(r#""callId":"a","call\u0049d":7"#).call, Some(CallId::trusted("7")));
    assert_eq!(event(r#""callId":"a","callId":null"#).call, None);
    assert_eq!(event(r#""params":{"agent":"a"},"params":{}"#).agent, None);
    assert_eq!(event(r#""userData":{"data":{"a":1}},"userData":{"data":{"b":2}}"#).data.keys().collect::<Vec<_>>(), ["b"]);
}

/// Decodes by way of a `Value`.
fn by_value(body: &[u8], to_utc: ToUtc) -> Result<Event, EventError> {
    let value: Value = serde_json::from_slice(body).map_err(|error| EventError::NotJson(error.to_string()))?;
    let Value::Object(map) = value else { return Err(EventError::NotObject) };
    let within = |object: &str, name: &str| map.get(object).and_then(|object| object.get(name));
    let text = |name: &str| map.get(name).and_then(as_text);
    let device = |name: &str| text(name).map(DeviceId::trusted);
    let call = |name: &str| text(name).filter(|id| id != "0").map(CallId::trusted);
    let time = |text: String| local_time(&text).map(to_utc);
    let name = text("eventName").ok_or(EventError::NoName)?;
    let kind = EventKind::from_name(&name);
    let of_agent = |name: &str| within("agent", name).and_then(as_text);
    let status = || {
        Some(Status {
            agent: AgentId::trusted(of_agent("agentId")?),
            device: of_agent("extensionId").map(DeviceId::trusted),
            name: of_agent("agentName"),
            namespace: within("agent", "namespace").and_then(Value::as_str).map(str::to_owned),
            word: of_agent("agentStatus").or_else(|| of_agent("agentMode"))?,
            since: of_agent("agentStatusTimestamp").and_then(time),
        })
    };
    let figure = |figure: Figure| {
        let value = within("params", figure.param())?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some((figure, text.split('.').next()?.parse().ok()?))
    };
    let status = if kind == EventKind::AgentStatus { status() } else { None };
    let figures = if kind == EventKind::AgentStatus { Figure::ALL.into_iter().filter_map(figure).collect() } else { Vec::new() };
    let agent = text("agentId").or_else(|| within("params", "agent").and_then(as_text)).map(AgentId::trusted);
    let ended = if kind == EventKind::CallEnd { within("call", "id").and_then(as_text).map(CallId::trusted) } else { None };
    let topics = map.get("topics").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let names = |topic: &&str| topic.len() <= LONGEST_ID && (topic.starts_with("CtiRouter_") || topic.starts_with("CtiWorker_"));
    let said = text("eventTime").and_then(time);
    Ok(Event {
        kind,
        time: said.map(|time| time.first),
        said,
        untimed: false,
        arrived: None,
        component: topics.filter(|topic| names(topic)).map(str::to_owned).next(),
        serial: map.get("serial").and_then(|value| value.as_i64().or_else(|| as_text(value)?.parse().ok())),
        namespace: text("namespace").map(Namespace::trusted),
        source: device("srcDeviceId"),
        device: device("deviceId"),
        agent: agent.or_else(|| status.as_ref().map(|status| status.agent.clone())),
        call: call("callId").or(ended),
        mode: text("agentMode"),
        reason: text("reason"),
        initiated: device("initiatedDevice"),
        calling: device("callingDevice"),
        called: device("calledDevice"),
        alerting: device("alertingDevice"),
        answering: device("answeringDevice"),
        holding: device("holdingDevice"),
        retrieving: device("retrievingDevice"),
        conferencing: device("conferencingDevice"),
        added: device("addedParty"),
        transferring: device("transferringDevice"),
        transferred_to: device("transferredToDevice"),
        releasing: device("releasingDevice"),
        primary_old: call("primaryOldCall"),
        secondary_old: call("secondaryOldCall"),
        new_call: call("newCall"),
        call_type: text("callType"),
        split: text("split"),
        record: text("recordId"),
        data: within("userData", "data").and_then(Value::as_object).cloned().unwrap_or_default(),
        status,
        figures,
        name: name.into(),
    })
}

/// Reads a text or number as text, without the space around it; `None` if it is empty, too long or something else.
fn as_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST_ID).then_some(text)
}

fn samples() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/events");
    let files = [folder.clone(), folder.join("later")].into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let files = files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut samples: Vec<_> = files.map(|file| std::fs::read(file).unwrap()).collect();
    samples.sort();
    samples
}

/// Compares what both make of a body.
fn is_read_the_same(body: &[u8]) -> Result<(), TestCaseError> {
    // A zone in which some local times occur twice.
    let to_utc = |local: LocalTime| match local.as_millis() % 2_000 {
        0 => Instant::in_utc(local),
        _ => {
            Instant { second: Some(Instant::in_utc(LocalTime::from_millis(local.as_millis() + 3_600_000)).first), ..Instant::in_utc(local) }
        }
    };
    prop_assert_eq!(Event::decode(body, &to_utc), by_value(body, &to_utc), "{}", String::from_utf8_lossy(body));
    Ok(())
}

#[test]
fn what_is_nested_out_of_range_or_broken_is_refused_as_by_the_parser() {
    for sample in samples() {
        is_read_the_same(&sample).unwrap();
        assert_eq!(Event::decode(&sample, &Instant::in_utc).map(|event| event.kind.name() == Some(&*event.name)), Ok(true));
    }
    for depth in [1, 125, 126, 127, 128, 129, 1_000] {
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
        let deep_objects = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        for value in [deep(""), deep("1"), deep_objects, deep("\"\\ud800\"")] {
            for field in ["later", "agentId", "topics", "params", "agent"] {
                is_read_the_same(format!(r#"{{"eventName":"AgentStatusEvent","{field}":{value}}}"#).as_bytes()).unwrap();
                is_read_the_same(
                    format!(r#"{{"eventName":"held","userData":{{"{field}":{value},"data":{{"{field}":{value}}}}}}}"#).as_bytes(),
                )
                .unwrap();
            }
        }
    }
    let odd = [
        "1e999",
        "-0",
        "1E2",
        "01",
        "1.",
        "tru",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\x\"",
        "\"a\tb\"",
        "\"\u{7f}\"",
        "{\"a\"}",
        "[1,]",
        "{,}",
        "\"\\u0000\"",
    ];
    for odd in odd {
        for field in ["later", "serial", "callId", "eventName"] {
            is_read_the_same(format!(r#"{{"eventName":"held","{field}":{odd}}}"#).as_bytes()).unwrap();
        }
    }
    for body in [
        &b""[..],
        b" ",
        b"{} x",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\xff\"",
        b"[\xff",
        b"\"x\"",
        b"7",
        b"null {}",
        b"{\"\xc3\\u0080\":1}",
    ] {
        is_read_the_same(body).unwrap();
    }
    let long = "9".repeat(LONGEST_ID);
    for text in [format!("{long} "), format!(" {long}9"), format!("000{long}"), " 7 ".into(), "+7".into(), "7.9".into()] {
        let params = Figure::ALL.map(|figure| format!(r#""{}":"{text}""#, figure.param())).join(",");
        let body = format!(
            r#"{{"eventName":"AgentStatusEvent","serial":"{text}","callId":"{text}","params":{{{params},"agent":"{text}"}},"agent":{{"agentId":"a","agentMode":"{text}","namespace":"{text}"}},"topics":["CtiRouter_{text}","CtiRouter_x"]}}"#
        );
        is_read_the_same(body.as_bytes()).unwrap();
    }
}

/// The name of a field, sometimes written with an escape.
fn any_name() -> impl Strategy<Value = String> {
    let names = [
        "eventName",
        "eventTime",
        "serial",
        "topics",
        "namespace",
        "srcDeviceId",
        "deviceId",
        "agentId",
        "callId",
        "agentMode",
        "reason",
        "initiatedDevice",
        "callingDevice",
        "calledDevice",
        "alertingDevice",
        "answeringDevice",
        "holdingDevice",
        "retrievingDevice",
        "conferencingDevice",
        "addedParty",
        "transferringDevice",
        "transferredToDevice",
        "releasingDevice",
        "primaryOldCall",
        "secondaryOldCall",
        "newCall",
        "callType",
        "split",
        "recordId",
        "params",
        "userData",
        "agent",
        "call",
        "data",
        "id",
        "extensionId",
        "agentName",
        "agentStatus",
        "agentStatusTimestamp",
        "CallsTotal",
        "TalkTime",
        "AcwTime",
        "AuxCount",
        "AvgWorkTime",
        "other",
        "",
    ];
    (prop::sample::select(names.to_vec()), 0..8_u8).prop_map(|(name, how)| match (how, name.split_at_checked(1)) {
        (0, Some((first, rest))) => format!("\\u{:04x}{rest}", first.as_bytes()[0]),
        _ => name.to_owned(),
    })
}

/// A value, as it stands in the body.
fn any_value() -> impl Strategy<Value = String> {
    let texts = [
        "agentReady",
        "delivered",
        "AgentStatusEvent",
        "CallEndEvent",
        "new",
        "0",
        " 0",
        "7",
        " 7 ",
        "7.5",
        "-3",
        "+7",
        "",
        " ",
        "5001@test.cc",
        "test.cc",
        "2017.03.18 14:13:24",
        "2017-03-18T14:13:25.9",
        "2017.03.18",
        "CtiWorker_a",
        "CtiRouter_b",
        "CtiRouter",
        "Ready",
        "\\n",
        "\\u0000",
        "\\\"",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\x",
        "\\u00e9",
        "é中",
        "\u{85} x\u{3000}",
    ];
    let numbers = [
        "0",
        "-0",
        "7",
        "-7",
        "7.0",
        "7.9",
        "1e2",
        "1e999",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "01",
        "4294967296",
    ];
    let leaf = prop_oneof![
        6 => prop::sample::select(texts.to_vec()).prop_map(|text| format!("\"{text}\"")),
        2 => prop::sample::select(numbers.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["null", "true", "false", "nul", "{}", "[]"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 24, 6, |value| {
        prop_oneof![prop::collection::vec(value.clone(), 0..5).prop_map(|values| format!("[{}]", values.join(","))), any_object(value),]
    })
}

/// An object of such values; a name may occur twice.
fn any_object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let space = prop::sample::select(vec!["", "", " ", "\n", "\r\n\t"]);
    prop::collection::vec((any_name(), value, space), 0..7).prop_map(|fields| {
        let fields: Vec<_> = fields.iter().map(|(name, value, space)| format!("{space}\"{name}\"{space}:{space}{value}{space}")).collect();
        format!("{{{}}}", fields.join(","))
    })
}

/// What happens to a body on its way: where, what, and a byte.
fn any_change() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"\"\\{}[]:,0e.-nu \n".to_vec())];
    prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, byte), 1..3)]
}

fn changed(mut body: Vec<u8>, changes: Vec<(prop::sample::Index, u8, u8)>) -> Vec<u8> {
    for (at, what, byte) in changes {
        let at = at.index(body.len() + 1);
        match what {
            0 => body.truncate(at),
            1 => body.insert(at, byte),
            _ if at == body.len() => {}
            2 => body[at] = byte,
            _ => drop(body.remove(at)),
        }
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_body_is_read_as_if_all_of_it_were_built(
        kind in prop::sample::select(vec!["agentReady", "delivered", "AgentStatusEvent", "AgentStatusEvent", "CallEndEvent", "new"]),
        first in any::<bool>(), object in any_object(any_value()), status in any_object(any_value()), params in any_object(any_value()), changes in any_change(),
    ) {
        let parts = format!(r#""eventName":"{kind}","agent":{{"agentId":"a","agentStatus":"b"}},"agent":{status},"params":{params}"#);
        let rest = object.trim_start_matches('{').trim_end_matches('}');
        let body = match (first, rest.trim().is_empty()) {
            (_, true) => format!("{{{parts}}}"),
            (true, _) => format!("{{{parts},{rest}}}"),
            (false, _) => format!("{{{rest},{parts}}}"),
        };
        is_read_the_same(&changed(body.into_bytes(), changes))?;
    }

    #[test]
    fn a_sample_is_read_the_same_whatever_happened_to_it(sample in prop::sample::select(samples()), changes in any_change()) {
        is_read_the_same(&changed(sample, changes))?;
    }
}
