//! What the JSON answers say. Keys are camelCase and always there: what is not known is null. Times are RFC 3339 in UTC with
//! milliseconds, on the platform's clock; durations are whole seconds.

use super::interventions::InterventionView;
use super::schema::one_of;
use crate::floor::time::millis_of;
use crate::floor::{
    CallRow, CallState, CallView, ConsoleTime, Counts, Direction, PartyRole, PartyState, PlatformTime, Row, Scheduled, ScheduledKind, State,
};
use crate::live::{Header, LinkState};
use crate::server::actor::{AgentSnapshot, CallsSnapshot, FloorSnapshot};
use crate::server::clock::rfc3339;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

fn directions() -> impl Into<RefOr<Schema>> {
    one_of(Direction::ALL.map(Direction::code))
}

fn states() -> impl Into<RefOr<Schema>> {
    one_of(State::ALL.map(State::code))
}

fn roles() -> impl Into<RefOr<Schema>> {
    one_of(PartyRole::ALL.map(PartyRole::code))
}

fn party_states() -> impl Into<RefOr<Schema>> {
    use PartyState::{Alerting, Connected, Dialling, Held, Initiated};
    one_of([Initiated, Dialling, Alerting, Connected, Held].map(PartyState::code))
}

fn link_states() -> impl Into<RefOr<Schema>> {
    one_of(["live", "down"])
}

fn scheduled_kinds() -> impl Into<RefOr<Schema>> {
    one_of(["ready-again", "logout-after-call"])
}

/// What `state` may be in the query of `/api/calls`.
pub fn is_call_state(text: &str) -> bool {
    CallState::from_code(text).is_some()
}

/// Whether the console hears the platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// While it is `down`, everything else is as old as `since`.
    #[schema(schema_with = link_states)]
    state: &'static str,
    #[schema(format = DateTime)]
    since: String,
    #[schema(required, format = DateTime)]
    last_event_at: Option<String>,
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
}

/// What AgentStatusEvent counted of the agent's day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FiguresView {
    calls: u32,
    /// Average handling time.
    #[schema(required)]
    handling_seconds: Option<u32>,
}

/// What the console will do at an agent by itself, unless somebody cancels it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledView {
    /// The intervention that it came of.
    intervention_id: i64,
    #[schema(schema_with = scheduled_kinds)]
    kind: &'static str,
    #[schema(required)]
    minutes: Option<u32>,
    /// Ready again then, on the console's clock.
    #[schema(required, format = DateTime)]
    due_at: Option<String>,
    by: String,
}

/// One agent now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    #[schema(example = "5001@test.cc")]
    agent: String,
    #[schema(required)]
    name: Option<String>,
    #[schema(required)]
    team: Option<String>,
    #[schema(required, example = "8001@test.cc")]
    device: Option<String>,
    #[schema(schema_with = states)]
    state: &'static str,
    #[schema(required, format = DateTime)]
    since: Option<String>,
    /// Known from before a restart or a break of the link, not confirmed since.
    remembered: bool,
    /// Why not ready, as the platform words it.
    #[schema(required)]
    reason: Option<String>,
    #[schema(required)]
    call_id: Option<String>,
    #[schema(required)]
    figures: Option<FiguresView>,
    /// The latest intervention, while it runs and for a short time after.
    #[schema(required)]
    intervention: Option<InterventionView>,
    #[schema(required)]
    order: Option<ScheduledView>,
}

/// The agents of the floor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FloorAnswer {
    #[schema(format = DateTime)]
    as_of: String,
    link: LinkView,
    /// How many agents are in each state; filtered by team only.
    counts: BTreeMap<&'static str, u32>,
    agents: Vec<Agent>,
}

/// The live calls, longest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallsAnswer {
    #[schema(format = DateTime)]
    as_of: String,
    link: LinkView,
    calls: Vec<Call>,
}

/// One agent, and the calls of the agent's device.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentAnswer {
    #[schema(format = DateTime)]
    as_of: String,
    link: LinkView,
    #[serde(flatten)]
    agent: Agent,
    calls: Vec<Call>,
}

