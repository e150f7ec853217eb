//! Everything that is true now of a tenant's agents, devices and calls.
//!
//! The module is pure: no IO, no clock, no randomness. The [`Floor`] runs in the server only; the types that pages show and send
//! (rows, queries, forecasts) are compiled for the browser too.
//!
//! [`Floor`] is a fold over [`Event`]s, and a [`Row`] is what it says of one agent. A duplicate changes nothing, and the events of
//! different sources (agent events, call events, status events) may interleave in any order with the same result.

#![warn(missing_docs)]

pub mod board;
pub mod bulk;
pub mod call_query;
pub mod call_row;
pub mod forecast;
pub mod gap;
pub mod ids;
pub mod intervention;
#[cfg(feature = "ssr")]
pub mod mask;
pub mod phone;
pub mod row;
pub mod scheduled;
pub mod threshold;
pub mod time;

#[cfg(feature = "ssr")]
mod agent;
#[cfg(feature = "ssr")]
mod apply;
#[cfg(feature = "ssr")]
mod call;
#[cfg(feature = "ssr")]
mod calls;
#[cfg(feature = "ssr")]
mod chronicle;
#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
mod device;
#[cfg(feature = "ssr")]
mod devices;
#[cfg(feature = "ssr")]
mod doubt;
#[cfg(feature = "ssr")]
pub mod event;
#[cfg(feature = "ssr")]
mod figure;
#[cfg(feature = "ssr")]
mod fold;
#[cfg(feature = "ssr")]
mod forget;
#[cfg(feature = "ssr")]
mod interval;
#[cfg(feature = "ssr")]
mod kept;
#[cfg(feature = "ssr")]
mod listening;
#[cfg(feature = "ssr")]
mod memory;
#[cfg(feature = "ssr")]
pub mod proof;
#[cfg(feature = "ssr")]
mod record;
#[cfg(feature = "ssr")]
mod seen;
#[cfg(feature = "ssr")]
mod stamp;
#[cfg(feature = "ssr")]
mod standing;
#[cfg(feature = "ssr")]
mod state;
#[cfg(feature = "ssr")]
mod table;
#[cfg(feature = "ssr")]
mod tenant;
#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests;
#[cfg(feature = "ssr")]
pub mod visibility;

pub use board::{BoardQuery, Counts, Rank, Sort, SortKey};
pub use bulk::{BulkItem, BulkRun, BulkStep, DryRun, dry_run};
pub use call_query::CallQuery;
pub use call_row::{CallRow, CallState, Holds, Party, PartyRole, PartyState};
pub use forecast::{Effect, Obstacle, OwnConnection, Situation, TargetConnection, forecast};
pub use gap::Gap;
pub use ids::{AgentId, CallId, DeviceId, IdError, Namespace, is_agent_number, is_phone_number};
pub use intervention::{Intervention, NotSent, Operation, Outcome, Role};
pub use phone::{Control, Phone, PhoneCall, PhoneOperation, PhoneTarget};
pub use row::{CallView, Direction, Figures, Row, State};
pub use scheduled::{Scheduled, ScheduledKind};
pub use time::{ConsoleTime, Offset, PlatformTime};

#[cfg(feature = "ssr")]
pub use {
    agent::state_of_status,
    apply::{Applied, Changes},
    calls::HistoryLine,
    chronicle::{Chronicle, Record},
    event::{Event, EventError, EventKind},
    figure::Figure,
    fold::Fold,
    forget::Forgotten,
    interval::{StateInterval, Workday},
    kept::KeptError,
    record::{CallRecord, Ending, PartyRecord, StepIn},
    state::{Floor, MOST_AGENTS, Queue, RosterEntry},
    tenant::NotOurs,
};
