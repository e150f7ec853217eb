//! Numbers in texts: where one stands, however it is written, and the text with its middle hidden.
//!
//! A digit is a digit in any script, and also where the text spells it as JSON, a URL or HTML would. A number goes on over spaces and
//! signs and over what nobody sees; letters and `@` end it. What is left to be seen are three digits at its beginning and four at its
//! end. Masking what is masked changes nothing. Where nobody could tell, it is hidden: two extensions side by side look like a number.

use super::digit::{HIDDEN, is_digit};
use super::moment::is_time;
use super::spelling::spelled;
use std::borrow::Cow;

/// Fewer digits than this are an extension.
pub const OUTSIDE: usize = 7;

/// From so many digits on, both ends of a number are shown.
const LONG: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A digit, or one that is hidden already.
    Digit,
    /// A space: on its other side another number may begin.
    Blank,
    /// What separates the items of a list, where a space stands beside it.
    Comma,
    Sign,
    Invisible,
    /// A letter, an `@`, a whole UUID: no number goes on over it.
    Other,
}

/// One character, as many bytes of the text as it takes.
#[derive(Debug, Clone, Copy)]
struct Unit {
    start: usize,
    end: usize,
    kind: Kind,
}

/// Any text, with every number in it that could be from outside hidden. Dates with times, and UUIDs, stay.
pub fn mask_text(text: &str) -> Cow<'_, str> {
    // Most of what has many digits is a call's id.
    if (text.len() == UUID && begins_with_uuid(text)) || !may_hold_number(text) {
        return Cow::Borrowed(text);
    }
    let units = units(text);
    let mut masked = String::new();
    // Up to where the text is in `masked`.
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

/// The text between two places where characters begin; nothing where they are none, for what is shown by mistake is worse than what is not.
fn between(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// What is hidden already stays what it is.
fn changed(text: &str, masked: String) -> Cow<'_, str> {
    if masked == text { Cow::Borrowed(text) } else { Cow::Owned(masked) }
}

/// A text that is a number and nothing else, with its middle hidden where it is one from outside: whatever stands between its digits.
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

/// [`mask_text`], where `kept` stays as it is wherever it is not a piece of a longer number.
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

/// Whether `text` has too many digits to be surely none from outside.
pub fn is_long(text: &str) -> bool {
    may_hold_number(text) && digits(&units(text)) >= OUTSIDE
}

/// Enough characters that are digits: a digit that is spelled out has one in its spelling.
fn may_hold_number(text: &str) -> bool {
    text.len() >= OUTSIDE && text.chars().filter(|c| is_digit(*c)).nth(OUTSIDE - 1).is_some()
}

fn digits(units: &[Unit]) -> usize {
    units.iter().filter(|unit| unit.kind == Kind::Digit).count()
}

/// Writes the number that `units` are, its middle hidden.
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

/// How many units the number takes that they begin with, up to its last digit.
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

/// How many digits there are until the next space.
fn word<'a>(units: impl Iterator<Item = &'a Unit>) -> usize {
    units.take_while(|unit| !matches!(unit.kind, Kind::Blank | Kind::Other)).filter(|unit| unit.kind == Kind::Digit).count()
}

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

fn kind(c: char) -> Kind {
    match c {
        _ if is_digit(c) => Kind::Digit,
        '@' => Kind::Other,
        // Letters to Unicode, and strokes to who reads them.
        'ー' | 'ｰ' | 'ㅡ' => Kind::Sign,
        _ if is_invisible(c) => Kind::Invisible,
        ',' | ';' | ':' | '，' | '；' | '：' | '、' | '،' => Kind::Comma,
        _ if c.is_whitespace() => Kind::Blank,
        _ if c.is_alphabetic() => Kind::Other,
        _ => Kind::Sign,
    }
}

/// Controls, formats, fillers, and what is drawn over another character.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' |
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}' | '\u{2800}' |
            '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

const UUID: usize = 36;

fn begins_with_uuid(text: &str) -> bool {
    let is_one = |(at, byte): (usize, &u8)| if [8, 13, 18, 23].contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.as_bytes().get(..UUID).is_some_and(|word| word.iter().enumerate().all(is_one))
        && !text.get(UUID..).and_then(|behind| behind.chars().next()).is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests;
