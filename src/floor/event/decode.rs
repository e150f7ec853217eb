//! Reads one message body as an event.

use super::kind::EventKind;
use super::time::{ToUtc, local_time};
use super::{Event, EventError, Status};
use crate::floor::ids::LONGEST_ID;
use crate::floor::{AgentId, CallId, DeviceId, Namespace};
use serde_json::{Map, Value};

impl Event {
    /// Decodes one message body; `to_utc` knows the platform's zone.
    ///
    /// ```
    /// use supervisor_console::floor::event::{Instant, LocalTime};
    /// use supervisor_console::floor::{Event, EventKind, PlatformTime};
    ///
    /// // The platform's local time is eight hours ahead of UTC, as in Shanghai.
    /// let in_shanghai = |local: LocalTime| Instant::from(PlatformTime::from_millis(local.as_millis() - 8 * 3_600_000));
    /// let body = br#"{"eventName": "agentReady", "eventTime": "2017.03.18 14:13:24", "serial": 11050820, "agentId": "5002@test.cc",
    ///     "deviceId": "8002@test.cc", "agentMode": "Ready", "devices": {"Voice": "8002@test.cc"}}"#;
    ///
    /// let event = Event::decode(body, &in_shanghai)?;
    /// assert_eq!(event.kind, EventKind::AgentReady);
    /// assert_eq!(event.time, Some(PlatformTime::from_millis(1_489_817_604_000)));
    /// assert_eq!(event.agent.map(|agent| agent.number().to_owned()), Some("5002".to_owned()));
    /// // Fields that the console does not know are kept.
    /// assert_eq!(event.rest["devices"]["Voice"], "8002@test.cc");
    /// # Ok::<(), supervisor_console::floor::EventError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`EventError`] if the body is not JSON, is not an object or has no `eventName`. Nothing else is refused.
    pub fn decode(body: &[u8], to_utc: ToUtc) -> Result<Event, EventError> {
        let value: Value = serde_json::from_slice(body).map_err(|error| EventError::NotJson(error.to_string()))?;
        let Value::Object(mut map) = value else { return Err(EventError::NotObject) };
        let name = text(&mut map, "eventName").ok_or(EventError::NoName)?;
        let kind = EventKind::from_name(&name);
        let at_params = map.get("params").and_then(|params| params.get("agent")).and_then(as_text);
        let status = if kind == EventKind::AgentStatus { status(&map, to_utc) } else { None };
        // A finished call is told whole.
        let ended = if kind == EventKind::CallEnd { map.get("call").and_then(|call| call.get("id")).and_then(as_text) } else { None };
        let ended = ended.map(CallId::trusted);
        let agent = text(&mut map, "agentId").or(at_params).map(AgentId::trusted);
        let time = text(&mut map, "eventTime").and_then(|time| local_time(&time)).map(to_utc);
        Ok(Event {
            kind,
            time: time.map(|time| time.first),
            said: time,
            untimed: false,
            arrived: None,
            component: component(&map),
            serial: map.remove("serial").as_ref().and_then(as_integer),
            namespace: text(&mut map, "namespace").map(Namespace::trusted),
            source: device(&mut map, "srcDeviceId"),
            device: device(&mut map, "deviceId"),
            agent: agent.or_else(|| status.as_ref().map(|status| status.agent.clone())),
            call: call(&mut map, "callId").or(ended),
            mode: text(&mut map, "agentMode"),
            reason: text(&mut map, "reason"),
            initiated: device(&mut map, "initiatedDevice"),
            calling: device(&mut map, "callingDevice"),
            called: device(&mut map, "calledDevice"),
            alerting: device(&mut map, "alertingDevice"),
            answering: device(&mut map, "answeringDevice"),
            holding: device(&mut map, "holdingDevice"),
            retrieving: device(&mut map, "retrievingDevice"),
            conferencing: device(&mut map, "conferencingDevice"),
            added: device(&mut map, "addedParty"),
            transferring: device(&mut map, "transferringDevice"),
            transferred_to: device(&mut map, "transferredToDevice"),
            releasing: device(&mut map, "releasingDevice"),
            primary_old: call(&mut map, "primaryOldCall"),
            secondary_old: call(&mut map, "secondaryOldCall"),
            new_call: call(&mut map, "newCall"),
            call_type: text(&mut map, "callType"),
            split: text(&mut map, "split"),
            record: text(&mut map, "recordId"),
            status,
            name,
            rest: map,
        })
    }
}

