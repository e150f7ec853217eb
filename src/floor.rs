//! What is true on the floor now. Pure: no IO, no clock, no randomness; the same code runs in the server and in the browser.
//!
//! [`Floor`] is a fold over [`Event`]s; a [`Row`] is what it says of one agent. Duplicates change nothing, and the events of
//! different sources (agent events, call events, status events) may interleave in any order with the same result.

pub mod board;
pub mod ids;
pub mod intervention;
pub mod row;

#[cfg(feature = "ssr")]
mod agent;
#[cfg(feature = "ssr")]
mod apply;
#[cfg(feature = "ssr")]
mod call;
#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
pub mod event;
#[cfg(feature = "ssr")]
mod memory;
#[cfg(feature = "ssr")]
mod proof;
#[cfg(feature = "ssr")]
mod stamp;
#[cfg(feature = "ssr")]
mod state;
#[cfg(all(test, feature = "ssr"))]
mod tests;

pub use board::{BoardQuery, Counts, SortKey};
pub use ids::{AgentId, CallId, DeviceId, IdError, Namespace, is_phone_number};
pub use intervention::{Intervention, Obstacle, Operation, Outcome, Role, obstacle};
pub use row::{CallView, Direction, Figures, Row, State};

#[cfg(feature = "ssr")]
pub use {
    agent::state_of_status,
    apply::Applied,
    event::{Event, EventError, EventKind},
    memory::Memory,
    state::{Floor, RosterEntry},
};
