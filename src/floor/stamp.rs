//! When an event happened, for deciding which of two facts about the same thing is the later one.
//!
//! Facts are kept as registers: a fact replaces another only if it happened later. That is what makes duplicates harmless and lets
//! copies of an event arrive in any order.

/// Event time, then the source's own serial, then the event's rank among those of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Stamp {
    pub time: i64,
    pub serial: i64,
    pub rank: u64,
    /// When it happened, as far as that is known: what is shown. The same as `time` wherever the event says it.
    pub happened: i64,
}

/// A fact this much older than what is known comes from a clock that was set back, not from a late copy: copies are late by
/// seconds. It then counts as new, or the floor would stand still until the clock has caught up.
pub const CLOCK_SET_BACK: i64 = 10 * 60 * 1000;

/// Above every rank of an event that says when it happened.
pub const UNORDERED: u64 = 16;

impl Stamp {
    /// Of another source, so that serials do not compare: of a later second, or where neither says when, arrived later.
    pub fn later_moment(&self, other: &Stamp) -> bool {
        let arrival = |stamp: &Stamp| stamp.rank > UNORDERED;
        self.time > other.time || (self.time == other.time && arrival(self) && arrival(other) && self.rank > other.rank)
    }

    pub fn after(&self, known: &Stamp) -> bool {
        (self.time, self.serial, self.rank) > (known.time, known.serial, known.rank)
            || self.time.saturating_add(CLOCK_SET_BACK) < known.time
    }
}
