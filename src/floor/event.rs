//! One platform event, decoded leniently (protocol, section 3): every field is optional, a field of an unexpected type counts as
//! absent, unknown fields are kept, an unknown name is [`EventKind::Other`]. Only what is not a JSON object is refused.

use super::ids::LONGEST_ID;
use super::time::{PlatformTime, Time};
use super::{AgentId, CallId, DeviceId, Namespace};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    AgentLoggedOn,
    AgentLoggedOff,
    AgentReady,
    AgentNotReady,
    AgentAllocated,
    AgentWorkingAfterCall,
    ServiceInitiated,
    Originated,
    Delivered,
    Established,
    Held,
    Retrieved,
    Conferenced,
    Transferred,
    ConnectionCleared,
    Failed,
    RecordStarted,
    RecordStopped,
    AgentStatus,
    CallEnd,
    /// A name that this edition does not know: kept, and without effect on the floor.
    Other,
}

impl EventKind {
    /// Whose serials this kind counts with.
    pub fn series(self) -> Series {
        match self {
            EventKind::AgentLoggedOn
            | EventKind::AgentLoggedOff
            | EventKind::AgentReady
            | EventKind::AgentNotReady
            | EventKind::AgentAllocated
            | EventKind::AgentWorkingAfterCall => Series::Agent,
            EventKind::AgentStatus | EventKind::CallEnd => Series::Report,
            _ => Series::Call,
        }
    }

    fn from_name(name: &str) -> EventKind {
        match name {
            "agentLoggedOn" => EventKind::AgentLoggedOn,
            "agentLoggedOff" => EventKind::AgentLoggedOff,
            "agentReady" => EventKind::AgentReady,
            "agentNotReady" => EventKind::AgentNotReady,
            "agentAllocated" => EventKind::AgentAllocated,
            "agentWorkingAfterCall" => EventKind::AgentWorkingAfterCall,
            "serviceInitiated" => EventKind::ServiceInitiated,
            "originated" => EventKind::Originated,
            "delivered" => EventKind::Delivered,
            "established" => EventKind::Established,
            "held" => EventKind::Held,
            "retrieved" => EventKind::Retrieved,
            "conferenced" => EventKind::Conferenced,
            "transferred" => EventKind::Transferred,
            "connectionCleared" => EventKind::ConnectionCleared,
            "failed" => EventKind::Failed,
            "recordStarted" => EventKind::RecordStarted,
            "recordStopped" => EventKind::RecordStopped,
            "AgentStatusEvent" => EventKind::AgentStatus,
            "CallEndEvent" => EventKind::CallEnd,
            _ => EventKind::Other,
        }
    }
}

/// What a clock on the wall shows in the platform's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Wall;

/// The platform's local time, counted as if it were UTC: not a moment before the zone is known.
pub type LocalTime = Time<Wall>;

/// What [`Event::decode`] needs to know of the platform's zone: which moment a local time is.
pub type ToUtc<'a> = &'a (dyn Fn(LocalTime) -> Instant + Sync);

/// The moment of a local time. At the end of summer time an hour occurs twice: then there are two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    pub first: PlatformTime,
    /// The later reading, where there are two.
    pub second: Option<PlatformTime>,
}

impl From<PlatformTime> for Instant {
    fn from(only: PlatformTime) -> Self {
        Instant { first: only, second: None }
    }
}

impl Instant {
    /// Returns the moment where the platform's zone is UTC.
    pub fn in_utc(local: LocalTime) -> Instant {
        PlatformTime::from_millis(local.as_millis()).into()
    }

    /// The later reading, or the only one.
    pub fn last(self) -> PlatformTime {
        self.second.unwrap_or(self.first)
    }
}

