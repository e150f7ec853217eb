//! A table whose entries have numbers besides their keys: what refers to an entry by its number neither hashes nor compares keys.

use foldhash::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::hash::Hash;

/// The number of an entry; it may be another entry's once this one is removed.
pub(super) type Slot = u32;

/// A table of values by key and by number.
#[derive(Debug, Clone)]
pub(super) struct Table<K, V> {
    slots: HashMap<K, Slot>,
    entries: Vec<Option<(K, V)>>,
    /// The slots that are empty.
    free: Vec<Slot>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { slots: HashMap::default(), entries: Vec::new(), free: Vec::new() }
    }
}

impl<K: Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(serializer)
    }
}

impl<'de, K: Clone + Eq + Hash + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Table<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<Option<(K, V)>>::deserialize(deserializer)?;
        let mut table = Table { entries, ..Table::default() };
        for (slot, entry) in (0..).zip(&table.entries) {
            match entry {
                Some((key, _)) => drop(table.slots.insert(key.clone(), slot)),
                None => table.free.push(slot),
            }
        }
        Ok(table)
    }
}

impl<K: Clone + Eq + Hash, V> Table<K, V> {
    /// Returns how many entries there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Returns whether there is an entry of that key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.slots.contains_key(key)
    }

    /// Returns the number of the entry, or `None` if there is none.
    pub fn slot(&self, key: &K) -> Option<Slot> {
        self.slots.get(key).copied()
    }

    /// Returns the value with that number, or `None` if there is none.
    pub fn at(&self, slot: Slot) -> Option<&V> {
        self.entry(slot).map(|(_, value)| value)
    }

    /// Returns the value with that number to be changed, or `None` if there is none.
    pub fn at_mut(&mut self, slot: Slot) -> Option<&mut V> {
        self.entries.get_mut(index(slot))?.as_mut().map(|(_, value)| value)
    }

    /// Returns the key of the entry with that number, or `None` if there is none.
    pub fn key(&self, slot: Slot) -> Option<&K> {
        self.entry(slot).map(|(key, _)| key)
    }

    /// Returns the value of that key, or `None` if there is none.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.at(self.slot(key)?)
    }

    /// Returns the value of that key to be changed, or `None` if there is none.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.at_mut(self.slot(key)?)
    }

    /// Returns the number of the entry, which `make` makes if there is none.
    pub fn slot_or(&mut self, key: &K, make: impl FnOnce() -> V) -> Slot {
        if let Some(slot) = self.slot(key) {
            return slot;
        }
        let entry = Some((key.clone(), make()));
        let slot = match self.free.pop() {
            Some(slot) => {
                if let Some(empty) = self.entries.get_mut(index(slot)) {
                    *empty = entry;
                }
                slot
            }
            None => {
                self.entries.push(entry);
                // The floor's tables are bounded far below that.
                Slot::try_from(self.entries.len() - 1).unwrap_or(Slot::MAX)
            }
        };
        self.slots.insert(key.clone(), slot);
        slot
    }

    /// Removes the entry and returns its value, or `None` if there is none.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let slot = self.slots.remove(key)?;
        let (_, value) = self.entries.get_mut(index(slot))?.take()?;
        self.free.push(slot);
        Some(value)
    }

    /// Returns every entry, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().flatten().map(|(key, value)| (key, value))
    }

    fn entry(&self, slot: Slot) -> Option<&(K, V)> {
        self.entries.get(index(slot))?.as_ref()
    }
}

/// Returns the slot as an index.
fn index(slot: Slot) -> usize {
    usize::try_from(slot).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_used_again_once_its_entry_is_gone() {
        let mut table: Table<&str, u8> = Table::default();
        let (a, b) = (table.slot_or(&"a", || 1), table.slot_or(&"b", || 2));
        assert_eq!((table.slot_or(&"a", || 9), table.at(a), table.key(b), table.get(&"b")), (a, Some(&1), Some(&"b"), Some(&2)));
        assert_eq!((table.remove(&"a"), table.remove(&"a"), table.at(a), table.len()), (Some(1), None, None, 1));
        assert_eq!((table.slot_or(&"c", || 3), table.key(a), table.iter().count()), (a, Some(&"c"), 2));
    }
}
