//! The fields of an event's body that the console knows, and of the objects within it.

use super::read::{Into, Named, Nowhere, Place, read};
use super::values::{Component, Count, Entries, Integer, Verbatim, When, Word};
use crate::floor::{AgentId, CallId, DeviceId, Figure, Namespace};
use serde::de::MapAccess;
use strum::{EnumCount, EnumString};

/// What an event's body says; each field is documented at [`Event`](super::Event).
#[derive(Default)]
pub(super) struct Fields<'a> {
    /// Whether the body is an object.
    pub is_object: bool,
    pub name: Word<'a>,
    pub time: When,
    pub serial: Integer,
    pub component: Component,
    pub namespace: Option<Namespace>,
    pub source: Option<DeviceId>,
    pub device: Option<DeviceId>,
    pub agent: Option<AgentId>,
    pub call: Option<CallId>,
    pub mode: Option<String>,
    pub reason: Option<String>,
    pub initiated: Option<DeviceId>,
    pub calling: Option<DeviceId>,
    pub called: Option<DeviceId>,
    pub alerting: Option<DeviceId>,
    pub answering: Option<DeviceId>,
    pub holding: Option<DeviceId>,
    pub retrieving: Option<DeviceId>,
    pub conferencing: Option<DeviceId>,
    pub added: Option<DeviceId>,
    pub transferring: Option<DeviceId>,
    pub transferred_to: Option<DeviceId>,
    pub releasing: Option<DeviceId>,
    pub primary_old: Option<CallId>,
    pub secondary_old: Option<CallId>,
    pub new_call: Option<CallId>,
    pub call_type: Option<String>,
    pub split: Option<String>,
    pub record: Option<String>,
    pub params: Params<'a>,
    pub user_data: UserData,
    pub status: StatusPart,
    pub ended: Ended,
}

/// The names of the fields.
#[derive(EnumString)]
#[strum(serialize_all = "camelCase")]
enum Field {
    EventName,
    EventTime,
    Serial,
    Topics,
    Namespace,
    SrcDeviceId,
    DeviceId,
    AgentId,
    CallId,
    AgentMode,
    Reason,
    InitiatedDevice,
    CallingDevice,
    CalledDevice,
    AlertingDevice,
    AnsweringDevice,
    HoldingDevice,
    RetrievingDevice,
    ConferencingDevice,
    AddedParty,
    TransferringDevice,
    TransferredToDevice,
    ReleasingDevice,
    PrimaryOldCall,
    SecondaryOldCall,
    NewCall,
    CallType,
    Split,
    RecordId,
    Params,
    UserData,
    Agent,
    Call,
}

impl<'a> Place<'a> for Fields<'a> {
    fn object<A: MapAccess<'a>>(&mut self, mut object: A) -> Result<(), A::Error> {
        self.is_object = true;
        while let Some(field) = object.next_key_seed(Named(|name: &str| name.parse().ok()))? {
            let object = &mut object;
            let Some(field) = field else {
                object.next_value_seed(Into(&mut Nowhere))?;
                continue;
            };
            match field {
                Field::EventName => read(object, &mut self.name),
                Field::EventTime => read(object, &mut self.time),
                Field::Serial => read(object, &mut self.serial),
                Field::Topics => read(object, &mut self.component),
                Field::Namespace => read(object, &mut self.namespace),
                Field::SrcDeviceId => read(object, &mut self.source),
                Field::DeviceId => read(object, &mut self.device),
                Field::AgentId => read(object, &mut self.agent),
                Field::CallId => read(object, &mut self.call),
                Field::AgentMode => read(object, &mut self.mode),
                Field::Reason => read(object, &mut self.reason),
                Field::InitiatedDevice => read(object, &mut self.initiated),
                Field::CallingDevice => read(object, &mut self.calling),
                Field::CalledDevice => read(object, &mut self.called),
                Field::AlertingDevice => read(object, &mut self.alerting),
                Field::AnsweringDevice => read(object, &mut self.answering),
                Field::HoldingDevice => read(object, &mut self.holding),
                Field::RetrievingDevice => read(object, &mut self.retrieving),
                Field::ConferencingDevice => read(object, &mut self.conferencing),
                Field::AddedParty => read(object, &mut self.added),
                Field::TransferringDevice => read(object, &mut self.transferring),
                Field::TransferredToDevice => read(object, &mut self.transferred_to),
                Field::ReleasingDevice => read(object, &mut self.releasing),
                Field::PrimaryOldCall => read(object, &mut self.primary_old),
                Field::SecondaryOldCall => read(object, &mut self.secondary_old),
                Field::NewCall => read(object, &mut self.new_call),
                Field::CallType => read(object, &mut self.call_type),
                Field::Split => read(object, &mut self.split),
                Field::RecordId => read(object, &mut self.record),
                Field::Params => read(object, &mut self.params),
                Field::UserData => read(object, &mut self.user_data),
                Field::Agent => read(object, &mut self.status),
                Field::Call => read(object, &mut self.ended),
            }?;
        }
        Ok(())
    }
}

