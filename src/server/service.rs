//! The use cases: one operation, an operation at many agents, what is to be done later, signing in, diagnostics.

pub mod arguments;
pub mod bulk;
pub mod day;
pub mod diagnostics;
pub mod error;
pub mod intervene;
pub mod phone;
pub mod scheduled;
pub mod sign_in;
