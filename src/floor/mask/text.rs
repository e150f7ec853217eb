//! Finds numbers in texts, however they are written, and hides their middle.
//!
//! A digit counts in any script, and also if it is escaped as in JSON, URLs or HTML. A number goes on over spaces, signs and invisible
//! characters; letters and `@` end it. Its first three and last four digits stay visible. Masking a text twice changes nothing more. In
//! doubt digits are hidden: two extensions side by side look like a number.

use super::digit::{HIDDEN, is_digit};
use super::moment::is_time;
use super::spelling::spelled;
use std::borrow::Cow;

/// The fewest digits of an outside number; fewer are an extension.
pub const OUTSIDE: usize = 7;

/// The fewest digits of a number whose both ends are shown; of shorter ones only the last two digits are.
const LONG: usize = 10;

/// What a character means for finding numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A digit, or one that is hidden already.
    Digit,
    /// A space: another number may begin after it.
    Blank,
    /// A comma or the like, which separates two numbers if there is a space next to it.
    Comma,
    /// Any other character that may be inside a number: brackets, hyphens.
    Sign,
    /// A character that is not visible.
    Invisible,
    /// A letter, an `@`, a whole UUID: no number goes on over it.
    Other,
}

/// One character of a text, or one UUID, with the bytes that it takes there.
#[derive(Debug, Clone, Copy)]
struct Unit {
    start: usize,
    end: usize,
    kind: Kind,
}

/// Masks every number in a text that could be an outside party's. Dates, times and UUIDs stay as they are.
pub fn mask_text(text: &str) -> Cow<'_, str> {
    // Most of what has many digits is a call's id.
    if (text.len() == UUID && begins_with_uuid(text)) || !may_hold_number(text) {
        return Cow::Borrowed(text);
    }
    let units = units(text);
    let mut masked = String::new();
    // How much of the text has been written to `masked`.
    let mut done = 0;
    let mut rest = units.as_slice();
    while let Some(first) = rest.iter().position(|unit| unit.kind == Kind::Digit) {
        let (_, number) = rest.split_at(first);
        let (run, behind) = number.split_at(length_of_number(number));
        rest = behind;
        let (start, end) = (run.first().map_or(done, |unit| unit.start), run.last().map_or(done, |unit| unit.end));
        if digits(run) >= OUTSIDE && !is_time(between(text, start, end)) {
            masked.push_str(between(text, done, start));
            hide(text, run, &mut masked);
            done = end;
        }
    }
    masked.push_str(between(text, done, text.len()));
    changed(text, masked)
}

/// Returns the text between two places where characters begin, or nothing if they are not such: showing too much is worse than too little.
fn between(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// Returns the text itself if masking did not change it.
fn changed(text: &str, masked: String) -> Cow<'_, str> {
    if masked == text { Cow::Borrowed(text) } else { Cow::Owned(masked) }
}

/// Masks a text that is a number as a whole, if it is long enough to be an outside party's, whatever is between its digits.
pub fn mask_number(number: &str) -> Cow<'_, str> {
    if !may_hold_number(number) {
        return Cow::Borrowed(number);
    }
    let units = units(number);
    if digits(&units) < OUTSIDE {
        return Cow::Borrowed(number);
    }
    let mut masked = String::with_capacity(number.len());
    hide(number, &units, &mut masked);
    changed(number, masked)
}

