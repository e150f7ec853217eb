//! What an intervention is aimed at: the agent of a row, or an agent's part in a call.

use super::note::Note;
use crate::components::workspace::Workspace;
use crate::floor::{AgentId, CallId, CallRow, ConsoleTime, DeviceId, Intervention, PartyRole, PartyState, Row, TargetConnection};
use crate::i18n::{Outside, TargetWords, Texts};
use crate::live::store::Store;
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub agent: Option<AgentId>,
    /// The agent's row, where there is one.
    pub row: Option<Arc<Row>>,
    pub device: Option<DeviceId>,
    pub call_id: Option<CallId>,
    /// The call as a whole; none until the calls are here, and when it is over.
    pub call: Option<Arc<CallRow>>,
    /// Aimed at from the call's row, which then shows what becomes of it.
    pub at_call: bool,
}

impl Target {
    /// Aims at the agent of the row.
    pub fn of_row(row: Arc<Row>, store: Store) -> Target {
        let call_id = row.call.as_ref().map(|call| call.id.clone());
        Target {
            agent: Some(row.agent.clone()),
            device: row.device.clone(),
            call: call_id.as_ref().and_then(|id| store.call(id)),
            call_id,
            row: Some(row),
            at_call: false,
        }
    }

    /// Aims at the party `chosen`, or else at the first agent who is connected, or has a part in it at all. Of one who logged off during the
    /// call there is the device only.
    pub fn of_call(call: Arc<CallRow>, chosen: Option<&DeviceId>, store: Store) -> Target {
        let agents = || call.talkers().filter(|party| party.whose().is_some());
        let connected = || agents().find(|party| party.state == PartyState::Connected);
        let party = chosen.and_then(|device| call.party(device)).or_else(connected).or_else(|| agents().next());
        let (agent, device) = party.map_or((None, None), |party| (party.agent.clone(), Some(party.device.clone())));
        Target {
            row: agent.as_ref().and_then(|agent| store.row_of(agent)),
            agent,
            device,
            call_id: Some(call.id.clone()),
            call: store.call(&call.id),
            at_call: true,
        }
    }

    /// Returns the same as it is by now: the same agent, device and call.
    pub fn again(&self, store: Store) -> Target {
        Target {
            row: self.agent.as_ref().and_then(|agent| store.row_of(agent)),
            call: self.call_id.as_ref().and_then(|id| store.call(id)),
            ..self.clone()
        }
    }

    /// Returns the part of the target in its call.
    pub(super) fn connection(&self) -> Option<TargetConnection<'_>> {
        let id = self.call_id.as_ref()?;
        let of_call = || self.call.as_ref()?.connection(self.device.as_ref()?);
        let of_row = || self.row.as_ref()?.connection().filter(|connection| connection.call == id);
        of_call().or_else(of_row)
    }

    /// Returns what names it among the page's notes.
    pub fn key(&self) -> String {
        let call = self.call.as_ref().map(|call| &call.id).or(self.call_id.as_ref()).filter(|_| self.at_call);
        let agent = || self.agent.as_ref().map(ToString::to_string);
        call.map(ToString::to_string).or_else(agent).unwrap_or_default()
    }

    /// Returns what the page itself knows of it, also where the call has got another id since.
    pub fn note<'a>(&self, notes: &'a HashMap<String, Note>) -> Option<&'a Note> {
        let former = self.call.iter().filter(|_| self.at_call).flat_map(|call| &call.former);
        notes.get(&self.key()).or_else(|| former.into_iter().find_map(|id| notes.get(id.as_str())))
    }

    /// Returns the latest intervention that the server tells of here.
    pub fn told(&self) -> Option<&Intervention> {
        let row = self.row.as_ref().and_then(|row| row.intervention.as_deref());
        if !self.at_call {
            return row;
        }
        let call = self.call.as_ref().and_then(|call| call.intervention.as_deref());
        row.filter(|action| !action.operation.on_call()).into_iter().chain(call).max_by_key(|action| action.id)
    }

    /// Returns the agent's number, else the device's.
    pub fn number(&self) -> &str {
        let device = || self.device.as_ref().map(|device| device.number());
        self.agent.as_ref().map(|agent| agent.number()).or_else(device).unwrap_or_default()
    }

    /// Returns the agent's name, else the number.
    pub fn name(&self) -> String {
        match &self.row {
            Some(row) if !row.name.is_empty() => row.name.clone(),
            _ => self.number().to_owned(),
        }
    }

    /// Returns name and number: `Zhang Min (5004)`.
    pub fn full_name(&self) -> String {
        match &self.row {
            Some(row) if !row.name.is_empty() => format!("{} ({})", Outside(&row.name), Outside(self.number())),
            _ => self.number().to_owned(),
        }
    }

    /// Returns the other party's number; empty where unknown.
    pub fn caller(&self) -> &str {
        let of_row = self.row.as_ref().and_then(|row| row.call.as_ref()).filter(|call| Some(&call.id) == self.call_id.as_ref());
        let of_call = || {
            let other = self.call.as_ref()?.other_end().filter(|party| Some(&party.device) != self.device.as_ref())?;
            Some(other.device.number())
        };
        of_row.map(|call| call.other.as_str()).or_else(of_call).unwrap_or_default()
    }

    /// Has `with` word something about it; `agent` is how it is named there.
    pub fn stake<T>(&self, agent: &str, own: &DeviceId, with: impl FnOnce(&TargetWords) -> T) -> T {
        with(&TargetWords {
            agent: Outside(agent),
            device: Outside(self.device.as_ref().map(|device| device.number()).unwrap_or_default()),
            own: Outside(own.number()),
            caller: Outside(self.caller()),
            others: self.connection().map_or(0, |connection| connection.stay),
        })
    }

    /// Puts in words what other supervisors are about here: who asked for something, who listens, who has joined. `now` is asked for only where
    /// it matters.
    pub fn others(&self, workspace: Workspace, texts: &Texts, now: impl Fn() -> ConsoleTime) -> Option<String> {
        let me = workspace.me.with_value(|me| me.agent.clone());
        let mut words = Vec::new();
        let row = self.row.as_ref().and_then(|row| row.intervention.as_ref());
        let call =
            self.call.as_ref().and_then(|call| call.intervention.as_ref()).filter(|action| row.is_none_or(|row| row.id != action.id));
        for action in row.into_iter().chain(call).filter(|action| action.by != me && action.outcome.pending()) {
            let seconds = now().since(action.requested_at).as_secs();
            words.push((texts.asked)(action.operation, Outside(action.by.number()), seconds));
        }
        let (listeners, joined) = self.company();
        for (devices, word) in [(listeners, texts.is_listening), (joined, texts.has_joined)] {
            words.extend(
                devices
                    .into_iter()
                    .filter(|device| !workspace.store.calls.is_own_device(device))
                    .map(|device| word(Outside(device.number()))),
            );
        }
        (!words.is_empty()).then(|| words.join(" · "))
    }

    /// Returns who listens, and who has joined.
    fn company(&self) -> (Vec<&DeviceId>, Vec<&DeviceId>) {
        if let Some(call) = &self.call {
            let joined = call.parties.iter().filter(|party| party.role == PartyRole::Joined).map(|party| &party.device);
            return (call.listeners().collect(), joined.collect());
        }
        let call = self.row.as_ref().and_then(|row| row.call.as_ref());
        call.map(|call| (call.listeners.iter().collect(), call.joined.iter().collect())).unwrap_or_default()
    }
}
