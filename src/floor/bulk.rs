//! One operation at many agents: what it would do (the dry run), and how far it has come.

use super::{AgentId, DeviceId, Effect, Obstacle, Operation, Outcome, Role, Row, Situation, forecast};
use serde::{Deserialize, Serialize};

/// The most agents that one run may have.
pub const MOST_AGENTS: usize = 1_000;
/// The longest time-boxed not-ready, in minutes.
pub const MOST_MINUTES: u32 = 8 * 60;

/// Returns the operations that a run can carry out: those about an agent.
pub fn bulk_operations() -> impl Iterator<Item = Operation> {
    Operation::ALL.into_iter().filter(|operation| !operation.on_call())
}

/// What a bulk run would do to whom, by the state of the moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DryRun {
    /// The agents at whom the operation would take effect at once.
    pub now: Vec<AgentId>,
    /// The agents at whom it would take effect once their call has ended.
    pub after_call: Vec<AgentId>,
    /// The agents at whom it cannot work, and why.
    pub not_possible: Vec<(AgentId, Obstacle)>,
}

/// Forecasts `operation` for each row, asked for by somebody with `role` and `own_device`. Changes nothing.
pub fn dry_run<'a>(operation: Operation, rows: impl IntoIterator<Item = &'a Row>, role: Role, own_device: &DeviceId) -> DryRun {
    let mut plan = DryRun::default();
    for row in rows {
        let situation = Situation { role, own_device, own_call: None, row: Some(row), device: row.device.as_ref(), connection: None };
        match forecast(operation, &situation) {
            Ok(Effect::AfterCall) => plan.after_call.push(row.agent.clone()),
            Ok(_) => plan.now.push(row.agent.clone()),
            Err(obstacle) => plan.not_possible.push((row.agent.clone(), obstacle)),
        }
    }
    plan
}

/// One operation at many agents, one after the other, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRun {
    /// The run's number: ascending, and never used again, even after a restart.
    pub id: u64,
    /// Who started it, as in [`Intervention::by`](super::Intervention::by).
    pub by: AgentId,
    /// What is done at each agent.
    pub operation: Operation,
    /// After how many minutes not ready the agents are to be ready again (1 to [`MOST_MINUTES`]); absent: never by itself.
    pub minutes: Option<u32>,
    /// Each agent with how far the run has come there, in the order in which they are asked for.
    pub items: Vec<(AgentId, BulkStep)>,
    /// Whether somebody cancelled it: nothing more is sent.
    pub cancelled: bool,
}

/// An agent's place in a bulk run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkItem {
    /// The run's number.
    pub run: u64,
    /// The place in [`BulkRun::items`], from 0.
    pub index: usize,
}

/// How far a bulk run has come at one agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkStep {
    /// Its turn has not come yet.
    Waiting,
    /// It was requested; the outcome so far.
    Sent(Outcome),
    /// It takes effect when the agent's call has ended: the platform puts it off, or the console waits.
    AfterCall,
    /// It cannot work at this agent, for this reason.
    NotPossible(Obstacle),
    /// It was not sent for a reason other than the floor's state: signed out, audit log not writable, too many at once.
    NotSent,
    /// The run was cancelled before its turn came.
    Cancelled,
}

impl BulkStep {
    /// Returns whether it ended without the effect that was wanted, so that "retry" asks again.
    pub fn failed(self) -> bool {
        match self {
            BulkStep::NotPossible(_) | BulkStep::NotSent => true,
            BulkStep::Sent(outcome) => {
                matches!(outcome, Outcome::Refused(_) | Outcome::NotSent(_) | Outcome::Unknown | Outcome::Unconfirmed)
            }
            BulkStep::Waiting | BulkStep::AfterCall | BulkStep::Cancelled => false,
        }
    }

    /// Returns whether it is still to come or its outcome is pending.
    pub fn open(self) -> bool {
        match self {
            BulkStep::Waiting => true,
            BulkStep::Sent(outcome) => outcome.pending(),
            _ => false,
        }
    }
}

impl BulkRun {
    /// Returns whether nothing is open at any agent.
    pub fn is_over(&self) -> bool {
        self.items.iter().all(|(_, step)| !step.open())
    }

    /// Returns at how many agents it is no longer open, and how many agents there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.items.iter().filter(|(_, step)| !step.open()).count(), self.items.len())
    }

    /// Returns the agents at whom "retry" would ask again.
    pub fn failed(&self) -> Vec<AgentId> {
        self.items.iter().filter(|(_, step)| step.failed()).map(|(agent, _)| agent.clone()).collect()
    }
}
