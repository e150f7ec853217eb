//! Operations as requests, byte for byte as the protocol's section 1 gives them: here the seven, in `phone` those of the own phone.

use super::path::encoded;
use crate::floor::{AgentId, CallId, DeviceId, Namespace};
use reqwest::Method;
use serde::Serialize;

mod phone;

/// One request below the SDK's address. Its body may hold a password: it is not to be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PlatformRequest {
    pub method: Method,
    pub path: String,
    pub body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transfer<'a> {
    transfer_to: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SetState<'a> {
    func: &'a str,
    agent_mode: &'a str,
    login_id: &'a AgentId,
    agent_id: &'a AgentId,
    device: &'a DeviceId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logout<'a> {
    namespace: &'a Namespace,
    func: &'a str,
    device: &'a DeviceId,
    agent_id: &'a AgentId,
    login_id: &'a AgentId,
}

const AGENT_STATE: &str = "/api/csta/agent/state";

/// In a path `@` stays literal and the bar of a connection id is `%7C`.
fn connection(device: &DeviceId, call: &CallId) -> String {
    let (device, call) = (encoded(device.as_str()), encoded(call.as_str()));
    format!("/api/csta/callControl/calls/{call}/connections/{device}%7C{call}")
}

/// Serialises a body whose field order is the struct's.
fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

fn post(path: String, body: String) -> PlatformRequest {
    PlatformRequest { method: Method::POST, path, body }
}

impl PlatformRequest {
    pub fn drop(device: &DeviceId, call: &CallId) -> Self {
        PlatformRequest { method: Method::DELETE, path: connection(device, call), body: String::new() }
    }

    pub fn join(device: &DeviceId, call: &CallId, phone_number: &str) -> Self {
        PlatformRequest::conference(device, call, phone_number, "Active")
    }

    pub fn take(device: &DeviceId, call: &CallId, phone_number: &str) -> Self {
        post(format!("{}/singleStepTransfer", connection(device, call)), json(&Transfer { transfer_to: phone_number }))
    }

    pub fn listen(listener: &DeviceId, call: &CallId) -> Self {
        let (listener, call) = (encoded(listener.as_str()), encoded(call.as_str()));
        post(format!("/api/csta/callControl/calls/{call}/spy?deviceId={listener}"), String::new())
    }

    pub fn set_mode(agent: &AgentId, device: &DeviceId, mode: &str) -> Self {
        let body = SetState { func: "SetState", agent_mode: mode, login_id: agent, agent_id: agent, device };
        post(AGENT_STATE.to_owned(), json(&body))
    }

    pub fn logout(agent: &AgentId, device: &DeviceId, namespace: &Namespace) -> Self {
        post(AGENT_STATE.to_owned(), json(&Logout { namespace, func: "Logout", device, agent_id: agent, login_id: agent }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_the_protocols_byte_for_byte() {
        let agent = AgentId::trusted("5002@test.cc");
        let device = DeviceId::trusted("8002@test.cc");
        let call = CallId::trusted("37db6efe-57cc-4053-b0ce-24c96eba66b0");
        let at = "/api/csta/callControl/calls/37db6efe-57cc-4053-b0ce-24c96eba66b0";
        let connection = format!("{at}/connections/8002@test.cc%7C37db6efe-57cc-4053-b0ce-24c96eba66b0");
        let is = |request: PlatformRequest, method: &str, path: &str, body: &str| {
            assert_eq!((request.method.as_str(), request.path.as_str(), request.body.as_str()), (method, path, body));
        };
        is(PlatformRequest::drop(&device, &call), "DELETE", &connection, "");
        is(
            PlatformRequest::join(&device, &call, "8001"),
            "POST",
            &format!("{connection}/singleStepConference"),
            r#"{"conferenceParticipant":"8001","participationType":"Active"}"#,
        );
        is(PlatformRequest::take(&device, &call, "8001"), "POST", &format!("{connection}/singleStepTransfer"), r#"{"transferTo":"8001"}"#);
        is(PlatformRequest::listen(&DeviceId::trusted("8001@test.cc"), &call), "POST", &format!("{at}/spy?deviceId=8001@test.cc"), "");
        let state = "/api/csta/agent/state";
        is(
            PlatformRequest::set_mode(&agent, &device, "NotReady"),
            "POST",
            state,
            r#"{"func":"SetState","agentMode":"NotReady","loginId":"5002@test.cc","agentId":"5002@test.cc","device":"8002@test.cc"}"#,
        );
        is(
            PlatformRequest::logout(&agent, &device, &Namespace::trusted("test.cc")),
            "POST",
            state,
            r#"{"namespace":"test.cc","func":"Logout","device":"8002@test.cc","agentId":"5002@test.cc","loginId":"5002@test.cc"}"#,
        );
    }
}
