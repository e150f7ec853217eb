//! Widgets and helpers that know nothing of call centres.

pub mod address;
pub mod cookie;
pub mod dialog;
pub mod dynamic;
pub mod erased;
pub mod fade;
pub mod keyboard;
pub mod pool;
pub mod time;
pub mod viewport;

pub use address::{Address, address};
pub use dynamic::dynamic;
pub use erased::{Erased, erased};
pub use fade::fading;
