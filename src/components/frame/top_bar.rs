//! The top of the page: how live it is, who is signed in, language and theme.

use crate::api::{ApiError, client};
use crate::components::preferences::Preferences;
use crate::components::times::times;
use crate::components::workspace::workspace;
use crate::i18n::{Outside, texts};
use crate::live::store::Liveness;
use crate::page::{Language, Theme};
use crate::ui::{address, dynamic, erased};
use core::time::Duration;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

#[component]
pub fn TopBar(language: Language, theme: Theme) -> impl IntoView {
    let workspace = workspace();
    let texts = texts();
    let (name, namespace, extension) = workspace.me.with_value(|me| {
        let name = if me.name.is_empty() { me.agent.number().to_owned() } else { me.name.clone() };
        (name, me.namespace.to_string(), (texts.extension)(Outside(me.device.number())))
    });
    let leave = move |event: SubmitEvent| {
        event.prevent_default();
        leptos::task::spawn_local(async move {
            match client::submit("sign-out", &[]).await {
                Ok(()) | Err(ApiError::SignedOut) => _ = location().assign("/sign-in"),
                Err(_) => workspace.announce(texts.sign_out_failed),
            }
        });
    };
    let here = address().path();
    let links = [("/", texts.floor), ("/calls", texts.calls)].map(|(path, word)| {
        erased(view! {
            <a href=path aria-current=(here == path).then_some("page")>
                {word}
            </a>
        })
    });
    erased(view! {
        <header class="top-bar">
            <h1>{texts.product}</h1>
            <nav>
                {links}
            </nav>
            <LinkStatus />
            // In a narrow window these fold away behind the button; in a wide one the style shows them in the bar.
            <button type="button" class="plain menu-button" popovertarget="account" aria-label=texts.menu title=texts.menu></button>
            <div id="account" class="account" popover="auto">
                <span class="domain">
                    <bdi>{namespace}</bdi>
                </span>
                <span class="me">
                    <bdi class="name" title=name.clone()>
                        {name.clone()}
                    </bdi>
                    <span>" · " {extension}</span>
                </span>
                <Preferences language theme />
                <form method="post" action="/api/sign-out" on:submit=leave>
                    <button type="submit" class="quiet" data-sign-out>
                        {texts.sign_out}
                    </button>
                </form>
            </div>
        </header>
    })
}

#[component]
fn LinkStatus() -> impl IntoView {
    let texts = texts();
    let store = workspace().store;
    let times = times();
    let words = Memo::new(move |_| match store.liveness.get() {
        Liveness::Connecting => texts.connecting.to_owned(),
        Liveness::Live => {
            let (last, behind) = store.link.with(|link| (link.last_event, link.caught_up_to));
            if let Some(behind) = behind {
                return (texts.catching_up)(&(texts.age)(store.platform_now().since(behind)));
            }
            let age = last.map(|last| (texts.last_event)(&(texts.age)(store.fine_clock.get().since(last))));
            format!("{} · {}", texts.live, age.unwrap_or_else(|| texts.no_event_yet.to_owned()))
        }
        Liveness::PlatformDown | Liveness::Silent => texts.stale.to_owned(),
        Liveness::Closed => texts.down.to_owned(),
    });
    let gaps = move || {
        let gaps = store.link.with(|link| link.gaps.clone());
        let said = gaps.iter().map(|gap| {
            let length = (texts.age)(Duration::from_secs(gap.to.since(gap.from).as_secs_f64().ceil() as u64));
            (texts.not_heard)(&length, &times.of_day(gap.from, true), &times.of_day(gap.to, true))
        });
        (!gaps.is_empty()).then(|| said.collect::<Vec<_>>().join("\n"))
    };
    erased(view! {
        <span class="link-status" title=dynamic(gaps)>
            {dynamic(move || words.get())}
        </span>
    })
}
