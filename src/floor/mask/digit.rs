//! What counts as a digit, in any script.

/// What stands in a digit's place.
pub const HIDDEN: char = '*';

/// Chinese numerals: plain, financial (also traditional and Japanese), and those that are spoken on telephone and radio.
const CHINESE: &str = "零一二三四五六七八九壹贰貳弐叁參叄参肆伍陆陸柒捌玖两兩洞幺拐勾";

/// In any script; or one that is hidden already.
pub fn is_digit(c: char) -> bool {
    c.is_numeric() || c == HIDDEN || CHINESE.contains(c)
}
