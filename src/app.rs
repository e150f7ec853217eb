//! The document, the routes, and what every page is given.
//!
//! The server renders [`shell`] around [`App`]; the browser hydrates [`App`] in the document's body. Both render from the same
//! [`PageContext`]: the server has it in its context, the browser reads it back from the document.

mod context;

use crate::address;
#[cfg(feature = "ssr")]
use crate::floor::Role;
#[cfg(feature = "ssr")]
use crate::i18n::Outside;
#[cfg(feature = "ssr")]
use crate::page::{Assets, Language, PageContext};
use crate::pages::agent::AgentPage;
use crate::pages::calls::CallsPage;
use crate::pages::floor::FloorPage;
use crate::pages::not_found::NotFound;
use crate::pages::sign_in::SignInPage;
use crate::ui::{Address, erased};
use leptos::prelude::*;

/// The whole document; `is_engineer` for one who may see the console's inside, `logs_on` where the own phone can be logged on.
#[cfg(feature = "ssr")]
pub fn shell(page: PageContext, assets: Assets, is_engineer: bool, logs_on: bool) -> impl IntoView {
    provide_context(page.language);
    let texts = page.language.texts();
    let context = context::to_text(&page);
    let title = format!("{} · {}", texts.product, Outside(page.namespace.as_str()));
    let lang = page.language.code();
    let theme = page.theme.code();
    let phone =
        page.initial.as_ref().is_some_and(|initial| initial.me.role == Role::Supervisor).then(|| phone_bar(page.language, is_engineer));
    provide_context(page);
    view! {
        <!DOCTYPE html>
        <html lang=lang data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content=match theme { "light" => "light", "dark" => "dark", _ => "light dark" } />
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.css />
                <link rel="modulepreload" href=assets.js.clone() />
                <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="" />
            </head>
            <body data-link="down" data-no-log-on=!logs_on>
                <App />
                {phone}
                <noscript>
                    <p class="page-notice">{texts.need_script}</p>
                </noscript>
                <p class="page-notice" id="script-failed" role="alert" hidden>
                    {texts.script_failed}
                </p>
                <script type="text/plain" id=context::ELEMENT inner_html=context></script>
                <script type="module" src="/boot.js" data-js=assets.js data-wasm=assets.wasm></script>
            </body>
        </html>
    }
}

/// The phone bar at the foot of the page. What stands in it the server draws (`server::http::phone`), and `public/phone.js` shows it: the
/// page's program only hands it on.
#[cfg(feature = "ssr")]
pub fn phone_bar(language: Language, is_engineer: bool) -> impl IntoView {
    let texts = language.phone_texts();
    view! {
        <aside id="phone" class="phone" aria-label=texts.phone tabindex="-1">
            <form id="phone-dial">
                <input
                    id="phone-number"
                    name="phoneNumber"
                    aria-label=texts.number
                    placeholder=texts.number
                    inputmode="tel"
                    autocomplete="off"
                    required
                    pattern=r"[0-9 \-]+"
                />
                <kbd aria-hidden="true">"p"</kbd>
                <div id="phone-targets"></div>
            </form>
            <fieldset id="phone-now"></fieldset>
            <div id="phone-said" role="alert"></div>
            {is_engineer.then(|| view! { <a href="/diagnostics">{language.diagnostics_texts().title}</a> })}
            <template>
                <p data-outcome="unknown">{texts.no_answer}</p>
            </template>
        </aside>
        <script type="module" src="/phone.js"></script>
    }
}

#[component]
pub fn App() -> impl IntoView {
    context::of_page().map(|page| {
        provide_context(page.language);
        provide_context(Address::new(&page.path, &page.query));
        let path = page.path.clone();
        provide_context(page);
        match path.as_str() {
            "/" => erased(view! { <FloorPage /> }),
            "/calls" => erased(view! { <CallsPage /> }),
            "/sign-in" => erased(view! { <SignInPage /> }),
            path => match address::agent::asked_by(path) {
                Some(asked) => erased(view! { <AgentPage asked /> }),
                None => erased(view! { <NotFound /> }),
            },
        }
    })
}
