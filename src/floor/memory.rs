//! Everything that the floor holds of one call or one agent, for whoever has to find out why a row is as it is.

use super::{AgentId, CallId, DeviceId, Floor};
use serde::Serialize;
use serde_json::{Value, json};

impl Floor {
    /// Returns what is held of a call, by its present id or a former one, with its devices and the row that is made of it. `None` if the
    /// floor does not hold it.
    ///
    /// The form is the floor's own and changes with it.
    pub fn memory_of_call(&self, id: &CallId) -> Option<Value> {
        let id = self.successor(id);
        let call = self.calls.get(&id)?;
        let devices = call.connections().filter_map(|(_, device, _)| self.memory_of_device(device));
        Some(json!({ "call": told(call), "devices": devices.collect::<Vec<_>>(), "row": told(&self.call_row(&id)) }))
    }

    /// Returns what is held of an agent, with the device, the ids of the calls there, and the row that is made of it. `None` if the floor
    /// does not know the agent.
    ///
    /// The form is the floor's own and changes with it.
    pub fn memory_of_agent(&self, id: &AgentId) -> Option<Value> {
        let agent = self.agents.get(id)?;
        let device = self.device_of(id);
        Some(json!({
            "agent": told(agent),
            "device": device.and_then(|device| self.memory_of_device(device)),
            "calls": device.map(|device| told(&self.calls_at(device))),
            "row": told(&self.row(id)),
        }))
    }

    fn memory_of_device(&self, id: &DeviceId) -> Option<Value> {
        Some(json!({ "id": told(id), "device": told(self.devices.get(id)?), "listens": self.listen_requests.get(id).map(told) }))
    }
}

/// What cannot be written as JSON is told as the reason why.
fn told(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or_else(|error| Value::String(format!("cannot be told: {error}")))
}
