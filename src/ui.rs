//! Widgets and helpers that know nothing of call centres.

pub mod preferences;
pub mod time;
