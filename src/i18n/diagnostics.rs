//! The texts of the page of diagnostics, which only the server writes.

mod en;
mod zh_cn;

use super::texts::Text;
use crate::page::Language;

pub struct DiagnosticsTexts {
    pub title: Text,
    pub not_permitted: Text,
    /// What a form was given cannot be.
    pub bad_input: Text,
    pub floor: Text,
    pub as_of: fn(&str) -> String,
    pub refresh: Text,
    pub bundle: Text,
    pub none: Text,
    pub link: Text,
    pub state: Text,
    pub live: Text,
    pub down: Text,
    pub last_event: Text,
    /// The console's clock minus the platform's.
    pub clock_offset: Text,
    /// Since when the journal cannot be written.
    pub unwritten: Text,
    pub waiting_floor: Text,
    pub waiting_database: Text,
    pub waiting_journal: Text,
    pub waiting_operations: Text,
    pub version: Text,
    pub broker: Text,
    pub address: Text,
    pub connection: Text,
    pub subscriptions: Text,
    pub confirmed: Text,
    pub not_confirmed: Text,
    pub queue: Text,
    pub beats: Text,
    /// Every so many milliseconds, sent last, heard last.
    pub beats_said: fn(u64, &str, &str) -> String,
    pub heard: Text,
    /// The end of the last connection.
    pub ended: Text,
    pub not_as_expected: Text,
    /// In which way, by its code.
    pub odd: fn(&str) -> Text,
    pub what: Text,
    pub count: Text,
    pub latest: Text,
    pub sample: Text,
    pub body: Text,
    pub memory: Text,
    pub agent: Text,
    pub call: Text,
    pub show: Text,
    pub unreadable: Text,
    pub nothing_held: Text,
    pub log: Text,
    pub log_usual: Text,
    pub log_usual_again: Text,
    pub detailed_until: fn(&str) -> String,
    pub log_in_detail: Text,
    pub minutes: fn(u32) -> String,
    pub begin: Text,
    pub note: Text,
    pub write: Text,
    pub requests: Text,
    pub frames: Text,
    pub none_yet: Text,
    pub at: Text,
    pub answer: Text,
    pub bytes: Text,
    pub not_kept: Text,
    pub too_long: Text,
}

impl Language {
    pub fn diagnostics_texts(self) -> &'static DiagnosticsTexts {
        match self {
            Language::En => &en::TEXTS,
            Language::ZhCn => &zh_cn::TEXTS,
        }
    }
}
