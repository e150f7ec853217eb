//! Somebody to call: agents whose phone is known, those who are ready first, and the queues of the calls that there are.

use crate::floor::{CallRow, DeviceId, Row, State, is_phone_number};
use crate::page::Language;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many are shown; who looks for another one types more of the name.
const MOST: usize = 12;

pub fn render(language: Language, rows: &[Arc<Row>], calls: &[Arc<CallRow>], search: &str, own: &DeviceId) -> String {
    let (texts, words) = (language.texts(), language.phone_texts());
    let mut agents: Vec<(&Row, &DeviceId)> = rows
        .iter()
        .filter(|row| row.state != State::LoggedOut)
        .filter_map(|row| Some((&**row, row.device.as_ref().filter(|device| *device != own && is_phone_number(device.number()))?)))
        .collect();
    agents.sort_by_key(|(row, _)| (row.state != State::Ready, row.called().to_lowercase(), row.agent.clone()));
    let queues: BTreeSet<&str> = calls.iter().filter_map(|call| call.queue.as_deref()).filter(|queue| is_phone_number(queue)).collect();
    let queues = queues.into_iter().filter(|queue| queue.contains(search));
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
    let queues = queues.map(|queue| {
        view! {
            <button type="button" data-number=queue.to_owned()>
                <span>{texts.queue}</span>
                <b>{queue.to_owned()}</b>
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
