//! What the page itself knows of an intervention: sent and not yet heard of, failed, put aside.
//!
//! The rows carry the truth (`Row::action`, from the server, there again after a reload). A note bridges the time until the row says
//! it, and holds what no row will ever say: why nothing was sent.

use crate::api::ApiError;
use crate::api::client::Answer;
use crate::floor::Operation;

/// What the page knows of the latest intervention at a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Sent; `before` is the intervention that the row told of at that time.
    Sent { operation: Operation, before: Option<i64> },
    /// The server function's answer.
    Answered { operation: Operation, answer: Answer },
    /// With `before` as in `Sent`: where the row tells of a newer one, the failure is that one's, and so is what comes of it later.
    Failed { operation: Operation, error: ApiError, before: Option<i64> },
    /// Not even sent, with the reason in words.
    Blocked { operation: Operation, why: String },
    /// The user has seen the row's intervention with this id, and put it aside.
    Dismissed(i64),
}
