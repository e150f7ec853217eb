//! One operation at many agents: asking for it, and following it.

mod bar;
mod context;
mod dialog;
mod minutes;
mod progress;

pub use bar::BulkBar;
pub use context::Bulk;
pub use dialog::BulkDialog;
pub use progress::{BulkRuns, RunStep};
