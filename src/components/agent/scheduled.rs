//! What is scheduled for an agent, which the console will do by itself; at the row, with how to take it back (`data-order`).

use crate::api::client;
use crate::components::times::{Times, times};
use crate::components::workspace::workspace;
use crate::floor::{Order, OrderKind, Row};
use crate::i18n::{Outside, Texts, texts};
use crate::ui::erased;
use leptos::prelude::*;
use std::sync::Arc;

fn words(times: Times, order: &Order, texts: &Texts) -> String {
    match order.kind {
        OrderKind::ReadyAgain { minutes, due: None } => (texts.ready_again_later)(minutes),
        OrderKind::ReadyAgain { due: Some(due), .. } => (texts.ready_again)(&times.of_day(due, false)),
        OrderKind::LogoutAfterCall => texts.logout_after_call.to_owned(),
    }
}

fn code(order: &Order) -> &'static str {
    match order.kind {
        OrderKind::ReadyAgain { .. } => "ready-again",
        OrderKind::LogoutAfterCall => "logout-after-call",
    }
}

#[component]
pub fn ScheduledTag(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let workspace = workspace();
    let times = times();
    let texts = texts();
    let order = Memo::new(move |_| row.with(|row| row.order.clone()));
    let permitted = workspace.is_supervisor();
    let cancel = move |_| {
        let agent = row.with_untracked(|row| row.agent.to_string());
        leptos::task::spawn_local(async move {
            if let Err(error) = client::post("order/cancel", &[("agentId", Some(&agent))]).await {
                workspace.announce((texts.api_error)(&error));
            }
        });
    };
    move || {
        order.get().map(|order| {
            let words = words(times, &order, texts);
            let due = match order.kind {
                OrderKind::ReadyAgain { due, .. } => due.and_then(|due| times.on_platform(due, texts)),
                OrderKind::LogoutAfterCall => None,
            };
            let title = [Some(words.clone()), Some((texts.by)(Outside(order.by.number()))), due];
            let title = title.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            erased(view! {
                <span class="tag order" data-order=code(&order) title=title>
                    {words.clone()}
                    {permitted
                        .then(|| {
                            erased(view! {
                                <button
                                    type="button"
                                    tabindex="-1"
                                    data-order-cancel
                                    aria-label=texts.cancel_order
                                    title=texts.cancel_order
                                    on:click=cancel
                                >
                                    "×"
                                </button>
                            })
                        })}
                </span>
            })
        })
    }
}
