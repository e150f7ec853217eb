//! How calls and parts in them end: dropped, failed, unanswered.

use super::*;
use serde_json::json;

/// The platform's word for a `failedCode`.
fn failure(code: u8) -> &'static str {
    match code {
        1 => "busy now",
        2 => "no answer",
        3 => "number does not exist",
        _ => "call failed",
    }
}

impl Floor {
    /// A party hangs up, or is hung up.
    pub fn drop_connection(&mut self, call: &str, device: &str) -> Result<(), Refusal> {
        let (call, connection) = self.connection(call, device)?;
        let (id, device) = (call.id.clone(), connection.device.clone());
        self.clear(&id, &device, &device, "NORMAL_CLEARING", "UserDrop", None);
        Ok(())
    }

    /// An outbound call came to nothing.
    pub(in crate::simulator) fn fail(&mut self, call: &Id, code: u8) {
        let Some(found) = self.calls.get(call).filter(|call| call.answered.is_none()) else {
            return;
        };
        let (caller, called) = (found.caller.clone(), found.called.clone());
        if self.devices.contains_key(&caller) && found.connection(&caller).is_some() {
            let fields = vec![
                ("cause", json!("Failed")),
                ("calledDevice", json!(&*called)),
                ("failedCode", json!(code.to_string())),
                ("failedMsg", json!(failure(code))),
            ];
            self.emit_copy("failed", &caller, call, &called, "Fail", fields);
        }
        let cause = if code == 1 { "USER_BUSY" } else { "NO_ANSWER" };
        let first = if found_part(self, call, &called) { called } else { caller };
        self.clear(call, &first, &first, cause, "Failed", Some(code));
    }

    /// It rang for too long.
    pub(in crate::simulator) fn no_answer(&mut self, call: &Id, device: &Id) {
        let Ok((found, connection)) = self.connection(call, device) else { return };
        if connection.state != PartState::Alerting {
            return;
        }
        if found.answered.is_none() && self.devices.contains_key(&found.caller) {
            return self.fail(call, 2);
        }
        // A customer gives up; somebody who was invited just stays out.
        let gone = if found.answered.is_none() { found.caller.clone() } else { device.clone() };
        self.clear(call, &gone, &gone, "NO_ANSWER", "NoAnswer", None);
    }

    /// The device leaves; when one talker is left, the call ends for all.
    pub(super) fn clear(&mut self, call: &Id, device: &Id, hung_up: &Id, cause: &'static str, reason: &'static str, code: Option<u8>) {
        let fields =
            |leaving: &Id| vec![("cause", json!(cause)), ("releasingDevice", json!(&**leaving)), ("hangupDevice", json!(&**hung_up))];
        self.emit_copies("connectionCleared", call, device, "Idle", &fields(device));
        let given_up = self.calls.get(call).is_some_and(|call| call.group && call.answered.is_none() && call.caller == *device);
        self.leave(call, device);
        if given_up {
            // Of a group nobody tells that its telephones stop ringing.
            for device in self
                .calls
                .get(call)
                .map(|call| call.connections.iter().map(|connection| connection.device.clone()).collect::<Vec<_>>())
                .unwrap_or_default()
            {
                self.leave(call, &device);
            }
            return self.close_call(call, reason, code);
        }
        let Some(rest) = self.calls.get(call).filter(|call| call.talkers() <= 1) else {
            return self.refresh_call(call);
        };
        // Talkers first, so that a listener hears the call to its end.
        let mut rest: Vec<(bool, Id)> = rest.connections.iter().map(|connection| (connection.silent, connection.device.clone())).collect();
        rest.sort_by_key(|(silent, _)| *silent);
        for (_, device) in rest {
            self.emit_copies("connectionCleared", call, &device, "Idle", &fields(&device));
            self.leave(call, &device);
        }
        self.close_call(call, reason, code);
    }

    /// Takes the device out of the call; an agent whose last call it was goes on with his work.
    pub(super) fn leave(&mut self, call: &Id, device: &Id) {
        let now = self.now;
        let mut with_customer = false;
        if let Some(call) = self.calls.get_mut(call)
            && let Some(at) = call.connections.iter().position(|connection| connection.device == *device)
        {
            let connection = call.connections.remove(at);
            call.held += connection.held_since.map_or(0, |since| now - since);
            with_customer =
                call.kind != CallType::Internal && call.answered.is_some() && !connection.silent && connection.state != PartState::Alerting;
        }
        self.stop_recording_of(call, device);
        let Some(phone) = self.devices.get_mut(device) else { return };
        phone.calls.retain(|other| other != call);
        let (last, agent) = (phone.calls.is_empty(), phone.agent);
        match agent {
            Some(agent) if last => self.after_call(agent, with_customer),
            Some(agent) => self.refresh(agent),
            None => {}
        }
    }

    pub(super) fn close_call(&mut self, call: &Id, reason: &'static str, failed_code: Option<u8>) {
        let Some(call) = self.calls.remove(call) else { return };
        self.stop_listening_to(&call.id);
        let mut last = call.id.clone();
        while let Some(former) = self.renamed.iter().find(|(_, new)| **new == last).map(|(former, _)| former.clone()) {
            self.renamed.remove(&former);
            last = former;
        }
        let station = [&call.caller, &call.called].into_iter().find(|party| self.devices.contains_key(*party)).cloned();
        let end = CallEnd {
            id: call.id,
            kind: call.kind,
            ani: call.caller,
            dnis: call.called,
            first_station: station,
            started: call.started,
            delivered: call.delivered,
            answered: call.answered,
            ended: self.now,
            held: call.held,
            reason,
            failed_code,
            conferenced: call.conferenced,
            transfers: call.transfers,
        };
        self.emit_model("CallEndEvent", None, Content::CallEnd(Box::new(end)));
    }
}

fn found_part(floor: &Floor, call: &Id, device: &Id) -> bool {
    floor.calls.get(call).is_some_and(|call| call.connection(device).is_some())
}
