//! One agent's line. Everything in it follows the row's signal, for it is given to one agent after another.

use super::bulk::RunStep;
use super::navigation::BoardNavigation;
use super::selection::Selection;
use crate::address::agent::page_path;
use crate::components::agent::{CallCell, ScheduledTag, TimeInState};
use crate::components::grid::grid;
use crate::components::intervention::{Actions, Progress};
use crate::components::workspace::workspace;
use crate::i18n::{Outside, texts};
use crate::ui::pool::Place;
use crate::ui::time::short_duration;
use crate::ui::viewport::row_id;
use crate::ui::{dynamic, erased, fading};
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn AgentRow(place: Place) -> impl IntoView {
    let Place { slot, index, .. } = place;
    let at = move || slot.get_untracked();
    let texts = texts();
    let store = workspace().store;
    let viewport = grid().viewport;
    let (navigation, selection) = (expect_context::<BoardNavigation>(), expect_context::<Selection>());
    let input = NodeRef::<html::Input>::new();
    let active = Memo::new(move |_| viewport.active.get() == Some(slot.get()));
    store.watch(at()).map(|row| {
        place.on_move(move |from, to| store.follow_slot(row, from, to));
        let state = Memo::new(move |_| row.with(|row| row.state));
        let fade = fading(state, slot);
        let chosen = Memo::new(move |_| row.with(|row| selection.has(&row.agent)));
        let name = move || row.with(|row| row.called().to_owned());
        let team = move || row.with(|row| row.team.clone());
        let pick = move |event: leptos::ev::MouseEvent| {
            selection.pick(at(), event.shift_key(), texts);
            // Where there is no room for more, the box must not say otherwise.
            if let Some(input) = input.get_untracked() {
                input.set_checked(chosen.get_untracked());
            }
        };
        let open = move |event: leptos::ev::MouseEvent| {
            // Otherwise it is for a window of its own.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                navigation.open_agent(Some(row.with_untracked(|row| row.agent.clone())));
            }
        };
        let has_figures = move || store.figures.get();
        erased(view! {
            <div
                role="row"
                class="row"
                node_ref=place.element
                id=dynamic(move || row_id(slot.get()))
                aria-rowindex=dynamic(move || index.get() + 2)
                tabindex=dynamic(move || if active.get() { "0" } else { "-1" })
                aria-selected=dynamic(move || if chosen.get() { "true" } else { "false" })
                data-agent=dynamic(move || row.with(|row| row.agent.to_string()))
                data-state=dynamic(move || state.get().code())
                data-call=dynamic(move || row.with(|row| row.call.as_ref().map(|call| call.id.to_string())))
                data-remembered=dynamic(move || row.with(|row| row.remembered).then_some(""))
                on:focusin=move |_| viewport.focused.set(Some(at()))
                on:click=move |event| {
                    if viewport.opens(&event) {
                        navigation.open_agent(Some(row.with_untracked(|row| row.agent.clone())));
                    }
                }
            >
                <div role="gridcell" class="cell pick" on:click=pick>
                    <input
                        type="checkbox"
                        tabindex="-1"
                        node_ref=input
                        aria-label=dynamic(move || (texts.select_agent)(Outside(&name())))
                        prop:checked=dynamic(move || chosen.get())
                    />
                </div>
                <div role="gridcell" class="cell state" data-fade=dynamic(move || fade.get().1.to_string())>
                    {dynamic(move || (texts.state)(state.get()))}
                </div>
                <div role="gridcell" class="cell time">
                    <TimeInState row />
                </div>
                <div role="gridcell" class="cell agent">
                    <a
                        class="name"
                        tabindex="-1"
                        href=dynamic(move || row.with(|row| page_path(&row.agent)))
                        title=dynamic(name)
                        on:click=open
                    >
                        <bdi>{dynamic(name)}</bdi>
                    </a>
                    <bdi class="number">
                        {dynamic(move || row.with(|row| if row.name.is_empty() { String::new() } else { row.agent.number().to_owned() }))}
                    </bdi>
                    {dynamic(move || {
                        row.with(|row| row.remembered)
                            .then(|| {
                                erased(view! {
                                    <span class="tag" data-tag="remembered" title=texts.remembered_title>
                                        {texts.remembered}
                                    </span>
                                })
                            })
                    })}
                </div>
                <div role="gridcell" class="cell team">
                    <bdi title=dynamic(team)>{dynamic(team)}</bdi>
                </div>
                <div role="gridcell" class="cell device">
                    <bdi class="well-canBeCalled">{dynamic(move || row.with(|row| row.device.as_ref().map(|device| device.number().to_owned())))}</bdi>
                </div>
                <div role="gridcell" class="cell call">
                    <CallCell row />
                    <ScheduledTag row />
                </div>
                {dynamic(move || {
                    has_figures()
                        .then(|| {
                            erased(view! {
                                <div role="gridcell" class="cell figure">
                                    {dynamic(move || row.with(|row| row.figures.map(|figures| figures.calls)))}
                                </div>
                                <div role="gridcell" class="cell figure">
                                    {dynamic(move || row.with(|row| row.figures.and_then(|figures| figures.handling_seconds).map(short_duration)))}
                                </div>
                            })
                        })
                })}
                <div role="gridcell" class="cell step-in">
                    <Progress row />
                    <RunStep row />
                    <div class="actions">
                        <Actions row active />
                    </div>
                </div>
            </div>
        })
    })
}
