//! The browser's store of the board: what the page shows is computed from here and from nowhere else.
//!
//! Rows are plain data in a [`Table`], calls in a [`CallTable`]; what is on screen has a signal, and only what changes fires.
//! Until the first snapshot the store holds what came with the page ([`InitialState`]); the server renders from the same store.
//! Order changes wait while the store is held (the pointer is over the list, a dialog is open); values do not.

mod call_table;
mod calls;
mod clock;
mod runs;
mod shown;
mod table;
mod watches;

pub use call_table::CallTable;
pub use calls::{Calls, OwnDeviceCall};
pub use runs::BulkRuns;
pub use shown::Shown;
pub use table::{Table, moves};

use super::browser::{BrowserTime, Skew};
use super::{Down, InitialState, Link};
use crate::floor::{AgentId, BoardQuery, CallId, CallQuery, CallRow, ConsoleTime, Counts, Offset, PlatformTime, Row};
use leptos::prelude::*;
use std::sync::Arc;
use watches::Watches;

/// How the page stands to the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// Not yet connected since the page was loaded.
    Connecting,
    Live,
    /// The console hears no platform.
    PlatformDown,
    /// The socket is open, but nothing has come for over a second.
    Silent,
    /// The socket is closed.
    Closed,
}

impl Liveness {
    /// As in `<body data-link>`.
    pub fn code(self) -> &'static str {
        match self {
            Liveness::Live => "live",
            Liveness::PlatformDown | Liveness::Silent => "stale",
            Liveness::Connecting | Liveness::Closed => "down",
        }
    }
}

#[derive(Clone, Copy)]
pub struct Store {
    table: StoredValue<Table>,
    watches: Watches<Row>,
    pub calls: Calls,
    /// The agents' rows as the board shows them; its signals stand here again, for short.
    shown: Shown,
    /// The platform's time at which the rows were last put in order, and the one at which that order may change by itself.
    turns: StoredValue<(PlatformTime, Option<PlatformTime>)>,
    pub order: RwSignal<Arc<Vec<usize>>>,
    pub waiting: RwSignal<u32>,
    pub matching: RwSignal<u32>,
    held: RwSignal<bool>,
    /// Moves on with everything that comes: for the few views that look at more than one row.
    pub changes: RwSignal<u32>,
    pub runs: BulkRuns,
    pub counts: RwSignal<Counts>,
    pub teams: RwSignal<Vec<String>>,
    pub figures: RwSignal<bool>,
    /// The whole board is here, not only the page's first rows.
    pub whole: RwSignal<bool>,
    pub query: RwSignal<BoardQuery>,
    pub link: RwSignal<Link>,
    /// Turns the console's time into the platform's.
    pub offset: RwSignal<Offset>,
    pub liveness: RwSignal<Liveness>,
    /// Turns this machine's time into the console's.
    pub skew: StoredValue<Skew>,
    /// When the console was last heard.
    pub heard: StoredValue<ConsoleTime>,
    /// The console's clock, moved on once a second.
    pub clock: RwSignal<ConsoleTime>,
    /// The console's clock, moved on several times a second: for the age of the last event only.
    pub fine_clock: RwSignal<ConsoleTime>,
}

impl Store {
    pub fn new(first: &InitialState, query: BoardQuery) -> Self {
        let mut table = Table::default();
        let mut order = Vec::with_capacity(first.rows.len());
        for row in &first.rows {
            order.extend(table.put(row.clone()));
        }
        let at = first.header.at;
        let held = RwSignal::new(false);
        let shown = Shown::new(order, first.matching, held);
        Store {
            figures: RwSignal::new(table.has_figures()),
            table: StoredValue::new(table),
            watches: Watches::new(),
            calls: Calls::new(first, held),
            shown,
            turns: StoredValue::new((PlatformTime::MIN, None)),
            order: shown.order,
            waiting: shown.waiting,
            matching: shown.matching,
            held,
            changes: RwSignal::new(0),
            runs: BulkRuns::new(first.me.agent.clone()),
            counts: RwSignal::new(first.counts.clone()),
            teams: RwSignal::new(first.teams.clone()),
            whole: RwSignal::new(false),
            query: RwSignal::new(query),
            link: RwSignal::new(first.header.link.clone()),
            offset: RwSignal::new(first.header.offset),
            liveness: RwSignal::new(Liveness::Connecting),
            skew: StoredValue::new(Skew::default()),
            heard: StoredValue::new(at),
            clock: RwSignal::new(at),
            fine_clock: RwSignal::new(at),
        }
    }

    /// The row's signal, for as long as the calling view lives; none when the slot is empty.
    pub fn watch(self, slot: usize) -> Option<RwSignal<Arc<Row>>> {
        Some(self.watches.add(slot, self.row(slot)?))
    }

    pub fn row(self, slot: usize) -> Option<Arc<Row>> {
        self.table.with_value(|table| table.get(slot).cloned())
    }

