//! The figures that the platform counts of an agent's day (protocol, section 3: AgentStatusEvent).

use strum::EnumCount;

/// A figure of the day that AgentStatusEvent counts; times are seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumCount)]
pub enum Figure {
    Calls,
    Inbound,
    Outbound,
    Internal,
    TalkTime,
    HoldTime,
    AfterCallTime,
    AfterCallCount,
    NotReadyTime,
    NotReadyCount,
    HandlingTime,
}

impl Figure {
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

    /// The platform's name of it.
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

    pub fn is_time(self) -> bool {
        matches!(self, Figure::TalkTime | Figure::HoldTime | Figure::AfterCallTime | Figure::NotReadyTime | Figure::HandlingTime)
    }
}
