//! The figures of an agent's day that the platform counts (protocol, section 3: AgentStatusEvent).

use strum::EnumCount;

/// One figure of an agent's day, as AgentStatusEvent counts it; times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumCount)]
pub enum Figure {
    /// Calls of every direction.
    Calls,
    /// Inbound calls that were answered.
    Inbound,
    /// Outbound calls that were answered.
    Outbound,
    /// Internal calls that were answered.
    Internal,
    /// Time spent talking.
    TalkTime,
    /// Time that calls were on hold.
    HoldTime,
    /// Time in after-call work.
    AfterCallTime,
    /// How often the agent went into after-call work.
    AfterCallCount,
    /// Time spent not ready.
    NotReadyTime,
    /// How often the agent went not ready.
    NotReadyCount,
    /// Average handling time of a call.
    HandlingTime,
}

impl Figure {
    /// Every figure, in the order in which pages show them.
    pub const ALL: [Figure; Figure::COUNT] = [
        Figure::Calls,
        Figure::Inbound,
        Figure::Outbound,
        Figure::Internal,
        Figure::HandlingTime,
        Figure::TalkTime,
        Figure::HoldTime,
        Figure::AfterCallTime,
        Figure::AfterCallCount,
        Figure::NotReadyTime,
        Figure::NotReadyCount,
    ];

    /// Returns the name that the figure has in the event's `params`.
    pub fn param(self) -> &'static str {
        match self {
            Figure::Calls => "CallsTotal",
            Figure::Inbound => "CallsInTalk",
            Figure::Outbound => "CallsOutTalk",
            Figure::Internal => "CallsInternalTalk",
            Figure::TalkTime => "TalkTime",
            Figure::HoldTime => "HoldTime",
            Figure::AfterCallTime => "AcwTime",
            Figure::AfterCallCount => "AcwCount",
            Figure::NotReadyTime => "AuxTime",
            Figure::NotReadyCount => "AuxCount",
            Figure::HandlingTime => "AvgWorkTime",
        }
    }

    /// Returns whether it is a time in seconds rather than a count.
    pub fn is_time(self) -> bool {
        matches!(self, Figure::TalkTime | Figure::HoldTime | Figure::AfterCallTime | Figure::NotReadyTime | Figure::HandlingTime)
    }
}
