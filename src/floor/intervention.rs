//! The operations, the seven force operations above all, and how far an intervention has come. What each operation needs is decided by [`super::forecast()`].
//!
//! Only its event shows that an operation took effect (protocol, section 4): the platform's 2xx means "accepted" and nothing more.

use super::{AgentId, CallId, ConsoleTime, DeviceId, PhoneOperation};
use serde::{Deserialize, Serialize};

/// One of the seven things that a supervisor can do at an agent or a call, or one with the own phone (protocol, section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operation {
    /// Hear a call silently, with the supervisor's own device.
    Listen,
    /// Become a party of a call, with the supervisor's own device.
    Join,
    /// Transfer a call from the agent to the supervisor's own device.
    Take,
    /// Drop the agent's device from a call.
    Drop,
    /// Make an agent ready.
    Ready,
    /// Make an agent not ready.
    NotReady,
    /// Log an agent out.
    Logout,
    /// Something with the own phone.
    Phone(PhoneOperation),
}

impl Operation {
    /// The seven, in the order in which a row offers them.
    pub const ALL: [Operation; 7] =
        [Operation::Listen, Operation::Join, Operation::Take, Operation::Drop, Operation::Ready, Operation::NotReady, Operation::Logout];

    /// Returns the SDK's name, which `data-action`, the audit log and `--hide-action` carry.
    pub fn action(self) -> &'static str {
        match self {
            Operation::Listen => "forceListen",
            Operation::Join => "forceJoin",
            Operation::Take => "forceTake",
            Operation::Drop => "forceDrop",
            Operation::Ready => "forceReady",
            Operation::NotReady => "forceNotReady",
            Operation::Logout => "forceLogout",
            #[cfg(feature = "ssr")]
            Operation::Phone(phone) => phone.action(),
            // Browsers are told of none.
            #[cfg(not(feature = "ssr"))]
            Operation::Phone(_) => "",
        }
    }

    /// Reads what [`Operation::action`] writes, or returns `None` for another text.
    #[cfg(feature = "ssr")]
    pub fn from_action(action: &str) -> Option<Operation> {
        let phone = || PhoneOperation::from_action(action).map(Operation::Phone);
        Operation::ALL.into_iter().find(|operation| operation.action() == action).or_else(phone)
    }

    /// Returns the server function's path below `/api/`.
    pub fn path(self) -> &'static str {
        match self {
            Operation::Listen => "force/listen",
            Operation::Join => "force/join",
            Operation::Take => "force/take",
            Operation::Drop => "force/drop",
            Operation::Ready => "force/ready",
            Operation::NotReady => "force/not-ready",
            Operation::Logout => "force/logout",
            #[cfg(feature = "ssr")]
            Operation::Phone(phone) => phone.path(),
            #[cfg(not(feature = "ssr"))]
            Operation::Phone(_) => "",
        }
    }

    /// Returns the key that starts it on the board; empty for what has none there.
    pub fn key(self) -> &'static str {
        match self {
            Operation::Listen => "l",
            Operation::Join => "j",
            Operation::Take => "t",
            Operation::Drop => "d",
            Operation::Ready => "r",
            Operation::NotReady => "n",
            Operation::Logout => "o",
            Operation::Phone(_) => "",
        }
    }

    /// Returns whether the page asks before it sends it, because it ends or takes away what somebody is in the middle of.
    pub fn destructive(self) -> bool {
        match self {
            Operation::Drop | Operation::Take | Operation::Logout => true,
            Operation::Listen | Operation::Join | Operation::Ready | Operation::NotReady | Operation::Phone(_) => false,
        }
    }

    /// Returns whether a phone of the supervisor's takes part in somebody else's call: it listens, joins or takes.
    pub fn uses_own_phone(self) -> bool {
        match self {
            Operation::Listen | Operation::Join | Operation::Take => true,
            Operation::Drop | Operation::Ready | Operation::NotReady | Operation::Logout | Operation::Phone(_) => false,
        }
    }

    /// Returns whether it is one of the seven, which steps in at somebody else's.
    pub fn steps_in(self) -> bool {
        !matches!(self, Operation::Phone(_))
    }

    /// Returns whether it is about a call; the others are about an agent.
    pub fn on_call(self) -> bool {
        match self {
            Operation::Listen | Operation::Join | Operation::Take | Operation::Drop => true,
            Operation::Ready | Operation::NotReady | Operation::Logout => false,
            Operation::Phone(phone) => phone.on_call(),
        }
    }
}

