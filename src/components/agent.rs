//! One agent, at a row and in depth.

mod call;
mod cells;
mod day;
mod detail;
mod label;
mod not_ready;
mod scheduled;

pub use cells::{CallCell, TimeInState, direction_code};
pub use detail::AgentDetail;
pub use label::agent_label;
pub use not_ready::MINUTES;
pub use scheduled::ScheduledTag;
