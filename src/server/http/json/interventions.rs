//! Interventions as JSON: those under way from the floor's owner, older ones from the audit log.

use super::schema::one_of;
use crate::floor::{Intervention, Operation, Outcome, PhoneOperation};
use crate::server::clock::rfc3339;
use crate::server::store::AuditedOperation;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// The audit log's words: those of [`Outcome::code`], and what was taken back before it was sent.
const OUTCOMES: [&str; 7] = ["requested", "accepted", "confirmed", "refused", "unknown", "unconfirmed", "cancelled"];

fn operations() -> impl Into<RefOr<Schema>> {
    one_of(Operation::ALL.map(Operation::action).into_iter().chain(PhoneOperation::ALL.map(PhoneOperation::action)))
}

fn outcomes() -> impl Into<RefOr<Schema>> {
    one_of(OUTCOMES)
}

/// One intervention, from the request to its proof.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InterventionView {
    id: i64,
    #[schema(schema_with = operations)]
    operation: String,
    /// How far it has come: `confirmed` once its event came, not before.
    #[schema(schema_with = outcomes)]
    outcome: String,
    /// The platform's status, where it refused.
    #[schema(required)]
    status: Option<u16>,
    /// Why nothing was sent, where the console refused it and not the platform: `unreachable`, `audit-log` or `stopping`.
    #[schema(required)]
    not_sent: Option<String>,
    /// The agent at the target, where one is known.
    #[schema(required)]
    agent: Option<String>,
    #[schema(required)]
    device: Option<String>,
    #[schema(required)]
    call_id: Option<String>,
    /// Who asked: an agent's id, or `token:NAME`.
    by: String,
    /// The phone that joins, takes or listens.
    #[schema(required)]
    by_device: Option<String>,
    /// On the console's clock, as in the audit log.
    #[schema(format = DateTime)]
    requested_at: String,
    /// Milliseconds until the platform answered.
    #[schema(required)]
    answered_after_ms: Option<u32>,
    /// Milliseconds until the event that proves it, or until it was given up.
    #[schema(required)]
    finished_after_ms: Option<u32>,
    /// Accepted for later: it takes effect when the agent's call ends. Null where only the audit log remembers it.
    #[schema(required)]
    deferred: Option<bool>,
    /// Whom or what a refusal named as the one in the way.
    #[schema(required)]
    holder: Option<String>,
}

impl InterventionView {
    pub fn of(intervention: Intervention) -> InterventionView {
        InterventionView {
            id: intervention.id,
            operation: intervention.operation.action().to_owned(),
            outcome: intervention.outcome.code().to_owned(),
            status: match intervention.outcome {
                Outcome::Refused(status) => Some(status),
                _ => None,
            },
            not_sent: match intervention.outcome {
                Outcome::NotSent(why) => Some(why.code().to_owned()),
                _ => None,
            },
            agent: intervention.agent.map(|agent| agent.to_string()),
            device: intervention.device.map(|device| device.to_string()),
            call_id: intervention.call.map(|call| call.to_string()),
            by: intervention.by.to_string(),
            by_device: Some(intervention.by_device.to_string()).filter(|device| !device.is_empty()),
            requested_at: rfc3339(intervention.requested_at),
            answered_after_ms: intervention.answered_after,
            finished_after_ms: intervention.finished_after,
            deferred: Some(intervention.deferred),
            holder: intervention.holder,
        }
    }

    pub fn audited(audited: AuditedOperation) -> InterventionView {
        InterventionView {
            id: audited.id,
            operation: audited.operation,
            outcome: audited.outcome,
            status: audited.status,
            not_sent: audited.reason,
            device: audited.device,
            agent: audited.agent,
            call_id: audited.call,
            by: audited.by,
            by_device: Some(audited.by_device).filter(|device| !device.is_empty()),
            requested_at: rfc3339(audited.requested_at),
            answered_after_ms: audited.answered_after,
            finished_after_ms: audited.finished_after,
            deferred: None,
            holder: None,
        }
    }
}
