//! Language and theme: plain links that the server answers with a cookie, so that they work without a program in the page.

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

/// What the server said about a failed form is not part of the place.
fn without_error(place: &str) -> String {
    let Some((path, query)) = place.split_once('?') else { return place.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("__err=") && !pair.starts_with("__path=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_left_without_what_went_wrong_there() {
        assert_eq!(without_error("/sign-in?next=%2F&__path=%2Fapi&__err=abc"), "/sign-in?next=%2F");
        assert_eq!(without_error("/sign-in?__err=abc"), "/sign-in");
        assert_eq!(without_error("/"), "/");
    }
}
