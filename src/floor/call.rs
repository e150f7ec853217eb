//! One call, merged from the copies of its events that every device in it gets.
//!
//! A call is kept as a list of facts, sorted by when they happened; its state is a pure fold over them ([`Folded`]). So copies may arrive
//! in any order and more than once, and two calls that become one are the union of their facts.

mod absorb;
mod connection;
mod fact;
mod folded;
mod holding;
mod order;
mod origin;
mod places;
mod several;
mod surroundings;

pub use connection::{Connection, ConnectionState};
pub use fact::{Fact, NOBODY};
pub use folded::Folded;
pub use origin::{Origin, data};

use super::event::{Event, EventKind};
use super::stamp::Stamp;
use super::table::Slot;
use super::{CallId, DeviceId, PlatformTime};
use fact::{Merge, becomes_another};
use serde::{Deserialize, Serialize};
use several::Several;
use std::time::Duration;
use surroundings::{ExpectedListener, Surroundings};

/// The most devices in one call; further ones are ignored. One bit of a `u64` stands for each.
pub const MOST_DEVICES: usize = 64;
/// The most ids that one call may have had; further calls do not become part of it.
const MOST_IDS: usize = 32;
/// The most recordings of one call that are told apart.
const MOST_RECORDS: usize = 64;
/// The most facts that are kept of one call; of older ones only the result of folding them is kept.
const MOST_FACTS: usize = 512;
/// How many most calls have: calls are by far the most of what a floor keeps.
const USUAL_FACTS: usize = 6;
/// How far apart copies of one event are at most.
pub const COPIES_APART: Duration = Duration::from_secs(2);

/// One call with all the facts that are known of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Call {
    /// Every id that it has or had; its present one is first.
    ids: Several<CallId>,
    /// One for each id.
    origins: Several<Origin>,
    /// Every device that was ever named in it; facts refer to them by their places here.
    devices: Vec<DeviceId>,
    /// The slots of the devices in the floor's table, as far as the floor has listed the call there.
    slots: Vec<Slot>,
    /// The ids of its recordings; facts refer to them by their places here.
    records: Vec<String>,
    /// In the order in which they happened.
    facts: Vec<Fact>,
    /// The result of folding the facts that are no longer kept; absent while all are, as in nearly every call.
    base: Option<Box<Folded>>,
    /// The result of folding all facts.
    folded: Folded,
    /// The devices that were asked to listen.
    listeners: Vec<ExpectedListener>,
    /// Whether the facts come from more than one source.
    mixed: bool,
    /// Its slot in the floor's table, once it is listed there.
    pub at: Slot,
    /// The newest event's time; the call with the oldest is forgotten first.
    pub touched: PlatformTime,
}

impl Call {
    /// Makes a call of which nothing but its id is known.
    pub fn new(id: CallId) -> Self {
        Call {
            ids: Several::of(id),
            origins: Several::of(Origin::default()),
            devices: Vec::with_capacity(2),
            slots: Vec::with_capacity(2),
            records: Vec::new(),
            facts: Vec::with_capacity(USUAL_FACTS),
            base: None,
            folded: Folded::default(),
            listeners: Vec::new(),
            mixed: false,
            at: Slot::MAX,
            touched: PlatformTime::default(),
        }
    }

    /// Takes one event that names this call as `under`; the same fact twice changes nothing.
    pub fn take(&mut self, event: &Event, under: &CallId, at: Stamp) {
        self.touched = self.touched.max(at.time);
        let eldest = self.eldest();
        let Some(under) = self.index_of_id(under) else { return };
        if let Some(origin) = self.origins.get_mut(usize::from(under)) {
            origin.take(event, at);
        }
        let Some(fact) = Fact::of(event, under, at, |device| self.index_of(device)) else { return };
        let fact = match (&event.record, event.kind) {
            (Some(record), EventKind::RecordStarted | EventKind::RecordStopped) => Fact { record: self.index_of_record(record), ..fact },
            _ => Fact { merges: self.merge_of(event), ..fact },
        };
        self.insert(fact, eldest);
    }

