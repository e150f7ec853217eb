//! How far the runs of this supervisor have come: a bar for each, what failed and why, and at each row what only the run knows.

use super::context::{Bulk, bulk};
use crate::api::arguments::BulkCancelArguments;
use crate::api::client;
use crate::components::agent::agent_label;
use crate::components::workspace::{Workspace, workspace};
use crate::floor::{AgentId, BulkRun, BulkStep, Operation, Outcome, Row};
use crate::i18n::{Outside, Texts, texts};
use crate::ui::{dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

/// So many failures are listed.
const LISTED: usize = 200;

#[component]
pub fn BulkRuns() -> impl IntoView {
    let workspace = workspace();
    let runs = workspace.store.runs;
    // Spoken when one ends.
    let texts = texts();
    Effect::new(move |before: Option<Vec<u64>>| {
        let (going, over): (Vec<BulkRun>, Vec<BulkRun>) = runs.mine().into_iter().partition(|run| !run.is_over());
        for run in over.iter().filter(|run| before.as_ref().is_some_and(|before| before.contains(&run.id))) {
            workspace.announce(words(run, texts));
        }
        going.into_iter().map(|run| run.id).collect()
    });
    // Drawn anew when a run begins or is dismissed, which is seldom: what follows a run is in its bar.
    let ids = Memo::new(move |_| runs.mine_ids());
    erased(move || ids.get().into_iter().map(|id| erased(view! { <RunBar id /> })).collect_view())
}

fn words(run: &BulkRun, texts: &Texts) -> String {
    let (done, all) = run.progress();
    let after_call = run.items.iter().filter(|(_, step)| *step == BulkStep::AfterCall).count();
    let cancelled = run.items.iter().filter(|(_, step)| *step == BulkStep::Cancelled).count();
    (texts.run)((texts.operation)(run.operation), done - cancelled, all, run.failed().len(), after_call, cancelled)
}

#[component]
fn RunBar(id: u64) -> impl IntoView {
    let bulk = bulk();
    let Bulk { workspace, failure, .. } = bulk;
    let texts = texts();
    let runs = workspace.store.runs;
    let run = Memo::new(move |_| runs.get(id));
    let of = move |read: fn(&BulkRun) -> usize| run.with(|run| run.as_ref().map_or(0, read)).to_string();
    let state = Memo::new(move |_| run.with(|run| run.as_ref().map_or("done", state_of)));
    let failed = Memo::new(move |_| run.with(|run| run.as_ref().map_or(0, |run| run.failed().len())));
    let busy = RwSignal::new(false);
    let tell = move |answer: Result<(), String>| {
        _ = busy.try_set(false);
        if let Err(why) = answer {
            _ = failure.try_set(Some((id, why)));
        }
    };
    let cancel = move |_| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            // What became of it the live channel tells, perhaps before this answer.
            let answer = client::call("bulk/cancel", &BulkCancelArguments { id }).await;
            tell(answer.map(|_| ()).map_err(|error| (texts.api_error)(&error)));
        });
    };
    let retry = move |_| {
        if let Some(run) = run.get_untracked() {
            busy.set(true);
            bulk.start(run.operation, &run.failed(), run.minutes, texts, move |answer| {
                if answer.is_ok() {
                    runs.dismiss(id);
                }
                tell(answer);
            });
        }
    };
    let failures = move || {
        let list = run.with(|run| run.as_ref().map(failed_items).unwrap_or_default());
        let operation = run.with(|run| run.as_ref().map(|run| run.operation));
        list.into_iter()
            .map(|(agent, step)| {
                let who = agent_label(workspace, &agent);
                let why = why(workspace, &agent, operation, step, texts);
                erased(view! { <li data-failed=agent.to_string()>{who} ": " {why}</li> })
            })
            .collect_view()
    };
    erased(view! {
        <section class="run" data-run=id.to_string() data-run-state=state aria-label=texts.run_label>
            <progress
                max=dynamic(move || of(|run| run.progress().1))
                value=dynamic(move || of(|run| run.progress().0))
                aria-label=texts.run_label
            ></progress>
            <span class="words">{dynamic(move || run.with(|run| run.as_ref().map(|run| words(run, texts))))}</span>
            <Show when=move || failed.get() != 0>
                <details class="menu">
                    <summary class="plain">{texts.why}</summary>
                    <ul class="choices reasons">{failures}</ul>
                </details>
            </Show>
            {dynamic(move || {
                failure
                    .with(|failure| failure.as_ref().filter(|(of, _)| *of == id).map(|(_, why)| why.clone()))
                    .map(|why| erased(view! { <span class="trouble">{why}</span> }))
            })}
            <Show when=move || state.get() == "running">
                <button type="button" class="plain" data-run-cancel disabled=dynamic(move || busy.get()) on:click=cancel>
                    {texts.run_cancel}
                </button>
            </Show>
            <Show when=move || failed.get() != 0 && run.with(|run| run.as_ref().is_some_and(BulkRun::is_over))>
                <button type="button" class="plain" data-run-retry disabled=dynamic(move || busy.get()) on:click=retry>
                    {dynamic(move || (texts.run_retry)(failed.get()))}
                </button>
            </Show>
            <Show when=move || run.with(|run| run.as_ref().is_none_or(BulkRun::is_over))>
                <button
                    type="button"
                    class="dismiss"
                    data-run-dismiss
                    aria-label=texts.dismiss
                    title=texts.dismiss
                    on:click=move |_| runs.dismiss(id)
                >
                    "×"
                </button>
            </Show>
        </section>
    })
}

