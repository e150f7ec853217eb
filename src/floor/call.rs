//! One call, merged from the copies of its events that every device in it gets.
//!
//! A call is its facts, sorted by when they happened; what is said of it is a pure fold over them ([`Folded`]). So its copies may
//! arrive in any order and more than once, and two calls that become one are simply the union of their facts.

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
use super::{CallId, DeviceId, PlatformTime};
use fact::{Merge, becomes_another};
use several::Several;
use surroundings::{ExpectedListener, Surroundings};

/// Nobody talks in larger circles; whatever names more devices is not a call. Fits the bits of a `u64`.
pub const MOST_DEVICES: usize = 64;
/// More calls than this do not become one.
const MOST_IDS: usize = 32;
const MOST_RECORDS: usize = 64;
/// Facts kept of one call. What is older is kept as what it amounted to.
const MOST_FACTS: usize = 512;

#[derive(Debug, Clone)]
pub struct Call {
    /// Every id that it has, or had; its own is first.
    ids: Several<CallId>,
    /// One for each id.
    origins: Several<Origin>,
    devices: Vec<DeviceId>,
    records: Vec<String>,
    /// In the order in which they happened.
    facts: Vec<Fact>,
    /// What facts that are no longer kept amounted to.
    base: Folded,
    folded: Folded,
    listeners: Vec<ExpectedListener>,
    /// More than one source tells of it.
    mixed: bool,
    /// The newest event's time: what is pruned first.
    pub touched: PlatformTime,
}

impl Call {
    pub fn new(id: CallId) -> Self {
        Call {
            ids: Several::of(id),
            origins: Several::of(Origin::default()),
            devices: Vec::with_capacity(2),
            records: Vec::new(),
            facts: Vec::new(),
            base: Folded::default(),
            folded: Folded::default(),
            listeners: Vec::new(),
            mixed: false,
            touched: PlatformTime::default(),
        }
    }

    /// Takes one event that names this call as `under`. The same fact twice changes nothing.
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

    fn merge_of(&mut self, event: &Event) -> Option<Merge> {
        if !becomes_another(event) {
            return None;
        }
        let mut place = |id: &Option<CallId>| id.as_ref().and_then(|id| self.index_of_id(id)).unwrap_or(NOBODY);
        Some(Merge { primary: place(&event.primary_old), secondary: place(&event.secondary_old), new: place(&event.new_call) })
    }

    /// The end of a recording that was heard before its beginning.
    pub fn stop_recording(&mut self, record: &String, at: Stamp) {
        let eldest = self.eldest();
        let record = self.index_of_record(record);
        self.insert(Fact { record, ..Fact::new(EventKind::RecordStopped, 0, at) }, eldest);
    }

    /// `device` has left, as far as is known otherwise than by an event.
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

    fn fold(&mut self) {
        self.folded = self.base.clone();
        let around = Surroundings { listeners: &self.listeners, facts: &self.facts, eldest: self.eldest() };
        if !self.mixed {
            self.facts.iter().for_each(|fact| self.folded.step(fact, &around));
            return;
        }
        for (fact, copy) in order::sequence(&self.facts) {
            if copy { self.folded.copy(&fact, &around) } else { self.folded.step(&fact, &around) }
        }
    }

    /// The older half is kept as what it amounted to.
    fn compact(&mut self) {
        let old: Vec<Fact> = self.facts.iter().take(MOST_FACTS / 2).copied().collect();
        let around = Surroundings { listeners: &self.listeners, facts: &self.facts, eldest: self.eldest() };
        old.iter().for_each(|fact| self.base.step(fact, &around));
        self.facts.drain(..old.len());
    }

    /// `device` was asked to listen, after everything that is known of the call now.
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

    /// `device` was asked to take part, after everything that is known of the call now.
    pub fn forget_listener(&mut self, device: &DeviceId) {
        let at = self.newest().unwrap_or_default();
        let Some(device) = self.position(device) else { return };
        let open = |asked: &&mut ExpectedListener| asked.device == device && asked.until.is_none();
        self.listeners.iter_mut().filter(open).for_each(|asked| asked.until = Some(at));
        self.fold();
    }

    /// Among the call's own facts: of another source's newest event nobody could say whether it is later.
    fn newest(&self) -> Option<Stamp> {
        self.facts.last().map(|fact| fact.at)
    }

    pub fn id(&self) -> &CallId {
        self.ids.first()
    }

    /// The ids that it had before, sorted.
    pub fn former(&self) -> Vec<CallId> {
        let mut former = self.ids.rest().to_vec();
        former.sort_unstable();
        former
    }

    pub fn former_ids(&self) -> &[CallId] {
        self.ids.rest()
    }

    pub fn devices(&self) -> &[DeviceId] {
        &self.devices
    }

    pub fn folded(&self) -> &Folded {
        &self.folded
    }

    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// What `device` has, or had, to do with it.
    pub fn connection(&self, device: &DeviceId) -> Option<&Connection> {
        self.folded.connection(self.position(device)?)
    }

    /// Every device that has, or had, a part, with its place.
    pub fn connections(&self) -> impl Iterator<Item = (usize, &DeviceId, &Connection)> {
        self.devices
            .iter()
            .enumerate()
            .zip(&self.folded.connections)
            .filter(|(_, connection)| connection.state.is_some())
            .map(|((n, d), p)| (n, d, p))
    }

    /// The oldest of the calls that became this one: the customer's, whose words count.
    pub fn origin(&self) -> &Origin {
        self.origins.get(usize::from(self.eldest())).unwrap_or(self.origins.first())
    }

    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.origins.iter()
    }

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
