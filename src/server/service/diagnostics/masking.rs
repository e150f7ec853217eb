//! What everything passes before it is told: secrets that are known are struck out, and outside numbers masked, also in what has no form that is
//! known: requests, answers, lines of the log, the floor's memory.

use crate::floor::visibility::NumberFilter;
use crate::server::telemetry::wire::without_secrets;
use serde_json::{Map, Value};
use std::net::{IpAddr, SocketAddr};

/// What is done with JSON's own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// They may be telephone numbers.
    AreMasked,
    /// They are times and counts.
    Stay,
}

/// Tells things without secrets and outside numbers.
pub struct Teller {
    pub filter: NumberFilter,
    /// The secrets that are known: of the configuration, and the sessions at the platform.
    pub secrets: Vec<String>,
}

impl Teller {
    /// Any text.
    pub fn text(&self, text: &str) -> String {
        self.filter.text(self.without_secrets(text))
    }

    /// A text without known secrets.
    pub fn without_secrets(&self, text: &str) -> String {
        self.secrets
            .iter()
            .filter(|secret| text.contains(secret.as_str()))
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// An event's body; what is no event, as any text.
    pub fn event(&self, bytes: &[u8]) -> String {
        let body = without_secrets(bytes, &[]);
        match self.filter.event(body.as_bytes()) {
            Some(masked) => self.without_secrets(&masked),
            None => self.text(&body),
        }
    }

    /// A body: JSON with its texts masked, or any other text.
    pub fn body(&self, text: &str) -> String {
        match serde_json::from_str::<Value>(text) {
            Ok(json) => self.without_secrets(&self.value(json, Numbers::AreMasked).to_string()),
            Err(_) => self.text(text),
        }
    }

    /// Every text in it, the names of fields included.
    pub fn value(&self, value: Value, numbers: Numbers) -> Value {
        let within = |inner| self.value(inner, numbers);
        match value {
            Value::String(text) => Value::String(self.ids(&text)),
            Value::Number(number) if numbers == Numbers::AreMasked => match number.to_string() {
                text if self.text(&text) == text => Value::Number(number),
                text => Value::String(self.text(&text)),
            },
            Value::Array(items) => Value::Array(items.into_iter().map(within).collect()),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, inner)| (self.ids(&name), within(inner)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            other => other,
        }
    }

    /// A text in which ids may stand, as in a path: those of ours stay whole.
    pub fn ids(&self, text: &str) -> String {
        if !text.contains('@') || text.contains(char::is_whitespace) {
            return self.text(text);
        }
        let text = self.without_secrets(&text.replace("%7C", "|"));
        let parts = text.split_inclusive(['/', '?', '&', '=', '|', ':']);
        let masked: String = parts
            .map(|part| {
                let end = part.len() - usize::from(part.ends_with(['/', '?', '&', '=', '|', ':']));
                let (id, sign) = part.split_at_checked(end).unwrap_or((part, ""));
                let id = if id.contains('@') { self.filter.id(id.to_owned()) } else { self.filter.text(id.to_owned()) };
                id + sign
            })
            .collect();
        masked.replace('|', "%7C")
    }

    /// A line of the log; the time that it begins with stays, and so do addresses of machines.
    pub fn line(&self, line: &str) -> String {
        let (time, rest) = line.split_once(' ').unwrap_or(("", line));
        let mut told = String::from(time);
        let mut words = String::new();
        for word in rest.split(' ') {
            let value = word.rsplit('=').next().unwrap_or(word);
            if value.parse::<SocketAddr>().is_ok() || value.parse::<IpAddr>().is_ok() {
                told.push_str(&self.text(&std::mem::take(&mut words)));
                told.push(' ');
                told.push_str(word);
            } else {
                words.push(' ');
                words.push_str(word);
            }
        }
        told + &self.text(&words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::mask::Mask;

    #[test]
    fn outside_numbers_are_masked_in_every_form() {
        let teller = Teller { filter: NumberFilter::of(Mask::new([1, 2])), secrets: vec!["s3cret".to_owned()] };
        assert_eq!(
            teller.ids("/api/csta/callControl/calls/c-1/connections/8001@test.cc%7Cc-1"),
            "/api/csta/callControl/calls/c-1/connections/8001@test.cc%7Cc-1"
        );
        assert_eq!(teller.ids("/calls?from=8001@test.cc&to=13800138000"), "/calls?from=8001@test.cc&to=138****8000");
        assert_eq!(teller.body(r#"{"to":13800138000,"n":3}"#), r#"{"n":3,"to":"138****8000"}"#);
        assert_eq!(teller.body("<p>13800138000</p>"), "<p>138****8000</p>");
        let ready = r#"{"eventName":"agentReady","agentId":"5001@test.cc""#;
        for end in [r#","sessionId":"s-1"}"#, r#","sessionId":"s-1""#] {
            let told = teller.event([ready, end].concat().as_bytes());
            assert!(told.contains("***") && !told.contains("s-1"), "{told}");
        }
        let line = teller.line("2026-11-28T07:00:00.123456Z  INFO asked s3cret for 13800138000");
        assert_eq!(line, "2026-11-28T07:00:00.123456Z  INFO asked *** for 138****8000");
        let line = "2026-11-28T07:00:00.123456Z  INFO serving address=127.0.0.1:57551 sdk=1.2.3.4 [::1]:80 to=138 0013 8000";
        assert_eq!(teller.line(line), line.replace("138 0013 8000", "138 **** 8000"));
        let held = teller.value(serde_json::json!({"13800138000@x": [1_764_313_200_000_u64]}), Numbers::Stay);
        assert!(!held.to_string().contains("13800138000") && held.to_string().contains("1764313200000"), "{held}");
    }
}
