//! Which agents are selected: by id, so that the selection survives re-sorting; it ends with rows that are no longer shown, so that
//! nothing happens to whom one does not see.

use crate::components::workspace::Workspace;
use crate::floor::bulk::MOST_AGENTS;
use crate::floor::{AgentId, Row};
use crate::i18n::Texts;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

/// The selected agents.
#[derive(Clone, Copy)]
pub struct Selection {
    workspace: Workspace,
    chosen: RwSignal<HashSet<AgentId>>,
    /// Where a range begins.
    anchor: StoredValue<Option<AgentId>>,
}

impl Selection {
    /// Provides an empty selection to the page's parts, which follows the rows for as long as the calling view lives.
    pub fn provide(workspace: Workspace) -> Self {
        let selection = Selection { workspace, chosen: RwSignal::new(HashSet::new()), anchor: StoredValue::new(None) };
        Effect::new(move |_| {
            workspace.store.order.track();
            selection.prune();
        });
        provide_context(selection);
        selection
    }

    /// Returns whether the agent is selected; tracked.
    pub fn has(self, agent: &AgentId) -> bool {
        self.chosen.with(|chosen| chosen.contains(agent))
    }

    /// Returns how many are selected; tracked.
    pub fn len(self) -> usize {
        self.chosen.with(HashSet::len)
    }

    /// Returns whether nobody is selected.
    pub fn is_empty_untracked(self) -> bool {
        self.chosen.with_untracked(HashSet::is_empty)
    }

    /// Returns the selected rows in the board's order; tracked, so that it follows what they become.
    pub fn rows(self) -> Vec<Arc<Row>> {
        self.workspace.store.changes.track();
        let order = self.workspace.store.order.get();
        let rows = order.iter().filter_map(|slot| self.workspace.store.row(*slot));
        self.chosen.with(|chosen| rows.filter(|row| chosen.contains(&row.agent)).collect())
    }

    /// Selects nobody.
    pub fn clear(self) {
        self.anchor.set_value(None);
        if !self.is_empty_untracked() {
            self.chosen.set(HashSet::new());
        }
    }

    /// Selects the row in `slot` or takes it out, by click or key, and has the number of selected spoken.
    pub fn pick(self, slot: usize, range: bool, texts: &'static Texts) {
        let room = self.toggle(slot, range);
        self.say_selected(room, texts);
    }

    /// Selects the rows in `slots` instead of what was selected, and has their number spoken.
    pub fn pick_all(self, slots: impl Iterator<Item = usize>, texts: &'static Texts) {
        let room = self.choose(slots);
        self.say_selected(room, texts);
    }

    fn say_selected(self, room: bool, texts: &'static Texts) {
        let count = untrack(|| self.len());
        let mut words = (texts.selected)(count);
        if !room {
            words = format!("{words}. {}", (texts.select_most)(MOST_AGENTS));
        }
        self.workspace.announce(words);
    }

    /// Selects these instead of what was selected; returns whether all of them had room.
    fn choose(self, slots: impl Iterator<Item = usize>) -> bool {
        let mut rows = slots.filter_map(|slot| self.workspace.store.row(slot));
        self.chosen.set(rows.by_ref().take(MOST_AGENTS).map(|row| row.agent.clone()).collect());
        rows.next().is_none()
    }

    /// Selects the row or takes it out; with `range`, selects all from the one before to it. Returns whether all of them had room.
    fn toggle(self, slot: usize, range: bool) -> bool {
        let Some(row) = self.workspace.store.row(slot) else { return true };
        let order = self.workspace.store.order.get_untracked();
        let place = |agent: &AgentId| order.iter().position(|slot| self.workspace.store.row(*slot).is_some_and(|row| row.agent == *agent));
        let from = self.anchor.get_value().filter(|_| range).and_then(|anchor| place(&anchor));
        self.anchor.set_value(Some(row.agent.clone()));
        let (Some(from), Some(to)) = (from, place(&row.agent)) else {
            return self.chosen.try_update(|chosen| chosen.remove(&row.agent) || insert(chosen, &row)).unwrap_or(true);
        };
        let between = order.get(from.min(to)..=from.max(to)).unwrap_or_default();
        let mut rows = between.iter().filter_map(|slot| self.workspace.store.row(*slot));
        // Where there is no room for one, there is none for the rest.
        self.chosen.try_update(|chosen| rows.all(|row| insert(chosen, &row))).unwrap_or(true)
    }

    /// Takes out who is no longer shown.
    fn prune(self) {
        if self.is_empty_untracked() {
            return;
        }
        let order = self.workspace.store.order.get_untracked();
        let shown: HashSet<AgentId> =
            order.iter().filter_map(|slot| self.workspace.store.row(*slot)).map(|row| row.agent.clone()).collect();
        if self.chosen.with_untracked(|chosen| !chosen.is_subset(&shown)) {
            self.chosen.update(|chosen| chosen.retain(|agent| shown.contains(agent)));
        }
    }
}

/// Selects the row where there is room; returns whether there was.
fn insert(chosen: &mut HashSet<AgentId>, row: &Row) -> bool {
    let room = chosen.len() < MOST_AGENTS || chosen.contains(&row.agent);
    if room {
        chosen.insert(row.agent.clone());
    }
    room
}
