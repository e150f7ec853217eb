//! Language and theme: plain links that the server answers with a cookie, so that they work without a program in the page.

use crate::address::local::without_error;
use crate::address::percent::encode;
use crate::i18n::texts;
use crate::page::{Language, Theme};
use crate::ui::{address, erased};
use leptos::prelude::*;

#[component]
pub fn Preferences(language: Language, theme: Theme) -> impl IntoView {
    let texts = texts();
    let address = address();
    let link = move |name: &'static str, value: &'static str| {
        move || format!("/preferences?{name}={value}&next={}", encode(&without_error(&address.whole())))
    };
    let others = Language::ALL.into_iter().filter(move |other| *other != language);
    let next_theme = match theme {
        Theme::Auto => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::Auto,
    };
    let theme_words = format!("{}: {}", texts.switch_theme, (texts.theme)(theme));
    erased(view! {
        {others
            .map(|other| {
                erased(view! {
                    <a class="quiet" lang=other.code() title=texts.other_language href=link("lang", other.code())>
                        {other.own_name()}
                    </a>
                })
            })
            .collect_view()}
        <a
            class="quiet theme"

            title=theme_words.clone()
            aria-label=theme_words
            data-theme-now=theme.code()
            href=link("theme", next_theme.code())
        ></a>
    })
}
