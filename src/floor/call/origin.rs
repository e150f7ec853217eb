//! What was told of a call under one of its ids: when it began, its type, its queue and its call data. After a merge the oldest origin
//! counts: that is the customer's call.

use crate::floor::event::{Event, EventKind};
use crate::floor::stamp::Stamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The most entries of call data that are kept.
const MOST_ENTRIES: usize = 50;
/// The most characters of one value; one that is cut ends with an ellipsis.
const LONGEST_VALUE: usize = 500;
/// The most characters of one key.
const LONGEST_KEY: usize = 100;

/// What was told of a call under one of its ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The earliest event under this id; absent if only another call's event named it.
    pub first: Option<Stamp>,
    /// `callType` by the earliest event that has it.
    kind: Option<(Stamp, String)>,
    /// `split` by the earliest event that has it.
    queue: Option<(Stamp, String)>,
    /// Call data, each value by the latest event that has its key.
    data: BTreeMap<String, (Stamp, String)>,
    /// Whether there were more entries of call data than are kept.
    more: bool,
}

impl Origin {
    /// Takes what an event under this id tells.
    pub fn take(&mut self, event: &Event, at: Stamp) {
        // Neither the report of a finished call nor a recording tells when the call began.
        if !matches!(event.kind, EventKind::CallEnd | EventKind::RecordStarted | EventKind::RecordStopped) {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
        }
        earliest(&mut self.kind, event.call_type.as_ref(), at);
        earliest(&mut self.queue, event.split.as_ref(), at);
        for (key, value) in &event.data {
            match self.data.get_mut(key.as_str()) {
                Some(known) if known.0 >= at => {}
                Some(known) => {
                    known.0 = at;
                    if value.as_str().is_none_or(|value| value != known.1) {
                        known.1 = text(value);
                    }
                }
                None => self.keep(key.chars().take(LONGEST_KEY).collect(), (at, text(value))),
            }
        }
    }

    /// Takes in what another call was told under the same id.
    pub fn merge(&mut self, other: Origin) {
        self.first = match (self.first, other.first) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        for (mine, theirs) in [(&mut self.kind, other.kind), (&mut self.queue, other.queue)] {
            if let Some((at, word)) = theirs {
                earliest(mine, Some(&word), at);
            }
        }
        self.more |= other.more;
        for (key, entry) in other.data {
            if self.data.get(&key).is_none_or(|known| known.0 < entry.0) {
                self.keep(key, entry);
            }
        }
    }

    /// Keeps an entry; of too many the first by key are kept, whatever the order in which they came.
    fn keep(&mut self, key: String, entry: (Stamp, String)) {
        self.data.insert(key, entry);
        if self.data.len() > MOST_ENTRIES {
            self.data.pop_last();
            self.more = true;
        }
    }

    /// Returns the `callType` word, if one was told.
    pub fn kind(&self) -> Option<&String> {
        self.kind.as_ref().map(|(_, kind)| kind)
    }

    /// Returns the queue, if one was told.
    pub fn queue(&self) -> Option<&String> {
        self.queue.as_ref().map(|(_, queue)| queue)
    }
}

/// Returns the call data of all origins, sorted by key; if two have the same key, the older one's value.
pub fn data<'a>(origins: impl Iterator<Item = &'a Origin>) -> Vec<(String, String)> {
    let mut by_age: Vec<&Origin> = origins.filter(|origin| !origin.data.is_empty()).collect();
    by_age.sort_by_key(|origin| (origin.first.is_none(), origin.first));
    let mut merged: BTreeMap<&String, &String> = BTreeMap::new();
    for origin in &by_age {
        for (key, (_, value)) in &origin.data {
            merged.entry(key).or_insert(value);
        }
    }
    let more = merged.len() > MOST_ENTRIES || by_age.iter().any(|origin| origin.more);
    let kept = merged.into_iter().take(MOST_ENTRIES).map(|(key, value)| (key.clone(), value.clone()));
    let rest = more.then(|| ("…".to_owned(), "…".to_owned()));
    kept.chain(rest).collect()
}

/// Replaces what is known if the event is earlier: later copies tell of whoever joined.
fn earliest(known: &mut Option<(Stamp, String)>, word: Option<&String>, at: Stamp) {
    if let Some(word) = word
        && known.as_ref().is_none_or(|(first, _)| at < *first)
    {
        *known = Some((at, word.clone()));
    }
}

/// Returns a value of call data as text, cut to [`LONGEST_VALUE`].
fn text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
