//! What the console will do at an agent by itself, at the row, and how to take it back (`data-order`).

use super::{Floor, floor};
use crate::api::client;
use crate::floor::{Order, OrderKind, Role, Row};
use crate::i18n::{Outside, Texts, texts};
use crate::ui::erased;
use crate::ui::time::{date_in, time_of_day};
use leptos::prelude::*;
use std::sync::Arc;

impl Floor {
    /// A moment as `14:45` in the reader's zone, or `14:45:10`; empty until the page is live. A clock at the reader's machine that is
    /// wrong does not change when it was: all times of a page agree with each other.
    pub fn time_of_day(self, at: i64, seconds: bool) -> String {
        if !self.local.get() {
            return String::new();
        }
        let mut time = time_of_day(at);
        if !seconds {
            time.truncate(5);
        }
        time
    }

    /// What the tooltip of a time says: the same moment where the platform is; none until the page is live.
    pub fn platform_time(self, at: i64, texts: &Texts) -> Option<String> {
        let zone = self.local.get().then(|| self.zone.get_value())?;
        Some((texts.platform_time)(&date_in(at, &zone)?, &zone))
    }
}

pub fn words(floor: Floor, order: &Order, texts: &Texts) -> String {
    match order.kind {
        OrderKind::ReadyAgain { minutes, due: None } => (texts.ready_again_later)(minutes),
        OrderKind::ReadyAgain { due: Some(due), .. } => (texts.ready_again)(&floor.time_of_day(due, false)),
        OrderKind::LogoutAfterCall => texts.logout_after_call.to_owned(),
    }
}

pub fn code(order: &Order) -> &'static str {
    match order.kind {
        OrderKind::ReadyAgain { .. } => "ready-again",
        OrderKind::LogoutAfterCall => "logout-after-call",
    }
}

#[component]
pub fn OrderTag(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let order = Memo::new(move |_| row.with(|row| row.order.clone()));
    let permitted = floor.me.with_value(|me| me.role == Role::Supervisor);
    let cancel = move |_| {
        let agent = row.with_untracked(|row| row.agent.to_string());
        leptos::task::spawn_local(async move {
            if let Err(error) = client::post("order/cancel", &[("agentId", Some(&agent))]).await {
                floor.announcement.set((texts.api_error)(&error));
            }
        });
    };
    move || {
        order.get().map(|order| {
            let words = words(floor, &order, texts);
            let due = match order.kind {
                OrderKind::ReadyAgain { due, .. } => due.and_then(|due| floor.platform_time(due, texts)),
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
