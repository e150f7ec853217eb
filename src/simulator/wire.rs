//! Events as the platform writes them: the fields of its samples, in their order, with the local time of day.

use super::floor::{AgentStatus, CallEnd, Content, Event, Millis, team_id};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

/// What the time of day is when the floor's clock shows `floor`.
pub struct Clock {
    pub zone: TimeZone,
    pub wall: Timestamp,
    pub floor: Millis,
    pub speed: f64,
    /// How far each component's clock is ahead, in milliseconds: the router's, then each worker's. Missing ones are right.
    pub ahead: Vec<i64>,
}

impl Clock {
    /// The same, as the component that tells `event` has it.
    fn of(&self, event: &Event) -> Clock {
        let component = match &event.content {
            Content::Agent { .. } => 0,
            _ => usize::from(event.worker) + 1,
        };
        let ahead = SignedDuration::from_millis(self.ahead.get(component).copied().unwrap_or(0));
        Clock { zone: self.zone.clone(), wall: self.wall.checked_add(ahead).unwrap_or(self.wall), ahead: Vec::new(), ..*self }
    }

    /// A moment of the floor as `2017.03.18 14:13:24`.
    pub fn at(&self, moment: Millis) -> String {
        let ago = self.real(self.floor.saturating_sub(moment));
        let wall = self.wall.checked_sub(SignedDuration::from_millis(ago as i64)).unwrap_or(self.wall);
        wall.to_zoned(self.zone.clone()).strftime("%Y.%m.%d %H:%M:%S").to_string()
    }

    fn real(&self, length: Millis) -> u64 {
        (length as f64 / self.speed) as u64
    }

    /// A length of floor time in seconds on the wall, so that it agrees with the times of day.
    fn seconds(&self, length: Millis) -> u64 {
        self.real(length) / 1000
    }
}

/// The body of a MESSAGE.
pub fn body(event: &Event, namespace: &str, clock: &Clock) -> Vec<u8> {
    // Maps with text keys cannot fail to serialise.
    serde_json::to_vec(&Wire { event, namespace, clock: &clock.of(event) }).unwrap_or_default()
}

struct Wire<'a> {
    event: &'a Event,
    namespace: &'a str,
    clock: &'a Clock,
}

impl Serialize for Wire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Wire { event, namespace, clock } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("eventName", event.name)?;
        match &event.content {
            Content::Call { .. } => map.serialize_entry("eventSrc", &event.src.as_deref())?,
            Content::Recording { device, .. } => map.serialize_entry("eventSrc", &**device)?,
            Content::Status(status) => map.serialize_entry("eventSrc", &format!("AS:{}", status.agent))?,
            Content::Agent { .. } | Content::CallEnd(_) => {}
        }
        map.serialize_entry("eventTime", &clock.at(clock.floor))?;
        let event_type = match &event.content {
            Content::Agent { .. } => "agent",
            Content::Call { .. } | Content::Recording { .. } => "csta",
            Content::Status(_) => "agentStatus",
            Content::CallEnd(_) => "call",
        };
        map.serialize_entry("eventType", event_type)?;
        map.serialize_entry("serial", &event.serial)?;
        map.serialize_entry("params", &params(event, namespace, clock))?;
        map.serialize_entry("_type", &type_name(event))?;
        map.serialize_entry("topics", &topics(event, namespace))?;
        map.serialize_entry("namespace", namespace)?;
        if let Some(src) = &event.src {
            map.serialize_entry("srcDeviceId", &**src)?;
        }
        match &event.content {
            Content::Agent { agent, mode, reason } => {
                map.serialize_entry("deviceId", &event.src.as_deref())?;
                map.serialize_entry("agentId", &**agent)?;
                map.serialize_entry("agentMode", mode.as_str())?;
                if let Some(reason) = reason {
                    map.serialize_entry("reason", reason)?;
                }
                map.serialize_entry("devices", &json!({ "Voice": event.src.as_deref() }))?;
            }
            Content::Call { call, device, connection, state, fields } => {
                map.serialize_entry("callId", &**call)?;
                map.serialize_entry("deviceId", &**device)?;
                map.serialize_entry("localState", state)?;
                map.serialize_entry("connectionId", &format!("{connection}|{call}"))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
            }
            Content::Recording { fields, .. } => {
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
            }
            Content::Status(status) => map.serialize_entry("agent", &status_json(status, namespace, clock))?,
            Content::CallEnd(end) => map.serialize_entry("call", &call_end_json(end, namespace, clock))?,
        }
        map.end()
    }
}

