//! What else there is to say of a call: holds, who listens and who has joined, recording, and what is not certain about it.

use crate::components::workspace::workspace;
use crate::floor::{CallRow, DeviceId, PartyRole, PlatformTime, State, threshold};
use crate::i18n::{Outside, listed, texts};
use crate::ui::erased;
use crate::ui::time::duration;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Tags(call: RwSignal<Arc<CallRow>>) -> impl IntoView {
    let store = workspace().store;
    let texts = texts();
    let now = move || store.platform_now();
    let doubtful = Memo::new(move |_| call.with(|call| call.is_doubtful(now())));
    let holds = Memo::new(move |_| call.with(|call| call.holds));
    let held = move || {
        let holds = holds.get();
        (holds.count != 0 || holds.running.is_some()).then(|| {
            let running = holds.running;
            let words = move || {
                (texts.holds_total)(holds.count, &duration(holds.total(if running.is_some() { now() } else { PlatformTime::default() })))
            };
            let level =
                move || running.and_then(|since| threshold::passed(State::OnHold, now().since(since))).map(|(level, _)| level.code());
            erased(view! {
                <span class="tag" data-tag="holds" data-running=running.is_some().then_some("") data-level=level>
                    {words}
                </span>
            })
        })
    };
    let others = move || call.with(|call| tags(call, doubtful.get()));
    erased(view! {
        <span class="tags">{held} {others}</span>
    })
}

fn tags(call: &CallRow, doubtful: bool) -> impl IntoView + use<> {
    let texts = texts();
    let numbers = |devices: Vec<&DeviceId>| listed(devices.into_iter().map(|device| device.number()), ", ");
    let mut tags: Vec<(&'static str, String, &'static str)> = Vec::new();
    if call.end_not_seen {
        tags.push(("end-not-seen", texts.end_not_seen.to_owned(), texts.end_not_seen_title));
    } else if doubtful {
        tags.push(("doubtful", texts.doubtful.to_owned(), texts.doubtful_title));
    }
    if call.remembered && !call.end_not_seen {
        tags.push(("remembered", texts.remembered.to_owned(), texts.remembered_title));
    }
    if call.parties.iter().any(|party| party.logged_off.is_some()) {
        tags.push(("logged-off", texts.logged_off.to_owned(), texts.logged_off_in_call));
    }
    if let Some(named) = &call.named {
        tags.push(("named", (texts.connected_with)(Outside(named.number())), ""));
    }
    let listeners = numbers(call.listeners().collect());
    if !listeners.is_empty() {
        tags.push(("listening", (texts.listening)(Outside(&listeners)), ""));
    }
    let joined = numbers(call.parties.iter().filter(|party| party.role == PartyRole::Joined).map(|party| &party.device).collect());
    if !joined.is_empty() {
        tags.push(("joined", (texts.joined)(Outside(&joined)), ""));
    }
    if call.recording {
        tags.push(("recording", texts.recording.to_owned(), ""));
    }
    tags.into_iter()
        .map(|(kind, words, title)| {
            let title = if title.is_empty() { words.clone() } else { title.to_owned() };
            erased(view! { <span class="tag" data-tag=kind title=title>{words}</span> })
        })
        .collect_view()
}
