//! Language and theme: plain links that the server answers with a cookie, so that they work without a program in the page.

use crate::i18n::texts;
use crate::page::{Language, Theme};
use leptos::prelude::*;
use leptos_router::hooks::use_url;

#[component]
pub fn Preferences(language: Language, theme: Theme) -> impl IntoView {
    let texts = texts();
    let url = use_url();
    let link = move |name: &'static str, value: &'static str| {
        move || url.with(|url| format!("/preferences?{name}={value}&next={}", encode(&path_and_query(url.path(), url.search()))))
    };
    let other = language.other();
    let next_theme = match theme {
        Theme::Auto => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::Auto,
    };
    let theme_words = format!("{}: {}", texts.switch_theme, (texts.theme)(theme));
    // The router leaves external links to the browser: the server must see these.
    view! {
        <a class="quiet" rel="external" lang=other.code() title=texts.other_language href=link("lang", other.code())>
            {match other {
                Language::En => "English",
                Language::ZhCn => "中文",
            }}
        </a>
        <a
            class="quiet theme"
            rel="external"
            title=theme_words.clone()
            aria-label=theme_words
            data-theme-now=theme.code()
            href=link("theme", next_theme.code())
        ></a>
    }
}

pub fn path_and_query(path: &str, search: &str) -> String {
    // What the server said about a failed form is not part of the place.
    let kept: Vec<&str> = search
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("__err=") && !pair.starts_with("__path="))
        .collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// Percent-encodes everything but unreserved characters and the comma: fit for a query's value.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// A place on this console: starts with one slash, and no browser could take it for another host.
pub fn local_path(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    if local { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_places_are_gone_to() {
        assert_eq!(local_path("/?state=ready"), "/?state=ready");
        for bad in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"] {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
    }

    #[test]
    fn places_survive_encoding() {
        assert_eq!(encode("/?q=a b&team=班"), "%2F%3Fq%3Da%20b%26team%3D%E7%8F%AD");
        assert_eq!(path_and_query("/sign-in", "?next=%2F&__path=%2Fapi&__err=abc"), "/sign-in?next=%2F");
        assert_eq!(path_and_query("/", ""), "/");
    }
}
