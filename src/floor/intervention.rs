//! The seven force operations, and how far one has come. What each needs beforehand is `forecast`'s.
//!
//! An operation is finished only by its event (protocol, section 4): the platform's 2xx is "accepted" and nothing more.

use super::{AgentId, CallId, ConsoleTime, DeviceId};
use serde::{Deserialize, Serialize};
use strum::EnumCount;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumCount)]
pub enum Operation {
    Listen,
    Join,
    Take,
    Drop,
    Ready,
    NotReady,
    Logout,
}

impl Operation {
    /// In the order in which a row offers them.
    pub const ALL: [Operation; Operation::COUNT] =
        [Operation::Listen, Operation::Join, Operation::Take, Operation::Drop, Operation::Ready, Operation::NotReady, Operation::Logout];

    /// The SDK's name: what `data-action`, the audit log and `--hide-action` carry.
    pub fn action(self) -> &'static str {
        match self {
            Operation::Listen => "forceListen",
            Operation::Join => "forceJoin",
            Operation::Take => "forceTake",
            Operation::Drop => "forceDrop",
            Operation::Ready => "forceReady",
            Operation::NotReady => "forceNotReady",
            Operation::Logout => "forceLogout",
        }
    }

    pub fn from_action(action: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|operation| operation.action() == action)
    }

    /// The server function's path below `/api/`.
    pub fn path(self) -> &'static str {
        match self {
            Operation::Listen => "force/listen",
            Operation::Join => "force/join",
            Operation::Take => "force/take",
            Operation::Drop => "force/drop",
            Operation::Ready => "force/ready",
            Operation::NotReady => "force/not-ready",
            Operation::Logout => "force/logout",
        }
    }

    /// The key that starts it on the board.
    pub fn key(self) -> &'static str {
        match self {
            Operation::Listen => "l",
            Operation::Join => "j",
            Operation::Take => "t",
            Operation::Drop => "d",
            Operation::Ready => "r",
            Operation::NotReady => "n",
            Operation::Logout => "o",
        }
    }

    /// Asks once before it is sent: it ends or takes away what somebody is in the middle of.
    pub fn destructive(self) -> bool {
        matches!(self, Operation::Drop | Operation::Take | Operation::Logout)
    }

    /// Is about a call; the others are about an agent.
    pub fn on_call(self) -> bool {
        matches!(self, Operation::Listen | Operation::Join | Operation::Take | Operation::Drop)
    }
}

/// What a signed-in person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Sees the board.
    Viewer,
    /// Sees the board and steps in.
    Supervisor,
}

/// How far an operation has come (`data-outcome`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Written to the audit log and on its way to the platform.
    Requested,
    /// The platform took it; its event has not come yet.
    Accepted,
    /// Its event came.
    Confirmed,
    /// The platform refused it, with this HTTP status.
    Refused(u16),
    /// Nothing was sent, and nothing will be.
    NotSent(NotSent),
    /// The connection broke, or a gateway answered for the platform: it may or may not have taken effect. Never repeated by itself.
    Unknown,
    /// Accepted, but no event within ten seconds.
    Unconfirmed,
}

impl Outcome {
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Requested => "requested",
            Outcome::Accepted => "accepted",
            Outcome::Confirmed => "confirmed",
            Outcome::Refused(_) | Outcome::NotSent(_) => "refused",
            Outcome::Unknown => "unknown",
            Outcome::Unconfirmed => "unconfirmed",
        }
    }

    pub fn pending(self) -> bool {
        matches!(self, Outcome::Requested | Outcome::Accepted)
    }
}

/// Why an operation was never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotSent {
    /// There was no connection to the platform.
    Unreachable,
    /// The audit log could not be written in time: what is not written down is not done.
    Unwritten,
    /// The console stopped first.
    Stopping,
}

impl NotSent {
    /// What the audit log and the JSON views carry.
    pub fn code(self) -> &'static str {
        match self {
            NotSent::Unreachable => "unreachable",
            NotSent::Unwritten => "audit-log",
            NotSent::Stopping => "stopping",
        }
    }
}

/// One intervention, from click to proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// Unique in the console's database, ascending.
    pub id: i64,
    pub operation: Operation,
    /// The agent at the target device, where one is known.
    pub agent: Option<AgentId>,
    /// The target: whose call or whose state. For listening, the device listened to where it is known.
    pub device: Option<DeviceId>,
    pub call: Option<CallId>,
    /// Who asked, and with which device (joins, takes and listens there).
    pub by: AgentId,
    pub by_device: DeviceId,
    pub requested_at: ConsoleTime,
    /// Milliseconds from the request to the platform's answer.
    pub answered_after: Option<u32>,
    /// Milliseconds from the request to the event that proves it, or to giving up.
    pub finished_after: Option<u32>,
    pub outcome: Outcome,
    /// Accepted for later: it takes effect when the agent's call ends (`pendingMode`).
    pub deferred: bool,
    /// Whom or what a refusal named as the one in the way (455, 459).
    pub holder: Option<String>,
}
