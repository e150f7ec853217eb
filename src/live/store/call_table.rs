//! The calls as plain data: which slot holds which call, found by every id that it has or had. No signals, so tests need no page.
//!
//! A slot is a call's place in memory and its key on the page. When calls merge (a conference, a transfer), the result stays in the slot
//! of the longest of them: to a supervisor the customer's call is still the same call, and its row stays where it is.

use super::index::Index;
use crate::floor::{AgentId, CallId, CallQuery, CallRow, CallState, DeviceId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The calls in their slots.
#[derive(Debug, Default)]
pub struct CallTable {
    /// By slot; `None` where a slot is free.
    calls: Vec<Option<Arc<CallRow>>>,
    /// The slot of each call, by its present and former ids.
    index: Index,
    /// The slots that are free.
    free: Vec<usize>,
    /// The slots of calls that are gone, which a list may show still: another call there would be taken for the one that was.
    cleared: Vec<usize>,
    /// The supervisor's own phone, as it stands in calls, and the slots of the calls that it is in.
    own: Option<DeviceId>,
    own_calls: Vec<usize>,
}

impl CallTable {
    /// Makes a table of no calls, which follows those of the device.
    pub fn following(own: DeviceId) -> CallTable {
        CallTable { own: Some(own), ..CallTable::default() }
    }

    /// Returns the call in the slot, or `None` if the slot is empty.
    pub fn get(&self, slot: usize) -> Option<&Arc<CallRow>> {
        self.calls.get(slot).and_then(Option::as_ref)
    }

    /// Returns the slot of the call that has or had this id, or `None` if it is not known.
    pub fn slot(&self, id: &CallId) -> Option<usize> {
        self.index.find(id.as_str(), |slot| self.get(slot).is_some_and(|call| call.id == *id || call.former.contains(id)))
    }

    /// Returns how many calls there are.
    pub fn count(&self) -> usize {
        self.calls.len() - self.free.len() - self.cleared.len()
    }

    /// Lets other calls have the slots of those that are gone: no list shows them any more.
    pub fn reuse_cleared(&mut self) {
        self.free.append(&mut self.cleared);
    }

    /// Iterates over the calls with their slots, by ascending slot.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Arc<CallRow>)> {
        self.calls.iter().enumerate().filter_map(|(slot, call)| Some((slot, call.as_ref()?)))
    }

    /// Puts the call in its slot, in place of the calls whose ids it has or had. Returns the slot, or `None` if nothing changed.
    pub fn put(&mut self, call: Arc<CallRow>) -> Option<usize> {
        let mut slots: Vec<usize> = std::iter::once(&call.id).chain(&call.former).filter_map(|id| self.slot(id)).collect();
        let known = slots.iter().enumerate().filter_map(|(place, slot)| Some((place, self.get(*slot)?)));
        let longest = known.min_by(|a, b| CallQuery::compare(a.1, b.1)).map(|(place, _)| place);
        if let Some(longest) = longest {
            slots.swap(0, longest);
        }
        let slot = match slots.split_first() {
            Some((&first, rest)) => {
                let mut absorbed = rest.iter().filter(|slot| **slot != first).peekable();
                if absorbed.peek().is_none() && self.get(first).is_some_and(|before| *before == call) {
                    return None;
                }
                for slot in absorbed {
                    self.clear(*slot);
                }
                first
            }
            None => self.free.pop().unwrap_or_else(|| {
                self.calls.push(None);
                self.calls.len() - 1
            }),
        };
        if let Some(before) = self.calls.get_mut(slot).and_then(Option::take) {
            self.forget(slot, &before);
        }
        for id in std::iter::once(&call.id).chain(&call.former) {
            self.index.insert(id.as_str(), slot);
        }
        if self.own.as_ref().is_some_and(|own| call.party(own).is_some()) {
            self.own_calls.push(slot);
        }
        if let Some(place) = self.calls.get_mut(slot) {
            *place = Some(call);
        }
        Some(slot)
    }

    /// Removes the call whose present id this is, and returns its slot. Returns `None` if there is none: a call that had the id formerly
    /// stays.
    pub fn remove(&mut self, id: &CallId) -> Option<usize> {
        let slot = self.slot(id).filter(|slot| self.get(*slot).is_some_and(|call| call.id == *id))?;
        self.clear(slot);
        Some(slot)
    }

    /// Replaces all calls; those that are not among `calls` are removed. Returns the slots that changed, in no order.
    pub fn replace(&mut self, calls: Vec<Arc<CallRow>>) -> Vec<usize> {
        let mut changed = Vec::new();
        let mut kept = vec![false; self.calls.len()];
        // The new calls come first: one that only changed its id must find its slot before the slots of removed calls are cleared.
        for call in calls {
            let slot = self.put(call.clone());
            if let Some(slot) = slot.or_else(|| self.slot(&call.id)) {
                kept.resize(self.calls.len(), false);
                if let Some(kept) = kept.get_mut(slot) {
                    *kept = true;
                }
            }
            changed.extend(slot);
        }
        for slot in 0..self.calls.len() {
            if kept.get(slot) != Some(&true) && self.get(slot).is_some() {
                self.clear(slot);
                changed.push(slot);
            }
        }
        changed
    }

    /// Removes the call in the slot, which is free once no list shows it.
    fn clear(&mut self, slot: usize) {
        if let Some(gone) = self.calls.get_mut(slot).and_then(Option::take) {
            self.forget(slot, &gone);
            self.cleared.push(slot);
        }
    }

    /// Removes the call's ids from the index where they lead to this slot.
    fn forget(&mut self, slot: usize, call: &CallRow) {
        self.own_calls.retain(|own| *own != slot);
        for id in std::iter::once(&call.id).chain(&call.former) {
            self.index.remove(id.as_str(), slot);
        }
    }

    /// Returns the slots of the calls that match `query`, the longest call first. `before` is the order so far: the sort is faster if it is
    /// nearly right. `team_of` tells an agent's team.
    pub fn arrange<'a>(&self, query: &CallQuery, team_of: impl Fn(&AgentId) -> Option<&'a str>, before: &[usize]) -> Vec<usize> {
        let is_shown = query.filter(&team_of);
        let mut wanted: Vec<bool> = self.calls.iter().map(|call| call.as_ref().is_some_and(|call| is_shown(call))).collect();
        let mut shown: Vec<usize> = before.iter().copied().filter(|slot| wanted.get_mut(*slot).is_some_and(std::mem::take)).collect();
        shown.extend(wanted.into_iter().enumerate().filter_map(|(slot, wanted)| wanted.then_some(slot)));
        let mut shown: Vec<(usize, &CallRow)> = shown.into_iter().filter_map(|slot| Some((slot, &**self.get(slot)?))).collect();
        shown.sort_unstable_by(|a, b| CallQuery::compare(a.1, b.1));
        shown.into_iter().map(|(slot, _)| slot).collect()
    }

    /// Returns how many calls are in each state, in the order of [`CallState::ALL`], of those that match `query` apart from its states and
    /// search. `team_of` tells an agent's team.
    pub fn counts<'a>(&self, query: &CallQuery, team_of: impl Fn(&AgentId) -> Option<&'a str>) -> [u32; CallState::ALL.len()] {
        let query = CallQuery { search: String::new(), states: Vec::new(), ..query.clone() };
        let mut counts = [0; CallState::ALL.len()];
        let shown = query.filter(&team_of);
        for (_, call) in self.iter().filter(|(_, call)| shown(call)) {
            let state = call.state();
            for (count, _) in counts.iter_mut().zip(CallState::ALL).filter(|(_, of)| *of == state) {
                *count += 1;
            }
        }
        counts
    }

    /// Returns the names of all queues that have a call, sorted, each once.
    pub fn queues(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self.iter().filter_map(|(_, call)| call.queue.as_deref()).filter(|queue| !queue.is_empty()).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Returns the call that keeps the own phone busy, with its slot, or `None` if there is none: preferably one that it does not have on hold.
    /// Calls that only monitor another call do not count.
    pub fn of_own(&self) -> Option<(usize, &CallRow)> {
        let own = self.own.as_ref()?;
        let calls = self.own_calls.iter().filter_map(|&slot| Some((slot, &**self.get(slot)?)));
        let here = calls.filter(|(_, call)| !call.monitors()).filter_map(|(slot, call)| Some((call.party(own)?.state, slot, call)));
        here.max_by_key(|(state, ..)| *state != crate::floor::PartyState::Held).map(|(_, slot, call)| (slot, call))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{Direction, Holds, Party, PartyRole, PartyState, PlatformTime};

    fn call(id: &str, former: &[&str], started: i64, devices: &[(&str, PartyState)]) -> Arc<CallRow> {
        let started = PlatformTime::from_millis(started);
        let party = |(device, state): &(&str, PartyState)| Party {
            device: DeviceId::trusted(format!("{device}@test.cc")),
            agent: device.strip_prefix("80").map(|number| AgentId::trusted(format!("50{number}@test.cc"))),
            logged_off: None,
            role: PartyRole::Called,
            state: *state,
            since: started,
        };
        Arc::new(CallRow {
            id: CallId::trusted(id),
            former: former.iter().map(|id| CallId::trusted(*id)).collect(),
            direction: Direction::Inbound,
            kind: None,
            queue: Some("Claims".to_owned()),
            started: Some(started),
            answered: Some(started),
            holds: Holds::default(),
            recording: false,
            data: Vec::new(),
            parties: devices.iter().map(party).collect(),
            named: None,
            touched: started,
            end_not_seen: false,
            remembered: false,
            intervention: None,
        })
    }

    const IN: PartyState = PartyState::Connected;

    fn slot(table: &CallTable, id: &str) -> Option<usize> {
        table.slot(&CallId::trusted(id))
    }

    #[test]
    fn a_call_keeps_its_slot_across_the_change_of_its_id() {
        let mut table = CallTable::default();
        assert_eq!(table.put(call("a", &[], 10, &[("8001", IN)])), Some(0));
        assert_eq!(table.put(call("a", &[], 10, &[("8001", IN)])), None);
        assert_eq!(table.put(call("b", &[], 20, &[("8002", IN)])), Some(1));
        // The consultation becomes the conference: the longer call's row goes on.
        assert_eq!(table.put(call("b", &["a"], 10, &[("8001", IN), ("8002", IN)])), Some(0));
        assert_eq!((slot(&table, "a"), slot(&table, "b"), table.count()), (Some(0), Some(0), 1));
        assert_eq!(table.remove(&CallId::trusted("a")), None, "it goes on under another id");
        // A new id altogether.
        assert_eq!(table.put(call("c", &["a", "b"], 10, &[("8001", IN)])), Some(0));
        assert_eq!(table.put(call("d", &[], 30, &[("8003", IN)])), Some(2), "a list may still show the other in slot 1");
        assert_eq!(table.remove(&CallId::trusted("c")), Some(0));
        assert_eq!((slot(&table, "a"), slot(&table, "c"), slot(&table, "d"), table.count()), (None, None, Some(2), 1));
    }

    #[test]
    fn the_slot_of_a_call_that_is_gone_is_reused_once_no_list_shows_it() {
        let mut table = CallTable::default();
        table.put(call("a", &[], 10, &[]));
        assert_eq!(table.remove(&CallId::trusted("a")), Some(0));
        assert_eq!((table.put(call("b", &[], 20, &[])), table.count()), (Some(1), 1));
        table.reuse_cleared();
        assert_eq!((table.put(call("c", &[], 30, &[])), table.count()), (Some(0), 2));
    }

    #[test]
    fn a_snapshot_forgets_what_is_not_in_it() {
        let mut table = CallTable::default();
        table.replace(vec![call("a", &[], 10, &[]), call("b", &[], 20, &[])]);
        let mut changed = table.replace(vec![call("c", &["b"], 20, &[]), call("d", &[], 5, &[])]);
        changed.sort_unstable();
        assert_eq!(changed, [0, 1, 2]);
        assert_eq!((slot(&table, "a"), slot(&table, "b"), table.count()), (None, Some(1), 2));
        let order = table.arrange(&CallQuery::default(), |_| None, &[1, 2]);
        assert_eq!(order, [2, 1], "the longest first");
    }

    #[test]
    fn queries_and_counts() {
        let mut table = CallTable::default();
        table.put(call("a", &[], 10, &[("8001", IN), ("13800002408", IN)]));
        table.put(call("b", &[], 20, &[("8002", PartyState::Held), ("13800002409", IN)]));
        let team_of = |agent: &AgentId| Some(if agent.number() == "5001" { "A" } else { "B" });
        let query = CallQuery { team: "B".to_owned(), ..Default::default() };
        assert_eq!(table.arrange(&query, team_of, &[0]), [1]);
        assert_eq!(table.counts(&query, team_of), [0, 1, 0, 0, 0]);
        let query = CallQuery { states: vec![CallState::Talking], ..Default::default() };
        assert_eq!(table.arrange(&query, team_of, &[]), [0]);
        assert_eq!(table.counts(&query, team_of), [1, 1, 0, 0, 0]);
        assert_eq!(table.queues(), ["Claims"]);
    }

    #[test]
    fn the_own_phone_is_busy_with_what_it_does_not_hold() {
        let mut table = CallTable::following(DeviceId::trusted("8001@test.cc"));
        assert!(table.of_own().is_none());
        table.put(call("a", &[], 10, &[("8001", IN)]));
        table.put(call("b", &[], 20, &[("8001", PartyState::Held)]));
        table.put(call("c", &[], 5, &[("8002", IN)]));
        let own = |table: &CallTable| table.of_own().map(|(_, call)| call.id.to_string());
        assert_eq!(own(&table), Some("a".to_owned()));
        table.put(call("a", &[], 10, &[("8003", IN)]));
        assert_eq!(own(&table), Some("b".to_owned()), "it has left the other");
        table.put(call("d", &["b"], 20, &[("8001", IN)]));
        assert_eq!(own(&table), Some("d".to_owned()));
        table.remove(&CallId::trusted("d"));
        assert_eq!(own(&table), None);
    }
}