/// Returns the component that wrote the event: one of its `topics` names it.
fn component(map: &Map<String, Value>) -> Option<String> {
    let topics = map.get("topics")?.as_array()?.iter().filter_map(Value::as_str);
    let names = |topic: &&str| topic.starts_with("CtiRouter_") || topic.starts_with("CtiWorker_");
    topics.filter(|topic| topic.len() <= LONGEST).find(names).map(str::to_owned)
}

/// Reads what an AgentStatusEvent says of its agent, or returns `None` if agent or status is missing.
fn status(map: &Map<String, Value>, to_utc: ToUtc) -> Option<Status> {
    let agent = map.get("agent")?;
    let of_agent = |name: &str| agent.get(name).and_then(as_text);
    let count = |name: &str| {
        let value = map.get("params")?.get(name).and_then(as_text)?;
        value.split('.').next()?.parse().ok()
    };
    Some(Status {
        agent: AgentId::trusted(of_agent("agentId")?),
        device: of_agent("extensionId").map(DeviceId::trusted),
        name: of_agent("agentName"),
        word: of_agent("agentStatus").or_else(|| of_agent("agentMode"))?,
        since: of_agent("agentStatusTimestamp").and_then(|time| local_time(&time)).map(to_utc),
        calls: count("CallsTotal"),
        talk_seconds: count("TalkTime"),
        after_call_seconds: count("AcwTime"),
    })
}

/// The longest text in bytes; longer ones are no ids, names or times of this protocol and count as absent.
const LONGEST: usize = LONGEST_ID;

/// Reads a text or number as text, without the space around it; `None` if it is empty, too long or something else.
fn as_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

/// Reads a number, or a text that holds one.
fn as_integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| as_text(value)?.parse().ok())
}

/// Takes a field out of the map if it is a text or a number; leaves it there if it is something else.
fn text(map: &mut Map<String, Value>, name: &str) -> Option<String> {
    let text = as_text(map.get(name)?)?;
    map.remove(name);
    Some(text)
}

/// Takes a device's id out of the map.
fn device(map: &mut Map<String, Value>, name: &str) -> Option<DeviceId> {
    text(map, name).map(DeviceId::trusted)
}

/// Takes a call's id out of the map; `"0"` stands for "no call" in `primaryOldCall` and `secondaryOldCall`.
fn call(map: &mut Map<String, Value>, name: &str) -> Option<CallId> {
    text(map, name).filter(|id| id != "0").map(CallId::trusted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::Instant;

    #[test]
    fn unknown_fields_are_kept_and_wrong_types_count_as_absent() {
        let event = Event::decode(br#"{"eventName":"agentReady","serial":"7","agentId":["x"],"later":{"a":1}}"#, &Instant::in_utc).unwrap();
        assert_eq!((event.kind, event.serial, event.agent), (EventKind::AgentReady, Some(7), None));
        assert_eq!(event.rest["later"]["a"], 1);
        assert_eq!(event.rest["agentId"][0], "x");
    }

    #[test]
    fn what_is_no_event_is_refused() {
        assert!(matches!(Event::decode(b"{", &Instant::in_utc), Err(EventError::NotJson(_))));
        assert_eq!(Event::decode(b"[1]", &Instant::in_utc), Err(EventError::NotObject));
        assert_eq!(Event::decode(b"{}", &Instant::in_utc), Err(EventError::NoName));
    }
}
