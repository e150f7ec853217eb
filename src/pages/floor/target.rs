//! What a step-in is aimed at: the agent of a row, or an agent's part in a call; and what would come of it here and now.

use super::Floor;
use super::step_in::Note;
use crate::floor::{
    AgentId, CallId, CallRow, DeviceId, Effect, Intervention, Obstacle, Operation, Part, PartyRole, PartyState, Row, Scene, forecast,
};
use crate::i18n::{Outside, Stake, Texts};
use crate::live::store::{Liveness, Store};
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
    /// The call as a whole; none until the calls are here, and when it has ended.
    pub call: Option<Arc<CallRow>>,
    /// Aimed at from the call's row, which then shows what becomes of it.
    pub at_call: bool,
}

/// Why nothing can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// No connection to the console.
    Down,
    /// No agent has a part in the call.
    NoAgent,
    Obstacle(Obstacle),
}

impl Target {
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

    /// At the party `chosen`, or else at the first agent who is connected, or has a part in it at all. Of one who logged off during the
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
            call: Some(call),
            at_call: true,
        }
    }

    /// The same as it is by now: the same agent, device and call.
    pub fn again(&self, store: Store) -> Target {
        Target {
            row: self.agent.as_ref().and_then(|agent| store.row_of(agent)),
            call: self.call_id.as_ref().and_then(|id| store.call(id)),
            ..self.clone()
        }
    }

    fn part(&self) -> Option<Part<'_>> {
        let id = self.call_id.as_ref()?;
        let of_call = || {
            let (call, device) = (self.call.as_ref()?, self.device.as_ref()?);
            let parties = u32::try_from(call.in_it()).unwrap_or(u32::MAX);
            Some(Part { call: &call.id, state: call.party(device)?.state, answered: call.answered.is_some(), parties })
        };
        let of_row = || self.row.as_ref()?.part().filter(|part| part.call == id);
        of_call().or_else(of_row)
    }

    /// What names it among the page's notes.
    pub fn key(&self) -> String {
        let call = self.call.as_ref().map(|call| &call.id).or(self.call_id.as_ref()).filter(|_| self.at_call);
        let agent = || self.agent.as_ref().map(ToString::to_string);
        call.map(ToString::to_string).or_else(agent).unwrap_or_default()
    }

    /// What the page itself knows of it, also where the call has got another id since.
    pub fn note<'a>(&self, notes: &'a HashMap<String, Note>) -> Option<&'a Note> {
        let former = self.call.iter().filter(|_| self.at_call).flat_map(|call| &call.former);
        notes.get(&self.key()).or_else(|| former.into_iter().find_map(|id| notes.get(id.as_str())))
    }

    /// The latest step-in that the server tells of here.
    pub fn told(&self) -> Option<&Intervention> {
        let row = self.row.as_ref().and_then(|row| row.action.as_ref());
        if !self.at_call {
            return row;
        }
        let call = self.call.as_ref().and_then(|call| call.action.as_ref());
        row.filter(|action| !action.operation.on_call()).into_iter().chain(call).max_by_key(|action| action.id)
    }

    /// The agent's number, else the device's.
    pub fn number(&self) -> &str {
        let device = || self.device.as_ref().map(|device| device.number());
        self.agent.as_ref().map(|agent| agent.number()).or_else(device).unwrap_or_default()
    }

    pub fn name(&self) -> String {
        match &self.row {
            Some(row) if !row.name.is_empty() => row.name.clone(),
            _ => self.number().to_owned(),
        }
    }

    /// `Zhang Min (5004)`
    pub fn full_name(&self) -> String {
        match &self.row {
            Some(row) if !row.name.is_empty() => format!("{} ({})", Outside(&row.name), Outside(self.number())),
            _ => self.number().to_owned(),
        }
    }

    /// The other party's number; empty where unknown.
    pub fn caller(&self) -> &str {
        let of_row = self.row.as_ref().and_then(|row| row.call.as_ref()).filter(|call| Some(&call.id) == self.call_id.as_ref());
        let of_call = || {
            let other = self.call.as_ref()?.other_end().filter(|party| Some(&party.device) != self.device.as_ref())?;
            Some(other.device.number())
        };
        of_row.map(|call| call.other.as_str()).or_else(of_call).unwrap_or_default()
    }

    /// Has `with` word something about it; `agent` is how it is named there.
    pub fn stake<T>(&self, agent: &str, own: &DeviceId, with: impl FnOnce(&Stake) -> T) -> T {
        with(&Stake {
            agent: Outside(agent),
            device: Outside(self.device.as_ref().map(|device| device.number()).unwrap_or_default()),
            own: Outside(own.number()),
            caller: Outside(self.caller()),
            others: self.part().map_or(0, |part| part.parties.saturating_sub(1)),
        })
    }

    /// What other supervisors are about here: who asked for something, who listens, who has joined. `now` is asked for only where
    /// it matters.
    pub fn others(&self, floor: Floor, texts: &Texts, now: impl Fn() -> i64) -> Option<String> {
        let me = floor.me.with_value(|me| me.agent.clone());
        let mut words = Vec::new();
        let row = self.row.as_ref().and_then(|row| row.action.as_ref());
        let call = self.call.as_ref().and_then(|call| call.action.as_ref()).filter(|action| row.is_none_or(|row| row.id != action.id));
        for action in row.into_iter().chain(call).filter(|action| action.by != me && action.outcome.pending()) {
            let seconds = (now() - action.requested_at).max(0) / 1000;
            words.push((texts.asked)(action.operation, Outside(action.by.number()), seconds));
        }
        let (listeners, joined) = self.company();
        for (devices, word) in [(listeners, texts.is_listening), (joined, texts.has_joined)] {
            words.extend(
                devices.into_iter().filter(|device| !floor.store.calls.is_own_device(device)).map(|device| word(Outside(device.number()))),
            );
        }
        (!words.is_empty()).then(|| words.join(" · "))
    }

    /// Who listens, and who has joined.
    fn company(&self) -> (Vec<&DeviceId>, Vec<&DeviceId>) {
        if let Some(call) = &self.call {
            let joined = call.parties.iter().filter(|party| party.role == PartyRole::Joined).map(|party| &party.device);
            return (call.listeners().collect(), joined.collect());
        }
        let call = self.row.as_ref().and_then(|row| row.call.as_ref());
        call.map(|call| (call.listeners.iter().collect(), call.joined.iter().collect())).unwrap_or_default()
    }
}

