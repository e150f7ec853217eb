//! A call and its parties.

use crate::floor::time::millis_of;
use crate::floor::{CallRow, Direction, PartyRole, PartyState, PlatformTime};
use crate::server::clock::rfc3339;
use crate::server::http::json::schema::one_of;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

fn directions() -> impl Into<RefOr<Schema>> {
    one_of(Direction::ALL.map(Direction::code))
}

fn roles() -> impl Into<RefOr<Schema>> {
    one_of(PartyRole::ALL.map(PartyRole::code))
}

fn party_states() -> impl Into<RefOr<Schema>> {
    use PartyState::{Alerting, Connected, Dialling, Held, Initiated};
    one_of([Initiated, Dialling, Alerting, Connected, Held].map(PartyState::code))
}

/// One device's part in a call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyView {
    /// A device of the floor, or an outside party; masked for those who may not see outside numbers.
    #[schema(example = "8001@test.cc")]
    device: String,
    /// Who sits there; null for outside parties and free devices.
    #[schema(required, example = "5001@test.cc")]
    agent: Option<String>,
    /// Who sat there and logged off during the call; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    logged_off: Option<String>,
    #[schema(schema_with = roles)]
    role: &'static str,
    #[schema(schema_with = party_states)]
    state: &'static str,
    /// In this state since.
    #[schema(format = DateTime)]
    since: String,
}

/// Holds of all parties together.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldsView {
    count: u32,
    /// In all, the one that runs now with them.
    seconds: i64,
    /// Somebody has it on hold now.
    running: bool,
}

/// One call, merged from the copies that its devices got.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The id that the platform knows it by now.
    call_id: String,
    /// The ids that it had before conferences and transfers, sorted.
    former_call_ids: Vec<String>,
    #[schema(schema_with = directions)]
    direction: &'static str,
    /// The platform's `callType` word.
    #[serde(rename = "type")]
    #[schema(required)]
    kind: Option<String>,
    #[schema(required)]
    queue: Option<String>,
    #[schema(required, format = DateTime)]
    started_at: Option<String>,
    #[schema(required, format = DateTime)]
    answered_at: Option<String>,
    holds: HoldsView,
    /// Who has a part in it now, silent listeners with them: caller, called, then as they came.
    parties: Vec<PartyView>,
    /// A device of the floor that the call names as its other end and that has no part in it: whom its only party listens to by a call
    /// of its own, or calls; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    connected_with: Option<String>,
    /// It was last heard of before the console restarted or its link to the platform broke, so it may be over; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    remembered: bool,
}

impl Call {
    pub(super) fn of(call: CallRow, now: PlatformTime) -> Call {
        let parties = call.parties.into_iter().map(|party| PartyView {
            device: party.device.to_string(),
            agent: party.agent.map(|agent| agent.to_string()),
            logged_off: party.logged_off.map(|agent| agent.to_string()),
            role: party.role.code(),
            state: party.state.code(),
            since: rfc3339(party.since),
        });
        Call {
            call_id: call.id.to_string(),
            former_call_ids: call.former.iter().map(ToString::to_string).collect(),
            direction: call.direction.code(),
            kind: call.kind,
            queue: call.queue,
            started_at: call.started.map(rfc3339),
            answered_at: call.answered.map(rfc3339),
            holds: HoldsView {
                count: call.holds.count,
                seconds: millis_of(call.holds.total(now)) / 1000,
                running: call.holds.running.is_some(),
            },
            parties: parties.collect(),
            connected_with: call.named.map(|device| device.to_string()),
            remembered: call.remembered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::time::at;
    use crate::floor::{AgentId, CallId, DeviceId, Holds, Party};
    use std::time::Duration;

    #[test]
    fn a_call_reads_as_it_was_promised() {
        let call = CallRow {
            id: CallId::trusted("c2"),
            former: vec![CallId::trusted("c1")],
            direction: Direction::Inbound,
            kind: Some("Inbound".to_owned()),
            queue: None,
            started: Some(at(1_489_846_404_000)),
            answered: None,
            holds: Holds { count: 2, ended: Duration::from_millis(1_500), running: Some(at(1_489_846_410_000)) },
            recording: true,
            data: vec![("k".to_owned(), "v".to_owned())],
            parties: vec![Party {
                device: DeviceId::trusted("8001@test.cc"),
                agent: Some(AgentId::trusted("5001@test.cc")),
                logged_off: None,
                role: PartyRole::Called,
                state: PartyState::Held,
                since: at(1_489_846_410_000),
            }],
            named: None,
            touched: at(0),
            end_not_seen: false,
            remembered: false,
            intervention: None,
        };
        let expected = r#"{"callId":"c2","formerCallIds":["c1"],"direction":"inbound","type":"Inbound","queue":null,"startedAt":"2017-03-18T14:13:24.000Z","answeredAt":null,"holds":{"count":2,"seconds":6,"running":true},"parties":[{"device":"8001@test.cc","agent":"5001@test.cc","role":"called","state":"held","since":"2017-03-18T14:13:30.000Z"}]}"#;
        assert_eq!(serde_json::to_string(&Call::of(call, at(1_489_846_415_000))).unwrap(), expected);
    }
}
