//! Which slot holds what has an id. The ids lie in the slots only, not here a second time: a browser may hold fifty thousand.

use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// The slots by the ids of what is in them. Whoever asks says how to read the ids in a slot.
#[derive(Debug, Default)]
pub struct Index {
    slots: HashTable<(u32, u32)>,
    hasher: RandomState,
}

impl Index {
    /// A part of the hash is kept, so that growing need not read ids again.
    fn hash(&self, id: &str) -> u32 {
        self.hasher.hash_one(id) as u32
    }

    /// Returns the slot of `id`; `has` tells whether a slot has that id.
    pub fn find(&self, id: &str, has: impl Fn(usize) -> bool) -> Option<usize> {
        let hash = self.hash(id);
        self.slots.find(spread(hash), |(of, slot)| *of == hash && has(*slot as usize)).map(|(_, slot)| *slot as usize)
    }

    /// Takes up that the slot has that id, which no slot has so far.
    pub fn insert(&mut self, id: &str, slot: usize) {
        let hash = self.hash(id);
        self.slots.insert_unique(spread(hash), (hash, slot as u32), |(hash, _)| spread(*hash));
    }

    /// Forgets that the slot has that id.
    pub fn remove(&mut self, id: &str, slot: usize) {
        let hash = self.hash(id);
        if let Ok(found) = self.slots.find_entry(spread(hash), |known| *known == (hash, slot as u32)) {
            found.remove();
        }
    }

    /// Returns how many ids there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }
}

/// A table looks at the upper bits of a hash as well as at the lower ones.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}
