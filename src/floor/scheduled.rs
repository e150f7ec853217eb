//! What the console will do at an agent by itself, later: ready again after so many minutes, log out after the call.

use super::{AgentId, ConsoleTime};
use serde::{Deserialize, Serialize};

/// Something the console will do by itself at an agent, unless somebody cancels it. Survives a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The id of the intervention that it came of.
    pub id: i64,
    pub kind: ScheduledKind,
    pub by: AgentId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScheduledKind {
    /// A time-boxed not-ready: ready again after so many minutes. `due` is set once the agent is not ready.
    ReadyAgain { minutes: u32, due: Option<ConsoleTime> },
    /// Log out when the agent's call has ended.
    LogoutAfterCall,
}
