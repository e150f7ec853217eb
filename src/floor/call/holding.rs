//! Who holds a call, how often and for how long it was on hold.

use super::fact::NOBODY;
use crate::floor::stamp::Stamp;
use crate::floor::{Holds, PlatformTime};
use serde::{Deserialize, Serialize};

/// The holds of one call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Holding {
    /// How often and for how long it was on hold.
    pub holds: Holds,
    /// The devices that hold it now, each with the place of the id under which: a device may hold both of two calls that became one.
    held: Vec<(u8, u8)>,
}

impl Holding {
    /// Records that the device holds it under this id, and returns whether that is new.
    pub fn begins(&mut self, device: u8, under: u8, at: Stamp) -> bool {
        if self.held.contains(&(device, under)) {
            return false;
        }
        self.held.push((device, under));
        self.holds.count = self.holds.count.saturating_add(1);
        self.holds.running = self.holds.running.or(Some(at.happened));
        true
    }

    /// Records that the device holds it no more under this id, or under any id if it did not hold it under this one.
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

    /// Takes in the holds of another call that became this one; `place` turns its places into this one's.
    pub fn absorb(&mut self, other: Holding, place: &impl Fn(u8) -> u8) {
        self.holds.count = self.holds.count.saturating_add(other.holds.count);
        self.holds.ended = self.holds.ended.saturating_add(other.holds.ended);
        self.holds.running = earlier(self.holds.running, other.holds.running);
        self.held.extend(other.held.into_iter().map(|(device, _)| (place(device), NOBODY)));
    }
}

/// Returns the earlier of two moments, or the one that is known.
pub fn earlier(ours: Option<PlatformTime>, theirs: Option<PlatformTime>) -> Option<PlatformTime> {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
        (ours, theirs) => ours.or(theirs),
    }
}
