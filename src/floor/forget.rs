//! Forgets agents who left and devices that nobody is bound to, so that months of changing staff do not add up.
//!
//! No agent or device in a call is forgotten. Calls that are over are forgotten as events come ([`Floor::apply`]).

use super::agent::Agent;
use super::device::{Device, DeviceBinding};
use super::{AgentId, CallId, Changes, DeviceId, Floor, PlatformTime};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long an agent who logged off is kept: a working day and the night shift after it.
const KEEP_LOGGED_OFF: Duration = Duration::from_secs(16 * 3600);
/// How long an agent or call is kept of which nothing is heard at all.
const KEEP_SILENT: Duration = Duration::from_secs(7 * 24 * 3600);

/// What [`Floor::forget`] forgot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// The agents who have no row any more.
    pub agents: Vec<AgentId>,
    /// The calls that are gone, and the agents whose rows may differ without them.
    pub changes: Changes,
}

impl Floor {
    /// Forgets agents who logged off long ago and whom the roster lists no more, devices that nobody has been bound to for long, and
    /// agents and calls of which nothing was heard for a week. `now` is platform time.
    pub fn forget(&mut self, now: PlatformTime) -> Forgotten {
        let (logged_off, silent) = (now - KEEP_LOGGED_OFF, now - KEEP_SILENT);
        let changes = self.forget_calls(silent);
        // If no roster was read lately, nobody knows whom it would list.
        let is_listed = |listed: Option<PlatformTime>| match self.roster_read {
            Some(read) if read >= logged_off => listed.is_some_and(|listed| listed >= logged_off),
            _ => true,
        };
        let gone = |(id, agent): &(&AgentId, &Agent)| {
            let left = !is_listed(agent.listed) && agent.is_off_since(logged_off);
            let silent = agent.listed.is_none_or(|listed| listed < silent) && agent.heard_last().is_none_or(|heard| heard < silent);
            (left || silent) && !self.is_in_call(id)
        };
        let mut agents: Vec<AgentId> = self.agents.iter().filter(gone).map(|(id, _)| id.clone()).collect();
        agents.sort_unstable();
        for id in &agents {
            self.agents.remove(id);
        }
        let is_empty = |(id, device): &(&DeviceId, &Device)| self.is_empty(id, device, logged_off);
        let empty: Vec<DeviceId> = self.devices.iter().filter(is_empty).map(|(id, _)| id.clone()).collect();
        for device in &empty {
            self.disown(device);
        }
        Forgotten { agents, changes }
    }

    /// Forgets the calls of which nothing was heard since `horizon`, over or not.
    fn forget_calls(&mut self, horizon: PlatformTime) -> Changes {
        let mut changes = Changes::default();
        let gone: Vec<CallId> = self.calls.iter().filter(|(_, call)| call.touched < horizon).map(|(id, _)| id.clone()).collect();
        let mut left = BTreeSet::new();
        for id in gone {
            changes.agents.extend(self.calls.get(&id).into_iter().flat_map(|call| self.agents_at_devices(call)).cloned());
            left.extend(self.remove_call(&id));
            changes.calls.push(id);
        }
        self.settle_devices(left, &mut Changes::default());
        changes
    }

    /// Returns whether a device that the agent is or lately was bound to is in a call.
    fn is_in_call(&self, agent: &AgentId) -> bool {
        let in_call = |device: &DeviceId| self.devices.get(device).is_some_and(|device| !device.calls.is_empty());
        self.agents.get(agent).is_some_and(|agent| agent.devices().any(in_call))
    }

    /// Returns whether nobody is bound to the device, nothing was told of its binding since `horizon`, and it is in no call.
    fn is_empty(&self, id: &DeviceId, device: &Device, horizon: PlatformTime) -> bool {
        let silent = |binding: &DeviceBinding| binding.newest().is_none_or(|newest| newest < horizon);
        device.calls.is_empty() && device.binding.as_deref().is_some_and(silent) && self.agent_at(id).is_none()
    }
}
