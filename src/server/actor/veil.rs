//! The border for what is told beside what was published: answers, refusals, the day, the audit log.

use crate::api::ApiError;
use crate::floor::mask::Mask;
use crate::floor::{CallId, DeviceId, HistoryLine, Intervention, Operation};
use crate::server::store::AuditedOperation;
use std::borrow::Cow;

/// Between the server and somebody: lets through what he may see.
#[derive(Debug, Clone)]
pub struct Veil(Option<Mask>);

impl Veil {
    /// Hides nothing.
    pub fn none() -> Veil {
        Veil(None)
    }

    pub fn of(mask: Mask) -> Veil {
        Veil(Some(mask))
    }

    fn over<T>(&self, told: T, hide: impl FnOnce(&Mask, T) -> T) -> T {
        match &self.0 {
            Some(mask) => hide(mask, told),
            None => told,
        }
    }

    pub fn step_in(&self, step_in: Intervention) -> Intervention {
        self.over(step_in, Mask::step_in)
    }

    pub fn line(&self, line: HistoryLine) -> HistoryLine {
        self.over(line, Mask::line)
    }

    pub fn text(&self, text: String) -> String {
        self.over(text, Mask::text)
    }

    /// An own phone, as rows and calls name it.
    pub fn device(&self, device: DeviceId) -> DeviceId {
        self.over(device, |mask, device| mask.device(&device))
    }

    /// An event's body as it came; none where its numbers cannot be told from the rest.
    pub fn event<'a>(&self, body: &'a [u8]) -> Option<Cow<'a, str>> {
        match &self.0 {
            Some(mask) => mask.event(body).map(Cow::Owned),
            None => Some(String::from_utf8_lossy(body)),
        }
    }

    /// What an operation answers instead of a step-in.
    pub fn error(&self, error: ApiError) -> ApiError {
        self.over(error, |mask, error| match error {
            ApiError::Refused { status, holder } => ApiError::Refused { status, holder: holder.map(|holder| mask.id(&holder)) },
            // It names one of our agents, or says what an argument looks like.
            ApiError::BadArgument { field, problem } => ApiError::BadArgument { field, problem },
            ApiError::Transport { detail } => ApiError::Transport { detail },
            error @ (ApiError::SignedOut
            | ApiError::NotPermitted
            | ApiError::WrongOrigin
            | ApiError::Obstacle { .. }
            | ApiError::Changed { .. }
            | ApiError::WrongCredentials
            | ApiError::Unreachable
            | ApiError::OutcomeUnknown
            | ApiError::NotUnderstood { .. }
            | ApiError::Busy
            | ApiError::AuditFailed
            | ApiError::DatabaseLost
            | ApiError::Stopping) => error,
        })
    }

    /// An operation as the audit log tells it.
    pub fn audited(&self, kept: AuditedOperation) -> AuditedOperation {
        self.over(kept, |mask, kept| {
            let AuditedOperation {
                id,
                operation,
                outcome,
                status,
                reason,
                by,
                by_device,
                agent,
                device,
                call,
                requested_at,
                answered_after,
                finished_after,
            } = kept;
            // As in `Mask::step_in`.
            let seated = agent.is_some() && Operation::from_action(&operation).is_some_and(Operation::on_call);
            AuditedOperation {
                by_device: mask.id(&by_device),
                agent: agent.map(|agent| if seated { agent } else { mask.id(&agent) }),
                device: device.map(|device| if seated { device } else { mask.id(&device) }),
                call: call.map(|call| mask.call_id(&CallId::trusted(call)).to_string()),
                id,
                operation,
                outcome,
                status,
                reason,
                by,
                requested_at,
                answered_after,
                finished_after,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audited(operation: Operation, agent: Option<&str>) -> AuditedOperation {
        AuditedOperation {
            id: 1,
            operation: operation.action().to_owned(),
            outcome: "accepted".to_owned(),
            status: None,
            reason: None,
            by: "5000@test.cc".to_owned(),
            by_device: "13800001111@test.cc".to_owned(),
            agent: agent.map(str::to_owned),
            device: Some("80010001@test.cc".to_owned()),
            call: Some("13800001111".to_owned()),
            requested_at: 0,
            answered_after: None,
            finished_after: None,
        }
    }

    #[test]
    fn what_the_audit_log_names_is_masked_for_those_who_may_not_see_it() {
        let veil = Veil::of(Mask::new([1, 2]));
        let told = veil.audited(audited(Operation::Join, None));
        assert_eq!(
            (told.by.as_str(), told.by_device.as_str(), told.device.as_deref()),
            ("5000@test.cc", "138****1111@test.cc", Some("******01@test.cc"))
        );
        assert!(told.call.is_some_and(|call| call.starts_with("138****1111~")));
        // The floor has found the agent there.
        assert_eq!(veil.audited(audited(Operation::Join, Some("5001@test.cc"))).device.as_deref(), Some("80010001@test.cc"));
        assert_eq!(veil.audited(audited(Operation::Ready, Some("5001@test.cc"))).device.as_deref(), Some("******01@test.cc"));
        assert_eq!(Veil::none().audited(audited(Operation::Join, None)), audited(Operation::Join, None));
    }

    #[test]
    fn what_the_platform_named_is_masked_for_those_who_may_not_see_it() {
        let refused = || ApiError::Refused { status: 459, holder: Some("13800001111@test.cc".to_owned()) };
        assert_eq!(Veil::none().error(refused()), refused());
        let told = ApiError::Refused { status: 459, holder: Some("138****1111@test.cc".to_owned()) };
        assert_eq!(Veil::of(Mask::new([1, 2])).error(refused()), told);
    }
}
