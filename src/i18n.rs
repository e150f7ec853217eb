//! Every word that users read, in each language: one table a language, and a text missing from a table does not compile.
//!
//! Texts with values are functions, which take what comes from outside as [`Outside`]; enums are put in words by functions that match
//! every variant, so a new variant does not compile either until both languages have a word for it.

#[cfg(feature = "ssr")]
mod day;
#[cfg(feature = "ssr")]
mod diagnostics;
mod en;
mod form_error;
mod outside;
#[cfg(feature = "ssr")]
mod phone;
mod texts;
mod zh_cn;

#[cfg(feature = "ssr")]
pub use day::DayTexts;
#[cfg(feature = "ssr")]
pub use diagnostics::DiagnosticsTexts;
#[cfg(feature = "ssr")]
pub use outside::spelled_out;
pub use outside::{Outside, listed};
#[cfg(feature = "ssr")]
pub use phone::PhoneTexts;
pub use texts::{Refusal, TargetWords, Texts};

use crate::page::Language;
use leptos::prelude::use_context;

impl Language {
    pub fn texts(self) -> &'static Texts {
        match self {
            Language::En => &en::TEXTS,
            Language::ZhCn => &zh_cn::TEXTS,
        }
    }
}

/// The texts of the page's language.
pub fn texts() -> &'static Texts {
    use_context::<Language>().unwrap_or_default().texts()
}

/// `+40 ms`, `+1.2 s`.
pub fn after(milliseconds: Option<u32>) -> String {
    match milliseconds {
        None => String::new(),
        Some(ms) if ms < 1000 => format!("+{ms} ms"),
        Some(ms) => format!("+{}.{} s", ms / 1000, ms % 1000 / 100),
    }
}