/// Which counter an event's serial belongs to, beside the component that counts (protocol, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    /// agentReady and its like.
    Agent,
    /// Calls and recordings.
    Call,
    /// AgentStatusEvent and CallEndEvent.
    Report,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    #[error("not JSON: {0}")]
    NotJson(String),
    #[error("not a JSON object")]
    NotObject,
    #[error("no eventName")]
    NoName,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: EventKind,
    pub name: String,
    /// The platform gives whole seconds. Of an hour that occurs twice it is
    /// the first reading until [`super::Floor::settle`] has chosen.
    pub time: Option<PlatformTime>,
    /// The time as the event gives it.
    pub said: Option<Instant>,
    /// `time` is not the event's own word: it stands for when it arrived.
    pub untimed: bool,
    /// When it arrived, by the platform's clock; none where nobody said.
    pub arrived: Option<PlatformTime>,
    /// Counts separately for each component, and there for each [`Series`].
    pub serial: Option<i64>,
    /// The part of the platform that wrote it, as `topics` names it: `CtiRouter_x`, `CtiWorker_y`.
    pub component: Option<String>,
    pub namespace: Option<Namespace>,
    /// Whose copy this is.
    pub source: Option<DeviceId>,
    /// Whose state changed.
    pub device: Option<DeviceId>,
    /// `agentId`, or `params.agent`: the agent at the source device.
    pub agent: Option<AgentId>,
    pub call: Option<CallId>,
    pub mode: Option<String>,
    pub reason: Option<String>,
    pub initiated: Option<DeviceId>,
    pub calling: Option<DeviceId>,
    pub called: Option<DeviceId>,
    pub alerting: Option<DeviceId>,
    pub answering: Option<DeviceId>,
    pub holding: Option<DeviceId>,
    pub retrieving: Option<DeviceId>,
    pub conferencing: Option<DeviceId>,
    pub added: Option<DeviceId>,
    pub transferring: Option<DeviceId>,
    pub transferred_to: Option<DeviceId>,
    pub releasing: Option<DeviceId>,
    pub primary_old: Option<CallId>,
    pub secondary_old: Option<CallId>,
    pub new_call: Option<CallId>,
    pub call_type: Option<String>,
    /// The queue.
    pub split: Option<String>,
    /// What recordStopped names instead of its call.
    pub record: Option<String>,
    pub status: Option<Status>,
    /// Every field that is not above, as it came.
    pub rest: Map<String, Value>,
}

/// What an AgentStatusEvent says of its agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub agent: AgentId,
    pub device: Option<DeviceId>,
    pub name: Option<String>,
    /// One of the protocol's agentStatus words.
    pub word: String,
    pub since: Option<Instant>,
    /// Calls of the day, and the seconds spent talking and in after-call work.
    pub calls: Option<u32>,
    pub talk_seconds: Option<u32>,
    pub after_call_seconds: Option<u32>,
}

impl Event {
    /// Decodes one message body.
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

/// `topics` are for subscribers; one of them names the writer.
fn component(map: &Map<String, Value>) -> Option<String> {
    let topics = map.get("topics")?.as_array()?.iter().filter_map(Value::as_str);
    let names = |topic: &&str| topic.starts_with("CtiRouter_") || topic.starts_with("CtiWorker_");
    topics.filter(|topic| topic.len() <= LONGEST).find(names).map(str::to_owned)
}

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

/// Longer texts are no ids, names or times of this protocol.
const LONGEST: usize = LONGEST_ID;

fn as_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

fn as_integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| as_text(value)?.parse().ok())
}

/// Takes a field out of the map where it is a text or a number; leaves it there where it is something else.
fn text(map: &mut Map<String, Value>, name: &str) -> Option<String> {
    let text = as_text(map.get(name)?)?;
    map.remove(name);
    Some(text)
}

fn device(map: &mut Map<String, Value>, name: &str) -> Option<DeviceId> {
    text(map, name).map(DeviceId::trusted)
}

/// `"0"` stands for "no call" in `primaryOldCall` and `secondaryOldCall`.
fn call(map: &mut Map<String, Value>, name: &str) -> Option<CallId> {
    text(map, name).filter(|id| id != "0").map(CallId::trusted)
}

/// Reads `2017.03.18 14:13:24` (also with dashes, a `T`, or a fraction).
fn local_time(time: &str) -> Option<LocalTime> {
    let mut parts = time.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = |longest: usize| -> Option<i64> {
        let part = parts.next()?;
        if part.len() <= longest { part.parse().ok() } else { None }
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let (hour, minute, second) = (next(2)?, next(2)?, next(2)?);
    let sane = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !sane || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970 by the proleptic Gregorian calendar, years counted from March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(LocalTime::from_millis((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_time_is_read() {
        assert_eq!(local_time("1970.01.01 00:00:00"), Some(LocalTime::from_millis(0)));
        assert_eq!(local_time("2017.03.18 14:13:24"), Some(LocalTime::from_millis(1_489_846_404_000)));
        assert_eq!(local_time("2024-02-29T23:59:59.123"), Some(LocalTime::from_millis(1_709_251_199_000)));
        for bad in ["", "2017", "2017.13.01 00:00:00", "1489846404", "yesterday"] {
            assert_eq!(local_time(bad), None, "{bad}");
        }
    }

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
