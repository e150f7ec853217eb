//! The bulk runs of the supervisor who is signed in, under way or ended, until they are dismissed.

use crate::floor::{AgentId, BulkRun, BulkStep, Operation};
use crate::signal;
use leptos::prelude::*;
use std::collections::HashMap;

/// How far each agent of a run has come, as far as the agent's row does not show it.
type Known = HashMap<AgentId, (Operation, BulkStep)>;

/// The supervisor's own bulk runs, as the server tells of them. A copy of the struct is another handle to the same runs.
#[derive(Clone, Copy)]
pub struct BulkRuns {
    /// Whose runs these are.
    me: StoredValue<AgentId>,
    /// Oldest first.
    runs: RwSignal<Vec<BulkRun>>,
    /// The ids of the runs that the supervisor has dismissed, kept over a reload of the page.
    dismissed: RwSignal<Vec<u64>>,
    /// The last word on each agent, of the runs that are not dismissed.
    known: Memo<Known>,
}

impl BulkRuns {
    /// Makes a collection without runs, for those that `me` starts.
    pub fn new(me: AgentId) -> Self {
        let runs = RwSignal::new(Vec::new());
        let dismissed = RwSignal::new(Vec::new());
        // A dismissed run stays dismissed over a reload: no other run gets its id.
        #[cfg(feature = "hydrate")]
        Effect::new(move |before: Option<()>| {
            dismissed.track();
            match before {
                None => signal::update(dismissed, |dismissed| dismissed.extend(kept::read())),
                Some(()) => dismissed.with(|dismissed| kept::write(dismissed)),
            }
        });
        let known = Memo::new(move |_| dismissed.with(|dismissed| runs.with(|runs| known(runs, dismissed))));
        BulkRuns { me: StoredValue::new(me), runs, dismissed, known }
    }

    /// Applies the runs of a message; a snapshot's replace all that were known. Other supervisors' runs are left out.
    pub fn apply(self, told: Vec<BulkRun>, snapshot: bool) {
        if snapshot {
            let mine = self.me.with_value(|me| told.into_iter().filter(|run| run.by == *me).collect::<Vec<_>>());
            if self.runs.with_untracked(|runs| *runs != mine) {
                signal::set(self.runs, mine);
            }
        } else {
            for run in told {
                self.take(run);
            }
        }
    }

    /// Applies one run, in place of what was known of it; ignores a run of another supervisor.
    pub fn take(self, run: BulkRun) {
        if self.me.with_value(|me| run.by != *me) || self.runs.with_untracked(|runs| runs.contains(&run)) {
            return;
        }
        signal::update(self.runs, |runs| match runs.iter_mut().find(|known| known.id == run.id) {
            Some(known) => *known = run,
            None => runs.push(run),
        });
    }

    /// Dismisses the earlier runs that have ended without a failure, because the run `id` has begun.
    pub fn begun(self, id: u64) {
        let well = |run: &&BulkRun| run.id != id && run.is_over() && run.failed().is_empty();
        let over: Vec<u64> = self.runs.with_untracked(|runs| runs.iter().filter(well).map(|run| run.id).collect());
        for id in over {
            self.dismiss(id);
        }
    }

    /// Returns the run with this id, dismissed or not, or `None` if it is not known. Tracked.
    pub fn get(self, id: u64) -> Option<BulkRun> {
        self.runs.with(|runs| runs.iter().find(|run| run.id == id).cloned())
    }

    /// Returns the runs that are not dismissed, oldest first. Tracked.
    pub fn mine(self) -> Vec<BulkRun> {
        self.dismissed.with(|dismissed| self.runs.with(|runs| runs.iter().filter(|run| !dismissed.contains(&run.id)).cloned().collect()))
    }

    /// Returns the ids of the runs that are not dismissed, newest first. Tracked.
    pub fn mine_ids(self) -> Vec<u64> {
        self.dismissed
            .with(|dismissed| self.runs.with(|runs| runs.iter().rev().map(|run| run.id).filter(|id| !dismissed.contains(id)).collect()))
    }

    /// Dismisses the run: it is not shown any more.
    pub fn dismiss(self, id: u64) {
        signal::update(self.dismissed, |dismissed| {
            self.runs.with_untracked(|runs| dismissed.retain(|id| runs.iter().any(|run| run.id == *id)));
            if !dismissed.contains(&id) {
                dismissed.push(id);
            }
        });
    }

    /// Returns the operation and the step of the agent in the newest run that includes the agent and is not dismissed; `None` if there is
    /// no such run, or if the agent's row shows the step itself. Tracked.
    pub fn step_of(self, agent: &AgentId) -> Option<(Operation, BulkStep)> {
        self.known.with(|known| known.get(agent).copied())
    }
}

/// The dismissed runs in the browser's session storage, which outlives the page but not its tab.
#[cfg(feature = "hydrate")]
mod kept {
    use leptos::prelude::window;

    /// The key in the session storage.
    const KEY: &str = "runs-put-aside";

    /// Returns the ids that are kept; none if the storage cannot be read.
    pub fn read() -> Vec<u64> {
        let text = window().session_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
        text.unwrap_or_default().split(' ').filter_map(|id| id.parse().ok()).collect()
    }

    /// Keeps these ids, if the storage can be written.
    pub fn write(ids: &[u64]) {
        let text = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        if let Ok(Some(storage)) = window().session_storage() {
            _ = storage.set_item(KEY, &text);
        }
    }
}

/// Returns the last word on each agent, of the runs that are not dismissed.
fn known(runs: &[BulkRun], dismissed: &[u64]) -> Known {
    let mut known = Known::new();
    for run in runs.iter().filter(|run| !dismissed.contains(&run.id)) {
        for (agent, step) in &run.items {
            match step {
                BulkStep::Waiting | BulkStep::NotPossible(_) | BulkStep::NotSent => known.insert(agent.clone(), (run.operation, *step)),
                // The row shows it.
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
