//! Which agents are selected: by id, so that the selection survives re-sorting; it ends with rows that are no longer shown, so that
//! nothing happens to whom one does not see.

use super::{Floor, floor};
use crate::floor::bulk::MOST_AGENTS;
use crate::floor::{AgentId, Row, State, threshold};
use crate::i18n::{Texts, texts};
use crate::live::store::Store;
use crate::ui::{dynamic, erased};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, Node};
use std::collections::HashSet;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct Selection {
    store: Store,
    chosen: RwSignal<HashSet<AgentId>>,
    /// Where a range begins.
    anchor: StoredValue<Option<AgentId>>,
}

impl Selection {
    pub fn new(store: Store) -> Self {
        let selection = Selection { store, chosen: RwSignal::new(HashSet::new()), anchor: StoredValue::new(None) };
        Effect::new(move |_| {
            store.order.track();
            selection.prune();
        });
        selection
    }

    /// Tracked.
    pub fn has(self, agent: &AgentId) -> bool {
        self.chosen.with(|chosen| chosen.contains(agent))
    }

    /// Tracked.
    pub fn len(self) -> usize {
        self.chosen.with(HashSet::len)
    }

    pub fn is_empty_untracked(self) -> bool {
        self.chosen.with_untracked(HashSet::is_empty)
    }

    /// The selected rows in the board's order; tracked, so that it follows what they become.
    pub fn rows(self) -> Vec<Arc<Row>> {
        self.store.changes.track();
        let order = self.store.order.get();
        let rows = order.iter().filter_map(|slot| self.store.row(*slot));
        self.chosen.with(|chosen| rows.filter(|row| chosen.contains(&row.agent)).collect())
    }

    pub fn clear(self) {
        self.anchor.set_value(None);
        if !self.is_empty_untracked() {
            self.chosen.set(HashSet::new());
        }
    }

    /// Instead of what was selected; answers whether all of them had room.
    fn choose(self, slots: impl Iterator<Item = usize>) -> bool {
        let mut rows = slots.filter_map(|slot| self.store.row(slot));
        self.chosen.set(rows.by_ref().take(MOST_AGENTS).map(|row| row.agent.clone()).collect());
        rows.next().is_none()
    }

    /// Selects the row or takes it out; with `range`, selects all from the one before to it. Answers whether all of them had room.
    fn toggle(self, slot: usize, range: bool) -> bool {
        let Some(row) = self.store.row(slot) else { return true };
        let order = self.store.order.get_untracked();
        let place = |agent: &AgentId| order.iter().position(|slot| self.store.row(*slot).is_some_and(|row| row.agent == *agent));
        let from = self.anchor.get_value().filter(|_| range).and_then(|anchor| place(&anchor));
        self.anchor.set_value(Some(row.agent.clone()));
        let (Some(from), Some(to)) = (from, place(&row.agent)) else {
            return self.chosen.try_update(|chosen| chosen.remove(&row.agent) || insert(chosen, &row)).unwrap_or(true);
        };
        let mut rows = order[from.min(to)..=from.max(to)].iter().filter_map(|slot| self.store.row(*slot));
        // Where there is no room for one, there is none for the rest.
        self.chosen.try_update(|chosen| rows.all(|row| insert(chosen, &row))).unwrap_or(true)
    }

    fn prune(self) {
        if self.is_empty_untracked() {
            return;
        }
        let order = self.store.order.get_untracked();
        let shown: HashSet<AgentId> = order.iter().filter_map(|slot| self.store.row(*slot)).map(|row| row.agent.clone()).collect();
        if self.chosen.with_untracked(|chosen| !chosen.is_subset(&shown)) {
            self.chosen.update(|chosen| chosen.retain(|agent| shown.contains(agent)));
        }
    }
}

fn insert(chosen: &mut HashSet<AgentId>, row: &Row) -> bool {
    let room = chosen.len() < MOST_AGENTS || chosen.contains(&row.agent);
    if room {
        chosen.insert(row.agent.clone());
    }
    room
}

impl Floor {
    /// By click or key at the row in `slot`.
    pub fn pick(self, slot: usize, range: bool, texts: &'static Texts) {
        let room = self.selection.toggle(slot, range);
        self.say_selected(room, texts);
    }

