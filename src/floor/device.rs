//! What is known of one device: who sits at it, which calls it has a part in, which call it was asked to listen to.

use super::stamp::Stamp;
use super::{AgentId, CallId, PlatformTime};
use std::collections::BTreeSet;

/// What is known of a device of ours; that there is such an entry says that it is one.
#[derive(Debug, Clone, Default)]
pub(super) struct DeviceBinding {
    /// Who sits there, by an agent or status event.
    pub said: Option<(Stamp, AgentId)>,
    /// By a call event's copy; counts only where nothing was said.
    pub seen: Option<(Stamp, AgentId)>,
    /// When an agent last was in a mode here that nobody in a call changes into.
    pub idle: Option<Stamp>,
    /// Who sat here and logged off, lately.
    pub left: Vec<(Stamp, AgentId)>,
}

/// A listener's order: which call, asked for when the newest event was of that time.
#[derive(Debug, Clone)]
pub(super) struct ListenRequest {
    pub call: CallId,
    pub from: PlatformTime,
}

impl DeviceBinding {
    pub fn holder(&self) -> Option<&AgentId> {
        self.said.as_ref().or(self.seen.as_ref()).map(|(_, agent)| agent)
    }

    /// When something was last said of the device.
    pub fn newest(&self) -> Option<PlatformTime> {
        let named = [&self.said, &self.seen].into_iter().flatten().chain(&self.left).map(|(at, _)| at);
        named.chain(&self.idle).map(|at| at.happened).max()
    }
}

/// What the floor knows of a device because of its calls.
#[derive(Debug, Clone, Default)]
pub(super) struct DeviceCalls {
    /// The calls that it has, or lately had, a part in.
    pub calls: BTreeSet<CallId>,
    /// When it was last busy in a call that is forgotten.
    pub busy: Option<Stamp>,
}
