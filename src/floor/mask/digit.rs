//! Which characters count as digits, in any script.

/// The character in place of a hidden digit.
pub const HIDDEN: char = '*';

/// Chinese numerals: plain, financial (also traditional and Japanese), and those spoken on the telephone and the radio.
const CHINESE: &str = "零一二三四五六七八九壹贰貳弐叁參叄参肆伍陆陸柒捌玖两兩洞幺拐勾";

/// Returns whether the character is a digit in any script, or one that is hidden already.
pub fn is_digit(c: char) -> bool {
    c.is_numeric() || c == HIDDEN || CHINESE.contains(c)
}
