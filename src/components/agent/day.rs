//! The agent's day (`GET /agents/{id}/day`), drawn by the server, fetched again when the agent's state changes and every so often.

#[cfg(feature = "hydrate")]
use crate::address::agent::day_path;
use crate::floor::{AgentId, Row};
use crate::live::store::Store;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;

/// After how many seconds it is fetched again, though nothing has changed.
#[cfg(feature = "hydrate")]
const EVERY: u64 = 15;

/// Keeps `day`, which is drawn in `drawn`, up to date for as long as the calling view lives.
#[cfg(feature = "hydrate")]
pub fn follow(store: Store, agent: AgentId, row: RwSignal<Arc<Row>>, day: RwSignal<String>, drawn: NodeRef<Div>) {
    let path = day_path(&agent);
    let begun = store.clock.get_untracked();
    // Does not move on while the page is not live: there would be no answer.
    let turn = Memo::new(move |_| store.clock.get().since(begun).as_secs() / EVERY);
    let standing = Memo::new(move |_| row.with(|row| (row.state, row.since, row.call.as_ref().map(|call| call.id.clone()))));
    Effect::new(move |before: Option<()>| {
        turn.track();
        standing.track();
        if before.is_some() || day.with_untracked(String::is_empty) || zone_is_new() {
            fetch(&path, day, drawn);
        }
    });
}

/// The server drew the page before it knew the reader's zone: `public/boot.js` has found out.
#[cfg(feature = "hydrate")]
fn zone_is_new() -> bool {
    document().document_element().is_some_and(|page| page.has_attribute("data-zone-new"))
}

/// The server draws what it was given.
#[cfg(not(feature = "hydrate"))]
pub fn follow(_store: Store, _agent: AgentId, _row: RwSignal<Arc<Row>>, _day: RwSignal<String>, _drawn: NodeRef<Div>) {}

#[cfg(feature = "hydrate")]
fn fetch(path: &str, day: RwSignal<String>, drawn: NodeRef<Div>) {
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::Response;
    use wasm_bindgen_futures::JsFuture;

    let answer = window().fetch_with_str(path);
    leptos::task::spawn_local(async move {
        // Without an answer the day stays as it was, and the next turn asks again.
        let Ok(response) = JsFuture::from(answer).await else { return };
        let Ok(response) = response.dyn_into::<Response>() else { return };
        // Who is signed out is sent to another page.
        if !response.ok() || response.redirected() {
            return;
        }
        let Ok(text) = response.text() else { return };
        if let Ok(text) = JsFuture::from(text).await
            && let Some(text) = text.as_string()
            && day.try_with_untracked(|day| *day != text) == Some(true)
        {
            // What somebody has opened to read is not drawn anew under the eyes.
            let read =
                drawn.try_get_untracked().flatten().is_some_and(|drawn| matches!(drawn.query_selector("details[open]"), Ok(Some(_))));
            if !read {
                day.set(text);
            }
        }
    });
}
