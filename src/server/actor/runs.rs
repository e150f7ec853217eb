//! The book of the bulk runs: whose turn is next, and how far each agent of a run has come. A task outside keeps the pace and asks for
//! the turns.

use super::NewRun;
use crate::floor::{AgentId, BulkItem, BulkRun, BulkStep, DeviceId, Intervention, Outcome};
use crate::server::store::StoredRun;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// How many runs are kept; of those that are over the oldest goes first.
const MOST: usize = 50;
/// How long a run is shown after its end.
const KEPT: Duration = Duration::from_secs(600);
/// A run goes to the browsers whole: not with every step.
const PACE: Duration = Duration::from_millis(200);

/// What an item's turn has come to.
#[derive(Debug)]
pub enum BulkTurn {
    Go(AgentId, DeviceId),
    /// There is nothing to ask for: the next one.
    Settled,
    /// Nothing of this run waits any more.
    Cancelled,
}

/// What was written down of a run.
#[derive(Debug)]
pub enum RunNews {
    /// All of it; with `own` this console carries it out from now on.
    Read { stored: Box<StoredRun>, own: bool },
    /// Nothing more of it is sent.
    Cancelled(u64),
    /// An agent's turn came to this without an operation to follow; the operation is one that was taken back.
    Settled(BulkItem, BulkStep, Option<i64>),
}

#[derive(Debug)]
struct RunEntry {
    run: BulkRun,
    /// This console carries it out; else it is told how far it has come.
    own: bool,
    ended: Option<Instant>,
}

#[derive(Debug)]
pub struct BulkRuns {
    by_id: BTreeMap<u64, RunEntry>,
    /// Which item an intervention belongs to.
    items: HashMap<i64, BulkItem>,
    changed: BTreeSet<u64>,
    published: Option<Instant>,
    last_id: u64,
}

impl BulkRuns {
    /// Ids go on after `last_id`: browsers remember runs by them, also over a restart.
    pub fn after(last_id: u64) -> BulkRuns {
        BulkRuns { by_id: BTreeMap::new(), items: HashMap::new(), changed: BTreeSet::new(), published: None, last_id }
    }

    /// Takes a run up; none where too many are under way.
    pub fn add(&mut self, new: NewRun) -> Option<BulkRun> {
        if self.by_id.len() >= MOST {
            let oldest = self.by_id.iter().filter_map(|(id, entry)| Some((entry.ended?, *id))).min()?.1;
            self.remove(oldest);
        }
        self.last_id += 1;
        let NewRun { by, operation, minutes, agents } = new;
        let items = agents.into_iter().map(|agent| (agent, BulkStep::Waiting)).collect();
        let run = BulkRun { id: self.last_id, by, operation, minutes, items, cancelled: false };
        self.by_id.insert(run.id, RunEntry { run: run.clone(), own: true, ended: None });
        self.changed.insert(run.id);
        Some(run)
    }

    /// Takes up a run as it was written down, in place of what is known of it; `own` where this console carries it out from now on.
    pub fn restore(&mut self, stored: StoredRun, own: bool) {
        let StoredRun { run, interventions, .. } = stored;
        let known = self.by_id.get(&run.id).and_then(|entry| entry.ended);
        let ended = run.is_over().then(|| known.unwrap_or_else(Instant::now));
        self.items.retain(|_, item| item.run != run.id);
        self.items.extend(interventions.into_iter().map(|(intervention, index)| (intervention, BulkItem { run: run.id, index })));
        self.changed.insert(run.id);
        self.by_id.insert(run.id, RunEntry { run, own, ended });
    }

    /// Whether this console carries the run out.
    pub fn is_own(&self, id: u64) -> bool {
        self.by_id.get(&id).is_some_and(|entry| entry.own)
    }

    /// Whether the item still waits: from now on it is being asked for.
    pub fn turn(&mut self, item: BulkItem) -> Option<AgentId> {
        let (agent, step) = self.by_id.get(&item.run)?.run.items.get(item.index)?;
        let agent = (*step == BulkStep::Waiting).then(|| agent.clone())?;
        self.set(item, BulkStep::Sent(Outcome::Requested));
        Some(agent)
    }

    /// Stops what still waits.
    pub fn cancel(&mut self, id: u64) -> Option<BulkRun> {
        let run = &mut self.by_id.get_mut(&id)?.run;
        let waiting: Vec<usize> =
            run.items.iter().enumerate().filter(|(_, item)| item.1 == BulkStep::Waiting).map(|(index, _)| index).collect();
        run.cancelled |= !waiting.is_empty();
        for index in waiting {
            self.set(BulkItem { run: id, index }, BulkStep::Cancelled);
        }
        self.by_id.get(&id).map(|entry| entry.run.clone())
    }

