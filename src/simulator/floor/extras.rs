//! What can be attached to a call: data and recordings.

use super::*;
use serde_json::json;

/// More than that is not call data.
const MOST_ENTRIES: usize = 100;

impl Floor {
    pub fn set_data(&mut self, call: &str, entries: Vec<(String, String)>) -> Result<(), Refusal> {
        let call = self.calls.get_mut(call).ok_or_else(|| Refusal::NoCall(call.to_owned()))?;
        if call.data.len() + entries.len() > MOST_ENTRIES {
            return Err(Refusal::BadRequest(format!("at most {MOST_ENTRIES} entries of call data")));
        }
        call.data.extend(entries);
        Ok(())
    }

    pub fn data(&self, call: &str, key: &str) -> Result<String, Refusal> {
        let call = self.calls.get(call).ok_or_else(|| Refusal::NoCall(call.to_owned()))?;
        call.data.get(key).cloned().ok_or_else(|| Refusal::NoData(key.to_owned()))
    }

    /// Every entry, sorted by key.
    pub fn all_data(&self, call: &str) -> Result<Vec<(String, String)>, Refusal> {
        let call = self.calls.get(call).ok_or_else(|| Refusal::NoCall(call.to_owned()))?;
        Ok(call.data.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    pub fn start_recording(&mut self, device: &str) -> Result<(), Refusal> {
        let device = self.qualified(device);
        let phone = self.devices.get(&device).ok_or_else(|| Refusal::NotRegistered(device.to_string()))?;
        if phone.recording.is_some() {
            return Err(Refusal::WrongState("the device is being recorded already"));
        }
        let talks = |call: &&Id| {
            self.calls
                .get(*call)
                .and_then(|call| call.connection(&device))
                .is_some_and(|connection| connection.state == PartState::Connected)
        };
        let call = phone.calls.iter().find(talks).cloned().ok_or(Refusal::WrongState("the device does not talk in a call"))?;
        let record = self.new_call_id().to_string();
        let fields = vec![
            ("recordId", json!(record)),
            ("callId", json!(&*call)),
            ("deviceId", json!(&*device)),
            ("fileName", json!(format!("/mnt/volumes/recordings/{}/{device}/{record}_{call}.wav", self.namespace))),
            ("isSuccess", json!(true)),
        ];
        self.emit_recording("recordStarted", &device, &call, false, fields);
        if let Some(phone) = self.devices.get_mut(&device) {
            phone.recording = Some((record, call));
        }
        Ok(())
    }

    pub fn stop_recording(&mut self, device: &str) -> Result<(), Refusal> {
        let device = self.qualified(device);
        let phone = self.devices.get_mut(&device).ok_or_else(|| Refusal::NotRegistered(device.to_string()))?;
        let (record, call) = phone.recording.take().ok_or(Refusal::WrongState("the device is not being recorded"))?;
        self.emit_recording("recordStopped", &device, &call, true, vec![("recordId", json!(record)), ("isSuccess", json!(true))]);
        Ok(())
    }

    /// A recording ends with the device's part in the call.
    pub(super) fn stop_recording_of(&mut self, call: &Id, device: &Id) {
        if self.devices.get(device).is_some_and(|phone| phone.recording.as_ref().is_some_and(|(_, recorded)| recorded == call)) {
            // It is being recorded: that is the only thing that could be refused.
            self.stop_recording(device).ok();
        }
    }
}
