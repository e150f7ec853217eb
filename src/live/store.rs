//! The browser's store of the board: whatever the page shows is computed from it.
//!
//! Rows are plain data in a [`Table`], calls in a [`CallTable`]; what is on screen has a signal, which fires only when it changes.
//! Until the first snapshot the store holds what came with the page ([`InitialState`]); the server renders from the same store.
//! While the store is held (the pointer is over the list, or a dialog is open), changes of order wait; changes of values do not.

mod arrangement;
mod call_list;
mod call_table;
mod clock;
mod index;
mod pace;
mod runs;
mod shown;
mod table;
mod tally;
mod watches;

pub use call_list::{Calls, OwnDeviceCall};
pub use call_table::CallTable;
pub use runs::BulkRuns;
pub use shown::Shown;
pub use table::{Table, moves};

use super::browser::{BrowserTime, Skew};
use super::{Down, InitialState, Link};
use crate::floor::{AgentId, BoardQuery, CallId, CallQuery, CallRow, ConsoleTime, Counts, Offset, Row};
use crate::signal;
use arrangement::Arrangement;
use core::time::Duration;
use leptos::prelude::*;
use pace::Pace;
use std::sync::Arc;
use watches::Watches;

/// The shortest time between two changes of a large floor's counts.
const RECOUNT: Duration = Duration::from_millis(100);

/// How current the page is, and if it is not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// Not yet connected since the page was loaded.
    Connecting,
    /// Current: the console was heard within the last second, and its link to the platform is live.
    Live,
    /// The console's link to the platform is down.
    PlatformDown,
    /// The connection to the console is open, but nothing has come for over a second.
    Silent,
    /// The connection to the console was lost.
    Closed,
}

impl Liveness {
    /// Returns the value of `<body data-link>`, which the style sheet reads: `live`, `stale` or `down`.
    pub fn code(self) -> &'static str {
        match self {
            Liveness::Live => "live",
            Liveness::PlatformDown | Liveness::Silent => "stale",
            Liveness::Connecting | Liveness::Closed => "down",
        }
    }
}

/// The page's copy of the board, and the signals of what is computed from it. A copy of the struct is another handle to the same store.
#[derive(Clone, Copy)]
pub struct Store {
    /// The rows of all agents; until the first snapshot only those that came with the page.
    table: StoredValue<Table>,
    /// The signals of the rows on screen.
    watches: Watches<Row>,
    /// The calls, and the list of them on `/calls`.
    pub calls: Calls,
    /// The board's list of agents; `order`, `waiting` and `matching` below are its signals.
    shown: Shown,
    /// The order that the rows should have, though they may be held in another one.
    arrangement: StoredValue<Arrangement>,
    /// How often the counts of a large floor are told.
    counting: Pace,
    /// [`Tally::turns`](tally::Tally::turns) when the teams were last told.
    team_turns: StoredValue<u32>,
    /// The slots of the rows that the board shows, in order.
    pub order: RwSignal<Arc<Vec<usize>>>,
    /// How many rows will move, appear or vanish when the hold ends.
    pub waiting: RwSignal<u32>,
    /// How many agents match the query; before the first snapshot, as the server counted them.
    pub matching: RwSignal<u32>,
    /// Whether the lists keep their order for now; see [`Store::hold`].
    held: RwSignal<bool>,
    /// Counts the changes, wrapping around: for the few views that depend on more than one row.
    pub changes: RwSignal<u32>,
    /// The bulk runs of whoever is signed in.
    pub runs: BulkRuns,
    /// How many agents are in each state, of the team that the query names, else of the whole floor.
    pub counts: RwSignal<Counts>,
    /// The names of all teams, sorted, each once.
    pub teams: RwSignal<Vec<String>>,
    /// Whether any row has figures of the day, for which the board then has columns.
    pub figures: RwSignal<bool>,
    /// Whether the whole board is here, not only the rows that came with the page.
    pub whole: RwSignal<bool>,
    /// The board's query, as it stands in the page's address.
    pub query: RwSignal<BoardQuery>,
    /// The console's link to the platform, as last told.
    pub link: RwSignal<Link>,
    /// The clock offset, as last told: turns the console's time into the platform's.
    pub offset: RwSignal<Offset>,
    /// How current the page is; set by [`Store::judge`].
    pub liveness: RwSignal<Liveness>,
    /// Turns the browser's time into the console's.
    pub skew: StoredValue<Skew>,
    /// When the last message of the console arrived, by the console's clock.
    pub heard: StoredValue<ConsoleTime>,
    /// The console's clock, moved on once a second while the page is live.
    pub clock: RwSignal<ConsoleTime>,
    /// The console's clock, moved on several times a second whether the page is live or not: for ages in the page's frame only.
    pub fine_clock: RwSignal<ConsoleTime>,
}

impl Store {
    /// Makes the store from what came with the page.
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
            figures: RwSignal::new(table.tally.has_figures()),
            team_turns: StoredValue::new(0),
            table: StoredValue::new(table),
            watches: Watches::new(),
            calls: Calls::new(first, held),
            shown,
            arrangement: StoredValue::new(Arrangement::default()),
            counting: Pace::new(RECOUNT),
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

    /// Returns a signal of the row in the slot, or `None` if the slot is empty. The signal follows the slot for as long as the calling view
    /// lives.
    pub fn watch(self, slot: usize) -> Option<RwSignal<Arc<Row>>> {
        Some(self.watches.add(slot, self.row(slot)?))
    }

