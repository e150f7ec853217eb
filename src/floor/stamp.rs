//! When an event happened, for deciding which of two facts about the same thing is the later one (protocol, section 5).
//!
//! A fact replaces another only if it happened later. So duplicates are harmless, and copies of an event may arrive in any order.
//!
//! Each component of the platform counts serials of its own and has a clock of its own. So the events of one source are in a strict
//! order, while between two sources the order is certain only if they are further apart than their clocks may differ.
//!
//! A *source* in this module is one series of a component's serials.

use super::event::{Event, Series};
use super::time::PlatformTime;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How far the clocks of two sources may differ (protocol, section 5).
pub const CLOCKS_APART: Duration = Duration::from_secs(5);

/// One source, by its place in [`Sources`].
pub type SourceId = u16;

/// When something happened, as far as it decides which of two facts is later: compared by the fields in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// The event's time, corrected so that it goes on if the source's clock was set back.
    pub time: PlatformTime,
    /// Whose serial it is; the highest for what the floor found out by itself.
    pub source: SourceId,
    /// The event's serial, or a stand-in if it has none.
    pub serial: i64,
    /// The order among events of one time and serial; above [`UNORDERED`] for what has no time or serial, by arrival.
    pub rank: u64,
    /// When it happened, as it is shown: the event's own time, or the best guess if it has none.
    pub happened: PlatformTime,
}

/// A rank above that of every event with a time and serial.
pub const UNORDERED: u64 = 16;

impl Stamp {
    /// Returns whether it is certainly later: by the order of one source, or by more than the clocks of two may differ.
    pub fn surely_after(&self, other: &Stamp) -> bool {
        if self.source == other.source {
            return self > other;
        }
        let apart = |later: PlatformTime, earlier: PlatformTime| later > earlier + CLOCKS_APART;
        apart(self.time, other.time) || (self.is_arrival() && other.is_arrival() && apart(self.happened, other.happened))
    }

    /// Returns whether it has no order but that of its arrival, for want of a time or serial.
    pub fn is_arrival(&self) -> bool {
        self.rank > UNORDERED
    }

    /// Returns whether it is surely after everything that `other` is surely after.
    pub fn outlasts(&self, other: &Stamp) -> bool {
        let arrives_later = !other.is_arrival() || (self.is_arrival() && self.happened >= other.happened);
        self.source == other.source && self >= other && arrives_later
    }

    /// Returns whether a fact of this stamp replaces one of the stamp `known`: of one source if it is later; of two sources unless it is
    /// certainly older, so that of two facts that cannot be ordered the one that is heard later counts.
    pub fn replaces(&self, known: &Stamp) -> bool {
        if self.source == known.source { self > known } else { !known.surely_after(self) }
    }
}

/// How many times that a source's clock was set back are remembered.
const MOST_SHIFTS: usize = 16;
/// How many chosen readings of the hour that occurs twice are remembered of a source.
const MOST_READINGS: usize = 256;
/// The most sources, more than any platform has; events of a further one count with those that name no component.
const MOST_SOURCES: usize = 4096;
/// How long after a moment an event of it may usually arrive.
const SOON: Duration = Duration::from_secs(10 * 60);
/// How much older than the newest an event without a serial has to be to count as late, and not as from a clock that was set back.
const LATE_WITHOUT_SERIAL: Duration = Duration::from_secs(10 * 60);

/// The sources that were heard of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sources {
    by_name: Names,
    clocks: Vec<SourceClock>,
}

/// The sources of each [`Series`], by their component's name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Names {
    agent: HashMap<String, SourceId>,
    call: HashMap<String, SourceId>,
    report: HashMap<String, SourceId>,
}

impl Names {
    fn of(&self, series: Series) -> &HashMap<String, SourceId> {
        match series {
            Series::Agent => &self.agent,
            Series::Call => &self.call,
            Series::Report => &self.report,
        }
    }

    fn of_mut(&mut self, series: Series) -> &mut HashMap<String, SourceId> {
        match series {
            Series::Agent => &mut self.agent,
            Series::Call => &mut self.call,
            Series::Report => &mut self.report,
        }
    }
}

/// What is known of one source's serials and clock.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct SourceClock {
    /// The highest serial.
    serial: i64,
    /// The highest time, corrected.
    latest: Option<PlatformTime>,
    /// How much is added to the clock because it was set back, each with the serial from which on.
    shifts: Vec<(i64, Duration)>,
    /// The readings that were chosen for times in the hour that occurs twice, by serial.
    readings: BTreeMap<i64, PlatformTime>,
}

impl Sources {
    /// Returns the event's source, which is new if it was not heard of before.
    pub fn id_of(&mut self, event: &Event) -> SourceId {
        if let Some(id) = self.known(event) {
            return id;
        }
        let next = self.clocks.len();
        let name = event.component.as_deref().filter(|_| next < MOST_SOURCES).unwrap_or_default();
        let id = *self.by_name.of_mut(event.kind.series()).entry(name.to_owned()).or_insert(u16::try_from(next).unwrap_or(u16::MAX));
        if usize::from(id) >= next {
            self.clocks.push(SourceClock::default());
        }
        id
    }

    /// Returns the event's source, or `None` if it was not heard of before.
    fn known(&self, event: &Event) -> Option<SourceId> {
        self.by_name.of(event.kind.series()).get(event.component.as_deref().unwrap_or_default()).copied()
    }

