//! Which event proves which operation (protocol, section 4).

use super::event::{Event, EventKind};
use super::{CallId, DeviceId, Floor, Intervention, Operation};

impl Intervention {
    /// Whether `event`, already applied to `floor`, shows that this operation took effect.
    pub fn is_proved_by(&self, event: &Event, floor: &Floor) -> bool {
        let is = |field: &Option<DeviceId>, device: &DeviceId| field.as_ref() == Some(device);
        let own = &self.by_device;
        match self.operation {
            Operation::Ready => event.kind == EventKind::AgentReady && self.agent.is_some() && event.agent == self.agent,
            Operation::NotReady => event.kind == EventKind::AgentNotReady && self.agent.is_some() && event.agent == self.agent,
            Operation::Logout => event.kind == EventKind::AgentLoggedOff && self.agent.is_some() && event.agent == self.agent,
            Operation::Drop => {
                event.kind == EventKind::ConnectionCleared
                    && self.device.is_some()
                    && event.releasing == self.device
                    && self.concerns(event, floor)
            }
            Operation::Join => {
                let joined = event.kind == EventKind::Conferenced && is(&event.added, own);
                (joined || answered_at(event, own)) && self.concerns(event, floor)
            }
            Operation::Take => {
                let taken = event.kind == EventKind::Transferred && is(&event.transferred_to, own);
                (taken || answered_at(event, own)) && self.concerns(event, floor)
            }
            // The monitoring call may have an id of its own; then it stands between the listener and the device listened to.
            Operation::Listen => {
                let monitoring = self.device.as_ref().is_some_and(|device| is(&event.calling, device) || is(&event.called, device));
                answered_at(event, own) && (self.concerns(event, floor) || monitoring)
            }
        }
    }

    /// The event speaks of this operation's call, under whichever of its ids.
    fn concerns(&self, event: &Event, floor: &Floor) -> bool {
        let Some(call) = self.call.as_ref().map(|call| floor.successor(call)) else { return false };
        let same = |id: &Option<CallId>| id.as_ref().is_some_and(|id| floor.successor(id) == call);
        same(&event.call) || same(&event.new_call) || same(&event.primary_old) || same(&event.secondary_old)
    }
}

fn answered_at(event: &Event, device: &DeviceId) -> bool {
    event.kind == EventKind::Established && event.answering.as_ref() == Some(device)
}
