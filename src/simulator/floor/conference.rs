//! More than two parties: transfers and conferences in one step and by consultation.

use super::connections::merged;
use super::*;
use rand::Rng;
use serde_json::json;

impl Floor {
    /// The device's part, which must be talking.
    fn talking(&self, call: &str, device: &str) -> Result<(Id, Id), Refusal> {
        let (call, connection) = self.connection(call, device)?;
        match connection.state {
            _ if call.monitors.is_some() => Err(Refusal::WrongState("the device only listens")),
            PartState::Connected if !connection.silent => Ok((call.id.clone(), connection.device.clone())),
            PartState::Held => Err(Refusal::WrongState("the device holds this call")),
            _ => Err(Refusal::WrongState("the device does not talk in this call")),
        }
    }

    /// Somebody who is not in the call and could be. Who only listens stops listening to take part.
    fn newcomer(&mut self, call: &Id, number: &str) -> Result<Id, Refusal> {
        let device = self.qualified(number);
        if self.connection(call, &device).is_ok_and(|(_, connection)| connection.silent) {
            self.drop_connection(call, &device)?;
        }
        for own in self.monitors_of(call) {
            if self.connection(&own, &device).is_ok() {
                self.drop_connection(&own, &device)?;
            }
        }
        if self.calls.get(call).is_some_and(|call| call.connection(&device).is_some()) {
            return Err(Refusal::WrongState("that party is in the call already"));
        }
        self.check_free(&device)?;
        Ok(device)
    }

    fn ring_newcomer(&mut self, call: &Id, device: &Id, calling: &Id, silent: bool, invited_by: Option<Id>) {
        self.ring(call, device, calling, silent, invited_by);
        if !self.devices.contains_key(device) {
            match Self::outside_outcome(device) {
                Outcome::Answered { after } => self.later(after, Due::Answer(call.clone(), device.clone())),
                Outcome::Failed { after, .. } => self.later(after, Due::NoAnswer(call.clone(), device.clone())),
            }
        }
    }

    pub fn single_step_conference(&mut self, call: &str, device: &str, number: &str, silent: bool) -> Result<(), Refusal> {
        let (call, device) = self.talking(call, device)?;
        let guest = self.newcomer(&call, number)?;
        self.ring_newcomer(&call, &guest, &device, silent, (!silent).then(|| device.clone()));
        Ok(())
    }

    pub fn single_step_transfer(&mut self, call: &str, device: &str, number: &str) -> Result<(), Refusal> {
        let (call, device) = self.talking(call, device)?;
        let target = self.newcomer(&call, number)?;
        let mut fields = vec![("originCallInfo", json!({}))];
        let new = if self.ways.transfers_rename { self.new_call_id() } else { call.clone() };
        fields.extend(merged("transferringDevice", &device, "transferredToDevice", &target, None, &call, &new));
        self.emit_copy("transferred", &device, &call, &device, "Queued", fields);
        let other = self.counterpart(&call, &device);
        if let Some(call) = self.calls.get_mut(&call) {
            call.transfers += 1;
        }
        self.leave(&call, &device);
        if new != call {
            self.rename(&call, new.clone());
        }
        match queue_of(&target) {
            // Nobody is called yet: the queue finds somebody.
            Some(queue) => {
                if let Some(call) = self.calls.get_mut(&new) {
                    call.waits_in = Some(target);
                }
                self.later(1_000, Due::Requeue(new, queue));
            }
            None => self.ring_newcomer(&new, &target, &other.unwrap_or(device), false, None),
        }
        Ok(())
    }

    /// A call that was transferred to a queue rings at the first agent who is free; after a while its customer gives up.
    pub(in crate::simulator) fn requeue(&mut self, call: &Id, queue: usize) {
        let Some(found) = self.calls.get(call) else { return };
        let Some(waiting) = found.connections.iter().find(|connection| !connection.silent).map(|connection| connection.device.clone())
        else {
            return;
        };
        if found.waits_in.is_none() {
            return;
        }
        let free = self.ready.first().and_then(|index| self.agents[*index].device.clone());
        match free {
            Some(device) => self.ring(call, &device, &waiting, false, None),
            None if self.rng.random_bool(0.9) => self.later(2_000, Due::Requeue(call.clone(), queue)),
            None => drop(self.drop_connection(call, &waiting)),
        }
    }

