//! One call's line. Everything in it follows the call's signal, for it is given to one call after another.

use super::parties::Parties;
use super::tags::Tags;
use crate::address::agent::page_path;
use crate::components::agent::direction_code;
use crate::components::grid::grid;
use crate::components::intervention::{ActionsAt, ProgressAt, Target, interventions, operation_of_key};
use crate::components::workspace::workspace;
use crate::floor::{CallRow, DeviceId, State, threshold};
use crate::i18n::{Outside, texts};
use crate::ui::keyboard::is_modified;
use crate::ui::pool::Place;
use crate::ui::time::duration;
use crate::ui::viewport::{is_on_row, row_id};
use crate::ui::{Erased, dynamic, erased, fading};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn CallLine(place: Place) -> impl IntoView {
    let Place { slot, index, .. } = place;
    let at = move || slot.get_untracked();
    let texts = texts();
    let store = workspace().store;
    let grid = grid();
    let viewport = grid.viewport;
    let interventions = interventions();
    let active = Memo::new(move |_| viewport.active.get() == Some(slot.get()));
    store.calls.watch(at()).map(|call| {
        // The party that the buttons are aimed at, where somebody has chosen one.
        let chosen = RwSignal::new(None::<DeviceId>);
        place.on_move(move |from, to| {
            chosen.set(None);
            store.calls.follow_slot(call, from, to);
        });
        let target = Memo::new(move |_| chosen.with(|chosen| Target::of_call(call.get(), chosen.as_ref(), store)));
        let state = Memo::new(move |_| call.with(|call| call.state()));
        let fade = fading(state, slot);
        let queue = move || call.with(|call| call.queue.clone());
        // The agent's own page: there is no panel here.
        let to_agent = move || {
            if let Some(agent) = target.with_untracked(|target| target.agent.as_ref().map(page_path)) {
                _ = location().assign(&agent);
            }
        };
        let keydown = move |event: KeyboardEvent| {
            let key = event.key();
            if let Some(operation) = operation_of_key(&key)
                && !(is_modified(&event) || event.repeat())
            {
                event.prevent_default();
                if !grid.lost_row(at(), texts) {
                    interventions.act_at(operation, target.get_untracked(), texts);
                }
            } else if key == "Enter" && is_on_row(&event) {
                to_agent();
            }
        };
        erased(view! {
            <div
                role="row"
                class="row"
                node_ref=place.element
                id=dynamic(move || row_id(slot.get()))
                aria-rowindex=dynamic(move || index.get() + 2)
                tabindex=dynamic(move || if active.get() { "0" } else { "-1" })
                data-call=dynamic(move || call.with(|call| call.id.to_string()))
                data-parties=dynamic(move || call.with(|call| call.devices()))
                data-state=dynamic(move || state.get().code())
                data-direction=dynamic(move || call.with(|call| call.direction.code()))
                data-over=dynamic(move || target.with(|target| target.call.is_none()))
                on:focusin=move |_| viewport.focused.set(Some(at()))
                on:click=move |event| {
                    if viewport.opens(&event) {
                        to_agent();
                    }
                }
                on:keydown=keydown
            >
                <div role="gridcell" class="cell state" data-fade=dynamic(move || fade.get().1.to_string())>
                    {dynamic(move || (texts.call_state)(state.get()))}
                </div>
                <div role="gridcell" class="cell time">
                    <Lasts call />
                </div>
                <div role="gridcell" class="cell talk">
                    {dynamic(move || {
                        let answered = call.with(|call| call.answered);
                        answered.map(|answered| duration(store.platform_now().since(answered)))
                    })}
                </div>
                <div role="gridcell" class="cell other">
                    {dynamic(move || call.with(other))}
                </div>
                <div role="gridcell" class="cell queue">
                    <bdi title=dynamic(queue)>{dynamic(queue)}</bdi>
                </div>
                <div role="gridcell" class="cell parties">
                    <Parties call target chosen active />
                </div>
                <div role="gridcell" class="cell more">
                    <Tags call />
                </div>
                <div role="gridcell" class="cell step-in">
                    <ProgressAt target />
                    <div class="actions">
                        <ActionsAt target active />
                    </div>
                </div>
            </div>
        })
    })
}

/// Since it began.
#[component]
fn Lasts(call: RwSignal<Arc<CallRow>>) -> impl IntoView {
    let store = workspace().store;
    let elapsed = move || {
        let now = store.platform_now();
        call.with(|call| call.started.map(|started| now.since(started)))
    };
    let level = Memo::new(move |_| elapsed().and_then(|elapsed| threshold::passed(State::OnCall, elapsed)).map(|(level, _)| level.code()));
    erased(view! {
        <span class="for" data-level=dynamic(move || level.get())>
            {dynamic(move || elapsed().map_or_else(|| "–".to_owned(), duration))}
        </span>
    })
}

/// Its direction and the party from outside.
fn other(call: &Arc<CallRow>) -> Erased {
    let texts = texts();
    let direction = (texts.direction)(call.direction);
    let title = match &call.kind {
        Some(kind) => format!("{direction} · {}", Outside(kind)),
        None => direction.to_owned(),
    };
    let number = call.other_end().map(|party| party.device.number()).filter(|number| !number.is_empty());
    erased(view! {
        <span class="direction" data-direction=direction_code(call.direction) title=title>
            <span class="spoken">{direction}</span>
        </span>
        <bdi class="number well-canBeCalled">{number.unwrap_or(texts.unknown_party).to_owned()}</bdi>
    })
}
