//! Bulk runs: one operation at many agents, at a pace that the platform bears. The owner keeps the books; here the turns are taken.

use crate::api::ApiError;
use crate::api::arguments::BulkArguments;
use crate::floor::bulk::{MOST_AGENTS, MOST_MINUTES, bulk_operations};
use crate::floor::{AgentId, BulkRun, BulkStep, Namespace, Operation, Role};
use crate::server::actor::{BulkItem, BulkTurn, NewRun};
use crate::server::console::Console;
use crate::server::service::arguments::Arguments;
use crate::server::service::intervene::{Principal, own, run as force};
use std::collections::HashSet;
use std::sync::Arc;

/// Stops what still waits in the run `id`; what was sent goes on.
pub async fn cancel(console: &Console, actor: &Principal, id: u64) -> Result<BulkRun, ApiError> {
    if actor.role != Role::Supervisor {
        return Err(ApiError::NotPermitted);
    }
    let run = console.floor.cancel_run(id).await?.ok_or_else(|| bad("id", "there is no such run"))?;
    tracing::info!(run = id, by = actor.by.as_str(), "a bulk run was cancelled");
    Ok(run)
}

/// Starts a run. Returns it as it begins.
pub async fn start(console: &Arc<Console>, actor: Principal, arguments: BulkArguments) -> Result<BulkRun, ApiError> {
    let BulkArguments { operation, agents, minutes } = arguments;
    if actor.role != Role::Supervisor {
        return Err(ApiError::NotPermitted);
    }
    let operation = bulk_operations().find(|known| known.action() == operation);
    let operation = operation.ok_or_else(|| bad("operation", "forceReady, forceNotReady or forceLogout"))?;
    if console.config.hidden.contains(&operation) {
        return Err(ApiError::NotPermitted);
    }
    let minutes = minutes.filter(|_| operation == Operation::NotReady);
    if minutes.is_some_and(|minutes| minutes == 0 || minutes > MOST_MINUTES) {
        return Err(bad("minutes", &format!("1 to {MOST_MINUTES}")));
    }
    let agents = distinct(&agents, &console.config.namespace)?;
    let new = NewRun { by: actor.by.clone(), operation, minutes, agents };
    // From here on the run is the console's own, whoever asked for it may go.
    let begun = tokio::spawn(take_up(console.clone(), actor, new));
    begun.await.unwrap_or(Err(ApiError::OutcomeUnknown))
}

async fn take_up(console: Arc<Console>, actor: Principal, new: NewRun) -> Result<BulkRun, ApiError> {
    let run = console.floor.start_run(new).await?.ok_or(ApiError::Busy)?;
    let (by, operation) = (run.by.as_str(), run.operation.action());
    tracing::info!(run = run.id, by, operation, agents = run.items.len(), "a bulk run begins");
    tokio::spawn(carry_out(console, actor, run.clone()));
    Ok(run)
}

/// The agents, each once, in the order given.
fn distinct(agents: &[String], namespace: &Namespace) -> Result<Vec<AgentId>, ApiError> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for id in agents.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
        let agent = own(AgentId::own(id, namespace), "agents", namespace)?;
        if seen.insert(agent.clone()) {
            all.push(agent);
        }
    }
    match all.len() {
        0 => Err(bad("agents", "at least one")),
        many if many > MOST_AGENTS => Err(bad("agents", &format!("at most {MOST_AGENTS}"))),
        _ => Ok(all),
    }
}

async fn carry_out(console: Arc<Console>, mut actor: Principal, run: BulkRun) {
    for index in 0..run.items.len() {
        let item = BulkItem { run: run.id, index };
        if !actor.renew(&console) {
            // Whoever is signed out asks for nothing any more.
            console.floor.run_failed(item, BulkStep::NotSent).await;
            continue;
        }
        tokio::select! {
            () = console.stop.cancelled() => return,
            () = console.pace.next() => {}
        }
        let (agent, device) = match console.floor.turn(item, run.operation).await {
            Ok(BulkTurn::Go(agent, device)) => (agent, device),
            Ok(BulkTurn::Settled) => continue,
            Ok(BulkTurn::Cancelled) | Err(_) => return,
        };
        let request = Arguments {
            agent_id: Some(agent.to_string()),
            device_id: Some(device.to_string()),
            minutes: run.minutes,
            item: Some(item),
            ..Arguments::default()
        };
        // The next turn does not wait for this one's answer.
        tokio::spawn(ask(console.clone(), actor.clone(), run.operation, request, item));
    }
}

async fn ask(console: Arc<Console>, actor: Principal, operation: Operation, request: Arguments, item: BulkItem) {
    let Err(error) = force(console.clone(), actor, operation, request).await else { return };
    let step = match error {
        ApiError::Obstacle { obstacle } => BulkStep::NotPossible(obstacle),
        // There is an intervention, and the owner follows it.
        ApiError::Refused { .. } | ApiError::Unreachable | ApiError::OutcomeUnknown => return,
        _ => BulkStep::NotSent,
    };
    console.floor.run_failed(item, step).await;
}

fn bad(field: &str, problem: &str) -> ApiError {
    ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_agent_is_once_in_a_run_and_of_our_domain() {
        let ours = Namespace::trusted("test.cc");
        let list = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let found = distinct(&list(&["a,b@test.cc", " 5001@test.cc ", "", "5001@test.cc"]), &ours).unwrap();
        assert_eq!(found.iter().map(AgentId::as_str).collect::<Vec<_>>(), ["a,b@test.cc", "5001@test.cc"]);
        for bad in [&["5001@test.cc", "5002@other.cc"][..], &["5001@a@b"], &["5001"], &["5001@test.cc,5002@test.cc"], &[""], &[]] {
            assert!(distinct(&list(bad), &ours).is_err(), "{bad:?}");
        }
    }
}