impl Floor {
    /// What `operation` would do at `target` now, or why it cannot be done; tracked.
    pub fn prospect(self, operation: Operation, target: &Target) -> Result<Effect, Bar> {
        if matches!(self.store.liveness.get(), Liveness::Closed | Liveness::Connecting) {
            return Err(Bar::Down);
        }
        if self.is_sending(target) {
            return Err(Bar::Obstacle(Obstacle::UnderWay));
        }
        // Whose agent logged off during the call can still be dropped, joined and taken: that is done at the telephone.
        if target.agent.is_none() && (target.device.is_none() || !operation.on_call()) {
            return Err(Bar::NoAgent);
        }
        let part = target.part();
        if operation.on_call() && target.call_id.is_some() && part.is_none() {
            return Err(Bar::Obstacle(Obstacle::NotInThatCall));
        }
        let own = self.store.own_call();
        self.me.with_value(|me| {
            let scene = Scene {
                role: me.role,
                own_device: &me.device,
                own_call: own.as_ref().map(|own| own.as_call()),
                row: target.row.as_deref(),
                device: target.device.as_ref(),
                part,
            };
            forecast(operation, &scene).map_err(Bar::Obstacle)
        })
    }

    /// Why `operation` cannot be done at `row` now, in words; tracked.
    pub fn blocked(self, operation: Operation, row: &Arc<Row>, texts: &Texts) -> Option<String> {
        let target = Target::of_row(row.clone(), self.store);
        self.prospect(operation, &target).err().map(|bar| self.barred(operation, bar, &target, texts))
    }

    /// What stands in the way, in words.
    pub fn barred(self, operation: Operation, bar: Bar, target: &Target, texts: &Texts) -> String {
        match bar {
            Bar::Down => texts.action_while_down.to_owned(),
            Bar::NoAgent => texts.no_agent_in_call.to_owned(),
            Bar::Obstacle(obstacle) => self
                .me
                .with_value(|me| target.stake(target.number(), &me.device, |stake| (texts.obstacle_here)(operation, obstacle, stake))),
        }
    }

    /// What it will do, in words.
    pub fn effect(self, operation: Operation, effect: Effect, target: &Target, texts: &Texts) -> String {
        self.me.with_value(|me| target.stake(target.number(), &me.device, |stake| (texts.effect)(operation, effect, stake)))
    }
}