    fn pick_all(self, slots: impl Iterator<Item = usize>, texts: &'static Texts) {
        let room = self.selection.choose(slots);
        self.say_selected(room, texts);
    }

    fn say_selected(self, room: bool, texts: &'static Texts) {
        let count = untrack(|| self.selection.len());
        let mut words = (texts.selected)(count);
        if !room {
            words = format!("{words}. {}", (texts.select_most)(MOST_AGENTS));
        }
        self.announcement.set(words);
    }
}

/// In the head of the board: everybody who is shown.
#[component]
pub fn PickAll() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let selection = floor.selection;
    let most = Memo::new(move |_| floor.store.order.with(|order| order.len()).min(MOST_AGENTS));
    let count = Memo::new(move |_| selection.len());
    let label = move || (texts.select_all)(most.get());
    let pick = move |_| {
        if untrack(|| count.get() == most.get()) {
            selection.clear();
        } else {
            floor.pick_all(floor.store.order.get_untracked().iter().copied(), texts);
        }
    };
    erased(view! {
        <input
            type="checkbox"
            aria-label=label
            title=label
            data-select-all
            disabled=dynamic(move || most.get() == 0)
            prop:checked=dynamic(move || count.get() != 0 && count.get() == most.get())
            prop:indeterminate=dynamic(move || count.get() != 0 && count.get() != most.get())
            on:click=pick
        />
    })
}

/// Shown agents who are too long in their state.
fn groups(store: Store) -> Vec<(State, i64, usize)> {
    let mut groups: Vec<(State, i64, usize)> = Vec::new();
    for state in State::ALL {
        let Some((look, trouble)) = threshold::limits(state) else { continue };
        let count = |minutes| overdue(store, state, minutes).count();
        let (looks, troubles) = (count(look), count(trouble));
        if troubles != 0 {
            groups.push((state, trouble, troubles));
        }
        if looks > troubles {
            groups.push((state, look, looks));
        }
    }
    groups
}

fn overdue(store: Store, state: State, minutes: i64) -> impl Iterator<Item = usize> {
    let now = store.clock.get_untracked() - store.offset.get_untracked();
    let order = store.order.get_untracked();
    (0..order.len()).filter_map(move |place| {
        let row = store.row(order[place])?;
        let long = row.state == state && row.since.is_some_and(|since| threshold::is_past(minutes, now - since));
        long.then_some(order[place])
    })
}

/// Selects a group: everybody who is shown, or who is beyond a threshold. Counts while it is open.
#[component]
pub fn SelectMenu() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let store = floor.store;
    let details = NodeRef::<html::Details>::new();
    let open = RwSignal::new(false);
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    let groups = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        store.clock.track();
        store.order.track();
        groups(store)
    });
    let choices = move || {
        groups
            .get()
            .into_iter()
            .map(|(state, minutes, count)| {
                let pick = move |_| {
                    floor.pick_all(overdue(store, state, minutes), texts);
                    close();
                };
                erased(view! {
                    <button type="button" class="choice" data-choice=format!("{}-{minutes}", state.code()) on:click=pick>
                        {(texts.over_limit)((texts.state)(state), minutes)}
                        <b>{count.to_string()}</b>
                    </button>
                })
            })
            .collect_view()
    };
    let pick_all = move |_| {
        floor.pick_all(store.order.get_untracked().iter().copied(), texts);
        close();
    };
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            close();
            if let Some(details) = details.get_untracked()
                && let Some(summary) = details.first_element_child().and_then(|summary| summary.dyn_into::<HtmlElement>().ok())
            {
                _ = summary.focus();
            }
        }
    };
    let focusout = move |event: leptos::ev::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        if details.get_untracked().is_some_and(|details| !details.contains(to.as_ref())) {
            close();
        }
    };
    erased(view! {
        <details
            class="menu"
            data-select-menu
            node_ref=details
            on:toggle=move |_| open.set(details.get_untracked().is_some_and(|details| details.open()))
            on:keydown=keydown
            on:focusout=focusout
        >
            <summary class="plain">{texts.select}</summary>
            <div class="choices" tabindex="-1">
                <button type="button" class="choice" data-choice="all" on:click=pick_all>
                    {texts.all_shown}
                    <b>{dynamic(move || store.order.with(|order| order.len()).min(MOST_AGENTS))}</b>
                </button>
                {choices}
            </div>
        </details>
    })
}