    /// Has a signal of [`Store::watch`] follow another slot, or none for now.
    pub fn follow_slot(self, signal: RwSignal<Arc<Row>>, from: usize, to: Option<usize>) {
        self.watches.turn(signal, from, to.and_then(|slot| Some((slot, self.row(slot)?))));
    }

    /// Returns the row in the slot, or `None` if the slot is empty. Not tracked.
    pub fn row(self, slot: usize) -> Option<Arc<Row>> {
        self.table.with_value(|table| table.get(slot).cloned())
    }

    /// Returns the slot of the agent's row, or `None` if the agent has none here. Not tracked.
    pub fn slot(self, agent: &AgentId) -> Option<usize> {
        self.table.with_value(|table| table.slot(agent))
    }

    /// Returns the agent's row, or `None` if the agent has none here. Not tracked.
    pub fn row_of(self, agent: &AgentId) -> Option<Arc<Row>> {
        self.table.with_value(|table| table.slot(agent).and_then(|slot| table.get(slot).cloned()))
    }

    /// Returns the call that has or had this id, or `None` if it is not known. Not tracked.
    pub fn call(self, id: &CallId) -> Option<Arc<CallRow>> {
        self.calls.find(id)
    }

    /// Returns the call that the supervisor's own phone is busy with, or `None` if there is none. Tracked.
    pub fn own_call(self) -> Option<OwnDeviceCall> {
        self.calls.own()
    }

    /// Applies messages in the order given, and updates the signals of what changed. `local_now`: the time now.
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
                Down::Pulse { .. } | Down::SignedOut | Down::Outdated | Down::Phone(_) => continue,
            };
            changed.extend(rows.unwrap_or_default());
            changed_calls.extend(calls);
        }
        if snapshot {
            signal::set(self.whole, true);
        } else if changed.is_empty() && changed_calls.is_empty() {
            return;
        }
        changed_calls.sort_unstable();
        changed_calls.dedup();
        let rows_changed = snapshot || !changed.is_empty();
        self.arrangement.update_value(|arrangement| arrangement.note((!snapshot).then_some(&changed)));
        // The operations that a row offers depend on its call too.
        changed.extend(self.slots_in(&changed_calls));
        changed.sort_unstable();
        changed.dedup();
        let rows = self.table.with_value(Table::len);
        if rows_changed && self.counting.changed(rows, snapshot, local_now) {
            self.recount();
        }
        self.follow_calls(&changed_calls, snapshot, local_now);
        // And those that a call offers depend on its agents.
        self.calls.touch(changed.iter().filter_map(|slot| self.row(*slot)));
        self.watches.fire(&changed, |slot| self.row(slot));
        if rows_changed && self.shown.pace.changed(rows, snapshot, local_now) {
            self.rearrange(false);
        }
        signal::update(self.changes, |count| *count = count.wrapping_add(1));
    }

    /// Returns the slots of the agents in these calls.
    fn slots_in(self, calls: &[usize]) -> Vec<usize> {
        let calls: Vec<Arc<CallRow>> = calls.iter().filter_map(|slot| self.calls.get(*slot)).collect();
        let agents = calls.iter().flat_map(|call| &call.parties).filter_map(|party| party.agent.as_ref());
        self.table.with_value(|table| agents.filter_map(|agent| table.slot(agent)).collect())
    }

    /// Updates what depends on the calls in the `changed` slots.
    fn follow_calls(self, changed: &[usize], at_once: bool, local_now: BrowserTime) {
        let whole = self.whole.get_untracked();
        self.table.with_value(|table| self.calls.follow(changed, whole, at_once, local_now, |agent| table.team(agent)));
    }

    /// Shows the agents of `query`, at once even while held.
    pub fn ask(self, query: BoardQuery) {
        if self.query.with_untracked(|now| *now == query) {
            return;
        }
        signal::set(self.query, query);
        self.recount();
        self.rearrange(true);
    }

    /// Shows the calls of `query`, at once even while held. From the first call on, the store keeps the list of calls up to date.
    pub fn ask_calls(self, query: CallQuery) {
        let whole = self.whole.get_untracked();
        self.table.with_value(|table| self.calls.ask(query, whole, |agent| table.team(agent)));
    }

    /// Holds both lists or releases them: while held, rows and calls keep their places; then they move to the places they should have.
    pub fn hold(self, held: bool) {
        if self.held.get_untracked() != held {
            signal::set(self.held, held);
            if !held {
                self.settle();
            }
        }
    }

    /// Puts both lists in order now, even while held.
    pub fn settle(self) {
        self.shown.settle();
        self.calls.shown.settle();
    }

    /// Counts the agents by state and team again, once the whole board is here.
    fn recount(self) {
        if !self.whole.get_untracked() {
            return;
        }
        self.table.with_value(|Table { tally, .. }| {
            signal::set_if_new(self.counts, self.query.with_untracked(|query| tally.counts(&query.team)));
            signal::set_if_new(self.figures, tally.has_figures());
            if self.team_turns.get_value() != tally.turns() {
                self.team_turns.set_value(tally.turns());
                signal::set_if_new(self.teams, tally.teams());
            }
        });
    }

    /// Puts the rows in order: at once, or when the hold ends.
    fn rearrange(self, at_once: bool) {
        let now = self.platform_now_untracked();
        let arrange = |arrangement: &mut Arrangement| {
            self.query.with_untracked(|query| self.table.with_value(|table| arrangement.arrange(table, query, now)))
        };
        if let Some(after) = self.arrangement.try_update_value(arrange) {
            self.table.with_value(|table| self.shown.put(after, at_once, |slot| table.get(slot).is_some()));
        }
    }
}
