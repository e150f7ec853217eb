//! The bulk runs, as the task that paces them asks for their turns.

use super::FloorState;
use crate::floor::{BulkRun, BulkStep, DeviceId, Obstacle, Operation, Role, Situation, forecast};
use crate::server::actor::{BulkItem, BulkTurn, NewRun};

impl FloorState {
    pub fn start_run(&mut self, new: NewRun) -> Option<BulkRun> {
        let run = self.runs.add(new);
        self.publish();
        run
    }

    pub fn cancel_run(&mut self, id: u64) -> Option<BulkRun> {
        let run = self.runs.cancel(id);
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
        self.runs.set(item, BulkStep::NotPossible(forecast(operation, &situation).err().unwrap_or(Obstacle::NoDevice)));
        BulkTurn::Settled
    }

    /// The item's request failed before there was an intervention to follow.
    pub fn run_failed(&mut self, item: BulkItem, step: BulkStep) {
        self.runs.set(item, step);
    }
}
