//! What stands in the addresses of pages, for both halves: percent-coding, and the ids of agents.

pub mod agent;
pub mod percent;
