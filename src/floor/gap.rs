//! A time of which nobody knows what happened.

use super::ConsoleTime;
use serde::{Deserialize, Serialize};

/// A stretch of time in which the platform may have told what was not heard: from the last that was heard until it could be heard again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// When the platform was last heard.
    pub from: ConsoleTime,
    /// From when on it was heard again.
    pub to: ConsoleTime,
}
