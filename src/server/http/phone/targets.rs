//! Somebody to call: agents whose phone is known, those who are ready first, and queues: the platform's, and those of the calls that there are.

use crate::floor::{CallRow, DeviceId, Queue, Row, State, is_phone_number};
use crate::page::Language;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many are shown; who looks for another one types more of the name.
const MOST: usize = 12;
/// Where there are queues as well, agents leave them so many places.
const FOR_QUEUES: usize = 4;

/// What is looked through.
pub struct Known<'a> {
    pub rows: &'a [Arc<Row>],
    pub calls: &'a [Arc<CallRow>],
    pub queues: &'a [Queue],
}

pub fn render(language: Language, Known { rows, calls, queues }: Known, search: &str, own: &DeviceId) -> String {
    let (texts, words) = (language.texts(), language.phone_texts());
    let mut agents: Vec<(&Row, &DeviceId)> = rows
        .iter()
        .filter(|row| row.state != State::LoggedOut)
        .filter_map(|row| Some((&**row, row.device.as_ref().filter(|device| *device != own && is_phone_number(device.number()))?)))
        .collect();
    agents.sort_by_key(|(row, _)| (row.state != State::Ready, row.called().to_lowercase(), row.agent.clone()));
    let of_calls = calls.iter().filter_map(|call| call.queue.as_deref()).filter(|queue| is_phone_number(queue)).map(|queue| (queue, ""));
    // The platform's name for a number wins.
    let queues: BTreeMap<&str, &str> = of_calls.chain(queues.iter().map(|queue| (&*queue.number, &*queue.name))).collect();
    let wanted = search.to_lowercase();
    let queues: Vec<(&str, &str)> =
        queues.into_iter().filter(|(number, name)| number.contains(&wanted) || name.to_lowercase().contains(&wanted)).collect();
    agents.truncate(MOST - queues.len().min(FOR_QUEUES));
    let agents = agents.into_iter().map(|(row, device)| {
        view! {
            <button type="button" data-number=device.number().to_owned()>
                <span data-mode=row.state.code()>{(texts.state)(row.state)}</span>
                <bdi>{row.called().to_owned()}</bdi>
                <b>{device.number().to_owned()}</b>
            </button>
        }
        .into_any()
    });
    let queues = queues.into_iter().map(|(number, name)| {
        view! {
            <button type="button" data-number=number.to_owned()>
                <span>{texts.queue}</span>
                <bdi>{name.to_owned()}</bdi>
                <b>{number.to_owned()}</b>
            </button>
        }
        .into_any()
    });
    let found: Vec<AnyView> = agents.chain(queues).take(MOST).collect();
    match found.is_empty() {
        true => view! { <p>{words.nobody_found}</p> }.into_any(),
        false => found.into_any(),
    }
    .to_html()
}
