//! The seven force operations. The answer is the intervention as far as it has come when the platform answers: accepted or already
//! confirmed; its end arrives over the live channel, or at `GET /api/interventions/{id}`. `expect` is the effect that the one who asks
//! was shown ([`crate::floor::Effect::code`]): if it would be another one now, nothing is sent.

use super::ApiError;
use super::arguments::{AgentArguments, DropArguments, ListenArguments, NotReadyArguments, PhoneArguments};
use super::body::JsonBody;
use crate::floor::Operation;
use crate::server::http::functions::force;
use crate::server::http::json::{InterventionView, OperationProblems};
use leptos::prelude::*;

/// One server function, and its entry in the OpenAPI document.
macro_rules! operation {
    ($(#[$doc:meta])* $name:ident, $endpoint:literal, $id:literal, $operation:expr, $arguments:ty) => {
        $(#[$doc])*
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
        pub async fn $name(arguments: $arguments) -> Result<InterventionView, ApiError> {
            force($operation, arguments.into()).await
        }
    };
}

operation!(
    /// Drops the device's connection from the call.
    force_drop, "force/drop", "forceDrop", Operation::Drop, DropArguments
);
operation!(
    /// Joins the call with a phone.
    force_join, "force/join", "forceJoin", Operation::Join, PhoneArguments
);
operation!(
    /// Takes the call away from the device to a phone.
    force_take, "force/take", "forceTake", Operation::Take, PhoneArguments
);
operation!(
    /// Listens silently to the call with a phone.
    force_listen, "force/listen", "forceListen", Operation::Listen, ListenArguments
);
operation!(
    /// Makes the agent ready.
    force_ready, "force/ready", "forceReady", Operation::Ready, AgentArguments
);
operation!(
    /// Makes the agent not ready; with `minutes`, ready again after so many.
    force_not_ready, "force/not-ready", "forceNotReady", Operation::NotReady, NotReadyArguments
);
operation!(
    /// Logs the agent out; where the agent is in a call, after it.
    force_logout, "force/logout", "forceLogout", Operation::Logout, AgentArguments
);
