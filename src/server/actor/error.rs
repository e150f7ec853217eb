//! Why the floor's owner does not take something up. Says nothing of HTTP or of form fields: what becomes of it there is decided at the
//! edge (`service::error`).

use crate::floor::{AgentId, Effect, Obstacle};

/// Why what the floor was asked for was not taken up; nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FloorError {
    /// The audit log cannot be written.
    #[error("the audit log cannot be written")]
    AuditFailed,
    /// The database file was deleted or replaced.
    #[error("the database file was deleted or replaced")]
    DatabaseLost,
    /// The operation's precondition does not hold now.
    #[error("{0}")]
    Obstacle(Obstacle),
    /// It would have another effect now than the one that was shown.
    #[error("it would do something else now")]
    Changed(Effect),
    /// Too many are under way.
    #[error("too many are under way")]
    Busy,
    /// Another agent sits at the phone with which the supervisor would step in.
    #[error("agent {} sits at that phone", .0.number())]
    PhoneTaken(AgentId),
    /// Nothing is to be done later at the agent.
    #[error("nothing is planned for this agent")]
    NothingScheduled,
    /// The owner has ended.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// The owner has ended, which happens only while the console stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the console is stopping")]
pub struct Stopped;
