//! What a supervisor's own phone can do (the SDK's document, section 2), and what it would do here and now.

use super::{AgentId, CallId, DeviceId, Effect, Obstacle, PartyRole, PartyState, State};
use serde::{Deserialize, Serialize};
use strum::{EnumCount, EnumString, IntoStaticStr, VariantNames};

/// One of the things that a supervisor can do with the own phone (protocol, section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumCount)]
pub enum PhoneOperation {
    /// Log on as an agent, at the own device.
    Login,
    /// Log out.
    Logout,
    /// Become ready.
    Ready,
    /// Become not ready.
    NotReady,
    /// Call somebody.
    Call,
    /// Answer a call that rings.
    Answer,
    /// Put a call on hold.
    Hold,
    /// Take a call off hold.
    Retrieve,
    /// Hang up: leave a call.
    Drop,
    /// Hand a call over, in one step.
    Transfer,
    /// Bring somebody into a call, in one step.
    Conference,
    /// Put a call on hold and call somebody about it.
    Consult,
    /// Bring the consulted party into the call that is on hold.
    ConsultConference,
    /// Hang up on the consulted party, and go back to the call that is on hold.
    ConsultCancel,
    /// Hand the call that is on hold over to the consulted party.
    ConsultTransfer,
    /// Begin to record.
    StartRecording,
    /// End recording.
    StopRecording,
    /// Set data that travels with a call.
    SetData,
}

impl PhoneOperation {
    /// Every operation, in the order of the variants.
    pub const ALL: [PhoneOperation; PhoneOperation::COUNT] = [
        PhoneOperation::Login,
        PhoneOperation::Logout,
        PhoneOperation::Ready,
        PhoneOperation::NotReady,
        PhoneOperation::Call,
        PhoneOperation::Answer,
        PhoneOperation::Hold,
        PhoneOperation::Retrieve,
        PhoneOperation::Drop,
        PhoneOperation::Transfer,
        PhoneOperation::Conference,
        PhoneOperation::Consult,
        PhoneOperation::ConsultConference,
        PhoneOperation::ConsultCancel,
        PhoneOperation::ConsultTransfer,
        PhoneOperation::StartRecording,
        PhoneOperation::StopRecording,
        PhoneOperation::SetData,
    ];

    /// Returns the SDK's name, which the audit log carries; for the mode and for recording with what it is set to.
    pub fn action(self) -> &'static str {
        match self {
            PhoneOperation::Login => "login",
            PhoneOperation::Logout => "logout",
            PhoneOperation::Ready => "setAgentMode Ready",
            PhoneOperation::NotReady => "setAgentMode NotReady",
            PhoneOperation::Call => "makeCall",
            PhoneOperation::Answer => "answerCall",
            PhoneOperation::Hold => "holdCall",
            PhoneOperation::Retrieve => "retrieveCall",
            PhoneOperation::Drop => "dropConnection",
            PhoneOperation::Transfer => "singleStepTransfer",
            PhoneOperation::Conference => "singleStepConference",
            PhoneOperation::Consult => "consult",
            PhoneOperation::ConsultConference => "conference",
            PhoneOperation::ConsultCancel => "cancelConsult",
            PhoneOperation::ConsultTransfer => "transferCall",
            PhoneOperation::StartRecording => "recording Start",
            PhoneOperation::StopRecording => "recording Stop",
            PhoneOperation::SetData => "setCallData",
        }
    }

    /// Reads what [`PhoneOperation::action`] writes, or returns `None` for another text.
    pub fn from_action(action: &str) -> Option<PhoneOperation> {
        PhoneOperation::ALL.into_iter().find(|operation| operation.action() == action)
    }

    /// Returns the server function's path below `/api/`.
    pub fn path(self) -> &'static str {
        match self {
            PhoneOperation::Login => "phone/login",
            PhoneOperation::Logout => "phone/logout",
            PhoneOperation::Ready | PhoneOperation::NotReady => "phone/mode",
            PhoneOperation::Call => "phone/call",
            PhoneOperation::Answer => "phone/answer",
            PhoneOperation::Hold => "phone/hold",
            PhoneOperation::Retrieve => "phone/retrieve",
            PhoneOperation::Drop => "phone/drop",
            PhoneOperation::Transfer => "phone/transfer",
            PhoneOperation::Conference => "phone/conference",
            PhoneOperation::Consult => "phone/consult",
            PhoneOperation::ConsultConference => "phone/consult-conference",
            PhoneOperation::ConsultCancel => "phone/consult-cancel",
            PhoneOperation::ConsultTransfer => "phone/consult-transfer",
            PhoneOperation::StartRecording | PhoneOperation::StopRecording => "phone/record",
            PhoneOperation::SetData => "phone/data",
        }
    }

    /// Returns whether it is about a call that there is already.
    pub fn on_call(self) -> bool {
        match self {
            PhoneOperation::Login | PhoneOperation::Logout | PhoneOperation::Ready | PhoneOperation::NotReady | PhoneOperation::Call => {
                false
            }
            PhoneOperation::Answer
            | PhoneOperation::Hold
            | PhoneOperation::Retrieve
            | PhoneOperation::Drop
            | PhoneOperation::Transfer
            | PhoneOperation::Conference
            | PhoneOperation::Consult
            | PhoneOperation::ConsultConference
            | PhoneOperation::ConsultCancel
            | PhoneOperation::ConsultTransfer
            | PhoneOperation::StartRecording
            | PhoneOperation::StopRecording
            | PhoneOperation::SetData => true,
        }
    }

    /// Returns whether it dials.
    pub fn dials(self) -> bool {
        matches!(self, PhoneOperation::Call | PhoneOperation::Transfer | PhoneOperation::Conference | PhoneOperation::Consult)
    }

    /// Returns whether it ends a consultation: it is about two calls.
    pub fn ends_consultation(self) -> bool {
        matches!(self, PhoneOperation::ConsultConference | PhoneOperation::ConsultCancel | PhoneOperation::ConsultTransfer)
    }
}

