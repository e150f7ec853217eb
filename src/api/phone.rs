//! What the own phone does (the SDK's document, section 2).
//!
//! The same rules hold as for the seven force operations: each is checked against the floor, written down before it is sent, and followed to
//! the event that proves it. The own phone is that of the browser's session, so a token cannot ask.

use super::ApiError;
use super::arguments::phone::{
    CallArguments, ConferenceArguments, ConsultationArguments, DataArguments, LoginArguments, ModeArguments, NoArguments, OwnCallArguments,
    RecordArguments, TargetArguments,
};
use super::body::JsonBody;
use crate::floor::PhoneOperation;
use crate::server::http::functions::phone;
use crate::server::http::json::{InterventionView, OperationProblems};
use crate::server::service::phone::Ask;
use leptos::prelude::*;

/// Declares the server function of one operation, and its entry in the OpenAPI document.
macro_rules! operation {
    ($(#[$doc:meta])* $name:ident, $endpoint:literal, $id:literal, $arguments:ty, $ask:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// `obstacle` if the operation cannot work now; `changed` if its effect would not be the expected one; `refused` if the platform
        /// refuses it; `outcome-unknown` if the platform does not answer, in which case the operation may have taken effect.
        #[utoipa::path(
            post,
            path = concat!("/api/", $endpoint),
            tag = "phone",
            operation_id = $id,
            request_body = $arguments,
            responses(
                (status = 200, description = "Its event came already: confirmed", body = InterventionView),
                (status = 202, description = "Under way: the platform took it and its event is still to come", body = InterventionView,
                    headers(("Location" = String, description = "Where it can be followed"))),
                OperationProblems,
            ),
        )]
        #[server(prefix = "/api", endpoint = $endpoint, input = JsonBody)]
        #[allow(missing_docs, reason = "the macro makes a struct of the arguments, whose member cannot be documented")]
        pub async fn $name(arguments: $arguments) -> Result<InterventionView, ApiError> {
            let ask: fn($arguments) -> Result<Ask, ApiError> = $ask;
            phone(ask(arguments)?).await
        }
    };
}

operation!(
    /// Logs the own phone on, as an agent.
    phone_login, "phone/login", "login", LoginArguments, Ask::login
);
operation!(
    /// Logs the own phone out.
    phone_logout, "phone/logout", "logout", NoArguments, |NoArguments {}| Ok(Ask::new(PhoneOperation::Logout))
);
operation!(
    /// Sets the own mode; in a call it takes effect after it (`deferred`).
    phone_mode, "phone/mode", "setAgentMode", ModeArguments, Ask::mode
);
operation!(
    /// Calls a number; at most once in two seconds.
    phone_call, "phone/call", "makeCall", CallArguments, |call| Ok(Ask::dialling(PhoneOperation::Call, None, call.phone_number))
);
operation!(
    /// Answers a call that rings at the own phone.
    phone_answer, "phone/answer", "answerCall", OwnCallArguments, |call| Ok(Ask::about(PhoneOperation::Answer, call))
);
operation!(
    /// Puts a call on hold.
    phone_hold, "phone/hold", "holdCall", OwnCallArguments, |call| Ok(Ask::about(PhoneOperation::Hold, call))
);
operation!(
    /// Takes a call off hold.
    phone_retrieve, "phone/retrieve", "retrieveCall", OwnCallArguments, |call| Ok(Ask::about(PhoneOperation::Retrieve, call))
);
operation!(
    /// Hangs up: leaves the call, which goes on for the others where more than one of them is left.
    phone_drop, "phone/drop", "dropConnection", OwnCallArguments, |call| Ok(Ask::about(PhoneOperation::Drop, call))
);
operation!(
    /// Hands the call over in one step.
    phone_transfer, "phone/transfer", "singleStepTransfer", TargetArguments,
    |to| Ok(Ask::dialling(PhoneOperation::Transfer, Some(to.call_id), to.phone_number))
);
operation!(
    /// Brings somebody into the call in one step.
    phone_conference, "phone/conference", "singleStepConference", ConferenceArguments, Ask::conference
);
operation!(
    /// Puts the call on hold and calls somebody about it.
    phone_consult, "phone/consult", "consult", TargetArguments,
    |to| Ok(Ask::dialling(PhoneOperation::Consult, Some(to.call_id), to.phone_number))
);
operation!(
    /// Brings the consulted party into the call on hold.
    phone_consult_conference, "phone/consult-conference", "conference", ConsultationArguments,
    |both| Ok(Ask::ending(PhoneOperation::ConsultConference, both))
);
operation!(
    /// Hangs up on the consulted party, and goes back to the call on hold.
    phone_consult_cancel, "phone/consult-cancel", "cancelConsult", ConsultationArguments,
    |both| Ok(Ask::ending(PhoneOperation::ConsultCancel, both))
);
operation!(
    /// Hands the call on hold over to the consulted party.
    phone_consult_transfer, "phone/consult-transfer", "transferCall", ConsultationArguments,
    |both| Ok(Ask::ending(PhoneOperation::ConsultTransfer, both))
);
operation!(
    /// Begins or ends the recording of a call.
    phone_record, "phone/record", "record", RecordArguments, Ask::record
);
operation!(
    /// Sets data that travels with a call. No event tells of it: it is confirmed once the platform has it.
    phone_data, "phone/data", "setCallData", DataArguments, Ask::data
);