/// Does what [`mask_text`] does, but leaves `kept` as it is wherever it is not a piece of a longer number.
pub fn mask_text_but<'a>(text: &'a str, kept: &str) -> Cow<'a, str> {
    if kept.is_empty() || !text.contains(kept) {
        return mask_text(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(kept) {
        let (before, behind) = (between(text, 0, at).chars().next_back(), between(text, at + kept.len(), text.len()).chars().next());
        if ![before, behind].into_iter().flatten().any(is_digit) {
            masked.push_str(&mask_text(between(text, done, at)));
            masked.push_str(kept);
            done = at + kept.len();
        }
    }
    masked.push_str(&mask_text(between(text, done, text.len())));
    changed(text, masked)
}

/// Returns whether `text` has enough digits for an outside party's number.
pub fn is_long(text: &str) -> bool {
    may_hold_number(text) && digits(&units(text)) >= OUTSIDE
}

/// Returns whether a text may have enough digits for a number, quickly: an escaped digit has a digit in its escape.
fn may_hold_number(text: &str) -> bool {
    text.len() >= OUTSIDE && text.chars().filter(|c| is_digit(*c)).nth(OUTSIDE - 1).is_some()
}

/// Returns how many of the units are digits.
fn digits(units: &[Unit]) -> usize {
    units.iter().filter(|unit| unit.kind == Kind::Digit).count()
}

/// Writes the number that `units` make up, with its middle hidden.
fn hide(text: &str, units: &[Unit], masked: &mut String) {
    let all = digits(units);
    let (first, last) = if all >= LONG { (3, 4) } else { (0, 2) };
    let mut seen = 0;
    for unit in units {
        seen += usize::from(unit.kind == Kind::Digit);
        match unit.kind {
            Kind::Digit if seen > first && seen <= all - last => masked.push(HIDDEN),
            _ => masked.push_str(between(text, unit.start, unit.end)),
        }
    }
}

/// Returns how many units the number takes that they begin with, up to its last digit.
fn length_of_number(units: &[Unit]) -> usize {
    let (mut length, mut count) = (1, 1);
    let (mut blank, mut comma) = (false, false);
    for (at, unit) in units.iter().enumerate().skip(1) {
        match unit.kind {
            Kind::Other => break,
            Kind::Blank => blank = true,
            Kind::Comma => comma = true,
            Kind::Sign | Kind::Invisible => {}
            Kind::Digit => {
                let two_numbers = blank && count >= OUTSIDE && word(units.iter().skip(at)) >= OUTSIDE;
                if two_numbers || (blank && comma) {
                    break;
                }
                (length, count) = (at + 1, count + 1);
                (blank, comma) = (false, false);
            }
        }
    }
    length
}

/// Returns how many digits there are before the next space.
fn word<'a>(units: impl Iterator<Item = &'a Unit>) -> usize {
    units.take_while(|unit| !matches!(unit.kind, Kind::Blank | Kind::Other)).filter(|unit| unit.kind == Kind::Digit).count()
}

/// Splits a text into units.
fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(text.len());
    let mut at = 0;
    let mut in_word = false;
    while let Some((rest, c)) = text.get(at..).and_then(|rest| Some((rest, rest.chars().next()?))) {
        let (length, kind) = match c {
            _ if !in_word && begins_with_uuid(rest) => (UUID, Kind::Other),
            '%' | '\\' | '&' => spelled(rest).map_or((c.len_utf8(), kind(c)), |(length, c)| (length, kind(c))),
            _ => (c.len_utf8(), kind(c)),
        };
        in_word = c.is_alphanumeric();
        units.push(Unit { start: at, end: at + length, kind });
        at += length;
    }
    units
}

/// Returns what a character means for finding numbers.
fn kind(c: char) -> Kind {
    match c {
        _ if is_digit(c) => Kind::Digit,
        '@' => Kind::Other,
        // Letters by Unicode, but they are read as dashes.
        'ー' | 'ｰ' | 'ㅡ' => Kind::Sign,
        _ if is_invisible(c) => Kind::Invisible,
        ',' | ';' | ':' | '，' | '；' | '：' | '、' | '،' => Kind::Comma,
        _ if c.is_whitespace() => Kind::Blank,
        _ if c.is_alphabetic() => Kind::Other,
        _ => Kind::Sign,
    }
}

/// Returns whether a character is a control, a format or filler character, or drawn over another one.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' |
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}' | '\u{2800}' |
            '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The length of a UUID.
const UUID: usize = 36;

/// Returns whether a text begins with a UUID.
fn begins_with_uuid(text: &str) -> bool {
    let is_one = |(at, byte): (usize, &u8)| if [8, 13, 18, 23].contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.as_bytes().get(..UUID).is_some_and(|word| word.iter().enumerate().all(is_one))
        && !text.get(UUID..).and_then(|behind| behind.chars().next()).is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests;