fn params(event: &Event, namespace: &str, clock: &Clock) -> Value {
    match &event.content {
        Content::Status(status) => {
            let figures = status.counters.report(status.status, |length| clock.seconds(length));
            figures.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Content::CallEnd(_) => json!({ "subscriptionId": "http://callbackUrl" }),
        _ => {
            let mut params = json!({
                "_amqpTopic": format!("event.csta.{namespace}"),
                "subscriptionId": format!("http%3A%2F%2F127.0.0.1%3A58080%2Fevent-sink%2Fcsta%2F{namespace}"),
            });
            if let Some(agent) = &event.agent {
                set(&mut params, "agent", json!(&**agent));
            }
            params
        }
    }
}

fn type_name(event: &Event) -> String {
    match &event.content {
        Content::Status(_) | Content::CallEnd(_) => format!("component.cti.event.model.{}", event.name),
        _ => {
            let mut letters = event.name.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
            format!("component.cti.event.{}Event", first.chain(letters).collect::<String>())
        }
    }
}

fn topics(event: &Event, namespace: &str) -> Vec<String> {
    let agent = event.agent.as_ref().map(|agent| format!("agent:{agent}"));
    let device = event.src.as_ref().map(|src| format!("device:{src}"));
    match &event.content {
        Content::Status(_) => vec!["model".into(), worker(event)],
        Content::CallEnd(_) => vec!["model".into()],
        Content::Agent { .. } => ["CtiRouter_ctirouter-sim01".to_owned()]
            .into_iter()
            .chain(agent)
            .chain([event.name.to_owned(), format!("agent:{namespace}")])
            .chain(device)
            .chain(["agent".to_owned(), "csta".to_owned()])
            .collect(),
        Content::Call { .. } | Content::Recording { .. } => {
            let reference = event
                .src
                .iter()
                .flat_map(|src| src.bytes())
                .filter(u8::is_ascii_digit)
                .fold(0u32, |sum, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')));
            agent
                .into_iter()
                .chain(["extension".to_owned(), event.name.to_owned(), format!("crossRefId:{reference}"), worker(event)])
                .chain(device)
                .chain(["csta".to_owned()])
                .collect()
        }
    }
}

/// The worker's name among the topics.
fn worker(event: &Event) -> String {
    format!("CtiWorker_ctiworker-sim{:02}", event.worker + 1)
}

fn status_json(status: &AgentStatus, namespace: &str, clock: &Clock) -> Value {
    json!({
        "agentId": &*status.agent,
        "extensionId": status.device.as_deref(),
        "agentMode": status.mode.as_str(),
        "reason": status.reason.as_deref().unwrap_or("0"),
        "agentName": status.name,
        "org": team_id(status.team),
        "namespace": namespace,
        "agentStatus": status.status,
        "agentStatusTimestamp": clock.at(status.since),
        "lastStatus": status.last_status,
        "lastStatusLength": clock.seconds(status.last_length),
        "loginTime": clock.at(status.login_time),
        "firstLoginTime": clock.at(status.first_login),
    })
}

fn call_end_json(end: &CallEnd, namespace: &str, clock: &Clock) -> Value {
    let between = |from: Option<Millis>, to: Option<Millis>| clock.seconds(from.zip(to).map_or(0, |(from, to)| to.saturating_sub(from)));
    let ring = between(end.delivered, end.answered.or(end.delivered.is_some().then_some(end.ended)));
    let number = |id: &str| id.split('@').next().unwrap_or_default().to_owned();
    let mut call = json!({
        "id": &*end.id,
        "callType": end.kind.as_str(),
        "ani": number(&end.ani),
        "dnis": number(&end.dnis),
        "startTime": clock.at(end.started),
        "endTime": clock.at(end.ended),
        "talkLength": between(end.answered, Some(end.ended)),
        "answerLength": if end.answered.is_some() { ring } else { 0 },
        "ringLength": ring,
        "holdLength": clock.seconds(end.held),
        "abandLength": if end.answered.is_none() { ring } else { 0 },
        "queuedLength": 0,
        "length": between(Some(end.started), Some(end.ended)),
        "endReason": end.reason,
        "conference": u8::from(end.conferenced),
        "transferred": u8::from(end.transfers > 0),
        "internalTransferCount": end.transfers,
        "tenantId": "34bc437b-69ec-4219-90a1-e672dd9d2a9c",
        "namespace": namespace,
        "callPartyList": [],
        "callSegments": [],
        "attchedData": { "data": { "originalCallId": &*end.id, "originalANI": &*end.ani, "originalDNIS": &*end.dnis } },
    });
    let optional = [
        ("firstStation", end.first_station.as_ref().map(|station| json!(&**station))),
        ("answerTime", end.answered.map(|moment| json!(clock.at(moment)))),
        ("failedCode", end.failed_code.map(|code| json!(code.to_string()))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            set(&mut call, name, value);
        }
    }
    call
}

/// Sets a member of an object.
fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
