//! What stands in a row's cells: the time with its thresholds, the call with its tags.

use super::floor;
use crate::floor::{CallView, DeviceId, Direction, Row, State};
use crate::i18n::{Outside, listed, texts};
use crate::ui::time::duration;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;
use std::sync::Arc;

/// Minutes after which the time in a state deserves a look, and after which it is trouble.
pub fn limits(state: State) -> Option<(i64, i64)> {
    match state {
        State::OnHold | State::AfterCall => Some((1, 3)),
        State::NotReady => Some((10, 15)),
        State::OnCall | State::Conference => Some((10, 20)),
        _ => None,
    }
}

/// The limit that `elapsed` milliseconds in `state` are beyond: its name for the style, and its minutes.
pub fn over(state: State, elapsed: i64) -> Option<(&'static str, i64)> {
    let (look, trouble) = limits(state)?;
    let beyond = |minutes: i64| elapsed > minutes * 60_000;
    if beyond(trouble) {
        Some(("trouble", trouble))
    } else if beyond(look) {
        Some(("look", look))
    } else {
        None
    }
}

#[component]
pub fn TimeInState(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let store = floor().store;
    let texts = texts();
    let elapsed = move || {
        let now = store.clock.get() - store.offset.get();
        row.with(|row| row.since.map(|since| (now - since).max(0)))
    };
    let beyond = Memo::new(move |_| elapsed().and_then(|elapsed| over(row.with(|row| row.state), elapsed)));
    erased(view! {
        <span
            class="for"
            data-level=dynamic(move || beyond.get().map(|(level, _)| level))
            title=dynamic(move || beyond.get().map(|(_, minutes)| (texts.over_limit)((texts.state)(row.with(|row| row.state)), minutes)))
        >
            {dynamic(move || elapsed().map_or_else(|| "–".to_owned(), duration))}
        </span>
    })
}

#[component]
pub fn Call(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let texts = texts();
    let store = floor().store;
    move || {
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
                    <bdi class="other">{other}</bdi>
                    <bdi class="queue" title=call.queue.clone()>{call.queue.clone()}</bdi>
                    {began
                        .map(|began| {
                            erased(view! {
                                <span class="lasts">{dynamic(move || duration(store.clock.get() - store.offset.get() - began))}</span>
                            })
                        })}
                    <span class="tags">{tags(call)}</span>
                })
            }
            None => erased(row.reason.clone().map(|reason| erased(view! { <bdi class="reason">{reason}</bdi> }))),
        }
    }
}

pub fn direction_code(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "in",
        Direction::Outbound => "out",
        Direction::Internal => "internal",
        Direction::Unknown => "unknown",
    }
}

fn tags(call: &CallView) -> impl IntoView + use<> {
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
    tags.into_iter()
        .map(|(kind, words)| erased(view! { <span class="tag" data-tag=kind title=words.clone()>{words.clone()}</span> }))
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_passed_not_reached() {
        assert_eq!(over(State::OnHold, 60_000), None);
        assert_eq!(over(State::OnHold, 60_001), Some(("look", 1)));
        assert_eq!(over(State::OnHold, 180_001), Some(("trouble", 3)));
        assert_eq!(over(State::Ready, 86_400_000), None);
    }
}
