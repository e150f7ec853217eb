//! Step-ins as JSON: those under way from the floor's owner, older ones from the audit log.

use super::views::{one_of, rfc3339};
use crate::floor::mask::{mask_device, mask_text};
use crate::floor::{Intervention, Operation, Outcome};
use crate::server::owner::Sight;
use crate::server::store::AuditedOperation;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// The audit log's words: those of [`Outcome::code`], and what was taken back before it was sent.
const OUTCOMES: [&str; 7] = ["requested", "accepted", "confirmed", "refused", "unknown", "unconfirmed", "cancelled"];

fn operations() -> impl Into<RefOr<Schema>> {
    one_of(Operation::ALL.map(Operation::action))
}

fn outcomes() -> impl Into<RefOr<Schema>> {
    one_of(OUTCOMES)
}

/// One step-in, from the request to its proof.
#[derive(Debug, Serialize, ToSchema)]
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
    pub fn of(intervention: Intervention, sight: Sight) -> InterventionView {
        let masked = sight == Sight::Masked;
        // Where an agent sits is ours; a target without one may be an outside party.
        let seated = intervention.agent.is_some();
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
            device: intervention.device.map(|device| mask_device(&device, |_| !masked || seated).to_string()),
            call_id: intervention.call.map(|call| call.to_string()),
            by: intervention.by.to_string(),
            by_device: Some(mask_device(&intervention.by_device, |_| !masked).to_string()).filter(|device| !device.is_empty()),
            requested_at: rfc3339(intervention.requested_at),
            answered_after_ms: intervention.answered_after,
            finished_after_ms: intervention.finished_after,
            deferred: Some(intervention.deferred),
            holder: intervention.holder.map(|holder| if masked { mask_text(&holder) } else { holder }),
        }
    }

    pub fn audited(kept: AuditedOperation, sight: Sight) -> InterventionView {
        let masked = sight == Sight::Masked;
        let seated = kept.agent.is_some();
        InterventionView {
            id: kept.id,
            operation: kept.operation,
            outcome: kept.outcome,
            status: kept.status,
            not_sent: kept.reason,
            device: kept.device.map(|device| if masked && !seated { mask_text(&device) } else { device }),
            agent: kept.agent,
            call_id: kept.call,
            by: kept.by,
            by_device: Some(if masked { mask_text(&kept.by_device) } else { kept.by_device }).filter(|device| !device.is_empty()),
            requested_at: rfc3339(kept.requested_at),
            answered_after_ms: kept.answered_after,
            finished_after_ms: kept.finished_after,
            deferred: None,
            holder: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{AgentId, DeviceId, NotSent};

    #[test]
    fn outside_numbers_of_a_step_in_are_masked_and_our_own_are_not() {
        let step_in = |agent: Option<&str>, device: &str| Intervention {
            id: 1,
            operation: Operation::Drop,
            agent: agent.map(AgentId::trusted),
            device: Some(DeviceId::trusted(device)),
            call: None,
            by: AgentId::trusted("token:night"),
            by_device: DeviceId::trusted(""),
            requested_at: 0,
            answered_after: None,
            finished_after: None,
            outcome: Outcome::NotSent(NotSent::Unreachable),
            deferred: false,
            holder: None,
        };
        let outside = InterventionView::of(step_in(None, "13800001111@test.cc"), Sight::Masked);
        assert_eq!((outside.device.as_deref(), outside.by_device, outside.status), (Some("138****1111@test.cc"), None, None));
        let whole = InterventionView::of(step_in(None, "13800001111@test.cc"), Sight::Whole);
        assert_eq!(whole.device.as_deref(), Some("13800001111@test.cc"));
        let ours = InterventionView::of(step_in(Some("5001@test.cc"), "80010001@test.cc"), Sight::Masked);
        assert_eq!(ours.device.as_deref(), Some("80010001@test.cc"));
    }
}
