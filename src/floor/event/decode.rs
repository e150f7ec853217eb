//! Reads one message body as an event.

use super::fields::Fields;
use super::kind::EventKind;
use super::read::Into;
use super::time::ToUtc;
use super::{Event, EventError, Status};
use crate::floor::{AgentId, CallId};
use serde::de::DeserializeSeed;
use serde_json::{Deserializer, Value};
use std::borrow::Cow;

#[cfg(test)]
mod tests;

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
    /// # Ok::<(), supervisor_console::floor::EventError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`EventError`] if the body is not JSON, is not an object or has no `eventName`. Nothing else is refused.
    pub fn decode(body: &[u8], to_utc: ToUtc) -> Result<Event, EventError> {
        let fields = read(body)?;
        let name = fields.name.0.ok_or(EventError::NoName)?;
        let kind = EventKind::from_name(&name);
        let params = fields.params;
        let (status, figures) = match kind {
            EventKind::AgentStatus => {
                let part = fields.status;
                let status = part.agent.zip(part.status.or(part.mode)).map(|(agent, word)| Status {
                    agent,
                    device: part.device,
                    name: part.name,
                    namespace: part.namespace.0,
                    word,
                    since: part.since.0.map(to_utc),
                });
                (status, params.figures())
            }
            _ => (None, Vec::new()),
        };
        // A finished call is told whole.
        let ended = fields.ended.id.filter(|_| kind == EventKind::CallEnd);
        let agent = fields.agent.or_else(|| params.agent.0.map(|agent| AgentId::trusted(&*agent)));
        let time = fields.time.0.map(to_utc);
        Ok(Event {
            kind,
            name: kind.name().map_or_else(|| Cow::Owned(name.into_owned()), Cow::Borrowed),
            time: time.map(|time| time.first),
            said: time,
            untimed: false,
            arrived: None,
            component: fields.component.0,
            serial: fields.serial.0,
            namespace: fields.namespace,
            source: fields.source,
            device: fields.device,
            agent: agent.or_else(|| status.as_ref().map(|status| status.agent.clone())),
            call: call(fields.call).or(ended),
            mode: fields.mode,
            reason: fields.reason,
            initiated: fields.initiated,
            calling: fields.calling,
            called: fields.called,
            alerting: fields.alerting,
            answering: fields.answering,
            holding: fields.holding,
            retrieving: fields.retrieving,
            conferencing: fields.conferencing,
            added: fields.added,
            transferring: fields.transferring,
            transferred_to: fields.transferred_to,
            releasing: fields.releasing,
            primary_old: call(fields.primary_old),
            secondary_old: call(fields.secondary_old),
            new_call: call(fields.new_call),
            call_type: fields.call_type,
            split: fields.split,
            record: fields.record,
            data: fields.user_data.data.0,
            status,
            figures,
        })
    }
}

/// Reads the fields of a body.
fn read(body: &[u8]) -> Result<Fields<'_>, EventError> {
    let Ok(text) = std::str::from_utf8(body) else { return Err(EventError::NotJson(why_not_json(body))) };
    let mut fields = Fields::default();
    let mut json = Deserializer::from_str(text);
    Into(&mut fields).deserialize(&mut json).and_then(|()| json.end()).map_err(|error| EventError::NotJson(error.to_string()))?;
    if fields.is_object { Ok(fields) } else { Err(EventError::NotObject) }
}

/// Returns the parser's words for a body that is not UTF-8; it says where.
fn why_not_json(body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body).map_or_else(|error| error.to_string(), |_| "not UTF-8".to_owned())
}

/// Returns a call's id; `"0"` stands for "no call" in `primaryOldCall` and `secondaryOldCall`.
fn call(id: Option<CallId>) -> Option<CallId> {
    id.filter(|id| id.as_str() != "0")
}
