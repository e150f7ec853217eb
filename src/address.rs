//! What stands in the addresses of pages, for both halves: percent-coding, the ids of agents, and where one may be sent on to.

pub mod agent;
pub mod local;
pub mod percent;
