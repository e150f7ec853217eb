//! What a supervisor's own phone can do (the SDK's document, section 2), and the phone as the floor knows it.

mod forecast;

pub use forecast::PhoneTarget;

use super::{AgentId, CallId, CallRow, DeviceId, Party, PartyRole, PartyState, State};
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
    /// Conference: everybody in a consultation together. Its other ends have no name there and stay.
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
            Control::Conf => operation == PhoneOperation::ConsultConference,
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
    /// Whether the own phone made the call.
    pub made: bool,
    /// Whether the call is being recorded.
    pub recording: bool,
    /// Whether it is only remembered from before the link broke or the console began, so that the platform may know better.
    pub remembered: bool,
    /// How many parties are connected or hold the call, listeners not counted, the own one with them.
    pub parties: u32,
    /// How many others stay in the call or still ring there once the own phone has left, listeners not counted.
    pub stay: u32,
}

impl PhoneCall {
    /// Makes it of the call, or returns `None` if the phone at `own` has no part in it.
    pub fn of(call: &CallRow, own: &DeviceId) -> Option<PhoneCall> {
        let Party { state, role, .. } = *call.party(own)?;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (listens, made) = (role == PartyRole::Listener, role == PartyRole::Caller);
        Some(PhoneCall {
            id: call.id.clone(),
            state,
            listens,
            made,
            recording: call.recording,
            remembered: call.remembered,
            parties: count(call.in_it()),
            stay: call.stay_without(own),
        })
    }
}

/// The own phone as the floor knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phone {
    /// Who is logged on there; `None` if nobody is.
    pub agent: Option<AgentId>,
    /// The state of who is logged on there; `None` if it is not known.
    pub state: Option<State>,
    /// Its calls: those that are not on hold first, then the oldest.
    pub calls: Vec<PhoneCall>,
}
