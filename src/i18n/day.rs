//! The texts of an agent's day, which only the server writes: the browser's half does not carry them.

mod en;
mod zh_cn;

use super::outside::Outside;
use super::texts::Text;
use crate::floor::EventKind;
use crate::floor::Figure;
use crate::page::Language;

pub struct DayTexts {
    pub today: Text,
    /// In which zone the times are.
    pub zone: fn(&str) -> String,
    /// The same where the reader's zone is not known.
    pub platform_zone: fn(&str) -> String,
    /// Agent, from, to.
    pub strip: fn(Outside, &str, &str) -> String,
    /// State, from, to, how long.
    pub segment: fn(Text, &str, &str, &str) -> String,
    pub as_list: Text,
    pub col_from: Text,
    pub col_state: Text,
    pub col_for: Text,
    pub nothing_known: Text,
    pub call: Text,
    /// At an id that the call had before.
    pub under: Text,
    pub figures: Text,
    /// Above the console's own figures.
    pub heard_here: Text,
    /// Above the platform's.
    pub figures_as_of: fn(&str) -> String,
    pub occupancy: Text,
    /// Time in which the platform was not heard.
    pub uncertain: Text,
    pub figure: fn(Figure) -> Text,
    pub events: Text,
    pub no_events: Text,
    /// Empty for a name that this edition does not know.
    pub event: fn(EventKind) -> Text,
    pub as_it_came: Text,
}

impl Language {
    pub fn day_texts(self) -> &'static DayTexts {
        match self {
            Language::En => &en::TEXTS,
            Language::ZhCn => &zh_cn::TEXTS,
        }
    }
}
