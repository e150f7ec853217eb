//! Numbers of outside parties, hidden from those who have no right to see them: `13800002408` reads `138****2408`.
//!
//! Short numbers are extensions and stay. Masking happens before anything leaves the server, so a masked number is nowhere in the
//! browser, and searching for a whole number finds nothing.

use super::{CallRow, DeviceId, Intervention, Row};

/// Fewer digits than this are an extension.
const OUTSIDE: usize = 7;

/// `number` with its middle hidden, where it is one from outside. Keeps its length, so that two numbers can still be told apart.
pub fn mask(number: &str) -> String {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if digits < OUTSIDE {
        return number.to_owned();
    }
    let (first, last) = if digits >= 10 { (3, 4) } else { (0, 2) };
    let mut seen = 0;
    let hide = |character: char| {
        if !character.is_ascii_digit() {
            return character;
        }
        seen += 1;
        if seen <= first || seen > digits - last { character } else { '*' }
    };
    number.chars().map(hide).collect()
}

/// Too short to be a number from outside.
pub fn is_extension(number: &str) -> bool {
    number.bytes().filter(u8::is_ascii_digit).count() < OUTSIDE
}

/// An outside party's id, its number hidden. `is_ours` says whether a device belongs to the floor.
pub fn mask_device(device: &DeviceId, is_ours: impl Fn(&DeviceId) -> bool) -> DeviceId {
    if is_ours(device) {
        return device.clone();
    }
    match device.as_str().split_once('@') {
        Some((number, namespace)) => DeviceId::trusted(format!("{}@{namespace}", mask(number))),
        None => DeviceId::trusted(mask(device.as_str())),
    }
}

/// Any text, with every number in it that could be from outside hidden. Ids in the form of UUIDs (those of calls) stay.
pub fn mask_text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, word) = rest.split_at(start);
        masked.push_str(before);
        let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        match is_uuid(word) {
            true => masked.push_str(word),
            false => mask_digits(word, &mut masked),
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// The same, where `kept` stays as it is: a text that begins and ends with what is in no number, so that it hides none.
pub fn mask_text_but(text: &str, kept: &str) -> String {
    text.split(kept).map(mask_text).collect::<Vec<_>>().join(kept)
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36
        && word.bytes().enumerate().all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// So many digits with hyphens between them are a number; fewer may be a date.
const HYPHENATED: usize = 10;

/// Hides each row of digits that could be a number from outside.
fn mask_digits(word: &str, masked: &mut String) {
    let mut rest = word;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let length = |is_in: fn(char) -> bool| digits.find(|c: char| !is_in(c)).unwrap_or(digits.len());
        let hyphenated = length(|c| c.is_ascii_digit() || c == '-');
        let many = digits[..hyphenated].bytes().filter(u8::is_ascii_digit).count() >= HYPHENATED;
        let end = if many { hyphenated } else { length(|c| c.is_ascii_digit()) };
        masked.push_str(before);
        masked.push_str(&mask(&digits[..end]));
        rest = &digits[end..];
    }
    masked.push_str(rest);
}

/// A step-in's target may be an outside party.
fn mask_target(action: &mut Option<Intervention>) {
    if let Some(device) = action.as_mut().and_then(|action| action.device.as_mut()) {
        *device = mask_device(device, |_| false);
    }
}

impl Row {
    /// As those see it who may not see outside numbers.
    pub fn masked(mut self) -> Row {
        if let Some(call) = &mut self.call {
            call.other = mask(&call.other);
        }
        mask_target(&mut self.action);
        self
    }
}

impl CallRow {
    /// As those see it who may not see outside numbers: where an agent sits is ours.
    pub fn masked(mut self) -> CallRow {
        for party in self.parties.iter_mut().filter(|party| party.whose().is_none()) {
            party.device = mask_device(&party.device, |_| false);
        }
        for (_, value) in &mut self.data {
            *value = mask_text(value);
        }
        mask_target(&mut self.action);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_numbers_keep_their_ends_and_extensions_stay() {
        for (number, masked) in [
            ("13800002408", "138****2408"),
            ("+8613800002408", "+861******2408"),
            ("917602176375", "917*****6375"),
            ("6305123", "*****23"),
            ("8001", "8001"),
            ("80123", "80123"),
            ("", ""),
            ("anonymous", "anonymous"),
        ] {
            assert_eq!(mask(number), masked, "{number}");
        }
    }

    #[test]
    fn numbers_inside_a_text_are_hidden_and_call_ids_are_not() {
        let call = "12345678-57cc-4053-b0ce-123456789012";
        assert_eq!(mask_text(&format!("13800002408@test.cc|{call}, 8001")), format!("138****2408@test.cc|{call}, 8001"));
        assert_eq!(mask_text("2017.03.18 14:13:24"), "2017.03.18 14:13:24");
        assert_eq!(mask_text("call 137-1111-2222 on 2026-11-20"), "call 137-****-2222 on 2026-11-20");
        assert_eq!(mask_text("电话 13800002408。"), "电话 138****2408。");
        assert_eq!(mask_text("tel13800002408 0755-26001234 +86-13800002408"), "tel138****2408 075*-****1234 +86-1******2408");
        assert_eq!(mask_text("-13800002408-"), "-138****2408-");
    }

    #[test]
    fn an_agents_id_is_no_number_from_outside() {
        let event = r#"{"agentId":"50010001@test.cc","callingDevice":"13850010001@test.cc","to":"50010001"}"#;
        let masked = r#"{"agentId":"50010001@test.cc","callingDevice":"138****0001@test.cc","to":"******01"}"#;
        assert_eq!(mask_text_but(event, "\"50010001@test.cc\""), masked);
    }
}
