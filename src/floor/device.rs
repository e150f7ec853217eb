//! What is known of one device: which agent is bound to it, which calls it is in, which call it was asked to listen to.

mod parts;

pub(super) use parts::{Evidence, Part, Parts};

use super::stamp::Stamp;
use super::table::Slot;
use super::{AgentId, CallId, PlatformTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A device, ours or from outside.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Device {
    /// Which agent is bound to it; present if it is one of ours.
    pub binding: Option<Box<DeviceBinding>>,
    /// The calls that it is or lately was in.
    pub calls: BTreeSet<Slot>,
    /// When it was last busy in a call that has been forgotten since, while it is in others.
    pub busy: Option<Stamp>,
}

/// Which agent is bound to a device of ours. That there is such an entry makes it one of ours.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct DeviceBinding {
    /// The agent by an agent or status event, with its stamp.
    pub said: Option<(Stamp, AgentId)>,
    /// The agent by a call event's copy; counts only if no agent or status event named one.
    pub seen: Option<(Stamp, AgentId)>,
    /// When an agent here last changed into a mode that nobody takes in a call (protocol, section 5).
    pub idle: Option<Stamp>,
    /// The agents who lately logged off here, oldest first.
    pub left: Vec<(Stamp, AgentId)>,
    /// What its connections in its calls say of each other.
    pub parts: Parts,
}

/// A call that a device was asked to listen to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ListenRequest {
    /// The call that is listened to.
    pub call: CallId,
    /// The floor's newest event time when that was asked for.
    pub from: PlatformTime,
}

impl Device {
    /// Returns the agent who was last heard to be here; [`Floor::agent_at`](super::Floor::agent_at) asks whether that still holds.
    pub fn holder(&self) -> Option<&AgentId> {
        self.binding.as_ref()?.holder()
    }

    /// Returns the evidence apart from its other calls that it has left a call.
    pub fn evidence(&self) -> Evidence {
        Evidence { idle: self.binding.as_ref().and_then(|binding| binding.idle), busy: self.busy }
    }

    /// Works out what follows from its calls and the evidence, where that changed, and adds the calls that it is now taken to have left, or
    /// to be in after all, to `turned`.
    pub fn settle(&mut self, turned: &mut Vec<Slot>) {
        let evidence = self.evidence();
        if let Some(binding) = &mut self.binding {
            binding.parts.settle(evidence, turned);
        }
    }
}

impl DeviceBinding {
    /// Returns the agent who was last heard to be here.
    pub fn holder(&self) -> Option<&AgentId> {
        self.said.as_ref().or(self.seen.as_ref()).map(|(_, agent)| agent)
    }

    /// Returns when an event last told something of the binding.
    pub fn newest(&self) -> Option<PlatformTime> {
        let named = [&self.said, &self.seen].into_iter().flatten().chain(&self.left).map(|(at, _)| at);
        named.chain(&self.idle).map(|at| at.happened).max()
    }
}
