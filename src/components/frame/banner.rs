//! The banner that speaks up when the page is not live.

use crate::components::times::times;
use crate::components::workspace::workspace;
use crate::i18n::texts;
use crate::live::store::Liveness;
use crate::ui::{dynamic, erased};
use core::time::Duration;
use leptos::prelude::*;

/// What a page that has just been loaded is given before it complains.
const PATIENCE: Duration = Duration::from_secs(2);

/// Since when the page is not live, how old what it shows is, and what to do.
#[component]
pub fn LinkBanner() -> impl IntoView {
    let texts = texts();
    let workspace = workspace();
    let times = times();
    let store = workspace.store;
    let loaded = store.heard.get_value();
    let since = Memo::new(move |_| {
        store.fine_clock.track();
        match store.liveness.get() {
            Liveness::Live | Liveness::Connecting => None,
            Liveness::PlatformDown => Some(store.link.with(|link| link.since)),
            Liveness::Silent | Liveness::Closed => Some(store.heard.get_value()),
        }
    });
    let words = Memo::new(move |_| {
        let Some(since) = since.get() else {
            let never = store.liveness.get() == Liveness::Connecting && store.fine_clock.get().since(loaded) > PATIENCE;
            return never.then(|| texts.never_connected.to_owned());
        };
        let age = (texts.age)(Duration::from_secs(store.fine_clock.get().since(since).as_secs()));
        let since = times.of_day(since, true);
        Some(match store.liveness.get() {
            Liveness::PlatformDown => (texts.platform_down)(&since, &age),
            Liveness::Silent => (texts.silent)(&since, &age),
            _ => (texts.closed)(&since, &age),
        })
    });
    // Spoken once, not at every second of its age.
    Effect::new(move |_| {
        if store.liveness.get() != Liveness::Live
            && let Some(words) = words.get_untracked()
        {
            workspace.announce(words);
        }
    });
    let unwritten = move || {
        let since = store.link.with(|link| link.unwritten_since)?;
        Some((texts.unwritten)(&times.of_day(since, true)))
    };
    erased(view! {
        {dynamic(move || unwritten().map(|words| erased(view! { <div class="link-banner" data-unwritten>{words}</div> })))}
        <Show when=move || words.with(Option::is_some)>
            <div class="link-banner" data-banner title=dynamic(move || since.get().and_then(|since| times.on_platform(since, texts)))>
                {dynamic(move || words.get())}
            </div>
        </Show>
    })
}
