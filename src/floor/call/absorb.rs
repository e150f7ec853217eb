//! Merges two calls that became one.

use super::fact::{Fact, Merge, NOBODY};
use super::surroundings::ExpectedListener;
use super::{Call, MOST_DEVICES, MOST_FACTS, order};

impl Call {
    /// Takes in every id, device and fact of `old`, which became part of this call.
    pub fn absorb(&mut self, old: Call) {
        let ids: Vec<Option<u8>> = old.ids.iter().map(|id| self.index_of_id(id)).collect();
        let devices: Vec<u8> = old.devices.iter().map(|device| self.index_of(device)).collect();
        let records: Vec<u8> = old.records.iter().map(|record| self.index_of_record(record)).collect();
        let device = |index: u8| devices.get(usize::from(index)).copied().unwrap_or(NOBODY);
        let id = |index: u8| ids.get(usize::from(index)).copied().flatten().unwrap_or(NOBODY);
        for (id, origin) in ids.iter().zip(old.origins) {
            if let Some(known) = id.and_then(|id| self.origins.get_mut(usize::from(id))) {
                known.merge(origin);
            }
        }
        for fact in old.facts {
            let Some(under) = ids.get(usize::from(fact.under)).copied().flatten() else { continue };
            let fact = Fact {
                under,
                source: device(fact.source),
                device: device(fact.device),
                other: device(fact.other),
                third: device(fact.third),
                record: records.get(usize::from(fact.record)).copied().unwrap_or(NOBODY),
                merges: fact.merges.map(|Merge { primary, secondary, new }| Merge {
                    primary: id(primary),
                    secondary: id(secondary),
                    new: id(new),
                }),
                ..fact
            };
            if let Some(place) = self.place_of(&fact) {
                self.facts.insert(place, fact);
            }
        }
        if let Some(theirs) = old.base {
            self.base.get_or_insert_default().absorb(*theirs, &device);
        }
        self.listeners.extend(old.listeners.into_iter().map(|asked| ExpectedListener {
            device: device(asked.device),
            under: id(asked.under),
            ..asked
        }));
        self.listeners.retain(|asked| asked.device != NOBODY);
        self.listeners.truncate(MOST_DEVICES);
        self.touched = self.touched.max(old.touched);
        self.mixed = self.mixed || old.mixed || order::is_mixed(&self.facts);
        self.fold();
        while self.facts.len() > MOST_FACTS {
            self.compact();
        }
    }
}
