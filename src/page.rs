//! What the server hands to every page: who looks, in which language and theme, and the board's first picture.

use crate::floor::Namespace;
use crate::live::InitialState;
use serde::{Deserialize, Serialize};
use strum::EnumCount;

/// A language that pages can be read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, EnumCount)]
pub enum Language {
    #[default]
    En,
    ZhCn,
}

impl Language {
    /// Every language, in the order in which pages offer them.
    pub const ALL: [Language; Language::COUNT] = [Language::En, Language::ZhCn];

    /// Returns the language's name for itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::ZhCn => "中文",
        }
    }

    /// As in `<html lang>`, in the cookie `lang` and in `Accept-Language`.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::ZhCn => "zh-CN",
        }
    }

    /// Returns the language with this code, whatever region or script the code names besides.
    pub fn from_code(code: &str) -> Option<Language> {
        fn primary(code: &str) -> &str {
            code.split_once('-').map_or(code, |(primary, _)| primary)
        }
        Language::ALL.into_iter().find(|language| primary(language.code()).eq_ignore_ascii_case(primary(code)))
    }
}

/// `Auto` follows the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// As in `<html data-theme>` and in the cookie `theme`.
    pub fn code(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn from_code(code: &str) -> Option<Theme> {
        [Theme::Auto, Theme::Light, Theme::Dark].into_iter().find(|theme| theme.code() == code)
    }
}

/// The context of a page. The server provides it for each request; the browser reads it back from the document, so that both
/// render the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageContext {
    pub language: Language,
    pub theme: Theme,
    /// The page's own address: its path, and its query without the question mark.
    pub path: String,
    pub query: String,
    /// The tenant that this console serves: prefilled on the sign-in page.
    pub namespace: Namespace,
    /// What went wrong with a form that was sent without a program in the page.
    pub form_error: Option<FormError>,
    /// Present for those who are signed in.
    pub initial: Option<InitialState>,
}

/// Why a form was refused: for scripts and tests, and in the reader's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormError {
    pub kind: String,
    pub words: String,
}

/// Where the browser's files are, each with its content's hash in the query: they may be cached for ever.
#[derive(Debug, Clone)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
}
