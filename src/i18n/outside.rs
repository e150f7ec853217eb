//! Texts from outside (names, numbers, teams, reasons) inside ours: whatever they hold, the rest keeps the order in which it is read.
//!
//! Where a text from outside is an element of its own, `<bdi>` does this. In a tooltip, a label or a sentence of the tables there is no
//! room for elements: there the tables take [`Outside`], which isolates what it writes as Unicode's bidirectional algorithm (UAX #9) has it.

use std::fmt::{self, Write};

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// A text from outside. Written, it is isolated where it could turn the order of what stands beside it; ordinary text stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outside<'a>(pub &'a str);

impl Outside<'_> {
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Outside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.chars().any(|c| is_right_to_left(c) || ends_paragraph(c)) {
            return f.write_str(self.0);
        }
        f.write_char(FIRST_STRONG_ISOLATE)?;
        let mut open = 0_usize;
        for c in self.0.chars() {
            match c {
                '\u{2066}'..='\u{2068}' => open += 1,
                // It would end our isolate.
                POP_ISOLATE if open == 0 => continue,
                POP_ISOLATE => open -= 1,
                _ => {}
            }
            f.write_char(if ends_paragraph(c) { ' ' } else { c })?;
        }
        // What it left open ends with it; embeddings and overrides do so by themselves.
        (0..=open).try_for_each(|_| f.write_char(POP_ISOLATE))
    }
}

/// Several of them, each by itself, separated by `between`.
pub fn listed<'a>(texts: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    texts.into_iter().map(|text| Outside(text).to_string()).collect::<Vec<_>>().join(between)
}

/// The controls of the direction in JSON's own spelling: the same text, and each of them to be seen where it stands.
#[cfg(feature = "ssr")]
pub fn spelled_out(json: &str) -> String {
    let mut spelled = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                _ = write!(spelled, "\\u{:04x}", u32::from(c));
            }
            _ => spelled.push(c),
        }
    }
    spelled
}

/// A letter of a script that runs from right to left, or a control of the direction.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' |
        '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Every isolate ends with its paragraph.
fn ends_paragraph(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "Zhang Min (5004)", "张敏", "+86 138****2408", "Zoë O’Brien"] {
            assert_eq!(Outside(text).to_string(), text);
        }
        assert_eq!(listed(["8001", "8002"], ", "), "8001, 8002");
    }

    #[test]
    fn what_turns_the_order_is_isolated() {
        assert_eq!(Outside("\u{202e}Min").to_string(), "\u{2068}\u{202e}Min\u{2069}");
        assert_eq!(Outside("דנה").to_string(), "\u{2068}דנה\u{2069}");
        assert_eq!(Outside("a\u{2067}b\u{2066}c").to_string(), "\u{2068}a\u{2067}b\u{2066}c\u{2069}\u{2069}\u{2069}");
        assert_eq!(Outside("a\u{2069}b\u{202e}\nc").to_string(), "\u{2068}ab\u{202e} c\u{2069}");
        assert_eq!(listed(["\u{202e}a", "b"], ", "), "\u{2068}\u{202e}a\u{2069}, b");
    }

    #[test]
    fn a_raw_event_shows_its_controls() {
        let raw = "{\"agentName\":\"\u{202e}Min\"}";
        assert_eq!(spelled_out(raw), r#"{"agentName":"\u202eMin"}"#);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&spelled_out(raw)), value(raw));
    }

    proptest! {
        #[test]
        fn nothing_breaks_out(text in "[a\u{5d0}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{2029}\n ]{0,12}") {
            let written = format!("Log {} out?", Outside(&text));
            let inside = written.strip_prefix("Log ").and_then(|rest| rest.strip_suffix(" out?")).unwrap();
            prop_assert!(!inside.chars().any(ends_paragraph));
            let mut depth = 0;
            for (at, c) in inside.char_indices() {
                match c {
                    '\u{2066}'..='\u{2068}' => depth += 1,
                    POP_ISOLATE => depth -= 1,
                    // Everything that acts on the order stands within an isolate.
                    _ => prop_assert!(depth > 0 || !is_right_to_left(c)),
                }
                // The isolate ends with the text, not before.
                prop_assert!(depth > 0 || !inside.starts_with(FIRST_STRONG_ISOLATE) || at + c.len_utf8() == inside.len());
            }
            prop_assert_eq!(depth, 0);
        }
    }
}
