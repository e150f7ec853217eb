//! The bulk runs, as the task that paces them asks for their turns.

use super::FloorState;
use crate::floor::{DeviceId, Obstacle, Operation, Role, Run, Scene, Step, forecast};
use crate::server::actor::{NewRun, RunItem, Turn};

impl FloorState {
    pub fn start_run(&mut self, new: NewRun) -> Option<Run> {
        let run = self.runs.add(new);
        self.publish();
        run
    }

    pub fn cancel_run(&mut self, id: u64) -> Option<Run> {
        let run = self.runs.cancel(id);
        self.publish();
        run
    }

    /// Whom the item's request goes to. An agent whose device nobody knows is settled here.
    pub fn turn(&mut self, item: RunItem, operation: Operation) -> Turn {
        let Some(agent) = self.runs.turn(item) else { return Turn::Cancelled };
        let row = self.row(&agent);
        if let Some(device) = row.as_ref().and_then(|row| row.device.clone()) {
            return Turn::Go(agent, device);
        }
        let own_device = &DeviceId::trusted("");
        let scene = Scene { role: Role::Supervisor, own_device, own_call: None, row: row.as_ref(), device: None, part: None };
        self.runs.set(item, Step::NotPossible(forecast(operation, &scene).err().unwrap_or(Obstacle::NoDevice)));
        Turn::Settled
    }

    /// The item's request failed before there was an intervention to follow.
    pub fn run_failed(&mut self, item: RunItem, step: Step) {
        self.runs.set(item, step);
    }
}
