//! What is to happen on the simulated floor by itself, later.

use super::id::Id;

/// Something that is due.
#[derive(Debug)]
pub enum Due {
    LogOn(usize, u32),
    Announce(usize),
    Heartbeat(usize, u32),
    Answer(Id, Id),
    NoAnswer(Id, Id),
    /// With the platform's `failedCode`.
    Fail(Id, u8),
    Arrival,
    Offer,
    Hangup(Id),
    Leave(Id, Id),
    Hold(Id, Id),
    Retrieve(Id, Id),
    Consult(Id, Id),
    EndConsult(Id, Id, Id),
    Transfer(Id, Id),
    Conference(Id, Id),
    /// A call that was transferred to a queue looks for an agent.
    Requeue(Id, usize),
    /// A reserved agent dials or is released.
    Dial(usize, u32),
    WrapUpDone(usize, u32),
    BreakStart(usize, u32),
    BreakEnd(usize, u32),
}
