//! The arguments of the seven operations as they came, unchecked: what the server functions take, in one shape.

use crate::api::arguments::{AgentArguments, ConnectionArguments, ListenArguments, NotReadyArguments, PhoneArguments};
use crate::floor::BulkItem;

/// What an operation was asked for with.
#[derive(Debug, Default)]
pub struct Arguments {
    pub agent_id: Option<String>,
    pub device_id: Option<String>,
    pub call_id: Option<String>,
    pub phone_number: Option<String>,
    /// The effect ([`crate::floor::Effect::code`]) that the one who asks was shown; with another one than that nothing is sent.
    pub expect: Option<String>,
    /// Not ready for so many minutes, then ready again.
    pub minutes: Option<u32>,
    /// Which part of a bulk run this is.
    pub item: Option<BulkItem>,
}

impl From<ConnectionArguments> for Arguments {
    fn from(ConnectionArguments { device_id, call_id, expect }: ConnectionArguments) -> Arguments {
        Arguments { device_id: Some(device_id), call_id: Some(call_id), expect, ..Default::default() }
    }
}

impl From<PhoneArguments> for Arguments {
    fn from(PhoneArguments { device_id, call_id, phone_number, expect }: PhoneArguments) -> Arguments {
        Arguments { device_id: Some(device_id), call_id: Some(call_id), phone_number, expect, ..Default::default() }
    }
}

impl From<ListenArguments> for Arguments {
    fn from(ListenArguments { call_id, device_id, expect }: ListenArguments) -> Arguments {
        Arguments { device_id, call_id: Some(call_id), expect, ..Default::default() }
    }
}

impl From<AgentArguments> for Arguments {
    fn from(AgentArguments { agent_id, device_id, expect }: AgentArguments) -> Arguments {
        Arguments { agent_id: Some(agent_id), device_id: Some(device_id), expect, ..Default::default() }
    }
}

impl From<NotReadyArguments> for Arguments {
    fn from(NotReadyArguments { agent_id, device_id, minutes, expect }: NotReadyArguments) -> Arguments {
        Arguments { agent_id: Some(agent_id), device_id: Some(device_id), minutes, expect, ..Default::default() }
    }
}
