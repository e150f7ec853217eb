//! The call of an agent in depth: who is in it, as what and since when, the holds, its data, and the ids it had before.

use crate::components::workspace::workspace;
use crate::floor::{CallRow, PartyRole, PlatformTime, Row};
use crate::i18n::{Outside, listed, texts};
use crate::ui::time::duration;
use crate::ui::{Erased, erased};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn CurrentCall(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let store = workspace().store;
    let call = Memo::new(move |_| {
        store.changes.track();
        let (id, other) = row.with(|row| row.call.as_ref().map(|call| (call.id.clone(), call.other.clone())))?;
        Some((store.call(&id)?, other))
    });
    move || call.get().map(|(call, other)| in_depth(&call, &other))
}

/// `other` is whom this agent talks to: of two agents each has the other.
fn in_depth(call: &CallRow, other: &str) -> Erased {
    let workspace = workspace();
    let texts = texts();
    let store = workspace.store;
    let now = move || store.platform_now();
    let lasts = move |since: PlatformTime| move || duration(now().since(since));
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    if !other.is_empty() {
        facts.push((texts.other_party, other.to_owned()));
    }
    if let Some(queue) = &call.queue {
        facts.push((texts.queue, queue.clone()));
    }
    facts.push((texts.call_direction, (texts.direction)(call.direction).to_owned()));
    if call.recording {
        facts.push((texts.recorded, texts.recording.to_owned()));
    }
    if !call.former.is_empty() {
        facts.push((texts.former_ids, listed(call.former.iter().map(|id| id.as_str()), ", ")));
    }
    let facts = facts.into_iter().map(|(what, value)| {
        let class = (what == texts.other_party || what == texts.queue).then_some("well-canBeCalled");
        erased(view! { <dt>{what}</dt> <dd class=class>{value}</dd> })
    });
    let facts = facts.collect_view();
    let holds = call.holds;
    let held = move || (texts.held)(holds.count, &duration(holds.total(now())));
    let parties = call.parties.iter().map(|party| {
        let name = party.whose().map(|agent| workspace.name_of(agent));
        let number = party.device.number().to_owned();
        let name = name.map(|name| format!(" · {}", Outside(&name)));
        let listens = party.role == PartyRole::Listener;
        erased(view! {
            <li data-party=party.device.to_string() data-role=party.role.code() data-party-state=party.state.code()>
                <b>
                    <bdi class="well-canBeCalled">{number}</bdi>
                    {name}
                </b>
                <span class="muted">
                    {(texts.party_role)(party.role)}
                    {(!listens).then(|| format!(" · {}", (texts.party_state)(party.state)))}
                    {party.logged_off.is_some().then(|| format!(" · {}", texts.logged_off))}
                </span>
                <span class="lasts">{lasts(party.since)}</span>
            </li>
        })
    });
    let data = call
        .data
        .iter()
        .map(|(key, value)| {
            erased(view! {
                <dt>
                    <bdi>{key.clone()}</bdi>
                </dt>
                <dd>
                    <bdi>{value.clone()}</bdi>
                </dd>
            })
        })
        .collect_view();
    erased(view! {
        <div class="call-now" data-panel-call=call.id.to_string()>
            <dl class="facts">
                {facts}
                {(holds.count != 0)
                    .then(|| {
                        erased(view! {
                            <dt>{texts.on_hold}</dt>
                            <dd data-hold-running=holds.running.is_some().then_some("")>{held}</dd>
                        })
                    })}
            </dl>
            <ul class="parties">{parties.collect_view()}</ul>
            <dl class="facts">{data}</dl>
        </div>
    })
}
