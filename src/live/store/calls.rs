//! The calls of the floor, and which of them `/calls` shows. Other pages put no calls in order.

use super::{CallTable, Shown, Watches, set_if_new};
use crate::floor::{AgentId, CallId, CallQuery, CallRow, CallState, DeviceId, OwnConnection, PartyRole, PartyState, Row};
use crate::live::InitialState;
use crate::live::browser::BrowserTime;
use leptos::prelude::*;
use std::sync::Arc;

/// The supervisor's own phone in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDeviceCall {
    pub call: CallId,
    pub listens: bool,
    pub held: bool,
}

impl OwnDeviceCall {
    pub fn as_connection(&self) -> OwnConnection<'_> {
        OwnConnection { call: &self.call, listens: self.listens, held: self.held }
    }
}

#[derive(Clone, Copy)]
pub struct Calls {
    table: StoredValue<CallTable>,
    watches: Watches<CallRow>,
    device: StoredValue<DeviceId>,
    own: RwSignal<Option<OwnDeviceCall>>,
    /// The page lists calls.
    listed: StoredValue<bool>,
    pub shown: Shown,
    pub query: RwSignal<CallQuery>,
    /// By [`CallState::ALL`]'s order, within the filters other than state and search; none until all calls are here.
    pub counts: RwSignal<Option<[u32; CallState::ALL.len()]>>,
    pub queues: RwSignal<Vec<String>>,
}

impl Calls {
    pub(super) fn new(first: &InitialState, held: RwSignal<bool>) -> Self {
        let mut table = CallTable::default();
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

    pub fn get(self, slot: usize) -> Option<Arc<CallRow>> {
        self.table.with_value(|table| table.get(slot).cloned())
    }

    pub fn slot(self, id: &CallId) -> Option<usize> {
        self.table.with_value(|table| table.slot(id))
    }

    /// The call that is, or once was, `id`.
    pub fn find(self, id: &CallId) -> Option<Arc<CallRow>> {
        self.slot(id).and_then(|slot| self.get(slot))
    }

    /// The call's signal, for as long as the calling view lives; none when the slot is empty.
    pub fn watch(self, slot: usize) -> Option<RwSignal<Arc<CallRow>>> {
        Some(self.watches.add(slot, self.get(slot)?))
    }

    /// The page lists calls.
    pub fn is_listed(self) -> bool {
        self.listed.get_value()
    }

    pub fn is_own_device(self, device: &DeviceId) -> bool {
        self.device.with_value(|own| own == device)
    }

    /// What the supervisor's own phone is busy with; tracked.
    pub fn own(self) -> Option<OwnDeviceCall> {
        self.own.get()
    }

    /// Takes calls in; answers the slots that changed.
    pub(super) fn take(self, snapshot: bool, calls: Vec<CallRow>, gone: &[CallId]) -> Vec<usize> {
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

    /// Has everything follow that depends on `changed` slots. `agents` tells an agent's team.
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
            let due = if changed.is_empty() && !at_once { self.shown.due(local_now) } else { self.shown.changed(rows, at_once, local_now) };
            if due {
                self.rearrange(false, team_of);
            }
        }
    }

    /// Has the lines of the calls that these agents are in follow them.
    pub(super) fn touch(self, rows: impl Iterator<Item = Arc<Row>>) {
        if self.listed.get_value() {
            let slots: Vec<usize> = rows.filter_map(|row| self.slot(&row.call.as_ref()?.id)).collect();
            self.watches.fire(&slots, |slot| self.get(slot));
        }
    }

    fn find_own(self) {
        let own = self.device.with_value(|device| {
            self.table.with_value(|table| {
                let (_, call) = table.of_device(device)?;
                let party = call.party(device)?;
                let (listens, held) = (party.role == PartyRole::Listener, party.state == PartyState::Held);
                Some(OwnDeviceCall { call: call.id.clone(), listens, held })
            })
        });
        set_if_new(self.own, own);
    }

    /// The page lists the calls of `query` from now on.
    pub(super) fn ask<'a>(self, query: CallQuery, whole: bool, team_of: impl Fn(&AgentId) -> Option<&'a str>) {
        let first = !self.listed.get_value();
        if !first && self.query.with_untracked(|now| *now == query) {
            return;
        }
        self.listed.set_value(true);
        self.query.set(query);
        let matching = self.shown.matching.get_untracked();
        self.rearrange(true, team_of);
        if first && !whole {
            // The server knows how many more there are.
            self.shown.matching.set(matching);
            self.counts.set(None);
        }
    }

    fn rearrange<'a>(self, at_once: bool, team_of: impl Fn(&AgentId) -> Option<&'a str>) {
        let before = self.shown.order.get_untracked();
        let (after, counts, queues) = self.query.with_untracked(|query| {
            self.table.with_value(|table| (table.arrange(query, &team_of, &before), table.counts(query, &team_of), table.queues()))
        });
        self.shown.put(after, at_once, |slot| self.table.with_value(|table| table.get(slot).is_some()));
        set_if_new(self.counts, Some(counts));
        set_if_new(self.queues, queues);
    }
}
