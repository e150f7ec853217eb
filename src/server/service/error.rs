//! What the floor's errors are to whoever asks: the one place where they become [`ApiError`]s.

use crate::api::ApiError;
use crate::floor::Operation;
use crate::floor::visibility::NumberFilter;
use crate::server::actor::{FloorError, Stopped};

/// The error of an operation, which knows under what name its phone was given.
pub fn of_operation(operation: Operation, error: FloorError) -> ApiError {
    match error {
        FloorError::PhoneTaken(_) => {
            let field = if operation == Operation::Listen { "deviceId" } else { "phoneNumber" };
            ApiError::BadArgument { field: field.to_owned(), problem: error.to_string() }
        }
        other => other.into(),
    }
}

impl From<FloorError> for ApiError {
    fn from(error: FloorError) -> ApiError {
        match error {
            FloorError::AuditFailed => ApiError::AuditFailed,
            FloorError::DatabaseLost => ApiError::DatabaseLost,
            FloorError::Obstacle(obstacle) => ApiError::Obstacle { obstacle },
            FloorError::Changed(effect) => ApiError::Changed { effect },
            FloorError::Busy => ApiError::Busy,
            FloorError::PhoneTaken(_) => ApiError::BadArgument { field: "deviceId".to_owned(), problem: error.to_string() },
            FloorError::NothingScheduled => ApiError::BadArgument { field: "agentId".to_owned(), problem: error.to_string() },
            FloorError::Stopped(stopped) => stopped.into(),
        }
    }
}

impl From<Stopped> for ApiError {
    fn from(Stopped: Stopped) -> ApiError {
        ApiError::Stopping
    }
}

/// The error as somebody may see it who does not see outside numbers whole.
pub fn masked(filter: &NumberFilter, error: ApiError) -> ApiError {
    match error {
        ApiError::Refused { status, holder } => ApiError::Refused { status, holder: holder.map(|holder| filter.id(holder)) },
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
        | ApiError::NoPlatformSession
        | ApiError::Busy
        | ApiError::AuditFailed
        | ApiError::DatabaseLost
        | ApiError::DatabaseAway
        | ApiError::Stopping) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::mask::Mask;

    #[test]
    fn what_the_platform_named_is_masked_for_those_who_may_not_see_it() {
        let refused = || ApiError::Refused { status: 459, holder: Some("13800001111@test.cc".to_owned()) };
        assert_eq!(masked(&NumberFilter::none(), refused()), refused());
        let told = ApiError::Refused { status: 459, holder: Some("138****1111@test.cc".to_owned()) };
        assert_eq!(masked(&NumberFilter::of(Mask::new([1, 2])), refused()), told);
    }
}