    /// Returns which calls become one by a conference or transfer, or `None` if the event merges none.
    fn merge_of(&mut self, event: &Event) -> Option<Merge> {
        if !becomes_another(event) {
            return None;
        }
        let mut place = |id: &Option<CallId>| id.as_ref().and_then(|id| self.index_of_id(id)).unwrap_or(NOBODY);
        Some(Merge { primary: place(&event.primary_old), secondary: place(&event.secondary_old), new: place(&event.new_call) })
    }

    /// Takes the end of a recording that was heard before its beginning.
    pub fn stop_recording(&mut self, record: &String, at: Stamp) {
        let eldest = self.eldest();
        let record = self.index_of_record(record);
        self.insert(Fact { record, ..Fact::new(EventKind::RecordStopped, 0, at) }, eldest);
    }

    /// Clears the connection of `device` at `at`, by other evidence than an event of the call.
    pub fn clear(&mut self, device: &DeviceId, at: Stamp) {
        let eldest = self.eldest();
        if let Some(device) = self.position(device) {
            self.insert(Fact { device, ..Fact::new(EventKind::ConnectionCleared, 0, at) }, eldest);
        }
    }

    /// Returns where the fact belongs among those that are kept, or `None` if it is one of them.
    fn place_of(&self, fact: &Fact) -> Option<usize> {
        let place = self.facts.partition_point(|known| known.at < fact.at);
        let mut together = self.facts.iter().skip(place).take_while(|known| known.at == fact.at);
        together.all(|known| known != fact).then_some(place)
    }

    /// Adds a fact and folds it in; `eldest` is the oldest id of before.
    fn insert(&mut self, fact: Fact, eldest: u8) {
        let Some(place) = self.place_of(&fact) else { return };
        let last = place == self.facts.len();
        self.facts.insert(place, fact);
        self.mixed = self.mixed || (self.facts.len() > 1 && order::is_mixed(&self.facts));
        let now_eldest = self.eldest();
        if last && now_eldest == eldest && !self.mixed {
            self.folded.step(&fact, &Surroundings { listeners: &self.listeners, facts: &self.facts, eldest });
        } else {
            self.fold();
        }
        if self.facts.len() > MOST_FACTS {
            self.compact();
        }
    }

    /// Folds all facts anew.
    fn fold(&mut self) {
        self.folded = self.base.as_deref().cloned().unwrap_or_default();
        let around = Surroundings { listeners: &self.listeners, facts: &self.facts, eldest: self.eldest() };
        if !self.mixed {
            self.facts.iter().for_each(|fact| self.folded.step(fact, &around));
            return;
        }
        for (fact, copy) in order::sequence(&self.facts) {
            if copy { self.folded.copy(&fact, &around) } else { self.folded.step(&fact, &around) }
        }
    }

    /// Folds the older half of the facts into the base and drops them.
    fn compact(&mut self) {
        let old: Vec<Fact> = self.facts.iter().take(MOST_FACTS / 2).copied().collect();
        let around = Surroundings { listeners: &self.listeners, facts: &self.facts, eldest: self.eldest() };
        let base = self.base.get_or_insert_default();
        old.iter().for_each(|fact| base.step(fact, &around));
        self.facts.drain(..old.len());
    }

    /// Expects `device` as a silent listener from now on, after every fact that is known.
    pub fn expect_listener(&mut self, device: &DeviceId) {
        let from = self.newest();
        let device = self.index_of(device);
        if device == NOBODY || self.listeners.iter().any(|asked| asked.device == device && asked.until.is_none()) {
            return;
        }
        if self.listeners.len() >= MOST_DEVICES {
            self.listeners.remove(0);
        }
        self.listeners.push(ExpectedListener { device, under: 0, from, until: None });
        self.fold();
    }

    /// Expects `device` as an ordinary party again from now on, after every fact that is known.
    pub fn forget_listener(&mut self, device: &DeviceId) {
        let at = self.newest().unwrap_or_default();
        let Some(device) = self.position(device) else { return };
        let open = |asked: &&mut ExpectedListener| asked.device == device && asked.until.is_none();
        self.listeners.iter_mut().filter(open).for_each(|asked| asked.until = Some(at));
        self.fold();
    }