    /// Returns the clock of the event's source, or `None` if that was not heard of before.
    fn clock_of(&self, event: &Event) -> Option<&SourceClock> {
        self.clocks.get(usize::from(self.known(event)?))
    }

    /// Returns the corrected time of an event of the source `id` that happened at `happened` by the source's clock, and remembers it.
    pub fn place(&mut self, id: SourceId, serial: i64, happened: PlatformTime, floor_latest: PlatformTime) -> PlatformTime {
        match self.clocks.get_mut(usize::from(id)) {
            Some(clock) => clock.place(serial, happened, floor_latest),
            None => happened,
        }
    }

    /// Returns the highest serial of a source; 0 if there is none.
    pub fn serial(&self, id: SourceId) -> i64 {
        self.clocks.get(usize::from(id)).map_or(0, |clock| clock.serial)
    }

    /// Returns which of two readings of a local time is the event's: the one that fits the times of nearby serials of the same source,
    /// and its arrival.
    pub fn reading(&self, event: &Event, first: PlatformTime, second: PlatformTime) -> PlatformTime {
        let heard = |time: PlatformTime| event.arrived.is_none_or(|arrived| time <= arrived + CLOCKS_APART);
        let soon = |time: PlatformTime| event.arrived.is_some_and(|arrived| arrived.abs_diff(time) <= SOON);
        let by_arrival = if heard(second) && event.arrived.is_some() { second } else { first };
        let (Some(clock), Some(serial)) = (self.clock_of(event), event.serial) else { return by_arrival };
        let (before, after) = clock.neighbours(serial);
        let fits = |time: PlatformTime| {
            before.is_none_or(|before| time + CLOCKS_APART >= before) && after.is_none_or(|after| time <= after + CLOCKS_APART)
        };
        match (fits(first), fits(second)) {
            (true, false) => first,
            (false, true) => second,
            // The neighbours leave both open: an event mostly arrives soon after it happens.
            _ => match (soon(first), soon(second), before.or(after)) {
                (true, false, _) => first,
                (false, true, _) => second,
                (.., Some(near)) if near.abs_diff(second) < near.abs_diff(first) => second,
                (.., Some(_)) => first,
                (.., None) => by_arrival,
            },
        }
    }

    /// Remembers the reading that was chosen for a serial.
    pub fn remember_reading(&mut self, id: SourceId, serial: i64, time: PlatformTime) {
        if let Some(clock) = self.clocks.get_mut(usize::from(id)) {
            clock.readings.insert(serial, time);
            if clock.readings.len() > MOST_READINGS {
                clock.readings.pop_first();
            }
        }
    }
}

impl SourceClock {
    /// Returns how much is added to the clock at a serial.
    fn shift_at(&self, serial: i64) -> Duration {
        self.shifts.iter().rev().find(|(from, _)| *from <= serial).map_or(Duration::ZERO, |(_, shift)| *shift)
    }

    /// Does what [`Sources::place`] does, for this source.
    fn place(&mut self, serial: i64, happened: PlatformTime, floor_latest: PlatformTime) -> PlatformTime {
        let Some(latest) = self.latest else {
            (self.serial, self.latest) = (serial, Some(happened));
            return happened;
        };
        if serial <= self.serial {
            let time = happened + self.shift_at(serial);
            if happened > latest + CLOCKS_APART {
                // Later, but with a lower serial: the component was restarted.
                (self.serial, self.latest) = (serial, Some(happened));
                self.shifts.clear();
                self.readings.clear();
                return happened;
            }
            self.latest = Some(latest.max(time));
            return time;
        }
        self.serial = serial;
        let shift = self.shift_at(serial);
        let time = if happened + CLOCKS_APART >= latest {
            // The clock goes on by itself, or falls back by less than clocks may differ.
            self.set_shift(serial, Duration::ZERO);
            happened.max(latest)
        } else {
            let shifted = happened + shift;
            if shifted + CLOCKS_APART >= latest && !shift.is_zero() {
                shifted.max(latest)
            } else {
                // Serials rise and times fall: the clock was set back. Its times go on from the newest that is known.
                let now = latest.max(floor_latest);
                self.set_shift(serial, now.since(happened));
                now
            }
        };
        self.latest = Some(time);
        time
    }

    /// Adds so much to the clock from a serial on.
    fn set_shift(&mut self, serial: i64, shift: Duration) {
        if self.shift_at(serial) == shift {
            return;
        }
        self.shifts.push((serial, shift));
        if self.shifts.len() > MOST_SHIFTS {
            self.shifts.remove(0);
        }
    }

    /// Returns the times of the nearest known serials below and above.
    fn neighbours(&self, serial: i64) -> (Option<PlatformTime>, Option<PlatformTime>) {
        let below = self.readings.range(..serial).next_back().map(|(_, time)| *time);
        let above = self.readings.range(serial.saturating_add(1)..).next().map(|(_, time)| *time);
        if serial > self.serial { (self.latest.max(below), above) } else { (below, above.or(self.latest)) }
    }
}

/// Returns whether an event without a serial is old, rather than from a clock that was set back.
pub fn is_late(happened: PlatformTime, latest: PlatformTime) -> bool {
    happened + LATE_WITHOUT_SERIAL < latest
}
