//! The calls of the floor, and the list of them on `/calls`. On other pages no list is kept up to date.

use super::{CallTable, Shown, Watches};
use crate::floor::{AgentId, CallId, CallQuery, CallRow, CallState, DeviceId, OwnConnection, PartyRole, PartyState, Row};
use crate::live::InitialState;
use crate::live::browser::BrowserTime;
use crate::signal;
use leptos::prelude::*;
use std::sync::Arc;

/// The supervisor's own phone in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDeviceCall {
    /// The call's present id.
    pub call: CallId,
    /// Whether the phone is a silent listener and no party.
    pub listens: bool,
    /// Whether the phone has the call on hold.
    pub held: bool,
}

impl OwnDeviceCall {
    /// Returns the same as the forecast of an operation takes it ([`crate::floor::forecast()`]).
    pub fn as_connection(&self) -> OwnConnection<'_> {
        OwnConnection { call: &self.call, listens: self.listens, held: self.held }
    }
}

/// The page's copy of the calls, and the signals of what is computed from it. A copy of the struct is another handle to the same calls.
#[derive(Clone, Copy)]
pub struct Calls {
    /// All calls; until the first snapshot only those that came with the page.
    table: StoredValue<CallTable>,
    /// The signals of the calls on screen.
    watches: Watches<CallRow>,
    /// The supervisor's own phone, as it stands in calls.
    device: StoredValue<DeviceId>,
    /// What the own phone is busy with.
    own: RwSignal<Option<OwnDeviceCall>>,
    /// Whether the page lists calls.
    listed: StoredValue<bool>,
    /// The list of calls on `/calls`; empty until [`Store::ask_calls`](super::Store::ask_calls).
    pub shown: Shown,
    /// The query of `/calls`, as it stands in the page's address.
    pub query: RwSignal<CallQuery>,
    /// How many calls are in each state, in the order of [`CallState::ALL`], within the query's filters other than state and search;
    /// `None` until all calls are here.
    pub counts: RwSignal<Option<[u32; CallState::ALL.len()]>>,
    /// The names of all queues that have a call now, sorted, each once.
    pub queues: RwSignal<Vec<String>>,
}

impl Calls {
    /// Makes the calls from what came with the page. `held`: the signal that tells whether the list keeps its order.
    pub(super) fn new(first: &InitialState, held: RwSignal<bool>) -> Self {
        let mut table = CallTable::following(first.own_device.clone());
        table.replace(first.calls.clone());
        let calls = Calls {
            table: StoredValue::new(table),
            watches: Watches::new(),
            device: StoredValue::new(first.own_device.clone()),
            own: RwSignal::new(None),
            listed: StoredValue::new(false),
            shown: Shown::new(Vec::new(), first.matching_calls, held),
            query: RwSignal::new(CallQuery::default()),
            counts: RwSignal::new(None),
            queues: RwSignal::new(first.queues.clone()),
        };
        calls.find_own();
        calls
    }

    /// Returns the call in the slot, or `None` if the slot is empty. Not tracked.
    pub fn get(self, slot: usize) -> Option<Arc<CallRow>> {
        self.table.with_value(|table| table.get(slot).cloned())
    }

    /// Returns the slot of the call that has or had this id, or `None` if it is not known. Not tracked.
    pub fn slot(self, id: &CallId) -> Option<usize> {
        self.table.with_value(|table| table.slot(id))
    }

    /// Returns the call that has or had this id, or `None` if it is not known. Not tracked.
    pub fn find(self, id: &CallId) -> Option<Arc<CallRow>> {
        self.slot(id).and_then(|slot| self.get(slot))
    }

    /// Returns a signal of the call in the slot, or `None` if the slot is empty. The signal follows the slot for as long as the calling
    /// view lives.
    pub fn watch(self, slot: usize) -> Option<RwSignal<Arc<CallRow>>> {
        Some(self.watches.add(slot, self.get(slot)?))
    }

    /// Has a signal of [`Calls::watch`] follow another slot, or none for now.
    pub fn follow_slot(self, signal: RwSignal<Arc<CallRow>>, from: usize, to: Option<usize>) {
        self.watches.turn(signal, from, to.and_then(|slot| Some((slot, self.get(slot)?))));
    }

    /// Returns whether the page lists calls.
    pub fn is_listed(self) -> bool {
        self.listed.get_value()
    }

