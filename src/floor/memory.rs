//! What the console keeps of an agent over a restart and over a break of the link: the device and the mode. Both are remembered, not
//! known, until an event or the roster confirms or corrects them.

use super::agent::{Agent, Mode, ModeFact};
use super::stamp::{SourceId, Stamp};
use super::{AgentId, CallId, Changes, DeviceId, Floor, PlatformTime, State};

/// What is kept of one agent over a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// The agent.
    pub agent: AgentId,
    /// The device that was named with the mode.
    pub device: Option<DeviceId>,
    /// The platform's `agentMode` word; absent if the mode is not known or the agent was in a call, for calls are not kept.
    pub mode: Option<String>,
    /// Since when the agent has been in that mode.
    pub since: PlatformTime,
    /// Why not ready, as the platform words it.
    pub reason: Option<String>,
}

impl Floor {
    /// Returns what to keep of `agent`, or `None` if no mode, or no time of it, is known.
    pub fn memory(&self, agent: &AgentId) -> Option<Memory> {
        let fact = self.agents.get(agent)?.mode()?;
        let in_call = self.row(agent)?.state.in_call();
        Some(Memory {
            agent: agent.clone(),
            device: fact.device.clone(),
            mode: fact.mode.word().filter(|_| !in_call).map(str::to_owned),
            since: fact.since?,
            reason: fact.reason.clone(),
        })
    }

    /// Restores what was kept of an agent, as older than any event; call it before the first one is applied.
    pub fn restore(&mut self, memory: Memory) {
        let at = Stamp { time: memory.since, source: SourceId::MAX, serial: i64::MIN, rank: 0, happened: memory.since };
        let Some(agent) = self.agent_mut(&memory.agent) else { return };
        let mode = memory.mode.as_deref().and_then(Mode::from_word).unwrap_or(Mode::Unknown);
        let fact = ModeFact { at, mode, since: Some(memory.since), device: memory.device.clone(), reason: memory.reason };
        *agent = Agent::remembered(fact);
        if let Some(bindings) = memory.device.as_ref().and_then(|device| self.binding_mut(device, &mut Changes::default())) {
            bindings.said = bindings.said.take().max(Some((at, memory.agent)));
        }
    }

    /// Gives up what is remembered of `agent` because the roster tells another state, `told`, which counts until the next event; only the
    /// device is kept. Returns the calls that the device left: all that it was in if `told` is a state that nobody in a call has.
    pub fn doubt(&mut self, agent: &AgentId, told: State) -> Vec<CallId> {
        let at = self.arrival();
        let Some(known) = self.agents.get_mut(agent) else { return Vec::new() };
        let device = known.bound_device().cloned();
        known.doubt();
        let Some(device) = device.filter(|_| matches!(told, State::Ready | State::AfterCall)) else { return Vec::new() };
        let calls = self.calls_at(&device);
        for id in &calls {
            let Some(slot) = self.calls.slot(id) else { continue };
            if let Some(call) = self.calls.at_mut(slot) {
                call.clear(&device, at);
            }
            self.refresh(slot, &mut Changes::default());
        }
        calls
    }
}
