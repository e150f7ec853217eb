//! What something with the own phone would do here and now, or what stands in its way.

use super::{Phone, PhoneCall, PhoneOperation};
use crate::floor::{AgentId, CallId, DeviceId, Effect, Obstacle, PartyState, State};

/// Which calls and whom an operation is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct PhoneTarget<'a> {
    /// The call, for the end of a consultation the one on hold.
    pub call: Option<&'a CallId>,
    /// The consultation's call.
    pub consult: Option<&'a CallId>,
    /// Who is dialled.
    pub dialled: Option<&'a DeviceId>,
    /// Whether not ready is for another reason than it is now.
    pub another_reason: bool,
}

impl Phone {
    /// Returns what the operation would do with this phone, which is `own`, for `by`.
    ///
    /// # Errors
    ///
    /// What stands in the way.
    pub fn forecast(&self, operation: PhoneOperation, target: PhoneTarget, own: &DeviceId, by: &AgentId) -> Result<Effect, Obstacle> {
        if operation.dials() && target.dialled == Some(own) {
            return Err(Obstacle::OwnDevice);
        }
        let is_logged_on = self.agent.as_ref() == Some(by);
        // What is only remembered is in nothing's way: the platform knows better.
        let sure = || self.calls.iter().filter(|call| !call.remembered);
        let is_talking = sure().any(|call| call.state != PartyState::Held);
        let call = match target.call {
            _ if !operation.on_call() => None,
            Some(id) => Some(self.call(id)?),
            None => return Err(Obstacle::NotInCall),
        };
        match operation {
            // Where somebody else sits, the platform decides: its refusal names who.
            PhoneOperation::Login if is_logged_on => Err(Obstacle::LoggedOn),
            PhoneOperation::Login if self.agent.is_some() => Ok(Effect::Now),
            PhoneOperation::Logout | PhoneOperation::Ready | PhoneOperation::NotReady if !is_logged_on => Err(Obstacle::LoggedOut),
            PhoneOperation::Login | PhoneOperation::Call if is_talking => Err(Obstacle::OwnBusy),
            // The platform logs nobody out who has a call on hold either; and a phone has two calls, the one on hold and the other.
            PhoneOperation::Logout if sure().next().is_some() => Err(Obstacle::OwnBusy),
            PhoneOperation::Call | PhoneOperation::Consult if sure().count() > 1 => Err(Obstacle::OwnBusy),
            PhoneOperation::Ready if self.state == Some(State::Ready) => Err(Obstacle::AlreadyReady),
            PhoneOperation::NotReady if self.state == Some(State::NotReady) && !target.another_reason => Err(Obstacle::AlreadyNotReady),
            PhoneOperation::Ready | PhoneOperation::NotReady if !self.calls.is_empty() => Ok(Effect::AfterCall),
            PhoneOperation::Answer if call.is_some_and(|call| call.state != PartyState::Alerting) => Err(Obstacle::NotRinging),
            PhoneOperation::Retrieve if call.is_some_and(|call| call.state == PartyState::Held) && is_talking => Err(Obstacle::OwnBusy),
            PhoneOperation::Retrieve => is(call, PartyState::Held, Obstacle::NotOnHold),
            PhoneOperation::Hold | PhoneOperation::Transfer | PhoneOperation::Conference | PhoneOperation::Consult => {
                if call.is_some_and(|call| call.listens) {
                    return Err(Obstacle::OnlyListens);
                }
                match call {
                    Some(PhoneCall { state: PartyState::Held, remembered: false, .. }) => Err(Obstacle::OnHold),
                    _ => is(call, PartyState::Connected, Obstacle::NotAnswered),
                }
            }
            PhoneOperation::StartRecording | PhoneOperation::StopRecording if call.is_some_and(|call| call.listens) => {
                Err(Obstacle::OnlyListens)
            }
            PhoneOperation::StartRecording if call.is_some_and(|call| call.recording && !call.remembered) => Err(Obstacle::Recording),
            PhoneOperation::StopRecording if call.is_some_and(|call| !call.recording && !call.remembered) => Err(Obstacle::NotRecording),
            PhoneOperation::StartRecording | PhoneOperation::StopRecording => is(call, PartyState::Connected, Obstacle::NotAnswered),
            PhoneOperation::ConsultConference | PhoneOperation::ConsultTransfer | PhoneOperation::ConsultCancel => {
                let consult = self.call(target.consult.ok_or(Obstacle::NotInCall)?)?;
                is(call, PartyState::Held, Obstacle::NotOnHold)?;
                if !consult.made {
                    return Err(Obstacle::NotInThatCall);
                }
                // A transfer to who still rings is possible, and so is taking it back.
                match (operation, consult.state) {
                    (PhoneOperation::ConsultConference, state) if state != PartyState::Connected => Err(Obstacle::NotAnswered),
                    (_, PartyState::Held) if !consult.remembered => Err(Obstacle::NotInThatCall),
                    _ => Ok(Effect::Now),
                }
            }
            PhoneOperation::Drop => match call {
                // Who only listens leaves the others alone; the last but one ends it for both. Whoever still rings may answer.
                Some(call) if call.listens || call.stay > 1 => Ok(Effect::Leaves),
                _ => Ok(Effect::EndsCall),
            },
            PhoneOperation::Login
            | PhoneOperation::Answer
            | PhoneOperation::Logout
            | PhoneOperation::Ready
            | PhoneOperation::NotReady
            | PhoneOperation::Call
            | PhoneOperation::SetData => Ok(Effect::Now),
        }
    }

    /// Returns what can be done now with `call`, or if it is `None` without one, and what each would do. The end of a consultation stands at
    /// the call on hold. Who is not ready can be so for another reason.
    pub fn possible(&self, call: Option<&CallId>, own: &DeviceId, by: &AgentId) -> Vec<(PhoneOperation, Effect)> {
        let target =
            PhoneTarget { call, consult: call.and_then(|call| self.consultation_beside(call)), dialled: None, another_reason: true };
        // Where another agent sits, that one decides, unless it is logged out there.
        let is_others = self.agent.as_ref().is_some_and(|agent| agent != by);
        let is_own = |operation: &PhoneOperation| !is_others || *operation == PhoneOperation::Login;
        let here = PhoneOperation::ALL.into_iter().filter(|operation| operation.on_call() == call.is_some()).filter(is_own);
        here.filter_map(|operation| Some((operation, self.forecast(operation, target, own, by).ok()?))).collect()
    }

    /// Returns the consultation's call where `call` is the one on hold: one that was made here, and is not on hold itself.
    pub fn consultation_beside(&self, call: &CallId) -> Option<&CallId> {
        let consults = |other: &&PhoneCall| other.id != *call && other.made && (other.state != PartyState::Held || other.remembered);
        self.calls.iter().find(consults).map(|other| &other.id)
    }

    fn call(&self, id: &CallId) -> Result<&PhoneCall, Obstacle> {
        self.calls.iter().find(|call| call.id == *id).ok_or(Obstacle::NotInThatCall)
    }
}

/// Whether the own connection is in that state, or may be.
fn is(call: Option<&PhoneCall>, state: PartyState, otherwise: Obstacle) -> Result<Effect, Obstacle> {
    if call.is_some_and(|call| call.state == state || call.remembered) { Ok(Effect::Now) } else { Err(otherwise) }
}
