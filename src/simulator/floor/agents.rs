//! Agents: log-on, mode, log-off, heart-beat, and the status word that follows from mode and calls.

use super::*;

/// Without a heart-beat for this long an agent who logged on over HTTP is logged out; real time.
const HEARTBEAT: Millis = 180_000;

impl Floor {
    pub(in crate::simulator) fn agent_index(&self, agent: &str) -> Result<usize, Refusal> {
        self.agent_ids.get(agent).copied().ok_or_else(|| Refusal::IllegalAgent(agent.to_owned()))
    }

    pub(in crate::simulator) fn in_call(&self, index: usize) -> bool {
        self.agents[index].device.as_ref().and_then(|device| self.devices.get(device)).is_some_and(|device| !device.calls.is_empty())
    }

    /// An agent logs on over HTTP.
    pub fn log_on(&mut self, agent: &str, device: &str, mode: Mode) -> Result<(), Refusal> {
        let index = self.agent_index(agent)?;
        let (id, phone) = self.devices.get_key_value(device).ok_or_else(|| Refusal::IllegalDevice(device.to_owned()))?;
        if let Some(current) = &self.agents[index].device {
            return Err(if current == id { Refusal::LoggedInHere } else { Refusal::LoggedInElsewhere(current.clone()) });
        }
        if let Some(other) = phone.agent {
            return Err(Refusal::DeviceInUse(self.agents[other].id.clone()));
        }
        if !phone.calls.is_empty() {
            return Err(Refusal::InCall);
        }
        let id = id.clone();
        self.agents[index].manual = Some(self.now);
        self.bind(index, id, mode);
        let delay = self.real(HEARTBEAT);
        let shift = self.agents[index].shift;
        self.later(delay, Due::Heartbeat(index, shift));
        Ok(())
    }

    /// The device is free and known.
    pub(in crate::simulator) fn bind(&mut self, index: usize, device: Id, mode: Mode) {
        if let Some(phone) = self.devices.get_mut(&device) {
            phone.agent = Some(index);
        }
        let agent = &mut self.agents[index];
        agent.device = Some(device);
        agent.login_time = self.now;
        if agent.shift == 0 {
            agent.first_login = self.now;
        }
        agent.shift = agent.shift.wrapping_add(1);
        agent.pending = None;
        self.emit_agent("agentLoggedOn", index, mode, None);
        self.change_mode(index, mode, None);
    }

    /// Sets an agent's mode; with a call at his device it is kept for its end, and then the answer is that mode.
    pub fn set_mode(&mut self, agent: &str, device: Option<&str>, mode: Mode, reason: Option<String>) -> Result<Option<Mode>, Refusal> {
        let index = self.agent_index(agent)?;
        self.check_device(index, device)?;
        if self.in_call(index) {
            self.agents[index].pending = Some((mode, reason));
            return Ok(Some(mode));
        }
        self.change_mode(index, mode, reason);
        Ok(None)
    }

    pub fn log_off(&mut self, agent: &str, device: Option<&str>) -> Result<(), Refusal> {
        let index = self.agent_index(agent)?;
        self.check_device(index, device)?;
        if self.in_call(index) {
            return Err(Refusal::InCall);
        }
        let simulated = self.driven(index);
        self.unbind(index);
        if simulated {
            self.comes_back(index);
        }
        Ok(())
    }

    /// The agent is logged on, and at the device that the request names, if it names one.
    fn check_device(&self, index: usize, device: Option<&str>) -> Result<(), Refusal> {
        let bound = self.agents[index].device.as_ref().ok_or(Refusal::LoggedOut)?;
        let Some(device) = device.filter(|device| *device != &**bound) else {
            return Ok(());
        };
        match self.devices.get(device) {
            None => Err(Refusal::IllegalDevice(device.to_owned())),
            Some(Device { agent: Some(other), .. }) => Err(Refusal::DeviceInUse(self.agents[*other].id.clone())),
            Some(_) => Err(Refusal::LoggedInElsewhere(bound.clone())),
        }
    }

    pub(in crate::simulator) fn unbind(&mut self, index: usize) {
        self.change_mode(index, Mode::Logout, None);
        let agent = &mut self.agents[index];
        agent.manual = None;
        agent.pending = None;
        let device = agent.device.take();
        if let Some(phone) = device.and_then(|device| self.devices.get_mut(&device)) {
            phone.agent = None;
        }
    }

    /// Emits the mode even where it was the same before: the one who asked waits for it.
    pub(in crate::simulator) fn change_mode(&mut self, index: usize, mode: Mode, reason: Option<String>) {
        let agent = &mut self.agents[index];
        agent.mode = mode;
        agent.reason = reason.clone();
        agent.turn = agent.turn.wrapping_add(1);
        self.emit_mode(index, mode, reason);
        self.refresh(index);
        self.mode_changed(index);
    }

