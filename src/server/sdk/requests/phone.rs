//! What the own phone does, as requests.

use super::{AGENT_STATE, PlatformRequest, connection, json, post};
use crate::floor::{AgentId, CallId, DeviceId, Namespace};
use crate::server::sdk::PlatformSession;
use crate::server::sdk::path::encoded;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Login<'a> {
    login_id: &'a AgentId,
    device: &'a DeviceId,
    password: &'a str,
    agent_mode: &'a str,
    func: &'a str,
    session_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnMode<'a> {
    func: &'a str,
    device: &'a DeviceId,
    agent_mode: &'a str,
    namespace: &'a Namespace,
    reason: &'a str,
    agent_id: &'a AgentId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnLogout<'a> {
    func: &'a str,
    agent_id: &'a AgentId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MakeCall<'a> {
    from: &'a DeviceId,
    to: &'a str,
    dest_for_display: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Conference<'a> {
    conference_participant: &'a str,
    participation_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Consult<'a> {
    consultation_participant: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Consulted<'a> {
    consult_call_id: &'a CallId,
}

#[derive(Serialize)]
struct Data<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
    value: &'a str,
}

impl PlatformRequest {
    pub fn log_on(agent: &AgentId, device: &DeviceId, password: &SecretString, mode: &str, session: &PlatformSession) -> Self {
        let (password, session_id) = (password.expose_secret(), session.expose());
        let body = Login { login_id: agent, device, password, agent_mode: mode, func: "Login", session_id };
        post(AGENT_STATE.to_owned(), json(&body))
    }

    /// Logs oneself out, at whichever device.
    pub fn log_off(agent: &AgentId) -> Self {
        post(AGENT_STATE.to_owned(), json(&OwnLogout { func: "Logout", agent_id: agent }))
    }

    pub fn set_own_mode(agent: &AgentId, device: &DeviceId, mode: &str, reason: &str, namespace: &Namespace) -> Self {
        let body = OwnMode { func: "SetState", device, agent_mode: mode, namespace, reason, agent_id: agent };
        post(AGENT_STATE.to_owned(), json(&body))
    }

    pub fn make_call(from: &DeviceId, number: &str) -> Self {
        let body = MakeCall { from, to: number, dest_for_display: from.number() };
        post("/api/csta/callControl/calls".to_owned(), json(&body))
    }

    /// `answer`, `hold` or `retrieve`.
    pub fn operate(device: &DeviceId, call: &CallId, operation: &str) -> Self {
        post(format!("{}/{operation}", connection(device, call)), String::new())
    }

    /// Brings somebody in, to talk or only to listen (`Active`, `Silent`).
    pub fn conference(device: &DeviceId, call: &CallId, number: &str, participation_type: &str) -> Self {
        let body = Conference { conference_participant: number, participation_type };
        post(format!("{}/singleStepConference", connection(device, call)), json(&body))
    }

    pub fn consult(device: &DeviceId, call: &CallId, number: &str) -> Self {
        post(format!("{}/consult", connection(device, call)), json(&Consult { consultation_participant: number }))
    }

    /// `conference`, `cancelConsult` or `transfer`.
    pub fn end_consultation(device: &DeviceId, call: &CallId, consult: &CallId, end: &str) -> Self {
        post(format!("{}/{end}", connection(device, call)), json(&Consulted { consult_call_id: consult }))
    }

    /// `Start` or `Stop`.
    pub fn record(device: &DeviceId, operation: &str) -> Self {
        post(format!("/api/csta/callControl/recording/{operation}?extension={}", encoded(device.as_str())), String::new())
    }

    pub fn set_data(call: &CallId, entries: &[(String, String)]) -> Self {
        let entries = entries.iter().map(|(key, value)| Entry { key, value }).collect();
        post(format!("/api/csta/callControl/calls/{}/user-data", encoded(call.as_str())), json(&Data { entries }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_the_protocols_byte_for_byte() {
        let (agent, device) = (AgentId::trusted("5000@test.cc"), DeviceId::trusted("8000@test.cc"));
        let (call, consult) = (CallId::trusted("c1"), CallId::trusted("c2"));
        let connection = "/api/csta/callControl/calls/c1/connections/8000@test.cc%7Cc1";
        let is = |request: PlatformRequest, path: &str, body: &str| {
            assert_eq!((request.method.as_str(), request.path.as_str(), request.body.as_str()), ("POST", path, body));
        };
        let state = "/api/csta/agent/state";
        let session = PlatformSession::new("s1".to_owned());
        is(
            PlatformRequest::log_on(&agent, &device, &"p".into(), "Ready", &session),
            state,
            r#"{"loginId":"5000@test.cc","device":"8000@test.cc","password":"p","agentMode":"Ready","func":"Login","sessionId":"s1"}"#,
        );
        is(PlatformRequest::log_off(&agent), state, r#"{"func":"Logout","agentId":"5000@test.cc"}"#);
        is(
            PlatformRequest::set_own_mode(&agent, &device, "NotReady", "lunch", &Namespace::trusted("test.cc")),
            state,
            r#"{"func":"SetState","device":"8000@test.cc","agentMode":"NotReady","namespace":"test.cc","reason":"lunch","agentId":"5000@test.cc"}"#,
        );
        is(
            PlatformRequest::make_call(&device, "8007"),
            "/api/csta/callControl/calls",
            r#"{"from":"8000@test.cc","to":"8007","destForDisplay":"8000"}"#,
        );
        is(PlatformRequest::operate(&device, &call, "hold"), &format!("{connection}/hold"), "");
        is(
            PlatformRequest::conference(&device, &call, "8002", "Silent"),
            &format!("{connection}/singleStepConference"),
            r#"{"conferenceParticipant":"8002","participationType":"Silent"}"#,
        );
        is(PlatformRequest::consult(&device, &call, "8002"), &format!("{connection}/consult"), r#"{"consultationParticipant":"8002"}"#);
        let end = PlatformRequest::end_consultation(&device, &call, &consult, "cancelConsult");
        is(end, &format!("{connection}/cancelConsult"), r#"{"consultCallId":"c2"}"#);
        is(PlatformRequest::record(&device, "Start"), "/api/csta/callControl/recording/Start?extension=8000@test.cc", "");
        is(
            PlatformRequest::set_data(&call, &[("k".to_owned(), "v".to_owned())]),
            "/api/csta/callControl/calls/c1/user-data",
            r#"{"entries":[{"key":"k","value":"v"}]}"#,
        );
    }
}
