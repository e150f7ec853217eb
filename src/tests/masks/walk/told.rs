//! What somebody was told, text by text, and which numbers stand whole in it.

use crate::masks::decoded;
use crate::support::Live;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use supervisor_console::live::Down;
use supervisor_console::page::PageContext;

/// A text that somebody was told, and where.
pub struct Told {
    pub place: String,
    pub text: String,
}

/// Every text of a value, keys and numbers with them.
pub fn texts(place: &str, value: &impl Serialize, told: &mut Vec<Told>) {
    let mut open = vec![serde_json::to_value(value).unwrap()];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => open.extend(map.into_iter().flat_map(|(key, value)| [Value::String(key), value])),
            Value::Array(items) => open.extend(items),
            Value::String(text) => told.push(Told { place: place.to_owned(), text }),
            other => told.push(Told { place: place.to_owned(), text: other.to_string() }),
        }
    }
}

/// Every text and attribute of a page, and what it carries for the browser.
pub fn page(place: &str, html: &str, told: &mut Vec<Told>) {
    told.extend(html.split(['<', '>', '"']).map(|text| Told { place: place.to_owned(), text: text.to_owned() }));
    if html.contains("id=\"page-context\"") {
        let context: PageContext = postcard::from_bytes(&decoded(html)[html.len()..]).unwrap();
        texts(&format!("{place}, its state"), &context, told);
    }
}

/// What came over a live channel: as texts, and as bytes.
pub fn heard(live: &Live, told: &mut Vec<Told>) {
    for bytes in &live.heard {
        texts("live", &Down::decode(bytes).unwrap(), told);
        told.push(Told { place: "live, the bytes".to_owned(), text: String::from_utf8_lossy(bytes).into_owned() });
    }
}

/// The digits of a text, in whichever script and spelling, and nothing else.
fn digits(text: &str) -> String {
    let mut plain = String::new();
    let text = text.replace("%20", " ");
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let code = rest.strip_prefix("\\u").and_then(|code| u32::from_str_radix(code.get(..4)?, 16).ok());
        let (c, length) = code.and_then(char::from_u32).map_or((c, c.len_utf8()), |c| (c, 6));
        let value = [0x30, 0xff10, 0x660].iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10));
        plain.extend(value.and_then(|value| char::from_digit(value, 10)));
        rest = &rest[length..];
    }
    plain
}

/// Which of `numbers` stand whole in what was told, each with where first.
pub fn found(told: &[Told], numbers: &BTreeSet<String>) -> BTreeMap<String, String> {
    let lengths: BTreeSet<usize> = numbers.iter().map(String::len).collect();
    let mut found = BTreeMap::new();
    for Told { place, text } in told {
        let digits = digits(text);
        for part in lengths.iter().flat_map(|length| digits.as_bytes().windows(*length)) {
            let part = std::str::from_utf8(part).unwrap();
            if numbers.contains(part) {
                found.entry(part.to_owned()).or_insert_with(|| place.clone());
            }
        }
    }
    found
}

/// Nothing of the supervisor's is missing, and the viewer has none of it.
pub fn compare(supervisor: &[Told], viewer: &[Told], numbers: &BTreeSet<String>) {
    let there = found(supervisor, numbers);
    let missed: Vec<&String> = numbers.iter().filter(|number| !there.contains_key(*number)).collect();
    assert!(missed.is_empty(), "the way does not lead past {missed:?}");
    assert_eq!(found(viewer, numbers), BTreeMap::new());
    assert!(viewer.iter().any(|told| told.text.contains("****")), "the viewer is told of no calls");
}
