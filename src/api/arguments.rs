//! What the server functions take: one struct a function, one JSON object on the wire, the same from pages and scripts. Keys are the
//! SDK's names (`deviceId`, `callId`, `phoneNumber`, `agentId`); the OpenAPI document is made from these structs.
//!
//! A member that is missing counts as empty, so that the function can say which one it is.

use serde::Serialize;
#[cfg(feature = "ssr")]
use {serde::Deserialize, utoipa::ToSchema};

/// Whom to drop from which call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct DropArguments {
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    #[cfg_attr(feature = "ssr", serde(default), schema(required))]
    pub call_id: String,
    /// The effect that is expected (`ends-call`, `leaves`): with another one nothing is sent.
    pub expect: Option<String>,
}

/// Which call to join or take, and with which phone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct PhoneArguments {
    /// The device in the call.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    #[cfg_attr(feature = "ssr", serde(default), schema(required))]
    pub call_id: String,
    /// The phone that joins or takes: a browser's session has its own, a token must name one.
    #[cfg_attr(feature = "ssr", schema(example = "8000"))]
    pub phone_number: Option<String>,
    /// The effect that is expected (`joins`, `listener-joins`, `takes`): with another one nothing is sent.
    pub expect: Option<String>,
}

/// Which call to listen to, and with which phone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct ListenArguments {
    #[cfg_attr(feature = "ssr", serde(default), schema(required))]
    pub call_id: String,
    /// The device that listens: a browser's session has its own, a token must name one.
    #[cfg_attr(feature = "ssr", schema(example = "8000@test.cc"))]
    pub device_id: Option<String>,
    /// The effect that is expected (`listens`): with another one nothing is sent.
    pub expect: Option<String>,
}

/// Whom to make ready or to log out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct AgentArguments {
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "5001@test.cc"))]
    pub agent_id: String,
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    /// The effect that is expected (`now`, `after-call`): with another one nothing is sent.
    pub expect: Option<String>,
}

/// Whom to make not ready, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct NotReadyArguments {
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "5001@test.cc"))]
    pub agent_id: String,
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "8001@test.cc"))]
    pub device_id: String,
    /// Ready again after so many minutes.
    #[cfg_attr(feature = "ssr", schema(minimum = 1, maximum = 480))]
    pub minutes: Option<u32>,
    /// The effect that is expected (`now`, `after-call`): with another one nothing is sent.
    pub expect: Option<String>,
}

/// Which operation to carry out at whom, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct BulkArguments {
    /// `forceReady`, `forceNotReady` or `forceLogout`.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "forceNotReady"))]
    pub operation: String,
    /// Their ids, each once; in this order.
    #[cfg_attr(feature = "ssr", serde(default), schema(required, min_items = 1, max_items = 1000))]
    pub agents: Vec<String>,
    /// Of `forceNotReady`: ready again after so many minutes.
    #[cfg_attr(feature = "ssr", schema(minimum = 1, maximum = 480))]
    pub minutes: Option<u32>,
}

/// Which bulk run to stop.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct BulkCancelArguments {
    pub id: u64,
}

/// At whom to take back what the console would do later.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ssr", derive(Deserialize, ToSchema), serde(deny_unknown_fields))]
pub struct ScheduledCancelArguments {
    #[cfg_attr(feature = "ssr", serde(default), schema(required, example = "5001@test.cc"))]
    pub agent_id: String,
}
