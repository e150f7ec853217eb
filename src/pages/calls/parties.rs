//! Who is in the call, and which of them the buttons are aimed at: where several agents are, one can be chosen.

use crate::address::agent::page_path;
use crate::components::intervention::Target;
use crate::components::workspace::workspace;
use crate::floor::{CallRow, DeviceId, Party, PartyRole, PartyState};
use crate::i18n::{Outside, listed, texts};
use crate::ui::time::duration;
use crate::ui::{Erased, dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Parties(
    call: RwSignal<Arc<CallRow>>,
    target: Memo<Target>,
    chosen: RwSignal<Option<DeviceId>>,
    active: Memo<bool>,
) -> impl IntoView {
    // What is drawn changes seldom; the times in the titles are made when somebody looks.
    let parties = Memo::new(move |_| call.with(|call| call.parties.clone()));
    move || {
        parties.with(|parties| {
            let agents = parties.iter().filter(|party| party.whose().is_some() && party.role != PartyRole::Listener).count();
            parties.iter().map(|party| one(party, agents > 1, target, chosen, active)).collect_view()
        })
    }
}

fn one(party: &Party, several: bool, target: Memo<Target>, chosen: RwSignal<Option<DeviceId>>, active: Memo<bool>) -> Erased {
    let texts = texts();
    let store = workspace().store;
    let number = party.device.number().to_owned();
    let name = party.whose().map(|agent| match store.row_of(agent) {
        Some(row) if !row.name.is_empty() => row.name.clone(),
        _ => agent.number().to_owned(),
    });
    let listens = party.role == PartyRole::Listener;
    // Connected is what a party is; anything else is said.
    let word = match party.state {
        _ if listens => Some((texts.party_role)(party.role)),
        PartyState::Connected => None,
        state => Some((texts.party_state)(state)),
    };
    let title = {
        let (since, role, state) = (party.since, (texts.party_role)(party.role), (texts.party_state)(party.state));
        let who = listed(name.as_deref().into_iter().chain([number.as_str()]), " ");
        move || format!("{who}: {role}, {state} {}", duration(store.platform_now_untracked().since(since)))
    };
    let device = party.device.clone();
    let is_target = Memo::new(move |_| several && target.with(|target| target.device.as_ref() == Some(&device)));
    let choose = (several && party.whose().is_some() && !listens).then(|| {
        let device = party.device.clone();
        let words = (texts.choose_party)(Outside(name.as_deref().unwrap_or(&number)));
        erased(view! {
            <button
                type="button"
                class="choose"
                tabindex=dynamic(move || if active.get() { "0" } else { "-1" })
                aria-pressed=dynamic(move || if is_target.get() { "true" } else { "false" })
                aria-label=words.clone()
                title=words.clone()
                on:click=move |_| chosen.set(Some(device.clone()))
            ></button>
        })
    });
    let logged_off = party.logged_off.is_some().then_some(texts.logged_off);
    let who = match (party.whose(), name) {
        (Some(agent), Some(name)) => erased(view! {
            {choose}
            <a tabindex="-1" href=page_path(agent)>
                <bdi>{name}</bdi>
            </a>
            <bdi class="number well-canBeCalled">{number}</bdi>
        }),
        _ => erased(view! { <bdi class="well-canBeCalled">{number}</bdi> }),
    };
    erased(view! {
        <span
            class="party"
            data-device=party.device.to_string()
            data-role=party.role.code()
            data-part=party.state.code()
            data-logged-off=party.logged_off.as_ref().map(ToString::to_string)
            data-chosen=dynamic(move || is_target.get().then_some(""))
            title=title
        >
            {who}
            {word.into_iter().chain(logged_off).map(|word| erased(view! { <span class="word">{word}</span> })).collect_view()}
        </span>
    })
}
