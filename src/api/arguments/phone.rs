//! The arguments of what the own phone does: `callId`, `phoneNumber`, `type`, `holdCallId` and `consultCallId` are the SDK's names.

use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// How to log the own phone on.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginArguments {
    /// The password, which goes to the platform and is kept nowhere.
    #[serde(default)]
    #[schema(required)]
    pub password: String,
    /// What to do if the agent or the phone is logged on elsewhere (454, 455, 459): `ask` answers with the refusal, which names agent or
    /// device; `force` logs that out first; `stop` does nothing. If it is missing, `ask`.
    #[schema(example = "ask")]
    pub login_mode: Option<String>,
    /// `Ready` or `NotReady`. If it is missing, `NotReady`.
    #[schema(example = "NotReady")]
    pub agent_mode: Option<String>,
}

impl fmt::Debug for LoginArguments {
    /// Without the password: no log is to have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginArguments").field("login_mode", &self.login_mode).field("agent_mode", &self.agent_mode).finish_non_exhaustive()
    }
}

/// Nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoArguments {}

/// Which mode to set for oneself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModeArguments {
    /// `Ready` or `NotReady`.
    #[serde(default)]
    #[schema(required, example = "NotReady")]
    pub mode: String,
    /// Why not ready, in one's own words; at most 100 characters.
    pub reason: Option<String>,
    /// The expected effect (`now`, `after-call`): if it would be another one now, nothing is sent. If it is missing, any will do.
    pub expect: Option<String>,
}

/// Whom to call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallArguments {
    /// The number, digits only.
    #[serde(default)]
    #[schema(required, example = "8007")]
    pub phone_number: String,
}

/// Which call of the own phone it is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnCallArguments {
    /// The call, by its present or a former id.
    #[serde(default)]
    #[schema(required)]
    pub call_id: String,
    /// The expected effect (of hanging up `ends-call` or `leaves`, else `now`): if it would be another one now, nothing is sent. If it is
    /// missing, any will do.
    pub expect: Option<String>,
}

/// To whom to hand a call over, or whom to call about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TargetArguments {
    /// The call, by its present or a former id.
    #[serde(default)]
    #[schema(required)]
    pub call_id: String,
    /// The number, digits only.
    #[serde(default)]
    #[schema(required, example = "8007")]
    pub phone_number: String,
}

/// Whom to bring into a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConferenceArguments {
    /// The call, by its present or a former id.
    #[serde(default)]
    #[schema(required)]
    pub call_id: String,
    /// The number, digits only.
    #[serde(default)]
    #[schema(required, example = "8007")]
    pub phone_number: String,
    /// `Active` to talk, `Silent` to listen. If it is missing, `Active`.
    #[serde(rename = "type")]
    #[schema(example = "Active")]
    pub kind: Option<String>,
}

/// How a consultation ends: the call on hold, and the one with the consulted party.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsultationArguments {
    /// The call on hold, by its present or a former id.
    #[serde(default)]
    #[schema(required)]
    pub hold_call_id: String,
    /// The consultation's call.
    #[serde(default)]
    #[schema(required)]
    pub consult_call_id: String,
}

/// Whether to record the own phone's call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordArguments {
    /// The call, by its present or a former id.
    #[serde(default)]
    #[schema(required)]
    pub call_id: String,
    /// `true` begins, `false` ends it.
    pub on: bool,
}

/// What is to travel with a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataArguments {
    /// The call, by its present or a former id.
    #[serde(default)]
    #[schema(required)]
    pub call_id: String,
    /// The keys to set, 1 to 50, each with its value.
    #[serde(default)]
    #[schema(required, min_items = 1, max_items = 50)]
    pub entries: Vec<DataEntry>,
}

/// A key and its value; at most 100 and 1000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataEntry {
    /// The key, which may not be empty.
    #[serde(default)]
    #[schema(required)]
    pub key: String,
    /// The value.
    #[serde(default)]
    #[schema(required)]
    pub value: String,
}