/// A control of the own phone, by the name that the SDK's `hideButton` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "camelCase")]
pub enum Control {
    /// Ready and not ready.
    SetMode,
    /// Where a number is typed.
    Number,
    /// Call.
    Make,
    /// Answer.
    Answer,
    /// Hold and retrieve.
    Hold,
    /// Single-step transfer.
    STran,
    /// Single-step conference.
    SConf,
    /// Consult.
    Ask,
    /// The ends of a consultation.
    Conf,
    /// Hang up.
    DropCon,
    /// Log out.
    Logout,
    /// Log on.
    Login,
}

impl Control {
    /// Returns whether the operation is one of this control's.
    pub fn controls(self, operation: PhoneOperation) -> bool {
        match self {
            Control::SetMode => matches!(operation, PhoneOperation::Ready | PhoneOperation::NotReady),
            Control::Number => false,
            Control::Make => operation == PhoneOperation::Call,
            Control::Answer => operation == PhoneOperation::Answer,
            Control::Hold => matches!(operation, PhoneOperation::Hold | PhoneOperation::Retrieve),
            Control::STran => operation == PhoneOperation::Transfer,
            Control::SConf => operation == PhoneOperation::Conference,
            Control::Ask => operation == PhoneOperation::Consult,
            Control::Conf => operation.ends_consultation(),
            Control::DropCon => operation == PhoneOperation::Drop,
            Control::Logout => operation == PhoneOperation::Logout,
            Control::Login => operation == PhoneOperation::Login,
        }
    }
}

/// A call of the own phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneCall {
    /// The call.
    pub id: CallId,
    /// How far the own connection has come.
    pub state: PartyState,
    /// Whether the own phone only listens.
    pub listens: bool,
    /// How many parties are connected or hold the call, listeners not counted, the own one with them.
    pub parties: u32,
}

impl PhoneCall {
    /// Makes it of the own party in a call with so many in it.
    pub fn new(id: CallId, state: PartyState, role: PartyRole, parties: u32) -> PhoneCall {
        PhoneCall { id, state, listens: role == PartyRole::Listener, parties }
    }
}

/// The own phone as the floor knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phone {
    /// Who is logged on there; `None` if nobody is.
    pub agent: Option<AgentId>,
    /// The state of who is logged on there; `None` if it is not known.
    pub state: Option<State>,
    /// Its calls, the oldest first.
    pub calls: Vec<PhoneCall>,
}

