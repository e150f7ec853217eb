//! What is shown for an address that leads nowhere: words, and status 404.

use crate::i18n::texts;
use crate::ui::erased;
use leptos::prelude::*;

#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let texts = texts();
    erased(view! {
        <main class="plain-page">
            <h1>{texts.not_found}</h1>
            <p>{texts.not_found_hint}</p>
            <p>
                <a href="/">
                    {texts.to_floor}
                </a>
            </p>
        </main>
        <script type="module" src="/phone-page.js"></script>
    })
}