    pub fn slot(self, agent: &AgentId) -> Option<usize> {
        self.table.with_value(|table| table.slot(agent))
    }

    pub fn row_of(self, agent: &AgentId) -> Option<Arc<Row>> {
        self.table.with_value(|table| table.slot(agent).and_then(|slot| table.get(slot).cloned()))
    }

    /// The call that is, or once was, `id`.
    pub fn call(self, id: &CallId) -> Option<Arc<CallRow>> {
        self.calls.find(id)
    }

    /// What the supervisor's own phone is busy with; tracked.
    pub fn own_call(self) -> Option<OwnDeviceCall> {
        self.calls.own()
    }

    /// Takes in what came since the last frame.
    pub fn apply(self, messages: Vec<Down>, local_now: BrowserTime) {
        let mut changed = Vec::new();
        let mut changed_calls = Vec::new();
        let mut snapshot = false;
        for message in messages {
            let (rows, calls) = match message {
                Down::Snapshot { rows, calls, runs, .. } => {
                    self.runs.apply(runs, true);
                    snapshot = true;
                    (self.table.try_update_value(|table| table.replace(rows)), self.calls.take(true, calls, &[]))
                }
                Down::Delta { rows, calls, gone, runs, .. } => {
                    self.runs.apply(runs, false);
                    let put = |table: &mut Table| rows.into_iter().filter_map(|row| table.put(row)).collect();
                    (self.table.try_update_value(put), self.calls.take(false, calls, &gone))
                }
                Down::Pulse { .. } | Down::SignedOut => continue,
            };
            changed.extend(rows.unwrap_or_default());
            changed_calls.extend(calls);
        }
        if snapshot {
            self.whole.set(true);
        } else if changed.is_empty() && changed_calls.is_empty() {
            return;
        }
        changed_calls.sort_unstable();
        changed_calls.dedup();
        let rows_changed = snapshot || !changed.is_empty();
        // What a row offers depends on its call too.
        changed.extend(self.slots_in(&changed_calls));
        changed.sort_unstable();
        changed.dedup();
        if rows_changed {
            self.recount();
        }
        self.follow_calls(&changed_calls, snapshot, local_now);
        // And what a call offers on its agents.
        self.calls.touch(changed.iter().filter_map(|slot| self.row(*slot)));
        self.watches.fire(&changed, |slot| self.row(slot));
        if rows_changed && self.shown.changed(self.table.with_value(Table::len), snapshot, local_now) {
            self.rearrange(false);
        }
        self.changes.update(|count| *count = count.wrapping_add(1));
    }

    /// The slots of the agents in these calls.
    fn slots_in(self, calls: &[usize]) -> Vec<usize> {
        let calls: Vec<Arc<CallRow>> = calls.iter().filter_map(|slot| self.calls.get(*slot)).collect();
        let agents = calls.iter().flat_map(|call| &call.parties).filter_map(|party| party.agent.as_ref());
        self.table.with_value(|table| agents.filter_map(|agent| table.slot(agent)).collect())
    }

    fn follow_calls(self, changed: &[usize], at_once: bool, local_now: BrowserTime) {
        let whole = self.whole.get_untracked();
        self.table.with_value(|table| self.calls.follow(changed, whole, at_once, local_now, |agent| table.team(agent)));
    }

    /// A new query from the page's address: put in force at once, also while held.
    pub fn ask(self, query: BoardQuery) {
        if self.query.with_untracked(|now| *now == query) {
            return;
        }
        self.query.set(query);
        self.recount();
        self.rearrange(true);
    }

    /// The page lists the calls of `query`: at once, also while held.
    pub fn ask_calls(self, query: CallQuery) {
        let whole = self.whole.get_untracked();
        self.table.with_value(|table| self.calls.ask(query, whole, |agent| table.team(agent)));
    }

    /// While held, rows keep their places; released, they take the places that waited for them.
    pub fn hold(self, held: bool) {
        if self.held.get_untracked() != held {
            self.held.set(held);
            if !held {
                self.settle();
            }
        }
    }

    /// Puts the rows that wait in order now.
    pub fn settle(self) {
        self.shown.settle();
        self.calls.shown.settle();
    }

    fn recount(self) {
        if !self.whole.get_untracked() {
            return;
        }
        let team = self.query.with_untracked(|query| query.team.clone());
        let (counts, teams, figures) = self.table.with_value(|table| (table.counts(&team), table.teams(), table.has_figures()));
        set_if_new(self.counts, counts);
        set_if_new(self.teams, teams);
        set_if_new(self.figures, figures);
    }

    fn rearrange(self, at_once: bool) {
        let before = self.order.get_untracked();
        let now = self.platform_now_untracked();
        let (after, turn) = self.query.with_untracked(|query| self.table.with_value(|table| table.arrange(query, &before, now)));
        self.turns.set_value((now, turn));
        self.shown.put(after, at_once, |slot| self.table.with_value(|table| table.get(slot).is_some()));
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}
