//! The devices: which are ours, and in which calls each is.

use super::call::Call;
use super::device::{Device, DeviceBinding, Part};
use super::table::Slot;
use super::{AgentId, CallId, Changes, DeviceId, Floor, MOST_AGENTS};

/// The most devices of ours; an agent may use several in a day.
const MOST_DEVICES: usize = 2 * MOST_AGENTS;

impl Floor {
    /// Returns whether a device is ours: known from copies of its own or an agent's binding, never from how its number looks.
    pub(super) fn is_ours(&self, device: &DeviceId) -> bool {
        self.devices.get(device).is_some_and(|device| device.binding.is_some())
    }

    /// Returns the binding of a device, or `None` if it is not ours.
    pub(super) fn binding(&self, device: &DeviceId) -> Option<&DeviceBinding> {
        self.devices.get(device)?.binding.as_deref()
    }

    /// Returns the device, which is ours from now on, or `None` if there are too many. If that is new, adds its calls to `changes`: their
    /// direction, and who has a part in them, may differ.
    pub(super) fn own(&mut self, id: &DeviceId, changes: &mut Changes) -> Option<&mut Device> {
        let known = self.devices.slot(id);
        if known.and_then(|slot| self.devices.at(slot)).is_none_or(|device| device.binding.is_none()) {
            if self.ours >= MOST_DEVICES {
                return None;
            }
            self.ours += 1;
            let slot = self.devices.slot_or(id, Device::default);
            let device = self.devices.at_mut(slot)?;
            let binding = device.binding.insert(Box::default());
            for at in &device.calls {
                let Some(call) = self.calls.at(*at) else { continue };
                let place = call.connection_at(slot).map(|(place, _)| place);
                binding.parts.set(*at, place.map(|place| Part::of(call, place)).unwrap_or_default());
            }
            device.settle(&mut Vec::new());
            let calls = device.calls.iter().copied().collect();
            self.turned(calls, changes);
            return self.devices.at_mut(slot);
        }
        self.devices.at_mut(known?)
    }

    /// Does what [`Floor::own`] does, and returns the binding.
    pub(super) fn binding_mut(&mut self, device: &DeviceId, changes: &mut Changes) -> Option<&mut DeviceBinding> {
        self.own(device, changes)?.binding.as_deref_mut()
    }

    /// Forgets who was bound to a device, which is not ours any more.
    pub(super) fn disown(&mut self, device: &DeviceId) {
        let Some(known) = self.devices.get_mut(device) else { return };
        self.ours -= usize::from(known.binding.take().is_some());
        if known.calls.is_empty() {
            self.devices.remove(device);
        }
    }

    /// Takes what the call at that slot has come to: lists it at each device that is new in it, and adds to `changes` the other calls of
    /// which it shows that a device has left them, or has not, with the agents in them.
    pub(super) fn refresh(&mut self, at: Slot, changes: &mut Changes) {
        let Some(call) = self.calls.at_mut(at) else { return };
        call.at = at;
        for device in call.unlisted() {
            let slot = self.devices.slot_or(&device, Device::default);
            if let Some(device) = self.devices.at_mut(slot) {
                device.calls.insert(at);
            }
            call.list(slot);
        }
        let mut turned = Vec::new();
        for (place, slot) in (0u8..).zip(call.slots()) {
            let Some(device) = self.devices.at_mut(*slot) else { continue };
            if let Some(binding) = &mut device.binding {
                binding.parts.set(at, Part::of(call, place));
                device.settle(&mut turned);
            }
        }
        self.turned(turned, changes);
    }

    /// Takes the call off the lists of its devices. What follows from that is worked out by [`Floor::settle_devices`].
    pub(super) fn unlist(&mut self, at: Slot, call: &Call) {
        for slot in call.slots() {
            let Some(device) = self.devices.at_mut(*slot) else { continue };
            device.calls.remove(&at);
            if let Some(binding) = &mut device.binding {
                binding.parts.remove(at);
            }
        }
    }

    /// Works out anew what follows from the calls of these devices, forgets those from outside that are in none, and adds to `changes` the
    /// calls of which it shows that a device has left them, or has not.
    pub(super) fn settle_devices(&mut self, devices: impl IntoIterator<Item = DeviceId>, changes: &mut Changes) {
        let mut turned = Vec::new();
        for id in devices {
            let Some(device) = self.devices.get_mut(&id) else { continue };
            if device.calls.is_empty() {
                device.busy = None;
            }
            if device.calls.is_empty() && device.binding.is_none() {
                self.devices.remove(&id);
            } else {
                device.settle(&mut turned);
            }
        }
        self.turned(turned, changes);
    }

    /// Adds calls of which it turned out that a device has left them, or has not, to `changes`, with the agents in them; and the calls that
    /// are listened to by these.
    pub(super) fn turned(&self, turned: Vec<Slot>, changes: &mut Changes) {
        for call in turned.into_iter().filter_map(|at| self.calls.at(at)) {
            let watched = self.listened_to_call(call.id()).and_then(|id| self.calls.get(&id));
            for call in [Some(call), watched].into_iter().flatten() {
                changes.agents.extend(self.agents_at_devices(call).cloned());
                changes.calls.push(call.id().clone());
            }
        }
    }

    /// Returns the calls that `device` is or lately was in, sorted by id.
    pub fn calls_at(&self, device: &DeviceId) -> Vec<CallId> {
        let calls = self.devices.get(device).into_iter().flat_map(|device| &device.calls);
        let mut calls: Vec<CallId> = calls.filter_map(|at| self.calls.key(*at)).cloned().collect();
        calls.sort_unstable();
        calls
    }

    /// Returns the agents bound to the call's devices, even to those that have left: the call's events may change their rows.
    pub(super) fn agents_at_devices<'a>(&'a self, call: &'a Call) -> impl Iterator<Item = &'a AgentId> {
        call.slots().iter().filter_map(|slot| self.devices.at(*slot)?.holder())
    }
}
