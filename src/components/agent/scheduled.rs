//! What is scheduled for an agent, which the console will do by itself; at the row, with how to take it back (`data-order`).

use crate::api::arguments::ScheduledCancelArguments;
use crate::api::client;
use crate::components::times::{Times, times};
use crate::components::workspace::workspace;
use crate::floor::{Row, Scheduled, ScheduledKind};
use crate::i18n::{Outside, Texts, texts};
use crate::ui::{dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

fn words(times: Times, scheduled: &Scheduled, texts: &Texts) -> String {
    match scheduled.kind {
        ScheduledKind::ReadyAgain { minutes, due: None } => (texts.ready_again_later)(minutes),
        ScheduledKind::ReadyAgain { due: Some(due), .. } => (texts.ready_again)(&times.of_day(due, false)),
        ScheduledKind::LogoutAfterCall => texts.logout_after_call.to_owned(),
    }
}

fn code(scheduled: &Scheduled) -> &'static str {
    match scheduled.kind {
        ScheduledKind::ReadyAgain { .. } => "ready-again",
        ScheduledKind::LogoutAfterCall => "logout-after-call",
    }
}

#[component]
pub fn ScheduledTag(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let workspace = workspace();
    let times = times();
    let texts = texts();
    let scheduled = Memo::new(move |_| row.with(|row| row.scheduled.clone()));
    let permitted = workspace.is_supervisor();
    let cancel = move |_| {
        let agent = row.with_untracked(|row| row.agent.to_string());
        leptos::task::spawn_local(async move {
            if let Err(error) = client::call("scheduled/cancel", &ScheduledCancelArguments { agent_id: agent }).await {
                workspace.announce((texts.api_error)(&error));
            }
        });
    };
    dynamic(move || {
        scheduled.get().map(|scheduled| {
            let words = words(times, &scheduled, texts);
            let due = match scheduled.kind {
                ScheduledKind::ReadyAgain { due, .. } => due.and_then(|due| times.on_platform(due, texts)),
                ScheduledKind::LogoutAfterCall => None,
            };
            let title = [Some(words.clone()), Some((texts.by)(Outside(scheduled.by.number()))), due];
            let title = title.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            erased(view! {
                <span class="tag order" data-order=code(&scheduled) title=title>
                    {words.clone()}
                    {permitted
                        .then(|| {
                            erased(view! {
                                <button
                                    type="button"
                                    tabindex="-1"
                                    data-order-cancel
                                    aria-label=texts.cancel_scheduled
                                    title=texts.cancel_scheduled
                                    on:click=cancel
                                >
                                    "×"
                                </button>
                            })
                        })}
                </span>
            })
        })
    })
}