/// Which calls and whom an operation is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct PhoneTarget<'a> {
    /// The call, for the end of a consultation the one on hold.
    pub call: Option<&'a CallId>,
    /// The consultation's call.
    pub consult: Option<&'a CallId>,
    /// Who is dialled.
    pub dialled: Option<&'a DeviceId>,
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
        let is_talking = self.calls.iter().any(|call| call.state != PartyState::Held);
        let call = match target.call {
            _ if !operation.on_call() => None,
            Some(id) => Some(self.call(id)?),
            None => return Err(Obstacle::NotInCall),
        };
        match operation {
            // Where somebody else sits, the platform decides.
            PhoneOperation::Login if is_logged_on => Err(Obstacle::LoggedOn),
            PhoneOperation::Logout | PhoneOperation::Ready | PhoneOperation::NotReady if !is_logged_on => Err(Obstacle::LoggedOut),
            PhoneOperation::Login | PhoneOperation::Logout | PhoneOperation::Call if is_talking => Err(Obstacle::OwnBusy),
            PhoneOperation::Ready if self.state == Some(State::Ready) => Err(Obstacle::AlreadyReady),
            PhoneOperation::NotReady if self.state == Some(State::NotReady) => Err(Obstacle::AlreadyNotReady),
            PhoneOperation::Ready | PhoneOperation::NotReady if !self.calls.is_empty() => Ok(Effect::AfterCall),
            PhoneOperation::Answer => is(call, PartyState::Alerting, Obstacle::NotRinging),
            PhoneOperation::Retrieve if call.is_some_and(|call| call.state == PartyState::Held) && is_talking => Err(Obstacle::OwnBusy),
            PhoneOperation::Retrieve => is(call, PartyState::Held, Obstacle::NotOnHold),
            PhoneOperation::Hold | PhoneOperation::Transfer | PhoneOperation::Conference | PhoneOperation::Consult => {
                if call.is_some_and(|call| call.listens) {
                    return Err(Obstacle::OnlyListens);
                }
                is(call, PartyState::Connected, Obstacle::NotAnswered)
            }
            PhoneOperation::StartRecording | PhoneOperation::StopRecording => is(call, PartyState::Connected, Obstacle::NotAnswered),
            PhoneOperation::ConsultConference | PhoneOperation::ConsultTransfer | PhoneOperation::ConsultCancel => {
                let consult = self.call(target.consult.ok_or(Obstacle::NotInCall)?)?;
                is(call, PartyState::Held, Obstacle::NotOnHold)?;
                // A transfer to who still rings is possible, and so is taking it back.
                match (operation, consult.state) {
                    (PhoneOperation::ConsultConference, state) if state != PartyState::Connected => Err(Obstacle::NotAnswered),
                    (_, PartyState::Held) => Err(Obstacle::NotInThatCall),
                    _ => Ok(Effect::Now),
                }
            }
            PhoneOperation::Drop => match call {
                // Who only listens leaves the others alone; the last but one ends it for both.
                Some(call) if call.listens || call.parties > 2 => Ok(Effect::Leaves),
                _ => Ok(Effect::EndsCall),
            },
            PhoneOperation::Login
            | PhoneOperation::Logout
            | PhoneOperation::Ready
            | PhoneOperation::NotReady
            | PhoneOperation::Call
            | PhoneOperation::SetData => Ok(Effect::Now),
        }
    }

    /// Returns what can be done now with `call`, or if it is `None` without one, and what each would do. The end of a consultation stands at
    /// the call on hold.
    pub fn possible(&self, call: Option<&CallId>, own: &DeviceId, by: &AgentId) -> Vec<(PhoneOperation, Effect)> {
        let target = PhoneTarget { call, consult: call.and_then(|call| self.other_than(call)), dialled: None };
        let here = PhoneOperation::ALL.into_iter().filter(|operation| operation.on_call() == call.is_some());
        here.filter_map(|operation| Some((operation, self.forecast(operation, target, own, by).ok()?))).collect()
    }

    /// Returns the other one of two calls, which is the consultation's where this one is on hold.
    pub fn other_than(&self, call: &CallId) -> Option<&CallId> {
        self.calls.iter().map(|other| &other.id).find(|other| *other != call)
    }

    fn call(&self, id: &CallId) -> Result<&PhoneCall, Obstacle> {
        self.calls.iter().find(|call| call.id == *id).ok_or(Obstacle::NotInThatCall)
    }
}

/// Whether the own connection is in that state.
fn is(call: Option<&PhoneCall>, state: PartyState, otherwise: Obstacle) -> Result<Effect, Obstacle> {
    if call.is_some_and(|call| call.state == state) { Ok(Effect::Now) } else { Err(otherwise) }
}
