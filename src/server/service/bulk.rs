//! Bulk runs: one operation at many agents, at a pace that the platform bears. The owner keeps the books; here the turns are taken.

use crate::api::ApiError;
use crate::api::arguments::BulkArguments;
use crate::floor::bulk::{MOST_AGENTS, MOST_MINUTES, bulk_operations};
use crate::floor::{AgentId, BulkItem, BulkRun, BulkStep, ConsoleTime, Namespace, Operation, Role};
use crate::live::LinkState;
use crate::server::actor::{BulkTurn, NewRun, RunNews};
use crate::server::clock::now;
use crate::server::console::Console;
use crate::server::service::arguments::Arguments;
use crate::server::service::intervene::{Principal, own, run as force};
use crate::server::store::StoreError;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long after its last agent's turn a run goes on that its console left behind: later the floor is another.
const RESUMED_WITHIN: Duration = Duration::from_secs(60);

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
    tokio::spawn(carry_out(console, Some(actor), run.clone()));
    Ok(run)
}

/// Shows the runs that were written down. With `alive`, those of consoles that are not among them go on here, where they stopped: what was
/// sent is never sent again, and what waited for longer than a moment is not sent at all.
pub async fn restore(console: &Arc<Console>, alive: Option<&BTreeSet<i64>>) -> Result<(), StoreError> {
    for stored in console.store.runs().await? {
        let waits = stored.run.items.iter().any(|(_, step)| *step == BulkStep::Waiting);
        let own = waits && alive.is_some_and(|alive| !alive.contains(&stored.console));
        let (run, touched) = (stored.run.clone(), stored.touched);
        console.floor.run_news(RunNews::Read { stored: Box::new(stored), own }).await;
        if own {
            console.store.take_run_over(run.id);
            tokio::spawn(resume(console.clone(), run, touched));
        }
    }
    Ok(())
}

/// Goes on with a run that another console, or this one before a restart, left behind; its last agent's turn came at `touched`.
async fn resume(console: Arc<Console>, run: BulkRun, touched: ConsoleTime) {
    let left = RESUMED_WITHIN.saturating_sub(now().since(touched));
    let mut link = console.floor.link_changes();
    // Without events nothing that is sent could be proved.
    let is_live = !left.is_zero() && matches!(timeout(left, link.wait_for(|link| link.state == LinkState::Live)).await, Ok(Ok(_)));
    let actor = Principal::again(&run.by, &console).filter(|_| is_live);
    tracing::info!(run = run.id, goes_on = actor.is_some(), "a bulk run was under way at a console that is no more");
    carry_out(console, actor, run).await;
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

/// Takes the turns that wait; without an `actor` nothing is asked for any more.
async fn carry_out(console: Arc<Console>, mut actor: Option<Principal>, run: BulkRun) {
    let waiting = run.items.iter().enumerate().filter(|(_, (_, step))| *step == BulkStep::Waiting);
    for (index, _) in waiting {
        let item = BulkItem { run: run.id, index };
        // Whoever is signed out asks for nothing any more.
        let Some(actor) = actor.as_mut().and_then(|actor| actor.renew(&console).then_some(actor)) else {
            console.floor.run_failed(item, BulkStep::NotSent).await;
            continue;
        };
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
