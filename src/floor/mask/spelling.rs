//! Characters that a text spells as JSON, a URL or HTML would.

use super::digit::is_digit;

/// The character that `text` begins with where it is spelled: `%2D`, `\u0031`, `\x31`, `&#49;`, `&#x31;`. Says how long that is. A
/// spelling that has digits only and means none is none here: those digits may be the number.
pub(super) fn spelled(text: &str) -> Option<(usize, char)> {
    if text.starts_with('%') {
        return percent(text);
    }
    if let Some(rest) = text.strip_prefix("\\u") {
        return Some((6, character(rest.get(..4)?, 16)?));
    }
    if let Some(rest) = text.strip_prefix("\\x") {
        return Some((4, character(rest.get(..2)?, 16)?));
    }
    let rest = text.strip_prefix("&#")?;
    let end = rest.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let code = rest.get(..end)?;
    let c = match code.strip_prefix(['x', 'X']) {
        Some(digits) => character(digits, 16)?,
        None => character(code, 10).filter(|c| is_digit(*c))?,
    };
    Some((end + 3, c))
}

const LONGEST_ENTITY: usize = 10;

fn character(code: &str, base: u32) -> Option<char> {
    // A sign is no part of a spelling, although it is one of a number.
    let code = Some(code).filter(|code| !code.starts_with('+'))?;
    char::from_u32(u32::from_str_radix(code, base).ok()?)
}

/// A character of one to four bytes, each as `%XX`.
fn percent(text: &str) -> Option<(usize, char)> {
    let mut bytes = [0; 4];
    for at in 0..bytes.len() {
        let code = text.get(at * 3..at * 3 + 3)?.strip_prefix('%').filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()))?;
        if at == 0 && code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *bytes.get_mut(at)? = u8::from_str_radix(code, 16).ok()?;
        if let Some(c) = std::str::from_utf8(bytes.get(..=at)?).ok().and_then(|decoded| decoded.chars().next()) {
            return Some(((at + 1) * 3, c));
        }
    }
    None
}