/// `params`: the agent at the source device, and in an AgentStatusEvent the agent's figures.
#[derive(Default)]
pub(super) struct Params<'a> {
    pub agent: Word<'a>,
    /// In the order of [`Figure::ALL`].
    counts: [Count; Figure::COUNT],
}

impl Params<'_> {
    /// Returns the figures that are sent as a number with nothing around it.
    pub fn figures(&self) -> Vec<(Figure, u32)> {
        Figure::ALL.into_iter().zip(&self.counts).filter_map(|(figure, count)| Some((figure, count.0?))).collect()
    }
}

/// What a name in `params` stands for.
enum Param {
    Agent,
    /// The figure at this place in [`Figure::ALL`].
    Figure(usize),
    Other,
}

impl Param {
    fn of(name: &str) -> Param {
        match name {
            "agent" => Param::Agent,
            _ => Figure::ALL.iter().position(|figure| figure.param() == name).map_or(Param::Other, Param::Figure),
        }
    }
}

impl<'a> Place<'a> for Params<'a> {
    fn object<A: MapAccess<'a>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(param) = object.next_key_seed(Named(Param::of))? {
            let count = match param {
                Param::Figure(at) => self.counts.get_mut(at),
                Param::Agent | Param::Other => None,
            };
            match (param, count) {
                (Param::Agent, _) => read(&mut object, &mut self.agent),
                (_, Some(count)) => read(&mut object, count),
                (_, None) => object.next_value_seed(Into(&mut Nowhere)),
            }?;
        }
        Ok(())
    }
}

/// `userData`, of which the call data counts.
#[derive(Default)]
pub(super) struct UserData {
    pub data: Entries,
}

impl<'a> Place<'a> for UserData {
    fn object<A: MapAccess<'a>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(is_data) = object.next_key_seed(Named(|name: &str| name == "data"))? {
            match is_data {
                true => read(&mut object, &mut self.data),
                false => object.next_value_seed(Into(&mut Nowhere)),
            }?;
        }
        Ok(())
    }
}

/// `agent`: whom an AgentStatusEvent is about.
#[derive(Default)]
pub(super) struct StatusPart {
    pub agent: Option<AgentId>,
    pub device: Option<DeviceId>,
    pub name: Option<String>,
    pub namespace: Verbatim,
    pub status: Option<String>,
    pub mode: Option<String>,
    pub since: When,
}

/// The names of its fields.
#[derive(EnumString)]
#[strum(serialize_all = "camelCase")]
enum StatusField {
    AgentId,
    ExtensionId,
    AgentName,
    Namespace,
    AgentStatus,
    AgentMode,
    AgentStatusTimestamp,
}

impl<'a> Place<'a> for StatusPart {
    fn object<A: MapAccess<'a>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(field) = object.next_key_seed(Named(|name: &str| name.parse().ok()))? {
            let object = &mut object;
            match field {
                None => object.next_value_seed(Into(&mut Nowhere)),
                Some(StatusField::AgentId) => read(object, &mut self.agent),
                Some(StatusField::ExtensionId) => read(object, &mut self.device),
                Some(StatusField::AgentName) => read(object, &mut self.name),
                Some(StatusField::Namespace) => read(object, &mut self.namespace),
                Some(StatusField::AgentStatus) => read(object, &mut self.status),
                Some(StatusField::AgentMode) => read(object, &mut self.mode),
                Some(StatusField::AgentStatusTimestamp) => read(object, &mut self.since),
            }?;
        }
        Ok(())
    }
}

/// `call`: the finished call of a CallEndEvent.
#[derive(Default)]
pub(super) struct Ended {
    pub id: Option<CallId>,
}

impl<'a> Place<'a> for Ended {
    fn object<A: MapAccess<'a>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(is_id) = object.next_key_seed(Named(|name: &str| name == "id"))? {
            match is_id {
                true => read(&mut object, &mut self.id),
                false => object.next_value_seed(Into(&mut Nowhere)),
            }?;
        }
        Ok(())
    }
}
