//! What an agent's word in the roster says against what is only remembered.

use super::{AgentId, CallId, Changes, Floor, State};

impl Floor {
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
