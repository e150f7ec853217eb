//! When an event happened, for deciding which of two facts about the same thing is the later one (protocol, section 5).
//!
//! Facts are kept as registers: a fact replaces another only if it happened later. That is what makes duplicates harmless and lets
//! copies of an event arrive in any order.
//!
//! The platform's components count their own serials and have clocks of their own. So the events of one source are in a strict order,
//! while of two sources only what is further apart than their clocks may be is certain.

use super::event::{Event, Series};
use super::time::PlatformTime;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How far the clocks of two sources may differ (protocol, section 5).
pub const CLOCKS_APART: Duration = Duration::from_secs(5);

/// One counter of serials, by its place in [`Sources`].
pub type SourceId = u16;

/// Event time, then the source's own serial, then the event's rank among those of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Stamp {
    /// The event's time, made to go on where the source's clock was set back.
    pub time: PlatformTime,
    pub source: SourceId,
    pub serial: i64,
    pub rank: u64,
    /// When it happened, as far as that is known: what is shown. The same as `time` wherever the event says it.
    pub happened: PlatformTime,
}

/// Above every rank of an event that says when it happened.
pub const UNORDERED: u64 = 16;

impl Stamp {
    /// Whether it is later for certain: by the order of one source, or by more than the clocks of two may differ.
    pub fn surely_after(&self, other: &Stamp) -> bool {
        if self.source == other.source {
            return self > other;
        }
        let arrival = |stamp: &Stamp| stamp.rank > UNORDERED;
        let apart = |later: PlatformTime, earlier: PlatformTime| later > earlier + CLOCKS_APART;
        apart(self.time, other.time) || (arrival(self) && arrival(other) && apart(self.happened, other.happened))
    }

    /// Whether what it says takes the place of what was said at `known`: not where it is older, and of two sources that cannot be
    /// told apart the one that is heard later counts.
    pub fn replaces(&self, known: &Stamp) -> bool {
        if self.source == known.source { self > known } else { !known.surely_after(self) }
    }
}

/// How often a source's clock may be set back and still be told apart from what came before.
const MOST_SHIFTS: usize = 16;
/// How many times of the hour that occurs twice are remembered of a source.
const MOST_READINGS: usize = 256;
/// More sources than any platform has; what names yet another counts with those that name none.
const MOST_SOURCES: usize = 4096;
/// What arrives within this time of a moment may well have happened then.
const SOON: Duration = Duration::from_secs(10 * 60);
/// Without a serial, what is older than this is old rather than from a clock that was set back.
const LATE_WITHOUT_SERIAL: Duration = Duration::from_secs(10 * 60);

/// The counters of serials that were heard of.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    by_name: Names,
    clocks: Vec<SourceClock>,
}

/// The sources by their component's name, for each [`Series`].
#[derive(Debug, Clone, Default)]
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
#[derive(Debug, Clone, Default)]
struct SourceClock {
    /// The highest serial, and the highest time, made to go on.
    serial: i64,
    latest: Option<PlatformTime>,
    /// From which serial on how much is added to the clock, because it was set back.
    shifts: Vec<(i64, Duration)>,
    /// Which readings were chosen for times of the hour that occurs twice, by serial.
    readings: BTreeMap<i64, PlatformTime>,
}

impl Sources {
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

    fn known(&self, event: &Event) -> Option<SourceId> {
        self.by_name.of(event.kind.series()).get(event.component.as_deref().unwrap_or_default()).copied()
    }

    /// Whose serials `event` counts with, where it was heard of.
    fn clock_of(&self, event: &Event) -> Option<&SourceClock> {
        self.clocks.get(usize::from(self.known(event)?))
    }

    /// Where an event with this serial stands, and remembers it.
    pub fn place(&mut self, id: SourceId, serial: i64, happened: PlatformTime, floor_latest: PlatformTime) -> PlatformTime {
        match self.clocks.get_mut(usize::from(id)) {
            Some(clock) => clock.place(serial, happened, floor_latest),
            None => happened,
        }
    }

    /// The highest serial of a source.
    pub fn serial(&self, id: SourceId) -> i64 {
        self.clocks.get(usize::from(id)).map_or(0, |clock| clock.serial)
    }

    /// Which of two readings of a local time is the event's, by its neighbours: those with nearby serials of the same source, and when
    /// it arrived.
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

    /// Remembers which reading was chosen.
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
    fn shift_at(&self, serial: i64) -> Duration {
        self.shifts.iter().rev().find(|(from, _)| *from <= serial).map_or(Duration::ZERO, |(_, shift)| *shift)
    }

    fn place(&mut self, serial: i64, happened: PlatformTime, floor_latest: PlatformTime) -> PlatformTime {
        let Some(latest) = self.latest else {
            (self.serial, self.latest) = (serial, Some(happened));
            return happened;
        };
        if serial <= self.serial {
            let time = happened + self.shift_at(serial);
            if happened > latest + CLOCKS_APART {
                // Later, and counted from the beginning again: the component was started anew.
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
            // The clock is right by itself, or falls back by less than anybody could tell.
            self.set_shift(serial, Duration::ZERO);
            happened.max(latest)
        } else {
            let shifted = happened + shift;
            if shifted + CLOCKS_APART >= latest && !shift.is_zero() {
                shifted.max(latest)
            } else {
                // Serials go on and times fall: the clock was set back. What it says goes on from the newest that is known.
                let now = latest.max(floor_latest);
                self.set_shift(serial, now.since(happened));
                now
            }
        };
        self.latest = Some(time);
        time
    }

    fn set_shift(&mut self, serial: i64, shift: Duration) {
        if self.shift_at(serial) == shift {
            return;
        }
        self.shifts.push((serial, shift));
        if self.shifts.len() > MOST_SHIFTS {
            self.shifts.remove(0);
        }
    }

    /// The times of the nearest known serials below and above.
    fn neighbours(&self, serial: i64) -> (Option<PlatformTime>, Option<PlatformTime>) {
        let below = self.readings.range(..serial).next_back().map(|(_, time)| *time);
        let above = self.readings.range(serial.saturating_add(1)..).next().map(|(_, time)| *time);
        if serial > self.serial { (self.latest.max(below), above) } else { (below, above.or(self.latest)) }
    }
}

/// Without a serial: whether it is old rather than the newest that is known.
pub fn is_late(happened: PlatformTime, latest: PlatformTime) -> bool {
    happened + LATE_WITHOUT_SERIAL < latest
}
