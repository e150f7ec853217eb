//! Who works here beyond the plan: agents that tests hire, with ids of any kind, and entries that they put into the roster.

use super::*;
use crate::floor::{AgentId, DeviceId};
use serde::Deserialize;
use serde_json::Value;

/// Agents, or entries of the roster.
const MOST: usize = 60_000;

/// An agent as a test wants it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAgent {
    /// With its domain.
    id: String,
    /// Whose seat it is; none of the others'. With its domain.
    device: String,
    #[serde(default)]
    name: String,
    /// One of [`TEAMS`].
    team: Option<String>,
}

impl Floor {
    /// The indexes of all who are no supervisors.
    pub(in crate::simulator) fn staff(&self) -> Vec<usize> {
        (0..self.agents.len()).filter(|index| !self.agents[*index].supervisor).collect()
    }

    /// From now on the agent works here as the others do.
    pub fn hire(&mut self, new: NewAgent) -> Result<(), Refusal> {
        let NewAgent { id, device, name, team } = new;
        if AgentId::parse(&id).is_err() || self.agent_ids.contains_key(&*id) || self.agents.len() >= MOST {
            return Err(Refusal::IllegalAgent(id));
        }
        if DeviceId::parse(&device).is_err() || self.devices.contains_key(&*device) {
            return Err(Refusal::IllegalDevice(device));
        }
        let known = |team: &String| TEAMS.iter().position(|known| known == team).ok_or_else(|| Refusal::BadRequest("no such team".into()));
        let team = team.as_ref().map(known).transpose()?.unwrap_or(0);
        let index = self.agents.len();
        self.add_agent(id.into(), device.into(), false, name, team);
        if !self.silent() {
            self.later(0, Due::LogOn(index, 0));
            return Ok(());
        }
        self.seat(index);
        if self.announced {
            self.later(0, Due::Announce(index));
        }
        Ok(())
    }

    /// Adds entries to the roster, whatever they say.
    pub fn list(&mut self, entries: Vec<Value>) -> Result<(), Refusal> {
        if self.listed.len() + entries.len() > MOST {
            return Err(Refusal::BadRequest("the roster is full".into()));
        }
        self.listed.extend(entries);
        Ok(())
    }

    pub(super) fn listed(&self) -> &[Value] {
        &self.listed
    }
}
