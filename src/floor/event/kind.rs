//! The kinds of events, by the protocol's names, and whose serials each counts with.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    AgentLoggedOn,
    AgentLoggedOff,
    AgentReady,
    AgentNotReady,
    AgentAllocated,
    AgentWorkingAfterCall,
    ServiceInitiated,
    Originated,
    Delivered,
    Established,
    Held,
    Retrieved,
    Conferenced,
    Transferred,
    ConnectionCleared,
    Failed,
    RecordStarted,
    RecordStopped,
    AgentStatus,
    CallEnd,
    /// A name that this edition does not know: kept, and without effect on the floor.
    Other,
}

impl EventKind {
    /// Whose serials this kind counts with.
    pub fn series(self) -> Series {
        match self {
            EventKind::AgentLoggedOn
            | EventKind::AgentLoggedOff
            | EventKind::AgentReady
            | EventKind::AgentNotReady
            | EventKind::AgentAllocated
            | EventKind::AgentWorkingAfterCall => Series::Agent,
            EventKind::AgentStatus | EventKind::CallEnd => Series::Report,
            _ => Series::Call,
        }
    }

    pub(super) fn from_name(name: &str) -> EventKind {
        match name {
            "agentLoggedOn" => EventKind::AgentLoggedOn,
            "agentLoggedOff" => EventKind::AgentLoggedOff,
            "agentReady" => EventKind::AgentReady,
            "agentNotReady" => EventKind::AgentNotReady,
            "agentAllocated" => EventKind::AgentAllocated,
            "agentWorkingAfterCall" => EventKind::AgentWorkingAfterCall,
            "serviceInitiated" => EventKind::ServiceInitiated,
            "originated" => EventKind::Originated,
            "delivered" => EventKind::Delivered,
            "established" => EventKind::Established,
            "held" => EventKind::Held,
            "retrieved" => EventKind::Retrieved,
            "conferenced" => EventKind::Conferenced,
            "transferred" => EventKind::Transferred,
            "connectionCleared" => EventKind::ConnectionCleared,
            "failed" => EventKind::Failed,
            "recordStarted" => EventKind::RecordStarted,
            "recordStopped" => EventKind::RecordStopped,
            "AgentStatusEvent" => EventKind::AgentStatus,
            "CallEndEvent" => EventKind::CallEnd,
            _ => EventKind::Other,
        }
    }
}

/// Which counter an event's serial belongs to, beside the component that counts (protocol, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    /// agentReady and its like.
    Agent,
    /// Calls and recordings.
    Call,
    /// AgentStatusEvent and CallEndEvent.
    Report,
}
