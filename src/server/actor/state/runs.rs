//! The bulk runs, as the task that paces them asks for their turns, and as other consoles carry them out.

use super::FloorState;
use crate::floor::{BulkItem, BulkRun, BulkStep, DeviceId, Obstacle, Operation, Role, Situation, forecast};
use crate::server::actor::runs::RunNews;
use crate::server::actor::{BulkTurn, NewRun};

impl FloorState {
    pub fn start_run(&mut self, new: NewRun) -> Option<BulkRun> {
        let run = self.runs.add(new);
        if let Some(run) = &run {
            self.store.keep_run(run);
        }
        self.publish();
        run
    }

    pub fn cancel_run(&mut self, id: u64) -> Option<BulkRun> {
        let run = self.runs.cancel(id);
        if run.as_ref().is_some_and(|run| run.cancelled) {
            self.store.cancel_run(id);
        }
        self.publish();
        run
    }

    /// Whom the item's request goes to. An agent whose device nobody knows is settled here.
    pub fn turn(&mut self, item: BulkItem, operation: Operation) -> BulkTurn {
        let Some(agent) = self.runs.turn(item) else { return BulkTurn::Cancelled };
        let row = self.row(&agent);
        if let Some(device) = row.as_ref().and_then(|row| row.device.clone()) {
            return BulkTurn::Go(agent, device);
        }
        let own_device = &DeviceId::trusted("");
        let situation = Situation { role: Role::Supervisor, own_device, own_call: None, row: row.as_ref(), device: None, connection: None };
        self.run_failed(item, BulkStep::NotPossible(forecast(operation, &situation).err().unwrap_or(Obstacle::NoDevice)));
        BulkTurn::Settled
    }

    /// The item's request failed before there was an intervention to follow.
    pub fn run_failed(&mut self, item: BulkItem, step: BulkStep) {
        self.runs.set(item, step);
        self.store.settle_item(item, step, None);
    }

    /// The item's intervention is taken back, where it is one of a run.
    pub(super) fn run_withdrawn(&mut self, intervention: i64, step: BulkStep) {
        if let Some(item) = self.runs.withdrawn(intervention, step) {
            self.store.settle_item(item, step, Some(intervention));
        }
    }

    /// Takes up what was written down of a run. What this console carries out it knows better.
    pub fn run_news(&mut self, news: RunNews) {
        match news {
            RunNews::Read { stored, own } if own || !self.runs.is_own(stored.run.id) => {
                let (id, interventions) = (stored.run.id, stored.interventions.clone());
                self.runs.restore(*stored, own);
                for (intervention, index) in interventions {
                    if let Some(intervention) = self.interventions.get(intervention) {
                        self.runs.begun(BulkItem { run: id, index }, intervention);
                    }
                }
            }
            RunNews::Read { stored, .. } if !stored.run.cancelled => {}
            RunNews::Read { stored, .. } => drop(self.runs.cancel(stored.run.id)),
            RunNews::Cancelled(id) => drop(self.runs.cancel(id)),
            RunNews::Settled(_, step, Some(withdrawn)) => drop(self.runs.withdrawn(withdrawn, step)),
            RunNews::Settled(item, step, None) => self.runs.set(item, step),
        }
        self.publish();
    }
}
