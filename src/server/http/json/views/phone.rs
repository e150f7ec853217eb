//! The own phone: who is logged on, its calls, and what it can do now.

use crate::floor::{AgentId, CallId, DeviceId, Effect, PhoneCall, PhoneOperation, State};
use crate::server::actor::OwnPhone;
use crate::server::http::json::schema::{one_of, states};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

fn effects() -> impl Into<RefOr<Schema>> {
    one_of(Effect::ALL.map(Effect::code))
}

/// Something that the phone can do now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ControlView {
    /// The address of the server function.
    #[schema(example = "/api/phone/hold")]
    path: String,
    /// The SDK's name; for the mode and for recording with what it would be set to.
    #[schema(example = "holdCall")]
    operation: &'static str,
    /// What it would do.
    #[schema(schema_with = effects)]
    effect: &'static str,
}

/// A call of the own phone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCallView {
    call_id: String,
    /// How far the own connection has come: `initiated`, `dialling`, `alerting`, `connected` or `held`.
    state: &'static str,
    /// Whether the own phone only listens.
    listens: bool,
    /// Whether that is only remembered from before the link broke or the console began.
    remembered: bool,
    /// How many are in it, listeners not counted.
    parties: u32,
    /// What can be done with it now; the end of a consultation stands at the call on hold.
    controls: Vec<ControlView>,
}

/// The own phone now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneAnswer {
    #[schema(example = "8000@test.cc")]
    device: String,
    /// Who is logged on there.
    #[schema(required, example = "5000@test.cc")]
    agent: Option<String>,
    /// The state of who is logged on there.
    #[schema(required, schema_with = states)]
    state: Option<&'static str>,
    /// What was asked for in a call and comes at its end: `setAgentMode Ready` or `setAgentMode NotReady`.
    #[schema(required)]
    pending_mode: Option<&'static str>,
    calls: Vec<PhoneCallView>,
    /// What can be done without a call.
    controls: Vec<ControlView>,
}

impl PhoneAnswer {
    /// The phone `own` of `by`, as far as `shown` lets its ids be seen; what the console does not offer is left out.
    pub fn new(
        OwnPhone { phone, pending_mode, .. }: &OwnPhone,
        own: &DeviceId,
        by: &AgentId,
        is_offered: impl Fn(PhoneOperation) -> bool,
        shown: impl Fn(String) -> String,
    ) -> PhoneAnswer {
        let controls_of = |call: Option<&CallId>| {
            let possible = phone.possible(call, own, by).into_iter().filter(|(operation, _)| is_offered(*operation));
            let control = |(operation, effect): (PhoneOperation, Effect)| ControlView {
                path: format!("/api/{}", operation.path()),
                operation: operation.action(),
                effect: effect.code(),
            };
            possible.map(control).collect::<Vec<_>>()
        };
        let call = |call: &PhoneCall| PhoneCallView {
            call_id: shown(call.id.to_string()),
            state: call.state.code(),
            listens: call.listens,
            remembered: call.remembered,
            parties: call.parties,
            controls: controls_of(Some(&call.id)),
        };
        PhoneAnswer {
            device: shown(own.to_string()),
            agent: phone.agent.as_ref().map(|agent| shown(agent.to_string())),
            state: phone.state.map(State::code),
            pending_mode: pending_mode.map(PhoneOperation::action),
            calls: phone.calls.iter().map(call).collect(),
            controls: controls_of(None),
        }
    }
}

/// The data that travels with a call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallDataAnswer {
    /// In the platform's order.
    entries: Vec<CallDataView>,
}

/// A key and its value.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallDataView {
    key: String,
    value: String,
}

impl CallDataAnswer {
    pub fn new(entries: impl Iterator<Item = (String, String)>) -> CallDataAnswer {
        CallDataAnswer { entries: entries.map(|(key, value)| CallDataView { key, value }).collect() }
    }
}
