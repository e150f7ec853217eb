//! Widgets and helpers that know nothing of call centres.

pub mod address;
pub mod erased;
pub mod preferences;
pub mod time;

pub use address::{Address, address};
pub use erased::{Erased, erased};
