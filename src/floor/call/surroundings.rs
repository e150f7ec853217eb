//! What the fold of a call has to know besides the fact at hand: who was asked to listen, and which ids became one.

use super::fact::{Fact, Merge};
use crate::floor::stamp::Stamp;
use serde::{Deserialize, Serialize};

/// A device that was asked to listen: if it comes into the call from then on it is a listener, until it is asked to take part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpectedListener {
    /// The place of the device.
    pub device: u8,
    /// The place of the id that the call had then.
    pub under: u8,
    /// The newest fact when it was asked to listen; absent if there was none.
    pub from: Option<Stamp>,
    /// The newest fact when it was asked to take part; absent while it was not.
    pub until: Option<Stamp>,
}

impl ExpectedListener {
    /// Returns whether `device` is a listener if it comes into the call at that time.
    fn covers(&self, device: u8, at: Stamp) -> bool {
        self.device == device && self.from.is_none_or(|from| at.replaces(&from)) && self.until.is_none_or(|until| !at.replaces(&until))
    }
}

/// What the fold has to know besides the fact at hand.
pub struct Surroundings<'a> {
    /// The devices that were asked to listen.
    pub listeners: &'a [ExpectedListener],
    /// All facts that are kept of the call.
    pub facts: &'a [Fact],
    /// The place of the oldest of the call's ids.
    pub eldest: u8,
}

impl Surroundings<'_> {
    /// Returns whether the device is a listener if it comes into the call at that time under that id.
    pub fn listens(&self, device: u8, at: Stamp, under: u8) -> bool {
        let same_call = |asked: &ExpectedListener| asked.under == under || self.became(asked.under, under, None);
        self.listeners.iter().any(|asked| asked.covers(device, at) && same_call(asked))
    }

    /// Returns whether the call `old` became the call `new`; if `by` is given, not certainly after it.
    pub fn became(&self, old: u8, new: u8, by: Option<Stamp>) -> bool {
        let is_later = |merge: Merge, by: &Stamp| self.facts.iter().any(|fact| fact.merges == Some(merge) && fact.at.surely_after(by));
        let mut id = old;
        for _ in 0..8 {
            // A copy that names no former call tells of the one under whose id it comes.
            let is_from = |fact: &Fact| fact.under == id || fact.merges.is_some_and(|merge| merge.primary == id || merge.secondary == id);
            let merge = self.facts.iter().filter(|fact| is_from(fact)).filter_map(|fact| fact.merges).find(|merge| merge.new != id);
            match merge.filter(|merge| by.is_none_or(|by| !is_later(*merge, &by))) {
                Some(merge) if merge.new == new => return true,
                Some(merge) => id = merge.new,
                None => return false,
            }
        }
        false
    }
}
