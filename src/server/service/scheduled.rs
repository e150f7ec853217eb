//! What the console does by itself at an agent, later: ready again after so many minutes, logged out after the call. The owner says
//! when; here it is done, as the supervisor who asked for it, with a signed-in supervisor's session at the platform.

use crate::api::ApiError;
use crate::floor::{AgentId, Obstacle, Operation, Role, ScheduledKind};
use crate::server::actor::Verdict;
use crate::server::auth::session::Session;
use crate::server::clock::now;
use crate::server::console::Console;
use crate::server::service::arguments::Arguments;
use crate::server::service::intervene::{Principal, own, run as force, send};
use crate::server::store::ScheduledAction;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

/// How long the database may take to know that a scheduled action is carried out.
const RELEASED_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait for somebody to sign in, for a platform that is not there, and for a call to be seen.
const AGAIN: Duration = Duration::from_secs(2);

/// Takes back what the console would do at the agent `agent` later.
pub async fn cancel(console: &Console, actor: &Principal, agent: &str) -> Result<(), ApiError> {
    if actor.role != Role::Supervisor {
        return Err(ApiError::NotPermitted);
    }
    let namespace = &console.config.namespace;
    let agent = own(AgentId::own(agent, namespace), "agentId", namespace)?;
    Ok(console.floor.cancel_scheduled(agent, actor.by.clone()).await?)
}

/// Carries out what is due, until the console stops.
pub async fn run(console: Arc<Console>, mut due: Receiver<ScheduledAction>) {
    loop {
        let action = tokio::select! {
            () = console.stop.cancelled() => return,
            action = due.recv() => match action {
                Some(action) => action,
                None => return,
            },
        };
        let Some(session) = lender(&console, &action.scheduled.by) else {
            console.floor.returned(action.scheduled.id, Verdict::Later(now() + AGAIN)).await;
            continue;
        };
        console.pace.next().await;
        let console = console.clone();
        // A platform that does not answer must not keep the others waiting.
        console.clone().under_way.spawn(async move {
            let id = action.scheduled.id;
            let verdict = carry_out(&console, action, session).await;
            console.floor.returned(id, verdict).await;
        });
    }
}

/// With whose session the platform is asked: the one who asked, else the latest supervisor to sign in.
fn lender(console: &Console, by: &AgentId) -> Option<Arc<Session>> {
    let supervisors = console.sessions.supervisors();
    supervisors.iter().find(|session| session.agent == *by).or(supervisors.first()).cloned()
}

async fn carry_out(console: &Arc<Console>, action: ScheduledAction, session: Arc<Session>) -> Verdict {
    // What a restart finds, it carries out: so this goes first.
    if !matches!(timeout(RELEASED_WITHIN, console.store.release_scheduled(action.scheduled.id)).await, Ok(Ok(()))) {
        tracing::error!(id = action.scheduled.id, "a scheduled action could not be carried out: the database cannot be written");
        return Verdict::Later(now() + AGAIN);
    }
    let actor = Principal { by: action.scheduled.by.clone(), device: Some(action.by_device.clone()), ..Principal::of(session) };
    let done = match action.scheduled.kind {
        ScheduledKind::ReadyAgain { .. } => {
            let agent_id = Some(action.agent.to_string());
            let device_id = action.device.as_ref().map(ToString::to_string);
            force(console.clone(), actor, Operation::Ready, Arguments { agent_id, device_id, ..Arguments::default() }).await
        }
        ScheduledKind::LogoutAfterCall => match console.floor.sends(action.scheduled.id).await {
            Some(intervention) => send(console, actor, intervention).await,
            None => return Verdict::Over,
        },
    };
    match done {
        Ok(_) => Verdict::Over,
        Err(error) if not_yet(&error) => Verdict::Later(now() + AGAIN),
        Err(error) => {
            tracing::info!(agent = action.agent.as_str(), %error, "a scheduled action ended without effect");
            Verdict::Over
        }
    }
}

/// Nothing took effect, and it may work later.
fn not_yet(error: &ApiError) -> bool {
    match error {
        ApiError::Busy | ApiError::AuditFailed | ApiError::DatabaseLost | ApiError::Unreachable => true,
        ApiError::Obstacle { obstacle } => *obstacle == Obstacle::UnderWay,
        ApiError::Refused { status, .. } => matches!(status, 426 | 460),
        _ => false,
    }
}
