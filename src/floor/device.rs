//! What is known of one device: which agent is bound to it, which calls it is in, which call it was asked to listen to.

use super::stamp::Stamp;
use super::{AgentId, CallId, PlatformTime};
use std::collections::BTreeSet;

/// Which agent is bound to a device of ours. That there is such an entry makes it one of ours.
#[derive(Debug, Clone, Default)]
pub(super) struct DeviceBinding {
    /// The agent by an agent or status event, with its stamp.
    pub said: Option<(Stamp, AgentId)>,
    /// The agent by a call event's copy; counts only if no agent or status event named one.
    pub seen: Option<(Stamp, AgentId)>,
    /// When an agent here last changed into a mode that nobody takes in a call (protocol, section 5).
    pub idle: Option<Stamp>,
    /// The agents who lately logged off here, oldest first.
    pub left: Vec<(Stamp, AgentId)>,
}

/// A call that a device was asked to listen to.
#[derive(Debug, Clone)]
pub(super) struct ListenRequest {
    /// The call that is listened to.
    pub call: CallId,
    /// The floor's newest event time when that was asked for.
    pub from: PlatformTime,
}

impl DeviceBinding {
    /// Returns the agent who was last heard to be here; [`Floor::agent_at`](super::Floor::agent_at) asks whether that still holds.
    pub fn holder(&self) -> Option<&AgentId> {
        self.said.as_ref().or(self.seen.as_ref()).map(|(_, agent)| agent)
    }

    /// Returns when an event last told something of the binding.
    pub fn newest(&self) -> Option<PlatformTime> {
        let named = [&self.said, &self.seen].into_iter().flatten().chain(&self.left).map(|(at, _)| at);
        named.chain(&self.idle).map(|at| at.happened).max()
    }
}

/// The calls of one device, ours or from outside.
#[derive(Debug, Clone, Default)]
pub(super) struct DeviceCalls {
    /// The calls that it is or lately was in.
    pub calls: BTreeSet<CallId>,
    /// When it was last busy in a call that has been forgotten since.
    pub busy: Option<Stamp>,
}
