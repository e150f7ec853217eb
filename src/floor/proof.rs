//! Which event is the proof of which operation (protocol, section 4).

use super::agent::Mode;
use super::event::{Event, EventKind};
use super::stamp::CLOCKS_APART;
use super::{CallId, DeviceId, Floor, Intervention, Operation, PhoneOperation};
use std::time::Duration;

/// How much older than the request its proof may look: the clocks of two sources differ, and event times are whole seconds.
pub const OLDER: Duration = Duration::from_secs(CLOCKS_APART.as_secs() + 1);

impl Floor {
    /// Returns whether an agent event, already applied, tells the agent's present mode: no newer event has told another. True for events
    /// that tell none of ready, not ready and logged off.
    pub fn is_newest_word(&self, event: &Event) -> bool {
        let mode = match event.kind {
            EventKind::AgentReady => Mode::Ready,
            EventKind::AgentNotReady => Mode::NotReady,
            EventKind::AgentLoggedOff => Mode::LoggedOut,
            _ => return true,
        };
        let agent = event.agent.as_ref().and_then(|agent| self.agents.get(agent));
        agent.and_then(|agent| agent.own_word()).is_some_and(|word| word.mode == mode)
    }
}

impl Intervention {
    /// Returns whether `event`, already applied to `floor`, shows that this intervention took effect. One that the floor ignored, because
    /// it knows something newer, does not.
    pub fn is_proved_by(&self, event: &Event, floor: &Floor) -> bool {
        let own = &self.by_device;
        match self.operation {
            Operation::Ready => self.is_mode_of(event, EventKind::AgentReady, floor),
            Operation::NotReady => self.is_mode_of(event, EventKind::AgentNotReady, floor),
            Operation::Logout => self.is_mode_of(event, EventKind::AgentLoggedOff, floor),
            Operation::Drop => {
                let left = |device: &DeviceId| event.subject() == Some(device) && !self.is_in_call(device, floor);
                event.kind == EventKind::ConnectionCleared && self.device.as_ref().is_some_and(left) && self.concerns(event, floor)
            }
            Operation::Join => {
                let joined = event.kind == EventKind::Conferenced && event.subject() == Some(own);
                (joined || answered_at(event, own)) && self.concerns(event, floor) && self.is_in_call(own, floor)
            }
            Operation::Take => {
                let taken = event.kind == EventKind::Transferred && event.transferred_to.as_ref() == Some(own);
                (taken || answered_at(event, own)) && self.concerns(event, floor) && self.is_in_call(own, floor)
            }
            Operation::Listen => {
                let heard = self.concerns(event, floor) && self.is_in_call(own, floor);
                answered_at(event, own) && (heard || self.is_monitored_by(event, floor))
            }
            Operation::Phone(phone) => self.is_done_by_phone(phone, event, floor),
        }
    }

    /// The same of something with the own phone.
    fn is_done_by_phone(&self, operation: PhoneOperation, event: &Event, floor: &Floor) -> bool {
        let own = Some(&self.by_device);
        let of_call = |kind: EventKind, subject: Option<&DeviceId>| event.kind == kind && subject == own && self.concerns(event, floor);
        let done = |kind: EventKind| of_call(kind, event.subject());
        // The call that is dialled is known by nothing but that it begins.
        let dialled = || {
            let begins = matches!(event.kind, EventKind::ServiceInitiated | EventKind::Originated);
            begins && event.source.as_ref() == own
        };
        match operation {
            PhoneOperation::Login => event.kind == EventKind::AgentLoggedOn && event.agent == self.agent && event.device.as_ref() == own,
            PhoneOperation::Logout => self.is_mode_of(event, EventKind::AgentLoggedOff, floor),
            PhoneOperation::Ready => self.is_mode_of(event, EventKind::AgentReady, floor),
            PhoneOperation::NotReady => self.is_mode_of(event, EventKind::AgentNotReady, floor),
            PhoneOperation::Call => dialled(),
            PhoneOperation::Consult => dialled() && !self.concerns(event, floor),
            PhoneOperation::Answer => answered_at(event, &self.by_device) && self.concerns(event, floor),
            PhoneOperation::Hold => done(EventKind::Held),
            PhoneOperation::Retrieve | PhoneOperation::ConsultCancel => done(EventKind::Retrieved),
            PhoneOperation::Drop => done(EventKind::ConnectionCleared) && !self.is_in_call(&self.by_device, floor),
            PhoneOperation::Transfer | PhoneOperation::ConsultTransfer => done(EventKind::Transferred),
            PhoneOperation::Conference => {
                let comes = matches!(event.kind, EventKind::Conferenced | EventKind::Established);
                let is_guest = event.subject().is_some() && event.subject() == self.device.as_ref();
                comes && is_guest && self.concerns(event, floor)
            }
            // Its subject is who was added; where it does not name who did it, the own copy tells.
            PhoneOperation::ConsultConference => of_call(EventKind::Conferenced, event.conferencing.as_ref().or(event.source.as_ref())),
            PhoneOperation::StartRecording => done(EventKind::RecordStarted),
            // It names the recording, and not its call.
            PhoneOperation::StopRecording => event.kind == EventKind::RecordStopped && event.source.as_ref() == own,
            // No event tells of it.
            PhoneOperation::SetData => false,
        }
    }

    /// Returns whether the event is of this kind and about the intervention's agent at its device, and nothing newer is known.
    fn is_mode_of(&self, event: &Event, kind: EventKind, floor: &Floor) -> bool {
        let elsewhere = event.device.as_ref().zip(self.device.as_ref()).is_some_and(|(there, here)| there != here);
        let here = self.agent.is_some() && event.agent == self.agent && !elsewhere;
        event.kind == kind && here && floor.is_newest_word(event)
    }

    /// Returns whether `device` is in the intervention's call.
    fn is_in_call(&self, device: &DeviceId, floor: &Floor) -> bool {
        self.call.as_ref().is_some_and(|call| floor.in_call(device, call))
    }

    /// Returns whether the event is of a monitoring call with the device that is listened to, and not of an ordinary call.
    fn is_monitored_by(&self, event: &Event, floor: &Floor) -> bool {
        let named = |device: &DeviceId| event.calling.as_ref() == Some(device) || event.called.as_ref() == Some(device);
        let monitors = || event.call.as_ref().and_then(|call| floor.call_row(&floor.successor(call))).is_some_and(|call| call.monitors());
        self.device.as_ref().is_some_and(named) && monitors()
    }

    /// Returns whether the event is of the intervention's call, under whichever of its ids.
    fn concerns(&self, event: &Event, floor: &Floor) -> bool {
        let Some(call) = self.call.as_ref().map(|call| floor.successor(call)) else { return false };
        let same = |id: &Option<CallId>| id.as_ref().is_some_and(|id| floor.successor(id) == call);
        same(&event.call) || same(&event.new_call) || same(&event.primary_old) || same(&event.secondary_old)
    }
}

/// Returns whether the event says that `device` answered.
fn answered_at(event: &Event, device: &DeviceId) -> bool {
    event.kind == EventKind::Established && event.subject() == Some(device)
}
