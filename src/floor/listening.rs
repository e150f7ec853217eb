//! Calls that somebody listens to by a call of its own. How the platform tells of such a monitoring call is not known for certain
//! (protocol, section 5), so it is recognised by what was asked for and by whom its only party is connected with.

use super::call::{Call, Connection};
use super::standing::Standing;
use super::{CallId, DeviceId, Floor};

impl Floor {
    /// Returns the caller or called device of `call` that is one of ours and has no connection in it: whom its party listens to, or calls.
    pub(super) fn named_end<'a>(&self, call: &'a Call, standing: &Standing) -> Option<&'a DeviceId> {
        let folded = call.folded();
        let ends = [folded.calling, folded.called].into_iter().flatten();
        ends.filter(|end| !standing.takes_part(usize::from(*end))).find_map(|end| call.device_at(end))
    }

    /// Returns the call that `call` was opened to listen to, with the listener and its connection; `None` if it is no monitoring call.
    pub(super) fn listened_to_by<'a>(&self, call: &'a Call, standing: &Standing) -> Option<(CallId, &'a DeviceId, &'a Connection)> {
        if self.listen_requests.is_empty() {
            return None;
        }
        let watched = self.named_end(call, standing)?;
        let (_, device, connection) = call.connections().find(|(index, _, connection)| standing.counts(*index, connection))?;
        let id = self.successor(&self.listen_requests.get(device)?.call);
        let other = self.calls.get(&id).filter(|other| other.id() != call.id())?;
        other.position(watched).is_some().then_some((id, device, connection))
    }

    /// Returns who listens to `call` by a call of its own, each with its connection there.
    pub(super) fn listeners_from_elsewhere(&self, call: &Call, standing: &Standing) -> Vec<(DeviceId, Connection)> {
        let mut listeners = Vec::new();
        for device in call.asked_to_listen().filter(|_| !standing.over) {
            let asked = self.listen_requests.get(device).is_some_and(|watch| self.successor(&watch.call) == *call.id());
            if !asked || listeners.iter().any(|(known, _)| known == device) {
                continue;
            }
            listeners.extend(self.listens_from(device, call.id()).map(|(_, connection)| (device.clone(), connection.clone())));
        }
        listeners.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        listeners
    }

    /// Returns the call by which `device` listens to `call`, where that is a call of its own.
    pub fn monitoring_call(&self, device: &DeviceId, call: &CallId) -> Option<CallId> {
        self.listens_from(device, call).map(|(own, _)| own)
    }

    fn listens_from(&self, device: &DeviceId, call: &CallId) -> Option<(CallId, &Connection)> {
        let own = self.calls_at(device).into_iter().filter(|id| id != call);
        own.filter_map(|id| self.calls.get(&id)).find_map(|own| {
            let standing = self.standing(own);
            let (watched, listener, connection) = self.listened_to_by(own, &standing).filter(|_| !standing.over)?;
            (watched == *call && listener == device).then(|| (own.id().clone(), connection))
        })
    }

    /// Returns the other call that a device in the call `id` was asked to listen to: events of this one may change the other's row.
    pub(super) fn listened_to_call(&self, id: &CallId) -> Option<CallId> {
        if self.listen_requests.is_empty() {
            return None;
        }
        let call = self.calls.get(id)?;
        let watch = call.devices().iter().find_map(|device| self.listen_requests.get(device));
        watch.map(|watch| self.successor(&watch.call)).filter(|watched| watched != id)
    }
}
