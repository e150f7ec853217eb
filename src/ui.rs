//! Widgets and helpers that know nothing of call centres.

pub mod address;
pub mod dynamic;
pub mod erased;
pub mod fade;
pub mod preferences;
pub mod time;

pub use address::{Address, address};
pub use dynamic::dynamic;
pub use erased::{Erased, erased};
pub use fade::fading;
