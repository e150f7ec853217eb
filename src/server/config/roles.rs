//! Who may do what, from the configuration's patterns.

use crate::floor::Role;
use std::fmt;

/// An agent's number, or its beginning followed by `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    literal: String,
    open: bool,
}

impl Pattern {
    pub fn new(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(literal) => Pattern { literal: literal.to_owned(), open: true },
            None => Pattern { literal: text.to_owned(), open: false },
        }
    }

    /// How exactly the pattern names this number; none where it does not.
    fn exactness(&self, number: &str) -> Option<usize> {
        match self.open {
            true => number.starts_with(&self.literal).then_some(self.literal.len()),
            false => (number == self.literal).then_some(usize::MAX),
        }
    }

    /// Returns whether the pattern names this number.
    pub fn names(&self, number: &str) -> bool {
        self.exactness(number).is_some()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.literal, if self.open { "*" } else { "" })
    }
}

/// The role of the agent with `number`; none where no list names it. Where both do, the more exact pattern counts, and of two
/// equally exact ones the one that permits less.
pub fn role_of(number: &str, supervisors: &[Pattern], viewers: &[Pattern]) -> Option<Role> {
    let best = |patterns: &[Pattern]| patterns.iter().filter_map(|pattern| pattern.exactness(number)).max();
    match (best(supervisors), best(viewers)) {
        (None, None) => None,
        (supervisor, viewer) if supervisor > viewer => Some(Role::Supervisor),
        _ => Some(Role::Viewer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_exact_pattern_counts() {
        let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect::<Vec<_>>();
        let role = |number, supervisors: &[&str], viewers: &[&str]| role_of(number, &patterns(supervisors), &patterns(viewers));
        assert_eq!(role("5000", &["*"], &[]), Some(Role::Supervisor));
        assert_eq!(role("5909", &["*"], &["5909"]), Some(Role::Viewer));
        assert_eq!(role("5000", &["5000", "59*"], &["*"]), Some(Role::Supervisor));
        assert_eq!(role("5001", &["5000", "59*"], &["*"]), Some(Role::Viewer));
        assert_eq!(role("5001", &["5000"], &["59*"]), None);
        assert_eq!(role("5000", &["5000"], &["5000"]), Some(Role::Viewer));
    }
}
