//! Masks the numbers in an event's body as it came. Fields that the platform is known to send keep their values, with outside numbers
//! masked; of all other fields only their presence is told. The body keeps its form.

use super::Mask;
use super::text::{OUTSIDE, is_long, mask_text};
use crate::floor::CallId;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// Fields that hold a word, a time or a count.
const WORDS: [&str; 38] = [
    "_type",
    "agentMode",
    "agentStatus",
    "agentStatusTimestamp",
    "answerLength",
    "answerTime",
    "callCause",
    "callType",
    "cause",
    "conference",
    "endReason",
    "endTime",
    "eventName",
    "eventTime",
    "eventType",
    "failedCode",
    "failedMsg",
    "firstLoginTime",
    "holdLength",
    "isSuccess",
    "lastStatus",
    "lastStatusLength",
    "length",
    "localState",
    "loginTime",
    "namespace",
    "org",
    "participationType",
    "pendingMode",
    "queuedLength",
    "ringLength",
    "ringTime",
    "serial",
    "startTime",
    "talkLength",
    "tenantId",
    "topics",
    "transferred",
];
/// Fields that hold an agent's or device's id and do not end in `Device`.
const IDS: [&str; 8] = ["addedParty", "agentId", "ani", "dnis", "eventSrc", "extensionId", "firstStation", "srcDeviceId"];
/// Fields that hold a call's id.
const CALLS: [&str; 7] = ["callId", "id", "newCall", "originalCallId", "primaryOldCall", "recordId", "secondaryOldCall"];
/// The field that holds a device, a bar and a call's id.
const CONNECTION: &str = "connectionId";
/// Objects and lists whose fields are known as well. The names in call data and parameters are up to whoever attached them.
const KNOWN_PARTS: [&str; 3] = ["agent", "call", "topics"];
/// The text in place of a value or name that is not told.
const UNTOLD: &str = "***";
/// The most digits of a serial; a telephone number with its area code has more.
const LONGEST_SERIAL: usize = 9;

/// The place in a body that is being read.
#[derive(Debug, Default)]
struct Place {
    /// The name of the field whose value comes next.
    field: String,
    /// The names of the fields that are around it, the outermost first.
    around: Vec<String>,
}

impl Mask {
    /// Masks the numbers in an event's body as it came, or returns `None` if it is not JSON, such as one that was cut off.
    pub fn event(&self, body: &[u8]) -> Option<String> {
        let text = std::str::from_utf8(body).ok()?;
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        let mut masked = String::with_capacity(text.len());
        let mut place = Place::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let length = match c {
                '"' => string(rest)?,
                '-' | '0'..='9' => rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')).unwrap_or(rest.len()),
                _ => c.len_utf8(),
            };
            let (token, behind) = rest.split_at(length);
            match c {
                '"' if behind.trim_start().starts_with(':') => {
                    place.field = serde_json::from_str(token).ok()?;
                    let name = if place.is_known() { Cow::Borrowed(token) } else { Cow::Owned(format!("\"{UNTOLD}\"")) };
                    masked.push_str(&name);
                }
                '"' => {
                    let value = serde_json::from_str::<String>(token).ok()?;
                    write(&mut masked, token, self.value(&place, &value))?;
                }
                '-' | '0'..='9' if !place.may_count(token) => masked.push_str(&serde_json::to_string(UNTOLD).ok()?),
                '{' | '[' => {
                    place.around.push(place.field.clone());
                    masked.push(c);
                }
                '}' | ']' => {
                    place.field = place.around.pop().unwrap_or_default();
                    masked.push(c);
                }
                _ => masked.push_str(token),
            }
            rest = behind;
        }
        Some(masked)
    }

    /// Masks the numbers in the value of the field at `place`.
    fn value<'a>(&self, place: &Place, value: &'a str) -> Cow<'a, str> {
        if !place.is_known() {
            return Cow::Owned(UNTOLD.to_owned());
        }
        if !is_long(value) || self.is_ours(value) {
            return Cow::Borrowed(value);
        }
        let call_id = |id: &str| self.call_id(&CallId::trusted(id)).to_string();
        let field = place.field.as_str();
        match value.split_once('|') {
            Some((device, call)) if field == CONNECTION => return Cow::Owned(format!("{}|{}", self.id(device), call_id(call))),
            _ if CALLS.contains(&field) => return Cow::Owned(call_id(value)),
            _ => {}
        }
        if place.is_number() {
            return Cow::Owned(self.id(value));
        }
        match value.split_once(':') {
            // A topic: `agent:50010001@test.cc`.
            Some((_, id)) if self.is_ours(id) => Cow::Borrowed(value),
            _ if value.contains('@') && !value.contains(char::is_whitespace) => Cow::Owned(self.id(value)),
            _ => mask_text(value),
        }
    }
}

impl Place {
    /// Returns whether the platform is known to send this field here.
    fn is_known(&self) -> bool {
        let here = match self.around.as_slice() {
            [_] => true,
            [_, part] => KNOWN_PARTS.contains(&part.as_str()),
            _ => false,
        };
        let field = self.field.as_str();
        let is_part = self.around.len() == 1 && KNOWN_PARTS.contains(&field);
        here && (is_part
            || field == CONNECTION
            || (self.is_number() && field.bytes().all(|byte| byte.is_ascii_alphabetic()))
            || [&WORDS[..], &CALLS[..]].iter().any(|known| known.contains(&field)))
    }

    /// Returns whether the field holds an agent's or device's id.
    fn is_number(&self) -> bool {
        let field = self.field.as_str();
        field == "deviceId" || field.ends_with("Device") || IDS.contains(&field)
    }

    /// Returns whether a JSON number may be told: the field is known, and it is too short to be a telephone number.
    fn may_count(&self, token: &str) -> bool {
        let most = if self.field == "serial" { LONGEST_SERIAL } else { OUTSIDE - 1 };
        self.is_known()
            && token.bytes().filter(u8::is_ascii_digit).count() <= most
            && self.around.last().is_none_or(|part| part != "topics")
    }
}

/// Writes the masked string, or the token as it came if nothing in it was masked.
fn write(masked: &mut String, token: &str, value: Cow<'_, str>) -> Option<()> {
    match value {
        Cow::Borrowed(_) => masked.push_str(token),
        Cow::Owned(value) => masked.push_str(&serde_json::to_string(&value).ok()?),
    }
    Some(())
}

/// Returns the length of the JSON string that `text` begins with, quotes included, or `None` if it does not end.
fn string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
