//! What stands in a row's cells: the time with its thresholds, the call with its tags.

use crate::components::workspace::workspace;
use crate::floor::{CallView, DeviceId, Direction, Row, threshold};
use crate::i18n::{Outside, listed, texts};
use crate::ui::time::duration;
use crate::ui::{Erased, dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn TimeInState(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let store = workspace().store;
    let texts = texts();
    let elapsed = move || {
        let now = store.platform_now();
        row.with(|row| row.since.map(|since| now.since(since)))
    };
    let beyond = Memo::new(move |_| elapsed().and_then(|elapsed| threshold::passed(row.with(|row| row.state), elapsed)));
    erased(view! {
        <span
            class="for"
            data-level=dynamic(move || beyond.get().map(|(level, _)| level.code()))
            title=dynamic(move || beyond.get().map(|(_, minutes)| (texts.over_limit)((texts.state)(row.with(|row| row.state)), minutes)))
        >
            {dynamic(move || elapsed().map_or_else(|| "–".to_owned(), duration))}
        </span>
    })
}

#[component]
pub fn CallCell(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let texts = texts();
    let store = workspace().store;
    dynamic(move || {
        let row = row.get();
        match &row.call {
            Some(call) => {
                let began = call.answered.or(call.started);
                let direction = (texts.direction)(call.direction);
                let other = if call.other.is_empty() { texts.unknown_party.to_owned() } else { call.other.clone() };
                erased(view! {
                    <span class="direction" data-direction=direction_code(call.direction) title=direction>
                        <span class="spoken">{direction}</span>
                    </span>
                    <bdi class="other well-canBeCalled">{other}</bdi>
                    <bdi class="queue" title=call.queue.clone()>{call.queue.clone()}</bdi>
                    {began
                        .map(|began| {
                            erased(view! {
                                <span class="lasts">{dynamic(move || duration(store.platform_now().since(began)))}</span>
                            })
                        })}
                    {tags(call)}
                })
            }
            None => erased(row.reason.clone().map(|reason| erased(view! { <bdi class="reason">{reason}</bdi> }))),
        }
    })
}

pub fn direction_code(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "in",
        Direction::Outbound => "out",
        Direction::Internal => "internal",
        Direction::Unknown => "unknown",
    }
}

fn tags(call: &CallView) -> Option<Erased> {
    let texts = texts();
    let numbers = |devices: &[DeviceId]| listed(devices.iter().map(|device| device.number()), ", ");
    let mut tags: Vec<(&'static str, String)> = Vec::new();
    if !call.listeners.is_empty() {
        tags.push(("listening", (texts.listening)(Outside(&numbers(&call.listeners)))));
    }
    if !call.joined.is_empty() {
        tags.push(("joined", (texts.joined)(Outside(&numbers(&call.joined)))));
    }
    if call.parties > 2 {
        tags.push(("parties", (texts.parties)(call.parties)));
    }
    if call.holds > 0 {
        tags.push(("holds", (texts.holds)(call.holds)));
    }
    if call.recording {
        tags.push(("recording", texts.recording.to_owned()));
    }
    if call.others > 0 {
        tags.push(("others", (texts.other_calls)(call.others)));
    }
    if tags.is_empty() {
        return None;
    }
    let tags =
        tags.into_iter().map(|(kind, words)| erased(view! { <span class="tag" data-tag=kind title=words.clone()>{words.clone()}</span> }));
    Some(erased(view! { <span class="tags">{tags.collect_view()}</span> }))
}
