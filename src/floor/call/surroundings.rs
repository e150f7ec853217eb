//! What the fold of a call has to know besides the facts that it takes one by one: who was asked to listen, and which ids became one.

use super::fact::{Fact, Merge};
use crate::floor::stamp::Stamp;

/// A device that was asked to hear silently: its stays that begin from then on are no party's, until it is asked to take part.
#[derive(Debug, Clone)]
pub struct ExpectedListener {
    pub device: u8,
    /// The id that the call had then.
    pub under: u8,
    /// The newest fact when that was asked for.
    pub from: Option<Stamp>,
    pub until: Option<Stamp>,
}

impl ExpectedListener {
    /// A stay of `device` that begins then is a silent listener's.
    fn covers(&self, device: u8, at: Stamp) -> bool {
        self.device == device && self.from.is_none_or(|from| at.replaces(&from)) && self.until.is_none_or(|until| !at.replaces(&until))
    }
}

/// What the fold has to know besides the facts.
pub struct Surroundings<'a> {
    pub listeners: &'a [ExpectedListener],
    pub facts: &'a [Fact],
    /// The oldest of the call's ids.
    pub eldest: u8,
}

impl Surroundings<'_> {
    /// Whether a stay of this device that begins then is a silent listener's.
    pub fn listens(&self, device: u8, at: Stamp, under: u8) -> bool {
        let same_call = |asked: &ExpectedListener| asked.under == under || self.became(asked.under, under, None);
        self.listeners.iter().any(|asked| asked.covers(device, at) && same_call(asked))
    }

    /// Whether the call with the id `old` became the one with the id `new`, not surely after `by` where that is given.
    pub fn became(&self, old: u8, new: u8, by: Option<Stamp>) -> bool {
        let is_later = |merge: Merge, by: &Stamp| self.facts.iter().any(|fact| fact.merges == Some(merge) && fact.at.surely_after(by));
        let mut id = old;
        for _ in 0..8 {
            let merge = self
                .facts
                .iter()
                .filter_map(|fact| fact.merges)
                .find(|merge| merge.new != id && (merge.primary == id || merge.secondary == id));
            match merge.filter(|merge| by.is_none_or(|by| !is_later(*merge, &by))) {
                Some(merge) if merge.new == new => return true,
                Some(merge) => id = merge.new,
                None => return false,
            }
        }
        false
    }
}
