//! What the JSON answers say. Keys are camelCase and always there: what is not known is null. Times are RFC 3339 in UTC with
//! milliseconds, on the platform's clock; durations are whole seconds.

mod agent;
mod call;
mod phone;

pub use phone::{CallDataAnswer, PhoneAnswer};

use super::schema::one_of;
use crate::floor::{CallState, ConsoleTime, Counts, State};
use crate::live::{Header, LinkState};
use crate::server::actor::{AgentSnapshot, CallsSnapshot, FloorSnapshot};
use crate::server::clock::rfc3339;
use agent::Agent;
use call::Call;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

fn link_states() -> impl Into<RefOr<Schema>> {
    one_of(["live", "down"])
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
    /// The latest times in which the platform was not heard, the oldest first: what it told then is not known.
    gaps: Vec<GapView>,
}

/// A time in which the platform was not heard.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GapView {
    /// When it was last heard.
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
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
            gaps: header.link.gaps.iter().map(|gap| GapView { from: on_platform(gap.from), to: on_platform(gap.to) }).collect(),
        }
    }
}

fn counts_of(counts: &Counts) -> BTreeMap<&'static str, u32> {
    State::ALL.into_iter().map(|state| (state.code(), counts.of(state))).collect()
}

impl From<FloorSnapshot> for FloorAnswer {
    fn from(snapshot: FloorSnapshot) -> FloorAnswer {
        FloorAnswer {
            as_of: rfc3339(snapshot.header.platform_now()),
            link: LinkView::of(&snapshot.header),
            counts: counts_of(&snapshot.counts),
            agents: snapshot.rows.into_iter().map(|row| Agent::from(Arc::unwrap_or_clone(row))).collect(),
        }
    }
}

impl From<CallsSnapshot> for CallsAnswer {
    fn from(snapshot: CallsSnapshot) -> CallsAnswer {
        let now = snapshot.header.platform_now();
        let calls = snapshot.calls.into_iter().map(|call| Call::of(Arc::unwrap_or_clone(call), now)).collect();
        CallsAnswer { as_of: rfc3339(now), link: LinkView::of(&snapshot.header), calls }
    }
}

impl From<AgentSnapshot> for AgentAnswer {
    fn from(snapshot: AgentSnapshot) -> AgentAnswer {
        let now = snapshot.header.platform_now();
        AgentAnswer {
            as_of: rfc3339(now),
            link: LinkView::of(&snapshot.header),
            agent: Agent::from(Arc::unwrap_or_clone(snapshot.row)),
            calls: snapshot.calls.into_iter().map(|call| Call::of(Arc::unwrap_or_clone(call), now)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wild_time_is_still_a_time() {
        assert_eq!(rfc3339(ConsoleTime::from_millis(i64::MAX)), "9999-12-30T22:00:00.999Z");
        assert_eq!(rfc3339(ConsoleTime::from_millis(-1)), "1969-12-31T23:59:59.999Z");
    }
}
