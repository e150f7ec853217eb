//! Who somebody is and what he may do: sessions, tokens, roles, and how often a password may be tried.

pub mod attempts;
pub mod session;
pub mod token;
pub mod visitor;
