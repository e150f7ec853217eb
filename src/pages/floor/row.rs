//! One agent's line. Everything in it follows the row's signal, so that a slot may be given to another agent.

use super::actions::Actions;
use super::cells::{Call, TimeInState};
use super::floor;
use super::progress::Progress;
use super::viewport::row_id;
use crate::i18n::texts;
use crate::ui::erased;
use crate::ui::time::short_duration;
use leptos::prelude::*;

#[component]
pub fn AgentRow(at: usize, index: ReadSignal<usize>) -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let viewport = floor.viewport;
    let active = Memo::new(move |_| viewport.active.get() == Some(at));
    floor.store.watch(at).map(|row| {
        let state = Memo::new(move |_| row.with(|row| row.state));
        // Which of two equal animations runs: changing over starts it anew. None for the state a row comes with.
        let fade = Memo::new(move |before: Option<&(crate::floor::State, usize)>| {
            let now = state.get();
            match before {
                None => (now, 0),
                Some((then, turn)) if *then == now => (now, *turn),
                Some((_, turn)) => (now, turn % 2 + 1),
            }
        });
        let has_figures = move || floor.store.figures.get();
        erased(view! {
            <div
                role="row"
                class="row"
                id=row_id(at)
                aria-rowindex=move || viewport.window.get().0 + index.get() + 2
                tabindex=move || if active.get() { "0" } else { "-1" }
                data-agent=move || row.with(|row| row.agent.to_string())
                data-state=move || state.get().code()
                data-call=move || row.with(|row| row.call.as_ref().map(|call| call.id.to_string()))
                data-remembered=move || row.with(|row| row.remembered).then_some("")
                on:focusin=move |_| viewport.focused.set(Some(at))
            >
                <div role="gridcell" class="cell state" data-fade=move || fade.get().1.to_string()>
                    {move || (texts.state)(state.get())}
                </div>
                <div role="gridcell" class="cell time">
                    <TimeInState row />
                </div>
                <div role="gridcell" class="cell agent">
                    <span class="name">
                        {move || row.with(|row| if row.name.is_empty() { row.agent.number().to_owned() } else { row.name.clone() })}
                    </span>
                    <span class="number">
                        {move || row.with(|row| if row.name.is_empty() { String::new() } else { row.agent.number().to_owned() })}
                    </span>
                    {move || {
                        row.with(|row| row.remembered)
                            .then(|| {
                                view! {
                                    <span class="tag" data-tag="remembered" title=texts.remembered_title>
                                        {texts.remembered}
                                    </span>
                                }
                            })
                    }}
                </div>
                <div role="gridcell" class="cell team">
                    {move || row.with(|row| row.team.clone())}
                </div>
                <div role="gridcell" class="cell device">
                    {move || row.with(|row| row.device.as_ref().map(|device| device.number().to_owned()))}
                </div>
                <div role="gridcell" class="cell call">
                    <Call row />
                </div>
                {move || {
                    has_figures()
                        .then(|| {
                            view! {
                                <div role="gridcell" class="cell figure">
                                    {move || row.with(|row| row.figures.map(|figures| figures.calls))}
                                </div>
                                <div role="gridcell" class="cell figure">
                                    {move || row.with(|row| row.figures.and_then(|figures| figures.handling_seconds).map(short_duration))}
                                </div>
                            }
                        })
                }}
                <div role="gridcell" class="cell step-in">
                    <Progress row />
                    <div class="actions">
                        <Actions row at active />
                    </div>
                </div>
            </div>
        })
    })
}