    /// Returns whether this is the supervisor's own phone, as it stands in calls.
    pub fn is_own_device(self, device: &DeviceId) -> bool {
        self.device.with_value(|own| own == device)
    }

    /// Returns the call that the supervisor's own phone is busy with, or `None` if there is none. Tracked.
    pub fn own(self) -> Option<OwnDeviceCall> {
        self.own.get()
    }

    /// Has the signal of [`Calls::own`] forget the views that are gone.
    pub(super) fn forget_gone(self) {
        signal::retell(self.own);
    }

    /// Applies the calls of a message, all of them if it is a snapshot, and removes those that are `gone`. Returns the slots that changed.
    pub(super) fn take(self, snapshot: bool, calls: Vec<Arc<CallRow>>, gone: &[CallId]) -> Vec<usize> {
        let changed = self.table.try_update_value(|table| {
            if snapshot {
                return table.replace(calls);
            }
            let mut changed: Vec<usize> = calls.into_iter().filter_map(|call| table.put(call)).collect();
            changed.extend(gone.iter().filter_map(|id| table.remove(id)));
            changed
        });
        changed.unwrap_or_default()
    }

    /// Updates what depends on the calls in the `changed` slots. `whole`: whether all calls are here; `at_once`: whether a long list is put
    /// in order without the usual pause; `team_of`: tells an agent's team.
    pub(super) fn follow<'a>(
        self,
        changed: &[usize],
        whole: bool,
        at_once: bool,
        local_now: BrowserTime,
        team_of: impl Fn(&AgentId) -> Option<&'a str>,
    ) {
        if !changed.is_empty() {
            self.watches.fire(changed, |slot| self.get(slot));
            self.find_own();
        }
        if self.listed.get_value() && whole {
            let rows = self.table.with_value(CallTable::count);
            let due = if changed.is_empty() && !at_once {
                self.shown.pace.due(local_now)
            } else {
                self.shown.pace.changed(rows, at_once, local_now)
            };
            if due {
                self.rearrange(false, team_of);
            }
        } else {
            self.table.update_value(CallTable::reuse_cleared);
        }
    }

    /// Fires the signals of the calls that the agents of these rows are in, because what a call shows depends on its agents.
    pub(super) fn touch(self, rows: impl Iterator<Item = Arc<Row>>) {
        if self.listed.get_value() {
            let slots: Vec<usize> = rows.filter_map(|row| self.slot(&row.call.as_ref()?.id)).collect();
            self.watches.fire(&slots, |slot| self.get(slot));
        }
    }

    /// Sets what the own phone is busy with.
    fn find_own(self) {
        let own = self.device.with_value(|device| {
            self.table.with_value(|table| {
                let (_, call) = table.of_own()?;
                let party = call.party(device)?;
                let (listens, held) = (party.role == PartyRole::Listener, party.state == PartyState::Held);
                Some(OwnDeviceCall { call: call.id.clone(), listens, held })
            })
        });
        signal::set_if_new(self.own, own);
    }

    /// Lists the calls of `query` from now on. `whole`: whether all calls are here; `team_of`: tells an agent's team.
    pub(super) fn ask<'a>(self, query: CallQuery, whole: bool, team_of: impl Fn(&AgentId) -> Option<&'a str>) {
        let first = !self.listed.get_value();
        if !first && self.query.with_untracked(|now| *now == query) {
            return;
        }
        self.listed.set_value(true);
        signal::set(self.query, query);
        let matching = self.shown.matching.get_untracked();
        self.rearrange(true, team_of);
        if first && !whole {
            // Not all calls are here yet; the server has counted them.
            signal::set(self.shown.matching, matching);
            signal::set(self.counts, None);
        }
    }

    /// Puts the list in order: at once, or when the hold ends. Counts the calls by state and queue again.
    fn rearrange<'a>(self, at_once: bool, team_of: impl Fn(&AgentId) -> Option<&'a str>) {
        let before = self.shown.order.get_untracked();
        let (after, counts, queues) = self.query.with_untracked(|query| {
            self.table.with_value(|table| (table.arrange(query, &team_of, &before), table.counts(query, &team_of), table.queues()))
        });
        if self.table.with_value(|table| self.shown.put(Arc::new(after), at_once, |slot| table.get(slot).is_some())) {
            self.table.update_value(CallTable::reuse_cleared);
        }
        signal::set_if_new(self.counts, Some(counts));
        signal::set_if_new(self.queues, queues);
    }
}
