//! The browser's store of the board: what the page shows is computed from here and from nowhere else.
//!
//! Rows are plain data in a [`Table`]; a row that is on screen has a signal, and only that row's signal fires when it changes.
//! Until the first snapshot the store holds what came with the page ([`FirstView`]); the server renders from the same store.
//! Order changes wait while the store is held (the pointer is over the list, a dialog is open); values do not.

mod table;

pub use table::{Table, moves};

use super::{Down, FirstView, Header, Link, LinkState};
use crate::floor::{AgentId, BoardQuery, Counts, Row};
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

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

/// A board of more rows than this is put in order at most once in [`REARRANGE_MS`]: at thousands of changes a second nobody could
/// read it otherwise, and the page would do nothing else. Values are always up to date.
const SMALL: usize = 500;
const REARRANGE_MS: i64 = 1_000;

type Watched = RwSignal<Arc<Row>>;

#[derive(Clone, Copy)]
pub struct Store {
    table: StoredValue<Table>,
    watched: StoredValue<HashMap<usize, Watched>>,
    /// The order that waits while the store is held.
    next: StoredValue<Option<Arc<Vec<usize>>>>,
    held: RwSignal<bool>,
    /// When rows were last put in order, and whether something has changed since.
    arranged: StoredValue<(i64, bool)>,
    /// Slots in the order in which they are shown.
    pub order: RwSignal<Arc<Vec<usize>>>,
    /// Rows that will move, appear or vanish when the hold ends.
    pub waiting: RwSignal<u32>,
    /// How many match the query; more than `order` has until the first snapshot.
    pub matching: RwSignal<u32>,
    pub counts: RwSignal<Counts>,
    pub teams: RwSignal<Vec<String>>,
    pub figures: RwSignal<bool>,
    /// The whole board is here, not only the page's first rows.
    pub whole: RwSignal<bool>,
    pub query: RwSignal<BoardQuery>,
    pub link: RwSignal<Link>,
    /// The console's clock minus the platform's, milliseconds.
    pub offset: RwSignal<i64>,
    pub liveness: RwSignal<Liveness>,
    /// Milliseconds to add to this machine's clock to have the console's.
    pub skew: StoredValue<i64>,
    /// When the console was last heard, on the console's clock.
    pub heard: StoredValue<i64>,
    /// The console's clock, moved on once a second.
    pub clock: RwSignal<i64>,
    /// The console's clock, moved on several times a second: for the age of the last event only.
    pub fine_clock: RwSignal<i64>,
}

impl Store {
    pub fn new(first: &FirstView, query: BoardQuery) -> Self {
        let mut table = Table::default();
        let mut order = Vec::with_capacity(first.rows.len());
        for row in &first.rows {
            order.extend(table.put(row.clone()));
        }
        let at = first.header.at;
        Store {
            figures: RwSignal::new(table.has_figures()),
            table: StoredValue::new(table),
            watched: StoredValue::new(HashMap::new()),
            next: StoredValue::new(None),
            held: RwSignal::new(false),
            arranged: StoredValue::new((0, false)),
            order: RwSignal::new(Arc::new(order)),
            waiting: RwSignal::new(0),
            matching: RwSignal::new(first.matching),
            counts: RwSignal::new(first.counts.clone()),
            teams: RwSignal::new(first.teams.clone()),
            whole: RwSignal::new(false),
            query: RwSignal::new(query),
            link: RwSignal::new(first.header.link.clone()),
            offset: RwSignal::new(first.header.offset),
            liveness: RwSignal::new(Liveness::Connecting),
            skew: StoredValue::new(0),
            heard: StoredValue::new(at),
            clock: RwSignal::new(at),
            fine_clock: RwSignal::new(at),
        }
    }

    /// The row's signal, for as long as the calling view lives; none when the slot is empty.
    pub fn watch(self, slot: usize) -> Option<Watched> {
        let row = self.row(slot)?;
        let signal = RwSignal::new(row);
        self.watched.update_value(|watched| {
            watched.insert(slot, signal);
        });
        on_cleanup(move || {
            _ = self.watched.try_update_value(|watched| {
                if watched.get(&slot) == Some(&signal) {
                    watched.remove(&slot);
                }
            });
        });
        Some(signal)
    }

    pub fn row(self, slot: usize) -> Option<Arc<Row>> {
        self.table.with_value(|table| table.get(slot).cloned())
    }

