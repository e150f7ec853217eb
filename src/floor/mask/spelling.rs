//! Characters that a text writes with an escape of JSON, URLs or HTML.

use super::digit::is_digit;

/// Returns the character that `text` begins with if it is escaped (`%2D`, `\u0031`, `\x31`, `&#49;`, `&#x31;`), with the length of the
/// escape in bytes. An escape of digits only that means no digit is not read as one, for its digits may be part of a number.
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

/// How far, in bytes, the `;` of an HTML escape is looked for.
const LONGEST_ENTITY: usize = 10;

/// Returns the character with that code.
fn character(code: &str, base: u32) -> Option<char> {
    // Parsing a number would accept a sign; an escape has none.
    let code = Some(code).filter(|code| !code.starts_with('+'))?;
    char::from_u32(u32::from_str_radix(code, base).ok()?)
}

/// Reads a character of one to four bytes, each written as `%XX`.
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
