//! One operation at one agent, or at an agent's part in a call: what it would do, asking for it, and how far it has come.

mod act;
mod actions;
mod confirm;
mod context;
mod line;
mod note;
mod progress;
mod prospect;
mod steps;
mod target;

pub use act::operation_of_key;
pub use actions::{Actions, ActionsAt};
pub use confirm::ConfirmDialog;
pub use context::{Interventions, interventions};
pub use progress::{Progress, ProgressAt};
pub use steps::steps;
pub use target::Target;