    /// Whom the device talks to: whoever was in the call first.
    fn counterpart(&self, call: &Id, device: &Id) -> Option<Id> {
        self.calls
            .get(call)?
            .connections
            .iter()
            .find(|connection| connection.device != *device && !connection.silent)
            .map(|connection| connection.device.clone())
    }

    /// Holds the call and dials a colleague; the answer is the consultation's call id.
    pub fn consult(&mut self, call: &str, device: &str, number: &str) -> Result<Id, Refusal> {
        let (call, device) = self.talking(call, device)?;
        let colleague = self.newcomer(&call, number)?;
        self.hold(&call, &device)?;
        let outcome = Self::outside_outcome(&colleague);
        let id = self.dial(&device, &colleague, outcome);
        if let Some(call) = self.calls.get_mut(&id) {
            call.planned = true;
        }
        Ok(id)
    }

    /// Both calls of a consultation and the device that consults.
    fn consultation(&self, call: &str, device: &str, consult: &str) -> Result<(Id, Id, Id), Refusal> {
        let (held, connection) = self.connection(call, device)?;
        if connection.state != PartState::Held {
            return Err(Refusal::WrongState("the device does not hold this call"));
        }
        let (consulting, own) = self.connection(consult, device)?;
        if own.state == PartState::Held || consulting.id == held.id {
            return Err(Refusal::WrongState("that is no consultation of this device"));
        }
        Ok((held.id.clone(), connection.device.clone(), consulting.id.clone()))
    }

    pub fn cancel_consult(&mut self, call: &str, device: &str, consult: &str) -> Result<(), Refusal> {
        let (call, device, consult) = self.consultation(call, device, consult)?;
        self.drop_connection(&consult, &device)?;
        self.retrieve(&call, &device)
    }

    /// The consulted party joins the held call: two calls become the first one.
    pub fn conference(&mut self, call: &str, device: &str, consult: &str) -> Result<(), Refusal> {
        let (call, device, consult) = self.consultation(call, device, consult)?;
        self.talking(&consult, &device).map_err(|_| Refusal::WrongState("the consulted party has not answered"))?;
        let added = self.counterpart(&consult, &device).ok_or(Refusal::WrongState("the consulted party has left"))?;
        let fields = merged("conferencingDevice", &device, "addedParty", &added, Some(&call), &consult, &call);
        self.emit_copies("conferenced", &call, &added, "Connect", &fields);
        self.emit_to_others("conferenced", &consult, &device, &added, "Connect", &fields);
        let now = self.now;
        if let Some(call) = self.calls.get_mut(&call) {
            call.conferenced = true;
            if let Some(connection) = call.part_mut(&device) {
                connection.state = PartState::Connected;
                let held = connection.held_since.take().map_or(0, |since| now - since);
                call.held += held;
            }
        }
        self.detach(&consult, &device, &call);
        self.merge(&call, &consult);
        Ok(())
    }

    /// The consulted party gets the held call, the device leaves both. Both calls end in a new one: the platform knows it by the new id
    /// only.
    pub fn transfer(&mut self, call: &str, device: &str, consult: &str) -> Result<(), Refusal> {
        let (call, device, consult) = self.consultation(call, device, consult)?;
        let target = self.counterpart(&consult, &device).ok_or(Refusal::WrongState("the consulted party has left"))?;
        let mut fields = vec![("originCallInfo", json!({}))];
        let new = self.new_call_id();
        fields.extend(merged("transferringDevice", &device, "transferredToDevice", &target, Some(&call), &consult, &new));
        self.emit_copies("transferred", &call, &device, "Queued", &fields);
        self.emit_to_others("transferred", &consult, &device, &device, "Queued", &fields);
        if let Some(call) = self.calls.get_mut(&call) {
            call.transfers += 1;
        }
        self.detach(&consult, &device, &call);
        self.merge(&call, &consult);
        self.leave(&call, &device);
        self.rename(&call, new.clone());
        self.refresh_call(&new);
        Ok(())
    }

