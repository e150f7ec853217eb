//! Masks outside numbers in what has no form that is known: requests, answers, lines of the log, the floor's memory.

use crate::floor::visibility::NumberFilter;
use serde_json::{Map, Value};

/// What is done with JSON's own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// They may be telephone numbers.
    AreMasked,
    /// They are times and counts.
    Stay,
}

/// A body: JSON with its texts masked, or any other text.
pub fn body(filter: &NumberFilter, text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(json) => value(filter, json, Numbers::AreMasked).to_string(),
        Err(_) => filter.text(text.to_owned()),
    }
}

/// Every text in it, the names of fields included.
pub fn value(filter: &NumberFilter, value: Value, numbers: Numbers) -> Value {
    let within = |inner| self::value(filter, inner, numbers);
    match value {
        Value::String(text) => Value::String(ids(filter, &text)),
        Value::Number(number) if numbers == Numbers::AreMasked => match number.to_string() {
            text if filter.text(text.clone()) == text => Value::Number(number),
            text => Value::String(filter.text(text)),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(within).collect()),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, inner)| (ids(filter, &name), within(inner)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// A text in which ids may stand, as in a path: those of ours stay whole.
pub fn ids(filter: &NumberFilter, text: &str) -> String {
    if !text.contains('@') || text.contains(char::is_whitespace) {
        return filter.text(text.to_owned());
    }
    let text = text.replace("%7C", "|");
    let parts = text.split_inclusive(['/', '?', '&', '=', '|', ':']);
    let masked: String = parts
        .map(|part| {
            let end = part.len() - usize::from(part.ends_with(['/', '?', '&', '=', '|', ':']));
            let (id, sign) = part.split_at_checked(end).unwrap_or((part, ""));
            let id = if id.contains('@') { filter.id(id.to_owned()) } else { filter.text(id.to_owned()) };
            id + sign
        })
        .collect();
    masked.replace('|', "%7C")
}

/// A line of the log; the time that it begins with stays.
pub fn line(filter: &NumberFilter, line: &str) -> String {
    match line.split_once(' ') {
        Some((time, rest)) => format!("{time} {}", filter.text(rest.to_owned())),
        None => filter.text(line.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::mask::Mask;

    #[test]
    fn outside_numbers_are_masked_in_every_form() {
        let filter = NumberFilter::of(Mask::new([1, 2]));
        assert_eq!(
            ids(&filter, "/api/csta/callControl/calls/c-1/connections/8001@test.cc%7Cc-1"),
            "/api/csta/callControl/calls/c-1/connections/8001@test.cc%7Cc-1"
        );
        assert_eq!(ids(&filter, "/calls?from=8001@test.cc&to=13800138000"), "/calls?from=8001@test.cc&to=138****8000");
        assert_eq!(body(&filter, r#"{"to":13800138000,"n":3}"#), r#"{"n":3,"to":"138****8000"}"#);
        assert_eq!(body(&filter, "<p>13800138000</p>"), "<p>138****8000</p>");
        let line = line(&filter, "2026-11-28T07:00:00.123456Z  INFO asked for 13800138000");
        assert_eq!(line, "2026-11-28T07:00:00.123456Z  INFO asked for 138****8000");
        let held = value(&filter, serde_json::json!({"13800138000@x": [1_764_313_200_000_u64]}), Numbers::Stay);
        assert!(!held.to_string().contains("13800138000") && held.to_string().contains("1764313200000"), "{held}");
    }
}