    /// The item has become this intervention.
    pub fn begun(&mut self, item: BulkItem, intervention: &Intervention) {
        self.items.insert(intervention.id, item);
        self.followed(intervention);
    }

    pub fn followed(&mut self, intervention: &Intervention) {
        let Some(item) = self.items.get(&intervention.id).copied() else { return };
        let waits = intervention.deferred && intervention.outcome.pending();
        self.set(item, if waits { BulkStep::AfterCall } else { BulkStep::Sent(intervention.outcome) });
    }

    /// The item's intervention is taken back: it was never sent. Returns the item.
    pub fn withdrawn(&mut self, intervention: i64, step: BulkStep) -> Option<BulkItem> {
        let item = self.items.remove(&intervention)?;
        self.set(item, step);
        Some(item)
    }

    pub fn set(&mut self, item: BulkItem, step: BulkStep) {
        let Some(entry) = self.by_id.get_mut(&item.run) else { return };
        let Some((_, known)) = entry.run.items.get_mut(item.index) else { return };
        if *known == step {
            return;
        }
        *known = step;
        entry.ended = entry.run.is_over().then(|| entry.ended.unwrap_or_else(Instant::now));
        self.changed.insert(item.run);
    }

    /// Everything, for a browser that begins.
    pub fn all(&self) -> Vec<BulkRun> {
        self.by_id.values().map(|entry| entry.run.clone()).collect()
    }

    pub fn has_changes(&self) -> bool {
        !self.changed.is_empty() && self.published.is_none_or(|at| at.elapsed() >= PACE)
    }

    /// What is to be published now.
    pub fn changes(&mut self) -> Vec<BulkRun> {
        if !self.has_changes() {
            return Vec::new();
        }
        self.published = Some(Instant::now());
        std::mem::take(&mut self.changed).into_iter().filter_map(|id| Some(self.by_id.get(&id)?.run.clone())).collect()
    }

    /// Forgets what ended long ago.
    pub fn expire(&mut self) {
        let old = |entry: &RunEntry| entry.ended.is_some_and(|ended| ended.elapsed() >= KEPT);
        let gone: Vec<u64> = self.by_id.iter().filter(|(_, entry)| old(entry)).map(|(id, _)| *id).collect();
        for id in gone {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: u64) {
        self.by_id.remove(&id);
        self.changed.remove(&id);
        self.items.retain(|_, item| item.run != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::Operation;

    fn new(agents: usize) -> NewRun {
        let agents = (1..=agents).map(|n| AgentId::trusted(format!("50{n:02}@test.cc"))).collect();
        NewRun { by: AgentId::trusted("5000@test.cc"), operation: Operation::NotReady, minutes: None, agents }
    }

    fn run_of(runs: &mut BulkRuns, agents: usize) -> u64 {
        runs.add(new(agents)).unwrap().id
    }

    #[test]
    fn a_cancelled_run_stops_what_waits_and_nothing_else() {
        let mut runs = BulkRuns::after(41);
        let run = run_of(&mut runs, 3);
        assert_eq!(run, 42);
        assert!(runs.turn(BulkItem { run, index: 0 }).is_some());
        assert!(runs.turn(BulkItem { run, index: 0 }).is_none(), "asked for twice");
        let cancelled = runs.cancel(run).unwrap();
        assert!(cancelled.cancelled && !cancelled.is_over());
        assert_eq!(cancelled.items[0].1, BulkStep::Sent(Outcome::Requested));
        assert_eq!((cancelled.items[1].1, cancelled.items[2].1), (BulkStep::Cancelled, BulkStep::Cancelled));
        assert!(runs.turn(BulkItem { run, index: 1 }).is_none());
        runs.set(BulkItem { run, index: 0 }, BulkStep::Sent(Outcome::Confirmed));
        assert!(runs.all()[0].is_over());
        assert!(runs.cancel(run - 1).is_none());
    }

    #[test]
    fn only_so_many_are_kept_and_those_under_way_are_never_dropped() {
        let mut runs = BulkRuns::after(0);
        let all: Vec<u64> = (0..MOST).map(|_| run_of(&mut runs, 1)).collect();
        assert!(runs.add(new(1)).is_none());
        runs.cancel(all[7]);
        run_of(&mut runs, 1);
        assert!(runs.all().len() == MOST && runs.all().iter().all(|run| run.id != all[7]));
    }
}
