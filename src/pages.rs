//! One file a route.

pub mod agent;
pub mod calls;
pub mod floor;
pub mod not_found;
pub mod sign_in;