fn state_of(run: &BulkRun) -> &'static str {
    if run.cancelled {
        "cancelled"
    } else if run.is_over() {
        "done"
    } else {
        "running"
    }
}

fn failed_items(run: &BulkRun) -> Vec<(AgentId, BulkStep)> {
    run.items.iter().filter(|(_, step)| step.failed()).take(LISTED).cloned().collect()
}

/// Why an agent of a run failed.
fn why(workspace: Workspace, agent: &AgentId, operation: Option<Operation>, step: BulkStep, texts: &'static Texts) -> String {
    match step {
        BulkStep::NotPossible(obstacle) => (texts.obstacle)(obstacle).to_owned(),
        BulkStep::Sent(Outcome::NotSent(why)) => (texts.api_error)(&why.into()),
        BulkStep::Sent(Outcome::Refused(status)) => {
            let row = workspace.store.row_of(agent);
            let device = row.as_ref().and_then(|row| row.device.as_ref()).map(|device| device.number()).unwrap_or_default();
            let holder = row.as_ref().and_then(|row| row.intervention.as_ref()?.holder.as_deref()).unwrap_or_default();
            (texts.refusal)(status, Outside(device), Outside(holder.split('@').next().unwrap_or_default())).what
        }
        BulkStep::Sent(Outcome::Unconfirmed) => {
            operation.map(|operation| (texts.unconfirmed)((texts.operation)(operation))).unwrap_or_default()
        }
        BulkStep::Sent(_) => operation.map(|operation| (texts.unknown)((texts.operation)(operation))).unwrap_or_default(),
        _ => texts.run_not_sent.to_owned(),
    }
}

/// What a run says of this row that the row itself does not: it waits for its turn, or nothing was sent.
#[component]
pub fn RunStep(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let runs = workspace().store.runs;
    let texts = texts();
    let step = Memo::new(move |_| {
        row.with(|row| {
            let step = runs.step_of(&row.agent)?;
            // An intervention that the row tells of came later.
            (step.1 == BulkStep::Waiting || row.intervention.is_none()).then_some(step)
        })
    });
    dynamic(move || {
        step.get().map(|(operation, step)| {
            let word = (texts.operation)(operation);
            let (code, words) = match step {
                BulkStep::Waiting => ("waiting", (texts.run_waiting)(word)),
                BulkStep::NotPossible(obstacle) => ("not-possible", (texts.not_sent)(word, (texts.obstacle)(obstacle))),
                _ => ("not-sent", (texts.not_sent)(word, texts.run_not_sent)),
            };
            erased(view! {
                <span class="progress" data-run-step=code title=words.clone()>
                    <span class="words">{words.clone()}</span>
                </span>
            })
        })
    })
}
