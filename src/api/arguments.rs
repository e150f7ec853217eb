//! The arguments of the server functions: each takes one of these structs, as one JSON object, from pages and scripts alike. Keys are the
//! SDK's names (`deviceId`, `callId`, `phoneNumber`, `agentId`; protocol, section 1). The OpenAPI document is made from these structs, with
//! their comments.
//!
//! A text or list that is missing is read as an empty one, so that the function can name the argument that is wrong.

#[cfg(feature = "ssr")]
pub mod phone;

use serde::Serialize;
#[cfg(feature = "ssr")]
use {serde::Deserialize, utoipa::ToSchema};

/// Which device to drop from which call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct ConnectionArguments {
    /// The device that leaves the call.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    /// The call, by its present or a former id.
    #[cfg_attr(feature = "ssr", serde(default), schema(required))]
    pub call_id: String,
    /// The expected effect (`ends-call`, `leaves`): if it would be another one now, nothing is sent. If it is missing, any will do.
    pub expect: Option<String>,
}

/// Which call to join or take, and with which phone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct PhoneArguments {
    /// The agent's device in the call.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    /// The call, by its present or a former id.
    #[cfg_attr(feature = "ssr", serde(default), schema(required))]
    pub call_id: String,
    /// The number of the phone that joins or takes, digits only. If it is missing, the phone of the browser's session; a token must name
    /// one.
    #[cfg_attr(feature = "ssr", schema(example = "8000"))]
    pub phone_number: Option<String>,
    /// The expected effect (`joins`, `listener-joins`, `takes`): if it would be another one now, nothing is sent. If it is missing, any
    /// will do.
    pub expect: Option<String>,
}

/// Which call to listen to, and with which phone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct ListenArguments {
    /// The call, by its present or a former id.
    #[cfg_attr(feature = "ssr", serde(default), schema(required))]
    pub call_id: String,
    /// The device that listens. If it is missing, the phone of the browser's session; a token must name one.
    #[cfg_attr(feature = "ssr", schema(example = "8000@test.cc"))]
    pub device_id: Option<String>,
    /// The expected effect (`listens`): if it would be another one now, nothing is sent. If it is missing, any will do.
    pub expect: Option<String>,
}

/// Which agent to make ready or to log out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct AgentArguments {
    /// The agent who is made ready or logged out.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "5001@test.cc"))]
    pub agent_id: String,
    /// The device at which the agent is logged on.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    /// The expected effect (`now`, `after-call`): if it would be another one now, nothing is sent. If it is missing, any will do.
    pub expect: Option<String>,
}

/// Which agent to make not ready, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct NotReadyArguments {
    /// The agent who is made not ready.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "5001@test.cc"))]
    pub agent_id: String,
    /// The device at which the agent is logged on.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    /// After how many minutes to make the agent ready again, 1 to 480. If it is missing, the console does not do so.
    #[cfg_attr(feature = "ssr", schema(minimum = 1, maximum = 480))]
    pub minutes: Option<u32>,
    /// The expected effect (`now`, `after-call`): if it would be another one now, nothing is sent. If it is missing, any will do.
    pub expect: Option<String>,
}

/// Which operation to carry out at which agents, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct BulkArguments {
    /// `forceReady`, `forceNotReady` or `forceLogout`.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "forceNotReady"))]
    pub operation: String,
    /// The ids of 1 to 1000 agents, whose turns come in this order. An id that is repeated counts once.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, min_items = 1, max_items = 1000))]
    pub agents: Vec<String>,
    /// For `forceNotReady` only: after how many minutes to make each agent ready again, 1 to 480. If it is missing, the console does not do
    /// so.
    #[cfg_attr(feature = "ssr", schema(minimum = 1, maximum = 480))]
    pub minutes: Option<u32>,
}

/// Which bulk run to stop.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct BulkCancelArguments {
    /// The run's id, from the answer that started it.
    pub id: u64,
}

/// At which agent to cancel the scheduled action.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct ScheduledCancelArguments {
    /// The agent for whom something is scheduled.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "5001@test.cc"))]
    pub agent_id: String,
}
