//! The console: everything that only the server has.

pub mod force;
pub mod session;
