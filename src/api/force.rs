//! The seven force operations (protocol, section 1).
//!
//! The answer is the intervention when the platform has answered: accepted, or already confirmed. The event that confirms it (protocol,
//! section 4) is told on the live channel and at `GET /api/interventions/{id}`. `expect` is the effect that the principal was shown
//! ([`crate::floor::Effect::code`]): if it would be another one now, nothing is sent.

use super::ApiError;
use super::arguments::{AgentArguments, ConnectionArguments, ListenArguments, NotReadyArguments, PhoneArguments};
use super::body::JsonBody;
use crate::floor::Operation;
use crate::server::http::functions::force;
use crate::server::http::json::{InterventionView, OperationProblems};
use leptos::prelude::*;

/// Declares the server function of one operation, and its entry in the OpenAPI document.
macro_rules! operation {
    ($(#[$doc:meta])* $name:ident, $endpoint:literal, $id:literal, $operation:expr, $arguments:ty) => {
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// `obstacle` if the operation cannot work now; `changed` if its effect would not be the expected one; `refused` if the platform
        /// refuses it; `outcome-unknown` if the platform does not answer, in which case the operation may have taken effect.
        #[utoipa::path(
            post,
            path = concat!("/api/", $endpoint),
            tag = "operations",
            operation_id = $id,
            request_body = $arguments,
            responses(
                (status = 200, description = "Its event came already: confirmed", body = InterventionView),
                (status = 202, description = "Under way: the platform took it and its event is still to come, or it waits for the end of a call (`deferred`)", body = InterventionView,
                    headers(("Location" = String, description = "Where it can be followed"))),
                OperationProblems,
            ),
        )]
        #[server(prefix = "/api", endpoint = $endpoint, input = JsonBody)]
        #[allow(missing_docs, reason = "the macro makes a struct of the arguments, whose member cannot be documented")]
        pub async fn $name(arguments: $arguments) -> Result<InterventionView, ApiError> {
            force($operation, arguments.into()).await
        }
    };
}

operation!(
    /// Drops the device's connection from the call.
    force_drop, "force/drop", "forceDrop", Operation::Drop, ConnectionArguments
);
operation!(
    /// Makes a phone a party of the call.
    force_join, "force/join", "forceJoin", Operation::Join, PhoneArguments
);
operation!(
    /// Takes the call from the device over to a phone.
    force_take, "force/take", "forceTake", Operation::Take, PhoneArguments
);
operation!(
    /// Makes a phone a silent listener of the call.
    force_listen, "force/listen", "forceListen", Operation::Listen, ListenArguments
);
operation!(
    /// Makes the agent ready.
    force_ready, "force/ready", "forceReady", Operation::Ready, AgentArguments
);
operation!(
    /// Makes the agent not ready; with `minutes`, the console makes the agent ready again after that time.
    force_not_ready, "force/not-ready", "forceNotReady", Operation::NotReady, NotReadyArguments
);
operation!(
    /// Logs the agent out; an agent who is in a call, after it.
    force_logout, "force/logout", "forceLogout", Operation::Logout, AgentArguments
);