    pub fn row_of(self, agent: &AgentId) -> Option<Arc<Row>> {
        self.table.with_value(|table| table.slot(agent).and_then(|slot| table.get(slot).cloned()))
    }

    /// Takes in what came since the last frame.
    pub fn apply(self, messages: Vec<Down>, local_now: i64) {
        let mut changed = Vec::new();
        let mut snapshot = false;
        self.table.update_value(|table| {
            for message in messages {
                match message {
                    Down::Snapshot { rows, .. } => {
                        changed.extend(table.replace(rows));
                        snapshot = true;
                    }
                    Down::Delta { rows, .. } => changed.extend(rows.into_iter().filter_map(|row| table.put(row))),
                    Down::Pulse { .. } | Down::SignedOut => {}
                }
            }
        });
        if snapshot {
            self.whole.set(true);
        } else if changed.is_empty() {
            return;
        }
        changed.sort_unstable();
        changed.dedup();
        let signals: Vec<(Watched, Arc<Row>)> =
            self.watched.with_value(|watched| changed.iter().filter_map(|slot| Some((*watched.get(slot)?, self.row(*slot)?))).collect());
        for (signal, row) in signals {
            signal.set(row);
        }
        self.recount();
        if snapshot || self.table.with_value(|table| table.len() <= SMALL) {
            self.rearrange(false);
        } else {
            self.arranged.update_value(|(_, changed)| *changed = true);
            self.rearrange_if_due(local_now);
        }
    }

    fn rearrange_if_due(self, local_now: i64) {
        let (at, changed) = self.arranged.get_value();
        if changed && (local_now - at).abs() >= REARRANGE_MS {
            self.arranged.set_value((local_now, false));
            self.rearrange(false);
        }
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
        if let Some(next) = self.next.try_update_value(Option::take).flatten() {
            self.order.set(next);
        }
        if self.waiting.get_untracked() != 0 {
            self.waiting.set(0);
        }
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
        let after = self.query.with_untracked(|query| self.table.with_value(|table| table.arrange(query, &before)));
        set_if_new(self.matching, after.len() as u32);
        let still = *before == after;
        // A row that is gone for good cannot be shown: it vanishes even while held. Where nothing is shown, nothing can jump.
        let alive: Vec<usize> = self.table.with_value(|table| before.iter().copied().filter(|slot| table.get(*slot).is_some()).collect());
        if still || at_once || alive.is_empty() || !self.held.get_untracked() {
            self.next.set_value(None);
            set_if_new(self.waiting, 0);
            if !still {
                self.order.set(Arc::new(after));
            }
        } else {
            set_if_new(self.waiting, moves(&alive, &after) as u32);
            if alive.len() != before.len() {
                self.order.set(Arc::new(alive));
            }
            self.next.set_value(Some(Arc::new(after)));
        }
    }

    /// Takes a message's head in: the link, the clock.
    pub fn hear(self, header: &Header, local_now: i64) {
        let sample = header.at - local_now;
        let skew = self.skew.get_value();
        // A message can only be late, so the largest difference seen is nearest to the truth; a clock that was set counts anew.
        if sample > skew || skew - sample > 5_000 {
            self.skew.set_value(sample);
        }
        self.heard.set_value(local_now + self.skew.get_value());
        if self.link.with_untracked(|known| *known != header.link) {
            self.link.set(header.link.clone());
        }
        set_if_new(self.offset, header.offset);
    }

    /// Moves the clocks on.
    pub fn tick(self, local_now: i64) {
        let now = local_now + self.skew.get_value();
        self.fine_clock.set(now);
        self.rearrange_if_due(local_now);
        // What is not live does not grow older on the board: it is as it was.
        let live = self.liveness.get_untracked() == Liveness::Live;
        if live && now.div_euclid(1000) != self.clock.get_untracked().div_euclid(1000) {
            self.clock.set(now);
        }
    }

    /// What the page may say of itself, given whether the socket is open and when it last heard something.
    pub fn judge(self, open: bool, local_now: i64) {
        let silent = local_now + self.skew.get_value() - self.heard.get_value() > 1_000;
        let platform = self.link.with_untracked(|link| link.state);
        let now = match (open, self.liveness.get_untracked()) {
            (false, Liveness::Connecting) => Liveness::Connecting,
            (false, _) => Liveness::Closed,
            (true, _) if silent => Liveness::Silent,
            (true, _) if platform == LinkState::Down => Liveness::PlatformDown,
            (true, _) => Liveness::Live,
        };
        set_if_new(self.liveness, now);
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}
