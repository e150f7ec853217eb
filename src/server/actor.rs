//! The one owner of the floor: a single task that applies events, follows the interventions and publishes. Others hold a
//! [`FloorHandle`]: they send to it and are answered; nobody else touches the floor.

mod board;
mod channel;
mod error;
mod frame;
mod handle;
pub mod history;
mod interventions;
mod joining;
mod message;
mod own_phone;
mod page_floor;
mod publication;
mod published;
mod request;
mod runs;
mod schedule;
mod seen_board;
mod snapshots;
mod state;
mod task;

pub use channel::{Behind, Listener};
pub use error::{FloorError, Stopped};
pub use frame::Framed;
pub use handle::FloorHandle;
pub use interventions::PlatformAnswer;
pub use own_phone::{OwnCall, OwnPhone};
pub use page_floor::{PageFloor, Reader, Subject};
pub use published::Subscription;
pub use request::{Begun, DayView, Delivery, InterventionRequest, Kept, MemoryOf, NewRun, PhoneBegun, PhoneRequest, Restored};
pub use runs::{BulkTurn, RunNews};
pub use schedule::Verdict;
pub use snapshots::{AgentSnapshot, CallsSnapshot, FloorSnapshot};
pub use task::start;
