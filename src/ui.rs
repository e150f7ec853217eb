//! Widgets and helpers that know nothing of call centres.

pub mod erased;
pub mod preferences;
pub mod time;

pub use erased::erased;
