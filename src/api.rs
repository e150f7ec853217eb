//! The server functions: public endpoints, one file a subject. Each body authorises, then makes one service call.

mod bulk;
mod error;
mod force;
mod order;
mod session;

pub use bulk::{BulkCancel, BulkStart, bulk_cancel, bulk_start};
pub use error::ApiError;
pub use force::{ForceDrop, ForceJoin, ForceListen, ForceLogout, ForceNotReady, ForceReady, ForceTake};
pub use force::{force_drop, force_join, force_listen, force_logout, force_not_ready, force_ready, force_take};
pub use order::{OrderCancel, order_cancel};
pub use session::{SignIn, SignOut, sign_in, sign_out};
