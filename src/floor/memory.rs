//! What the console keeps of an agent over a restart, and over a break of the link: where the agent sat, and in which mode. Both are
//! remembered, not known: an event, or the roster's word, puts them right.

use super::agent::{Agent, Mode, ModeFact};
use super::stamp::{SourceId, Stamp};
use super::{AgentId, CallId, DeviceId, Floor, PlatformTime, State};

/// One agent as it is kept. `mode` is the platform's agentMode word; none where the agent was in a call, of which nothing is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    pub agent: AgentId,
    pub device: Option<DeviceId>,
    pub mode: Option<String>,
    pub since: PlatformTime,
    pub reason: Option<String>,
}

impl Floor {
    /// What is worth keeping of `agent`; none while no event has come.
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

    /// Takes up what was kept; for a floor that has heard nothing yet.
    pub fn restore(&mut self, memory: Memory) {
        let at = Stamp { time: memory.since, source: SourceId::MAX, serial: i64::MIN, rank: 0, happened: memory.since };
        let Some(agent) = self.agent_mut(&memory.agent) else { return };
        let mode = memory.mode.as_deref().and_then(Mode::from_word).unwrap_or(Mode::Unknown);
        let fact = ModeFact { at, mode, since: Some(memory.since), device: memory.device.clone(), reason: memory.reason };
        *agent = Agent::remembered(fact);
        if let Some(bindings) = memory.device.as_ref().and_then(|device| self.binding_mut(device)) {
            bindings.said = bindings.said.take().max(Some((at, memory.agent)));
        }
    }

    /// What is remembered of `agent` is contradicted by the roster's `told`: only where the agent sits is kept, and the roster's word
    /// counts until the next event. Says which calls the agent is not in any more: none where the word says nothing of calls.
    pub fn doubt(&mut self, agent: &AgentId, told: State) -> Vec<CallId> {
        let at = self.arrival();
        let Some(known) = self.agents.get_mut(agent) else { return Vec::new() };
        let device = known.bound_device();
        known.doubt();
        let Some(device) = device.filter(|_| matches!(told, State::Ready | State::AfterCall)) else { return Vec::new() };
        let calls = self.calls_at(&device);
        for id in &calls {
            if let Some(call) = self.calls.get_mut(id) {
                call.clear(&device, at);
            }
        }
        calls
    }
}
