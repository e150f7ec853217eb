//! What the console will do at an agent by itself, later: ready again after so many minutes, log out after the call.

use super::{AgentId, ConsoleTime};
use serde::{Deserialize, Serialize};

/// Something that the console will do at an agent by itself, unless somebody cancels it. It is kept over a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The id of the intervention that asked for it.
    pub id: i64,
    /// What will be done.
    pub kind: ScheduledKind,
    /// Who asked for it, as in [`Intervention::by`](super::Intervention::by).
    pub by: AgentId,
}

/// What will be done at an agent later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScheduledKind {
    /// Make the agent ready again some minutes after it was made not ready.
    ReadyAgain {
        /// How many minutes the agent is to be not ready.
        minutes: u32,
        /// When the agent is to be ready again; absent until the agent is not ready.
        due: Option<ConsoleTime>,
    },
    /// Log the agent out when the call has ended.
    LogoutAfterCall,
}
