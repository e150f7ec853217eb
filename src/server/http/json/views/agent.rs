//! An agent, and what goes on or will be done there.

use crate::floor::{Row, Scheduled, ScheduledKind};
use crate::server::clock::rfc3339;
use crate::server::http::json::interventions::InterventionView;
use crate::server::http::json::schema::{one_of, states};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

fn scheduled_kinds() -> impl Into<RefOr<Schema>> {
    one_of(["ready-again", "logout-after-call"])
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
            call_id: row.call.map(|call| call.id.to_string()),
            figures: row.figures.map(|figures| FiguresView { calls: figures.calls, handling_seconds: figures.handling_seconds }),
            intervention: row.intervention.map(|latest| InterventionView::of(*latest)),
            order: row.scheduled.as_deref().map(ScheduledView::of),
        }
    }
}
