//! The runs of this supervisor, as the server tells of them: those under way, and those that have ended until they are put aside.

use crate::floor::{AgentId, BulkRun, BulkStep, Operation};
use leptos::prelude::*;
use std::collections::HashMap;

/// What only a run knows of an agent.
type Known = HashMap<AgentId, (Operation, BulkStep)>;

#[derive(Clone, Copy)]
pub struct BulkRuns {
    me: StoredValue<AgentId>,
    runs: RwSignal<Vec<BulkRun>>,
    /// Put aside by the user.
    dismissed: RwSignal<Vec<u64>>,
    known: Memo<Known>,
}

impl BulkRuns {
    pub fn new(me: AgentId) -> Self {
        let runs = RwSignal::new(Vec::new());
        let dismissed = RwSignal::new(Vec::new());
        // Put aside is put aside, also over a reload: ids of runs are given once only.
        #[cfg(feature = "hydrate")]
        Effect::new(move |before: Option<()>| {
            dismissed.track();
            match before {
                None => dismissed.update(|dismissed| dismissed.extend(kept::read())),
                Some(()) => dismissed.with(|dismissed| kept::write(dismissed)),
            }
        });
        let known = Memo::new(move |_| dismissed.with(|dismissed| runs.with(|runs| known(runs, dismissed))));
        BulkRuns { me: StoredValue::new(me), runs, dismissed, known }
    }

    /// Takes in what a message tells; a snapshot tells of all there are.
    pub fn apply(self, told: Vec<BulkRun>, snapshot: bool) {
        if snapshot {
            let mine = self.me.with_value(|me| told.into_iter().filter(|run| run.by == *me).collect::<Vec<_>>());
            if self.runs.with_untracked(|runs| *runs != mine) {
                self.runs.set(mine);
            }
        } else {
            for run in told {
                self.take(run);
            }
        }
    }

    /// Takes one run in, in place of what was known of it.
    pub fn take(self, run: BulkRun) {
        if self.me.with_value(|me| run.by != *me) || self.runs.with_untracked(|runs| runs.contains(&run)) {
            return;
        }
        self.runs.update(|runs| match runs.iter_mut().find(|known| known.id == run.id) {
            Some(known) => *known = run,
            None => runs.push(run),
        });
    }

    /// The run with this id has begun: what went well before is put aside.
    pub fn begun(self, id: u64) {
        let well = |run: &&BulkRun| run.id != id && run.is_over() && run.failed().is_empty();
        let over: Vec<u64> = self.runs.with_untracked(|runs| runs.iter().filter(well).map(|run| run.id).collect());
        for id in over {
            self.dismiss(id);
        }
    }

    /// Tracked.
    pub fn get(self, id: u64) -> Option<BulkRun> {
        self.runs.with(|runs| runs.iter().find(|run| run.id == id).cloned())
    }

    /// Those that are shown; tracked.
    pub fn mine(self) -> Vec<BulkRun> {
        self.dismissed.with(|dismissed| self.runs.with(|runs| runs.iter().filter(|run| !dismissed.contains(&run.id)).cloned().collect()))
    }

    /// The newest above; tracked.
    pub fn mine_ids(self) -> Vec<u64> {
        self.dismissed
            .with(|dismissed| self.runs.with(|runs| runs.iter().rev().map(|run| run.id).filter(|id| !dismissed.contains(id)).collect()))
    }

    pub fn dismiss(self, id: u64) {
        self.dismissed.update(|dismissed| {
            self.runs.with_untracked(|runs| dismissed.retain(|id| runs.iter().any(|run| run.id == *id)));
            if !dismissed.contains(&id) {
                dismissed.push(id);
            }
        });
    }

    /// What the newest run knows of `agent` that the row does not tell; tracked.
    pub fn step_of(self, agent: &AgentId) -> Option<(Operation, BulkStep)> {
        self.known.with(|known| known.get(agent).copied())
    }
}

/// What outlives the page, in its tab.
#[cfg(feature = "hydrate")]
mod kept {
    use leptos::prelude::window;

    const KEY: &str = "runs-put-aside";

    pub fn read() -> Vec<u64> {
        let text = window().session_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
        text.unwrap_or_default().split(' ').filter_map(|id| id.parse().ok()).collect()
    }

    pub fn write(ids: &[u64]) {
        let text = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        if let Ok(Some(storage)) = window().session_storage() {
            _ = storage.set_item(KEY, &text);
        }
    }
}

fn known(runs: &[BulkRun], dismissed: &[u64]) -> Known {
    let mut known = Known::new();
    for run in runs.iter().filter(|run| !dismissed.contains(&run.id)) {
        for (agent, step) in &run.items {
            match step {
                BulkStep::Waiting | BulkStep::NotPossible(_) | BulkStep::NotSent => known.insert(agent.clone(), (run.operation, *step)),
                // The row tells it.
                BulkStep::Sent(_) | BulkStep::AfterCall | BulkStep::Cancelled => known.remove(agent),
            };
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: u64, items: &[(&str, BulkStep)]) -> BulkRun {
        let items = items.iter().map(|(agent, step)| (AgentId::trusted(*agent), *step)).collect();
        BulkRun { id, by: AgentId::trusted("5000@test.cc"), operation: Operation::Ready, minutes: None, items, cancelled: false }
    }

    #[test]
    fn the_newest_run_has_the_last_word_on_an_agent() {
        use crate::floor::Outcome;
        let runs = [run(1, &[("a", BulkStep::NotSent), ("b", BulkStep::NotSent)]), run(2, &[("a", BulkStep::Sent(Outcome::Confirmed))])];
        let both = known(&runs, &[]);
        assert_eq!(both.len(), 1);
        assert_eq!(both.get(&AgentId::trusted("b")), Some(&(Operation::Ready, BulkStep::NotSent)));
        assert_eq!(known(&runs, &[2]).len(), 2);
        assert!(known(&runs, &[1, 2]).is_empty());
    }
}
