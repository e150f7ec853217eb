//! The texts of the phone bar, which only the server writes: the browser's half does not carry them.

mod en;
mod zh_cn;

use super::outside::Outside;
use super::texts::Text;
use crate::floor::{Effect, PhoneOperation};
use crate::page::Language;

pub struct PhoneTexts {
    pub phone: Text,
    pub number: Text,
    /// A button's name, and what progress calls it.
    pub operation: fn(PhoneOperation) -> Text,
    /// Hanging up where the others go on.
    pub leave: Text,
    pub ready_after_call: Text,
    pub not_ready_after_call: Text,
    /// Why not ready.
    pub reason: Text,
    pub bring_in_silently: Text,
    /// What something would do now.
    pub effect: fn(Effect) -> Text,
    /// Nobody is logged on.
    pub nobody: Text,
    /// Another agent is.
    pub taken: fn(Outside) -> String,
    pub mode: Text,
    /// What to do where agent or phone is logged on elsewhere.
    pub if_occupied: Text,
    pub login_ask: Text,
    pub login_force: Text,
    pub login_stop: Text,
    pub data: Text,
    pub key: Text,
    pub value: Text,
    /// The console gave no answer.
    pub no_answer: Text,
    pub nobody_found: Text,
    pub digits_only: Text,
    /// What a key and its value may be.
    pub bad_data: Text,
}

impl Language {
    pub fn phone_texts(self) -> &'static PhoneTexts {
        match self {
            Language::En => &en::TEXTS,
            Language::ZhCn => &zh_cn::TEXTS,
        }
    }
}
