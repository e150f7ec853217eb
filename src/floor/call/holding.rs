//! Who holds a call, how often and for how long it was on hold.

use super::fact::NOBODY;
use crate::floor::stamp::Stamp;
use crate::floor::{Holds, PlatformTime};

#[derive(Debug, Clone, Default)]
pub struct Holding {
    pub holds: Holds,
    /// Who holds it now, and under which of its ids: who holds two calls of which one becomes has put both on hold.
    held: Vec<(u8, u8)>,
}

impl Holding {
    /// The device holds it under this id; says whether it did not before.
    pub fn begins(&mut self, device: u8, under: u8, at: Stamp) -> bool {
        if self.held.contains(&(device, under)) {
            return false;
        }
        self.held.push((device, under));
        self.holds.count = self.holds.count.saturating_add(1);
        self.holds.running = self.holds.running.or(Some(at.happened));
        true
    }

    /// The device does not hold it any more under this id, or under none of them where this one was not known.
    pub fn ends(&mut self, device: u8, under: Option<u8>, at: Stamp) {
        let before = self.held.len();
        let one = under.filter(|under| self.held.contains(&(device, *under)));
        self.held.retain(|(holder, held)| *holder != device || one.is_some_and(|under| *held != under));
        // It is on hold while anybody holds it.
        if self.held.is_empty() && before > 0 {
            let since = self.holds.running.take().unwrap_or(at.happened);
            self.holds.ended = self.holds.ended.saturating_add(at.happened.since(since));
        }
    }

    /// Takes in the holds of another call that became this one.
    pub fn absorb(&mut self, other: Holding, place: &impl Fn(u8) -> u8) {
        self.holds.count = self.holds.count.saturating_add(other.holds.count);
        self.holds.ended = self.holds.ended.saturating_add(other.holds.ended);
        self.holds.running = earlier(self.holds.running, other.holds.running);
        self.held.extend(other.held.into_iter().map(|(device, _)| (place(device), NOBODY)));
    }
}

/// The earlier of two moments of which each may be unknown.
pub fn earlier(ours: Option<PlatformTime>, theirs: Option<PlatformTime>) -> Option<PlatformTime> {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
        (ours, theirs) => ours.or(theirs),
    }
}
