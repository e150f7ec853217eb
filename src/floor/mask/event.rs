//! Events as they came, without the numbers. The body keeps its form: what need not be hidden stays as it was written.

use super::Mask;
use super::text::{is_long, mask_text};
use crate::floor::CallId;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// Fields whose values may have as many digits as a number, and are none.
const HARMLESS: [&str; 10] = [
    "serial",
    "eventTime",
    "agentStatusTimestamp",
    "lastStatusLength",
    "loginTime",
    "firstLoginTime",
    "startTime",
    "ringTime",
    "answerTime",
    "endTime",
];
/// What may have such fields: what call data is called is up to whoever attached it.
const WITH_HARMLESS: [&str; 2] = ["agent", "call"];
/// Fields that hold a call's id.
const CALLS: [&str; 6] = ["callId", "primaryOldCall", "secondaryOldCall", "newCall", "originalCallId", "id"];
/// A device, a bar, and a call's id.
const CONNECTION: &str = "connectionId";

/// Where one is in a body.
#[derive(Debug, Default)]
struct Place {
    /// The field whose value comes.
    field: String,
    /// The fields that one is inside of, and how deep that is.
    around: Vec<String>,
}

impl Mask {
    /// An event's body as it came, its numbers hidden; none where it is not JSON, such as one that was cut off.
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
                    let name = serde_json::from_str::<String>(token).ok()?;
                    write(&mut masked, token, mask_text(&name))?;
                }
                '"' => {
                    let value = serde_json::from_str::<String>(token).ok()?;
                    write(&mut masked, token, self.value(&place, &value))?;
                }
                '-' | '0'..='9' if is_long(token) && !place.is_harmless() => {
                    masked.push_str(&serde_json::to_string(&super::mask_number(token)).ok()?);
                }
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

    fn value<'a>(&self, place: &Place, value: &'a str) -> Cow<'a, str> {
        if !is_long(value) || place.is_harmless() || self.is_ours(value) {
            return Cow::Borrowed(value);
        }
        let call_id = |id: &str| self.call_id(&CallId::trusted(id)).to_string();
        let field = place.field.as_str();
        match value.split_once('|') {
            Some((device, call)) if field == CONNECTION => return Cow::Owned(format!("{}|{}", self.id(device), call_id(call))),
            _ if CALLS.contains(&field) => return Cow::Owned(call_id(value)),
            _ => {}
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
    fn is_harmless(&self) -> bool {
        let known = match self.around.as_slice() {
            [_] => true,
            [_, inner] => WITH_HARMLESS.contains(&inner.as_str()),
            _ => false,
        };
        known && HARMLESS.contains(&self.field.as_str())
    }
}

/// Writes the string as it came where nothing in it was hidden.
fn write(masked: &mut String, token: &str, value: Cow<'_, str>) -> Option<()> {
    match value {
        Cow::Borrowed(_) => masked.push_str(token),
        Cow::Owned(value) => masked.push_str(&serde_json::to_string(&value).ok()?),
    }
    Some(())
}

/// How long the string is that `text` begins with, its quotes included.
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