    /// The call goes on under another id; what was planned for it still happens.
    fn rename(&mut self, old: &Id, new: Id) {
        let Some(mut call) = self.calls.remove(old) else { return };
        for connection in &call.connections {
            let Some(phone) = self.devices.get_mut(&connection.device) else { continue };
            phone.calls.iter_mut().filter(|call| *call == old).for_each(|call| *call = new.clone());
            if let Some((_, recorded)) = phone.recording.as_mut().filter(|(_, recorded)| recorded == old) {
                *recorded = new.clone();
            }
        }
        call.former.push(std::mem::replace(&mut call.id, new.clone()));
        self.calls.insert(new.clone(), call);
        self.listen_on(old, &new);
        self.renamed.insert(old.clone(), new);
    }

    /// What a call of which something is due is called by now.
    pub(in crate::simulator) fn current(&self, call: Id) -> Id {
        let mut id = call;
        while let Some(new) = self.renamed.get(&id) {
            id = new.clone();
        }
        id
    }

    /// Copies for all of ours in a call but the one that has its copy already.
    fn emit_to_others(&mut self, name: &'static str, call: &Id, except: &Id, device: &Id, state: &'static str, fields: &events::Fields) {
        for src in self.witnesses(call, except).into_iter().filter(|src| src != except) {
            self.emit_copy(name, &src, call, device, state, fields.clone());
        }
    }

    /// Takes the device out of a call that is about to be merged into another: it has not ended for anybody, and a recording goes on.
    fn detach(&mut self, call: &Id, device: &Id, into: &Id) {
        if let Some(call) = self.calls.get_mut(call) {
            call.connections.retain(|connection| connection.device != *device);
        }
        if let Some(phone) = self.devices.get_mut(device) {
            phone.calls.retain(|other| other != call);
            if let Some((_, recorded)) = phone.recording.as_mut().filter(|(_, recorded)| recorded == call) {
                *recorded = into.clone();
            }
        }
    }

    /// Who is left in `old` is in `into` from now on.
    fn merge(&mut self, into: &Id, old: &Id) {
        let Some(gone) = self.calls.remove(old) else { return };
        self.listen_on(old, into);
        if let Some(call) = self.calls.get_mut(into) {
            call.former.extend(gone.former.into_iter().chain([gone.id]));
            call.holds += gone.holds;
            if let (None, Some(queue)) = (&call.waits_in, gone.waits_in) {
                // It was to be found for the old call.
                let found_by = queue_of(&queue);
                call.waits_in = Some(queue);
                if let Some(queue) = found_by {
                    self.later(1_000, Due::Requeue(into.clone(), queue));
                }
            }
        }
        for connection in gone.connections {
            if let Some(phone) = self.devices.get_mut(&connection.device) {
                phone.calls.retain(|call| call != old);
                phone.calls.push(into.clone());
                if let Some((_, recorded)) = phone.recording.as_mut().filter(|(_, recorded)| recorded == old) {
                    *recorded = into.clone();
                }
            }
            if connection.state == PartState::Alerting {
                // It was to answer the old call.
                let delay = self.answers_after(&connection.device).or((!self.devices.contains_key(&connection.device)).then_some(500));
                if let Some(delay) = delay {
                    self.later(delay, Due::Answer(into.clone(), connection.device.clone()));
                }
                self.later(30_000, Due::NoAnswer(into.clone(), connection.device.clone()));
            }
            if let Some(call) = self.calls.get_mut(into) {
                call.connections.push(connection);
            }
        }
        self.refresh_call(into);
    }
}