    /// The last call at the agent's device has ended.
    pub(super) fn after_call(&mut self, index: usize, talked_to_customer: bool) {
        let agent = &mut self.agents[index];
        if let Some((mode, reason)) = agent.pending.take() {
            return self.change_mode(index, mode, reason);
        }
        let (mode, reason) = match agent.mode {
            Mode::Allocated => (Mode::Ready, None),
            mode => (mode, agent.reason.clone()),
        };
        let wraps_up = mode == Mode::Ready && talked_to_customer && self.driven(index);
        self.change_mode(index, if wraps_up { Mode::WorkNotReady } else { mode }, reason);
    }

    pub fn heartbeat(&mut self, agent: &str) -> Result<(), Refusal> {
        let index = self.agent_index(agent)?;
        if self.agents[index].device.is_none() {
            return Err(Refusal::LoggedOut);
        }
        if let Some(latest) = &mut self.agents[index].manual {
            *latest = self.now;
        }
        Ok(())
    }

    /// Looks whether an agent who logged on over HTTP still sends heart-beats.
    pub(in crate::simulator) fn check_heartbeat(&mut self, index: usize, shift: u32) {
        let agent = &self.agents[index];
        let Some(latest) = agent.manual.filter(|_| agent.shift == shift && agent.device.is_some()) else {
            return;
        };
        let end = latest.saturating_add(self.real(HEARTBEAT));
        if self.now < end {
            self.later(end - self.now, Due::Heartbeat(index, shift));
        } else {
            // Also in mid-call: the telephone goes on talking.
            self.unbind(index);
        }
    }

    /// The platform gives an agent up whose heart-beats it misses, also in mid-call.
    #[cfg(test)]
    pub fn lose(&mut self, agent: &str) {
        if let Ok(index) = self.agent_index(agent)
            && self.agents[index].device.is_some()
        {
            self.unbind(index);
        }
    }

    /// Frees an agent who was reserved for an outbound call.
    pub fn release(&mut self, agent: &str) -> Result<(), Refusal> {
        let index = self.agent_index(agent)?;
        match self.agents[index].mode {
            Mode::Logout => Err(Refusal::LoggedOut),
            Mode::Allocated => {
                self.change_mode(index, Mode::Ready, None);
                Ok(())
            }
            _ => Err(Refusal::WrongState("the agent is not allocated")),
        }
    }

    /// Whatever changed at this agent: status word, figures and the list of those who can take a call follow.
    pub(super) fn refresh(&mut self, index: usize) {
        let status = self.status_word(index);
        let now = self.now;
        let agent = &mut self.agents[index];
        if agent.status != status {
            agent.last_length = now - agent.status_since;
            agent.counters.left(agent.status, agent.last_length);
            agent.last_status = agent.status;
            agent.status = status;
            agent.status_since = now;
            self.emit_status(index);
        }
        let free = status == "Ready" && !self.agents[index].supervisor;
        match (free, self.agents[index].ready_at) {
            (true, None) => {
                self.agents[index].ready_at = Some(self.ready.len());
                self.ready.push(index);
                self.agent_is_free();
            }
            (false, Some(at)) => {
                self.ready.swap_remove(at);
                if let Some(&moved) = self.ready.get(at) {
                    self.agents[moved].ready_at = Some(at);
                }
                self.agents[index].ready_at = None;
            }
            _ => {}
        }
    }

    fn status_word(&self, index: usize) -> &'static str {
        let agent = &self.agents[index];
        let calls = agent.device.as_ref().and_then(|device| self.devices.get(device)).map_or(&[][..], |device| &device.calls);
        let connections = || {
            calls
                .iter()
                .filter_map(|call| self.calls.get(call))
                .filter_map(|call| agent.device.as_ref().and_then(|device| call.connection(device)).map(|connection| (call, connection)))
        };
        if let Some((call, _)) = connections().find(|(_, connection)| connection.state == PartState::Connected) {
            return match call.kind {
                _ if call.talkers() > 2 => "Conference",
                CallType::Inbound => "OnCallIn",
                CallType::Outbound => "OnCallOut",
                CallType::Internal => "CallInternal",
            };
        }
        if let Some((call, connection)) = connections().find(|(_, connection)| connection.state != PartState::Held) {
            return match connection.state {
                PartState::Alerting => "Ringing",
                _ if call.delivered.is_some() => "Ringback",
                _ => "Dailing",
            };
        }
        if !calls.is_empty() {
            return "OnHold";
        }
        agent.mode.as_str()
    }
}
