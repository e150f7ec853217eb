//! The latest events, by their hashes, so that one that comes again is recognised: also by a console that was started anew, to which a
//! broker brings again what was not acknowledged.

use foldhash::HashSet;
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, Hasher};

/// How many events are remembered.
const REMEMBERED: usize = 1 << 18;
/// How many of them outlive the process: several times as many as a broker brings again.
const KEPT: usize = 1 << 14;

/// The latest events.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub(super) struct Seen {
    /// Nobody knows it, so that nobody can make an event that passes for another's duplicate.
    key: (u64, u64),
    hashes: HashSet<u64>,
    /// The oldest first.
    order: VecDeque<u64>,
}

/// What is written down of it.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: (u64, u64),
    latest: Vec<u64>,
}

impl Default for Seen {
    fn default() -> Self {
        let random = foldhash::quality::RandomState::default();
        Seen { key: (random.hash_one(0), random.hash_one(1)), hashes: HashSet::default(), order: VecDeque::new() }
    }
}

impl Seen {
    /// Remembers what has this identity, and returns whether it is new.
    pub fn is_new(&mut self, identity: impl Hash) -> bool {
        let mut hasher = SipHasher13::new_with_keys(self.key.0, self.key.1);
        identity.hash(&mut hasher);
        let hash = hasher.finish();
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }
}

impl From<Seen> for Kept {
    fn from(Seen { key, order, .. }: Seen) -> Kept {
        let older = order.len().saturating_sub(KEPT);
        Kept { key, latest: order.into_iter().skip(older).collect() }
    }
}

impl From<Kept> for Seen {
    fn from(Kept { key, latest }: Kept) -> Seen {
        Seen { key, hashes: latest.iter().copied().collect(), order: latest.into() }
    }
}