/// What somebody who is signed in may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Only looks.
    Viewer,
    /// Looks and steps in.
    Supervisor,
}

/// How far an intervention has come (`data-outcome`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It is on its way: to the audit log, to the platform, or waiting for the agent's call to end.
    Requested,
    /// The platform accepted it (2xx); its event has not come yet.
    Accepted,
    /// Its proof came: the event that shows that it took effect (protocol, section 4).
    Confirmed,
    /// The platform refused it, with this HTTP status (protocol, section 1).
    Refused(u16),
    /// Nothing was sent, and nothing will be, for this reason.
    NotSent(NotSent),
    /// It may or may not have taken effect: the connection broke, or a gateway answered for the platform. It is never repeated by itself.
    Unknown,
    /// It was accepted, but no proof came within ten seconds; for a deferred one, within the longest time that a call may last.
    Unconfirmed,
}

impl Outcome {
    /// Returns the outcome's name in `data-outcome`, the audit log and the JSON views; the same for what was refused and not sent.
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

    /// Returns the outcome of this name, with the status of a refusal or the reason why nothing was sent; `None` if there is none.
    pub fn from_code(code: &str, status: Option<u16>, reason: Option<NotSent>) -> Option<Outcome> {
        Some(match code {
            "requested" => Outcome::Requested,
            "accepted" => Outcome::Accepted,
            "confirmed" => Outcome::Confirmed,
            "refused" => status.map(Outcome::Refused).or(reason.map(Outcome::NotSent))?,
            "unknown" => Outcome::Unknown,
            "unconfirmed" => Outcome::Unconfirmed,
            _ => return None,
        })
    }

    /// Returns whether the outcome may still change: it is requested or accepted.
    pub fn pending(self) -> bool {
        matches!(self, Outcome::Requested | Outcome::Accepted)
    }
}

/// Why an intervention was never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotSent {
    /// There was no connection to the platform.
    Unreachable,
    /// The audit log could not be written in time, and nothing is done that is not written there.
    Unwritten,
    /// The console was stopped first.
    Stopping,
}

impl NotSent {
    /// Returns the reason's name in the audit log and the JSON views.
    pub fn code(self) -> &'static str {
        match self {
            NotSent::Unreachable => "unreachable",
            NotSent::Unwritten => "audit-log",
            NotSent::Stopping => "stopping",
        }
    }

    /// Returns the reason of this name, or `None` if there is none.
    pub fn from_code(code: &str) -> Option<NotSent> {
        [NotSent::Unreachable, NotSent::Unwritten, NotSent::Stopping].into_iter().find(|reason| reason.code() == code)
    }
}

/// One instance of an operation, from the request to its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// The intervention's number: ascending, and unique in the console's database.
    pub id: i64,
    /// What was asked for.
    pub operation: Operation,
    /// The agent at the target device, if one is known.
    pub agent: Option<AgentId>,
    /// The target device: whose call or whose mode. For listening the device that is listened to, if it is known.
    pub device: Option<DeviceId>,
    /// The call that it is about; absent for operations about an agent.
    pub call: Option<CallId>,
    /// Who asked: an agent's id, or `token:` and the name of a script's token.
    pub by: AgentId,
    /// The device of who asked, which joins, takes or listens; empty if it has none.
    pub by_device: DeviceId,
    /// When it was asked for.
    pub requested_at: ConsoleTime,
    /// Milliseconds from the request to the platform's answer; absent until it comes.
    pub answered_after: Option<u32>,
    /// Milliseconds from the request to the proof, or to giving up; absent until then.
    pub finished_after: Option<u32>,
    /// How far it has come.
    pub outcome: Outcome,
    /// Whether it takes effect when the agent's call ends: the platform put it off (`pendingMode`), or the console waits.
    pub deferred: bool,
    /// The agent or device that a refusal named as the one in the way (protocol, section 1: 455, 459).
    pub holder: Option<String>,
}

impl Intervention {
    /// Makes one that is asked for by `by`, from `by_device`, at `at`, and about nobody yet. Its id comes with being taken up.
    pub fn requested(operation: Operation, by: AgentId, by_device: DeviceId, at: ConsoleTime) -> Intervention {
        Intervention {
            id: 0,
            operation,
            agent: None,
            device: None,
            call: None,
            by,
            by_device,
            requested_at: at,
            answered_after: None,
            finished_after: None,
            outcome: Outcome::Requested,
            deferred: false,
            holder: None,
        }
    }
}
