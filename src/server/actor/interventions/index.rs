//! Which interventions are about which agent or call, and which wait for an event of which device: up to ten thousand of bulk runs may be
//! under way, and a row or event concerns few of them.

use crate::floor::{AgentId, CallId, DeviceId, Event, Intervention, Operation, PhoneOperation};
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

/// The ids of the interventions that are followed, by what they are about.
#[derive(Debug, Default)]
pub struct Index {
    /// By their agent; those without one are together.
    by_agent: HashMap<Option<AgentId>, BTreeSet<i64>>,
    /// By the id under which they know their call.
    by_call: HashMap<CallId, BTreeSet<i64>>,
    /// By the device whose event is their proof.
    by_device: HashMap<DeviceId, BTreeSet<i64>>,
}

impl Index {
    pub fn add(&mut self, intervention: &Intervention) {
        let id = intervention.id;
        self.by_agent.entry(intervention.agent.clone()).or_default().insert(id);
        if let Some(call) = &intervention.call {
            self.by_call.entry(call.clone()).or_default().insert(id);
        }
        for device in proving_devices(intervention) {
            self.by_device.entry(device.clone()).or_default().insert(id);
        }
    }

    pub fn remove(&mut self, intervention: &Intervention) {
        take_out(&mut self.by_agent, &intervention.agent, intervention.id);
        if let Some(call) = &intervention.call {
            take_out(&mut self.by_call, call, intervention.id);
        }
        for device in proving_devices(intervention) {
            take_out(&mut self.by_device, device, intervention.id);
        }
    }

    /// Those about this agent, or about none; the oldest first.
    pub fn at_agent(&self, agent: Option<&AgentId>) -> impl DoubleEndedIterator<Item = i64> {
        self.by_agent.get(&agent.cloned()).into_iter().flatten().copied()
    }

    /// Those about the call with exactly this id; the oldest first.
    pub fn at_call(&self, call: &CallId) -> impl Iterator<Item = i64> {
        self.by_call.get(call).into_iter().flatten().copied()
    }

    /// Those whose proof is an event of this device; the oldest first.
    pub fn at_device(&self, device: &DeviceId) -> impl Iterator<Item = i64> {
        self.by_device.get(device).into_iter().flatten().copied()
    }

    /// Whether any is about a call.
    pub fn has_calls(&self) -> bool {
        !self.by_call.is_empty()
    }

    /// Those that the event may prove or overtake; the oldest first.
    pub fn concerned_by(&self, event: &Event) -> BTreeSet<i64> {
        let of_agent = event.agent.as_ref().map(|agent| self.at_agent(Some(agent)));
        let subjects = [&event.releasing, &event.added, &event.answering, &event.transferred_to];
        let devices = subjects.into_iter().chain([&event.source, &event.device]).flatten();
        let of_devices = devices.filter_map(|device| self.by_device.get(device)).flatten().copied();
        of_agent.into_iter().flatten().chain(of_devices).collect()
    }
}

/// The devices of which one's event proves it (`floor::proof`); none for what an agent's event proves.
fn proving_devices(intervention: &Intervention) -> impl Iterator<Item = &DeviceId> {
    let Intervention { device, by_device, .. } = intervention;
    let devices = match intervention.operation {
        Operation::Drop => [device.as_ref(), None],
        // Of somebody who is brought in silently only he himself gets copies.
        Operation::Phone(PhoneOperation::Conference) => [Some(by_device), device.as_ref()],
        Operation::Join | Operation::Take | Operation::Listen | Operation::Phone(_) => [Some(by_device), None],
        Operation::Ready | Operation::NotReady | Operation::Logout => [None, None],
    };
    devices.into_iter().flatten()
}

fn take_out<K: Eq + Hash>(ids: &mut HashMap<K, BTreeSet<i64>>, key: &K, id: i64) {
    let Some(known) = ids.get_mut(key) else { return };
    known.remove(&id);
    if known.is_empty() {
        ids.remove(key);
    }
}
