//! Dates and times, which have as many digits as a telephone number.

use super::digit::is_digit;

/// Returns whether the text is made of dates and times of day only.
pub(super) fn is_time(text: &str) -> bool {
    let mut rest = text;
    loop {
        let Some(behind) = date(rest).or_else(|| time_of_day(rest)) else { return false };
        if behind.starts_with(is_digit) {
            return false;
        }
        rest = behind.trim_start_matches(|c| !is_digit(c));
        if rest.is_empty() {
            return true;
        }
    }
}

/// Returns what follows a date of the 20th or 21st century, `2017.03.18`, also with hyphens or slashes; `None` if there is none.
fn date(text: &str) -> Option<&str> {
    let (year, rest) = number(text, 4)?;
    let sign = rest.chars().next().filter(|sign| matches!(sign, '.' | '-' | '/'))?;
    let (month, rest) = number(rest.strip_prefix(sign)?, 2)?;
    let (day, rest) = number(rest.strip_prefix(sign)?, 2)?;
    ((1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)).then_some(rest)
}

/// Returns what follows `14:13`, `14:13:24` or `14:13:24.123`; `None` if the text begins with no time of day.
fn time_of_day(text: &str) -> Option<&str> {
    let (hour, rest) = number(text, 2)?;
    let (minute, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    let mut second = 0;
    if let Some((seconds, behind)) = rest.strip_prefix(':').and_then(|rest| number(rest, 2)) {
        (second, rest) = (seconds, behind);
        rest = rest.strip_prefix('.').and_then(|rest| number(rest, 3)).map_or(rest, |(_, behind)| behind);
    }
    (hour < 24 && minute < 60 && second <= 60).then_some(rest)
}

/// Reads a number of exactly so many digits, and returns it with what follows.
fn number(text: &str, length: usize) -> Option<(u32, &str)> {
    let (digits, behind) = text.split_at_checked(length).filter(|(digits, _)| digits.bytes().all(|b| b.is_ascii_digit()))?;
    Some((digits.parse().ok()?, behind))
}