    /// Returns the stamp of the newest fact. Not of the floor's newest event: across sources nobody could say which is later.
    fn newest(&self) -> Option<Stamp> {
        self.facts.last().map(|fact| fact.at)
    }

    /// Returns the id that the platform knows the call by now.
    pub fn id(&self) -> &CallId {
        self.ids.first()
    }

    /// Returns the ids that it had before, sorted.
    pub fn former(&self) -> Vec<CallId> {
        let mut former = self.ids.rest().to_vec();
        former.sort_unstable();
        former
    }

    /// Returns the ids that it had before, in the order in which they were heard of.
    pub fn former_ids(&self) -> &[CallId] {
        self.ids.rest()
    }

    /// Returns every device that was ever named in it.
    pub fn devices(&self) -> &[DeviceId] {
        &self.devices
    }

    /// Returns the slots of the devices in the floor's table, in the same order.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Returns the devices at which the floor has not listed the call yet.
    pub fn unlisted(&self) -> Vec<DeviceId> {
        self.devices.iter().skip(self.slots.len()).cloned().collect()
    }

    /// Records that the floor has listed the call at the first device at which it was not listed yet.
    pub fn list(&mut self, slot: Slot) {
        self.slots.push(slot);
    }

    /// Returns the devices that were asked to listen to it, or to a call that became part of it; one may come twice.
    pub fn asked_to_listen(&self) -> impl Iterator<Item = &DeviceId> {
        self.listeners.iter().filter_map(|asked| self.device_at(asked.device))
    }

    /// Returns what the facts together say.
    pub fn folded(&self) -> &Folded {
        &self.folded
    }

    /// Returns the facts that are kept, in the order in which they happened.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Returns how often that happened, copies counted once.
    pub fn told(&self, kind: EventKind) -> u32 {
        let mut moments: Vec<(u8, u8, PlatformTime)> =
            self.facts.iter().filter(|fact| fact.kind == kind).map(|fact| (fact.device, fact.other, fact.at.happened)).collect();
        moments.sort_unstable();
        moments.dedup_by(|(device, other, at), (before_device, before_other, before)| {
            (device, other) == (before_device, before_other) && at.since(*before) <= COPIES_APART
        });
        u32::try_from(moments.len()).unwrap_or(u32::MAX)
    }

    /// Returns the connection that `device` has or had, or `None` if it never had one.
    pub fn connection(&self, device: &DeviceId) -> Option<&Connection> {
        self.folded.connection(self.position(device)?)
    }

    /// Returns every device that has or had a connection, with its place.
    pub fn connections(&self) -> impl Iterator<Item = (usize, &DeviceId, &Connection)> {
        self.devices
            .iter()
            .enumerate()
            .zip(&self.folded.connections)
            .filter(|(_, connection)| connection.state.is_some())
            .map(|((n, d), p)| (n, d, p))
    }

    /// Returns the origin of the oldest of the calls that became this one: the customer's, whose type and queue are shown.
    pub fn origin(&self) -> &Origin {
        self.origins.get(usize::from(self.eldest())).unwrap_or(self.origins.first())
    }

    /// Returns the origin of every call that became this one.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.origins.iter()
    }

    /// Returns the place of the oldest id.
    fn eldest(&self) -> u8 {
        if self.origins.len() == 1 {
            return 0;
        }
        let age = |(index, origin): &(usize, &Origin)| (origin.first.is_none(), origin.first, *index);
        let mut eldest = self.origins.iter().enumerate().min_by_key(age).map_or(0, |(index, _)| index);
        // Whose clock is ahead is not known: the call that was held for the other is the older one.
        let first = |index: u8| self.origins.get(usize::from(index)).and_then(|origin| origin.first);
        for merge in self.facts.iter().filter_map(|fact| fact.merges) {
            if usize::from(merge.secondary) == eldest
                && let (Some(held), Some(other)) = (first(merge.primary), first(merge.secondary))
                && held.source != other.source
                && !held.surely_after(&other)
            {
                eldest = usize::from(merge.primary);
            }
        }
        u8::try_from(eldest).unwrap_or(0)
    }
}
