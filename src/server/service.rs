//! The use cases: one operation, an operation at many agents, what is to be done later, signing in.

pub mod arguments;
pub mod bulk;
pub mod day;
pub mod error;
pub mod intervene;
pub mod phone;
pub mod scheduled;
pub mod sign_in;
