//! The document, the routes, and what every page is given.
//!
//! The server renders [`shell`] around [`App`]; the browser hydrates [`App`] in the document's body. Both render from the same
//! [`PageContext`](crate::page::PageContext): the server has it in its context, the browser reads it back from the document.

mod context;

#[cfg(feature = "ssr")]
use crate::page::{Assets, Language, PageContext};
use crate::pages::agent::AgentPage;
use crate::pages::calls::CallsPage;
use crate::pages::floor::FloorPage;
use crate::pages::not_found::NotFound;
use crate::pages::sign_in::SignInPage;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// The whole document.
#[cfg(feature = "ssr")]
pub fn shell(page: PageContext, assets: Assets) -> impl IntoView {
    provide_context(page.language);
    let texts = page.language.texts();
    let context = context::to_text(&page);
    let title = format!("{} · {}", texts.product, page.namespace);
    let lang = match page.language {
        Language::En => "en",
        Language::ZhCn => "zh-CN",
    };
    let theme = page.theme.code();
    provide_context(page);
    view! {
        <!DOCTYPE html>
        <html lang=lang data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=match theme { "light" => "light", "dark" => "dark", _ => "light dark" } />
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.css />
                <link rel="modulepreload" href=assets.js.clone() />
                <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="" />
            </head>
            <body data-link="down">
                <App />
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

#[component]
pub fn App() -> impl IntoView {
    if let Some(page) = context::of_page() {
        provide_context(page.language);
        provide_context(page);
    }
    view! {
        <Router>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=FloorPage />
                <Route path=path!("/calls") view=CallsPage />
                <Route path=path!("/agents/:id") view=AgentPage />
                <Route path=path!("/sign-in") view=SignInPage />
            </FlatRoutes>
        </Router>
    }
}
