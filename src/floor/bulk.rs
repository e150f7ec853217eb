//! One operation at many agents: what it would do (the dry run), and how far it has come.

use super::{AgentId, DeviceId, Effect, Obstacle, Operation, Outcome, Role, Row, Situation, forecast};
use serde::{Deserialize, Serialize};

/// How many agents one run may have.
pub const MOST_AGENTS: usize = 1_000;
/// The longest time-boxed not-ready, in minutes.
pub const MOST_MINUTES: u32 = 8 * 60;

/// What would happen to whom, by the state of the moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DryRun {
    pub now: Vec<AgentId>,
    pub after_call: Vec<AgentId>,
    pub not_possible: Vec<(AgentId, Obstacle)>,
}

/// Looks at each row; changes nothing.
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

/// One run on the server, as its supervisor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRun {
    pub id: u64,
    pub by: AgentId,
    pub operation: Operation,
    /// Not ready for so many minutes, then ready again.
    pub minutes: Option<u32>,
    /// In the order in which they are asked for.
    pub items: Vec<(AgentId, BulkStep)>,
    pub cancelled: bool,
}

/// How far one agent of a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkStep {
    Waiting,
    /// Followed from here on: requested, accepted, confirmed ...
    Sent(Outcome),
    /// The platform puts it off, or the console waits, until the agent's call has ended.
    AfterCall,
    NotPossible(Obstacle),
    /// Not sent for another reason than the floor's state: signed out, audit log not writable, too many at once.
    NotSent,
    Cancelled,
}

impl BulkStep {
    /// Nothing more will happen by itself, and what was wanted did not happen: what "retry" takes up again.
    pub fn failed(self) -> bool {
        match self {
            BulkStep::NotPossible(_) | BulkStep::NotSent => true,
            BulkStep::Sent(outcome) => {
                matches!(outcome, Outcome::Refused(_) | Outcome::NotSent(_) | Outcome::Unknown | Outcome::Unconfirmed)
            }
            BulkStep::Waiting | BulkStep::AfterCall | BulkStep::Cancelled => false,
        }
    }

    /// Still to come, or not yet answered.
    pub fn open(self) -> bool {
        match self {
            BulkStep::Waiting => true,
            BulkStep::Sent(outcome) => outcome.pending(),
            _ => false,
        }
    }
}

impl BulkRun {
    pub fn is_over(&self) -> bool {
        self.items.iter().all(|(_, step)| !step.open())
    }

    /// How many are past their request, of how many.
    pub fn progress(&self) -> (usize, usize) {
        (self.items.iter().filter(|(_, step)| !step.open()).count(), self.items.len())
    }

    /// Whom "retry" would ask for again.
    pub fn failed(&self) -> Vec<AgentId> {
        self.items.iter().filter(|(_, step)| step.failed()).map(|(agent, _)| agent.clone()).collect()
    }
}
