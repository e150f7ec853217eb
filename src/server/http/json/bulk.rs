//! Bulk runs as JSON.

use super::schema::one_of;
use crate::floor::bulk::bulk_operations;
use crate::floor::{AgentId, BulkRun, BulkStep, Operation};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

fn operations() -> impl Into<RefOr<Schema>> {
    one_of(bulk_operations().map(Operation::action))
}

fn steps() -> impl Into<RefOr<Schema>> {
    one_of(["waiting", "sent", "after-call", "not-possible", "not-sent", "cancelled"])
}

/// One operation at many agents, one after the other.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkRunView {
    id: u64,
    /// Who asked: an agent's id, or `token:NAME`.
    by: String,
    #[schema(schema_with = operations)]
    operation: Cow<'static, str>,
    /// Not ready for so many minutes, then ready again.
    #[schema(required)]
    minutes: Option<u32>,
    /// Somebody stopped it before everybody had their turn.
    cancelled: bool,
    /// In the order in which they have their turn.
    agents: Vec<BulkAgentView>,
}

/// How far one agent of a bulk run has come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkAgentView {
    agent: String,
    #[schema(schema_with = steps)]
    step: Cow<'static, str>,
    /// Of `sent`: how far its intervention has come.
    #[schema(required)]
    outcome: Option<Cow<'static, str>>,
    /// Of `not-possible`: what stands in the way, for example `already-ready`.
    #[schema(required)]
    obstacle: Option<Cow<'static, str>>,
}

impl BulkRunView {
    /// Returns the run as JSON tells it.
    pub fn of(run: BulkRun) -> BulkRunView {
        let agent = |(agent, step): (AgentId, BulkStep)| {
            let (step, outcome, obstacle) = match step {
                BulkStep::Waiting => ("waiting", None, None),
                BulkStep::Sent(outcome) => ("sent", Some(outcome.code()), None),
                BulkStep::AfterCall => ("after-call", None, None),
                BulkStep::NotPossible(obstacle) => ("not-possible", None, Some(<&str>::from(obstacle))),
                BulkStep::NotSent => ("not-sent", None, None),
                BulkStep::Cancelled => ("cancelled", None, None),
            };
            BulkAgentView {
                agent: agent.to_string(),
                step: step.into(),
                outcome: outcome.map(Cow::from),
                obstacle: obstacle.map(Cow::from),
            }
        };
        BulkRunView {
            id: run.id,
            by: run.by.to_string(),
            operation: run.operation.action().into(),
            minutes: run.minutes,
            cancelled: run.cancelled,
            agents: run.items.into_iter().map(agent).collect(),
        }
    }
}