impl LinkView {
    fn of(header: &Header) -> LinkView {
        let on_platform = |at: ConsoleTime| rfc3339(header.offset.to_platform(at));
        LinkView {
            state: match header.link.state {
                LinkState::Live => "live",
                LinkState::Down => "down",
            },
            since: on_platform(header.link.since),
            last_event_at: header.link.last_event.map(on_platform),
        }
    }
}

impl Call {
    fn of(call: CallRow, now: PlatformTime) -> Call {
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
        }
    }
}

impl ScheduledView {
    fn of(scheduled: &Scheduled) -> ScheduledView {
        let (kind, minutes, due) = match scheduled.kind {
            ScheduledKind::ReadyAgain { minutes, due } => ("ready-again", Some(minutes), due),
            ScheduledKind::LogoutAfterCall => ("logout-after-call", None, None),
        };
        ScheduledView { intervention_id: scheduled.id, kind, minutes, due_at: due.map(rfc3339), by: scheduled.by.to_string() }
    }
}

impl From<Row> for Agent {
    fn from(row: Row) -> Agent {
        let known = |text: String| (!text.is_empty()).then_some(text);
        Agent {
            agent: row.agent.to_string(),
            name: known(row.name),
            team: known(row.team),
            device: row.device.map(|device| device.to_string()),
            state: row.state.code(),
            since: row.since.map(rfc3339),
            remembered: row.remembered,
            reason: row.reason,
            call_id: row.call.map(|CallView { id, .. }| id.to_string()),
            figures: row.figures.map(|figures| FiguresView { calls: figures.calls, handling_seconds: figures.handling_seconds }),
            intervention: row.intervention.map(InterventionView::of),
            order: row.scheduled.as_ref().map(ScheduledView::of),
        }
    }
}

fn counts_of(counts: &Counts) -> BTreeMap<&'static str, u32> {
    State::ALL.into_iter().map(|state| (state.code(), counts.of(state))).collect()
}

impl From<FloorSnapshot> for FloorAnswer {
    fn from(look: FloorSnapshot) -> FloorAnswer {
        FloorAnswer {
            as_of: rfc3339(look.header.platform_now()),
            link: LinkView::of(&look.header),
            counts: counts_of(&look.counts),
            agents: look.rows.into_iter().map(Agent::from).collect(),
        }
    }
}

impl From<CallsSnapshot> for CallsAnswer {
    fn from(look: CallsSnapshot) -> CallsAnswer {
        let now = look.header.platform_now();
        let calls = look.calls.into_iter().map(|call| Call::of(call, now)).collect();
        CallsAnswer { as_of: rfc3339(now), link: LinkView::of(&look.header), calls }
    }
}

impl From<AgentSnapshot> for AgentAnswer {
    fn from(look: AgentSnapshot) -> AgentAnswer {
        let now = look.header.platform_now();
        AgentAnswer {
            as_of: rfc3339(now),
            link: LinkView::of(&look.header),
            agent: Agent::from(look.row),
            calls: look.calls.into_iter().map(|call| Call::of(call, now)).collect(),
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
            intervention: None,
        };
        let expected = r#"{"callId":"c2","formerCallIds":["c1"],"direction":"inbound","type":"Inbound","queue":null,"startedAt":"2017-03-18T14:13:24.000Z","answeredAt":null,"holds":{"count":2,"seconds":6,"running":true},"parties":[{"device":"8001@test.cc","agent":"5001@test.cc","role":"called","state":"held","since":"2017-03-18T14:13:30.000Z"}]}"#;
        assert_eq!(serde_json::to_string(&Call::of(call, at(1_489_846_415_000))).unwrap(), expected);
    }

    #[test]
    fn a_wild_time_is_still_a_time() {
        assert_eq!(rfc3339(ConsoleTime::from_millis(i64::MAX)), "9999-12-30T22:00:00.999Z");
        assert_eq!(rfc3339(ConsoleTime::from_millis(-1)), "1969-12-31T23:59:59.999Z");
    }
}
