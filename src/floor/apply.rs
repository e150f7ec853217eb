//! The fold: what each event does to agents and calls (protocol, section 3).

use super::agent::Agent;
use super::call::{Call, ConnectionState};
use super::event::{Event, EventKind};
use super::stamp::Stamp;
use super::state::Claims;
use super::{AgentId, CallId, DeviceId, Floor};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// What an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It changed, or may have changed, what is said of these.
    Changed(Changes),
    /// It came before.
    Duplicate,
    /// It says nothing about the floor, or lacks what it would need to.
    Nothing,
}

/// Whose rows an event touched. A call that became part of another is among them: it has no row any more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub agents: Vec<AgentId>,
    pub calls: Vec<CallId>,
}

/// How many events are remembered to know one that comes twice.
const REMEMBERED: usize = 1 << 18;
/// Above every rank of an event that says when it happened.
const UNORDERED: u64 = 16;
const MOST_AGENTS: usize = 200_000;
const MOST_CALLS: usize = 200_000;
/// How long an ended call is kept, by event time: late copies of its events must find it ended.
const KEEP_ENDED: i64 = 10 * 60 * 1000;

impl Floor {
    /// Takes one event. The same event twice changes nothing the second time.
    pub fn apply(&mut self, event: &Event) -> Applied {
        if !self.remember(event) {
            return Applied::Duplicate;
        }
        let at = self.stamp(event);
        let changed = match event.kind {
            EventKind::AgentLoggedOn
            | EventKind::AgentLoggedOff
            | EventKind::AgentReady
            | EventKind::AgentNotReady
            | EventKind::AgentAllocated
            | EventKind::AgentWorkingAfterCall => Changes { agents: self.agent_event(event, at), calls: Vec::new() },
            EventKind::AgentStatus => Changes { agents: self.status_event(event, at), calls: Vec::new() },
            EventKind::RecordStarted | EventKind::RecordStopped => self.record_event(event, at),
            EventKind::Other | EventKind::CallEnd => Changes::default(),
            _ => self.call_event(event, at),
        };
        self.applied += 1;
        if self.applied.is_multiple_of(4096) {
            self.prune();
        }
        if changed == Changes::default() { Applied::Nothing } else { Applied::Changed(changed) }
    }

    /// Where the event belongs among those of its source. One that does not say stands behind what came before it.
    fn stamp(&mut self, event: &Event) -> Stamp {
        let serials = if event.call.is_some() { &mut self.call_serial } else { &mut self.agent_serial };
        let happened = event.time.unwrap_or(self.latest);
        match (event.serial, event.untimed || event.time.is_none()) {
            (Some(serial), false) => {
                *serials = serial.max(*serials);
                self.latest = self.latest.max(happened);
                Stamp { time: happened, serial, rank: rank(event.kind), happened }
            }
            (_, untimed) => {
                if !untimed {
                    self.latest = self.latest.max(happened);
                }
                self.unordered += 1;
                Stamp { time: self.latest, serial: *serials, rank: UNORDERED + self.unordered, happened }
            }
        }
    }

    fn agent_event(&mut self, event: &Event, at: Stamp) -> Vec<AgentId> {
        let Some(id) = &event.agent else { return Vec::new() };
        let Some(agent) = self.agent_mut(id) else { return Vec::new() };
        if !agent.take_event(event, at) {
            return Vec::new();
        }
        let device = event.device.as_ref().or(event.source.as_ref()).filter(|_| event.kind != EventKind::AgentLoggedOff);
        self.claim(id, device, |claims| &mut claims.said, at.time)
    }

    fn status_event(&mut self, event: &Event, at: Stamp) -> Vec<AgentId> {
        let Some(status) = &event.status else { return Vec::new() };
        let Some(agent) = self.agent_mut(&status.agent) else { return Vec::new() };
        if !agent.take_status(status, at) {
            return Vec::new();
        }
        let device = status.device.as_ref().filter(|_| status.word != "Logout");
        self.claim(&status.agent, device, |claims| &mut claims.said, at.time)
    }

    /// Records that `agent` sits at `device`; whoever sat there before may be affected as well.
    fn claim(
        &mut self,
        agent: &AgentId,
        device: Option<&DeviceId>,
        register: impl Fn(&mut Claims) -> &mut Option<(i64, AgentId)>,
        time: i64,
    ) -> Vec<AgentId> {
        let mut changed = vec![agent.clone()];
        let Some(device) = device else { return changed };
        let claims = self.claims.entry(device.clone()).or_default();
        changed.extend(claims.holder().cloned());
        let claim = Some((time, agent.clone()));
        let known = register(claims);
        if claim > *known {
            *known = claim;
        }
        changed
    }

    fn call_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let Some(named) = &event.call else { return Changes::default() };
        let mut changed = self.agent_of_copy(event, at);
        let id = match (&event.new_call, event.kind) {
            (Some(new), EventKind::Conferenced | EventKind::Transferred) => self.merge(event, new),
            _ => self.successor(named),
        };
        if self.calls.len() >= MOST_CALLS && !self.calls.contains_key(&id) {
            self.prune();
            if self.calls.len() >= MOST_CALLS {
                return Changes { agents: changed, calls: Vec::new() };
            }
        }
        let call = self.calls.entry(id.clone()).or_default();
        call.touched = call.touched.max(at.time);
        call.started = Some(call.started.map_or(at.happened, |started| started.min(at.happened)));
        call.kind = call.kind.take().or_else(|| event.call_type.clone());
        call.queue = call.queue.take().or_else(|| event.split.clone());
        apply_to_call(call, event, at);
        if call.answered.is_none() && event.kind == EventKind::Established {
            call.answered = Some(at.happened);
        }
        let devices: Vec<DeviceId> = call.connections.keys().cloned().collect();
        for device in devices {
            self.parts.entry(device.clone()).or_default().insert(id.clone());
            changed.extend(self.claims.get(&device).and_then(Claims::holder).cloned());
        }
        changed.sort_unstable();
        changed.dedup();
        let olds = [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten();
        let mut calls: Vec<CallId> = olds.cloned().chain([id]).collect();
        calls.dedup();
        Changes { agents: changed, calls }
    }

    /// recordStopped names its recording only; recordStarted said whose that is.
    fn record_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let known = event.record.as_ref().and_then(|record| self.recordings.get(record)).map(|(call, _)| call.clone());
        let Some(id) = event.call.clone().or(known).map(|call| self.successor(&call)) else { return Changes::default() };
        let on = event.kind == EventKind::RecordStarted;
        if let Some(record) = event.record.clone().filter(|_| on && self.recordings.len() < MOST_CALLS) {
            self.recordings.insert(record, (id.clone(), at.time));
        }
        let Some(call) = self.calls.get_mut(&id) else { return Changes::default() };
        call.record(on, at);
        let holder = |device| self.claims.get(device).and_then(Claims::holder).cloned();
        let agents = call.connections.keys().filter_map(holder).collect();
        Changes { agents, calls: vec![id] }
    }

    /// A copy names the agent at its source device: that is how an agent of whom no agent event came is found.
    fn agent_of_copy(&mut self, event: &Event, at: Stamp) -> Vec<AgentId> {
        let (Some(id), Some(device)) = (&event.agent, &event.source) else { return Vec::new() };
        let Some(agent) = self.agent_mut(id) else { return Vec::new() };
        let seen = Some((at.time, device.clone()));
        if seen > agent.seen_at {
            agent.seen_at = seen;
        }
        self.claim(id, Some(device), |claims| &mut claims.seen, at.time)
    }

    /// Calls that become `new` by a conference or a transfer are one call from now on.
    fn merge(&mut self, event: &Event, new: &CallId) -> CallId {
        let new = self.successor(new);
        for old in [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten() {
            let old = self.successor(old);
            if old == new {
                continue;
            }
            if let Some(call) = self.calls.remove(&old) {
                for device in call.connections.keys() {
                    if let Some(parts) = self.parts.get_mut(device) {
                        parts.remove(&old);
                    }
                }
                self.calls.entry(new.clone()).or_default().absorb(call);
            }
            self.successors.insert(old, (new.clone(), self.latest));
        }
        new
    }

    fn agent_mut(&mut self, id: &AgentId) -> Option<&mut Agent> {
        if self.agents.len() >= MOST_AGENTS && !self.agents.contains_key(id) {
            return None;
        }
        Some(self.agents.entry(id.clone()).or_default())
    }

    /// False where the event came before. Without a serial nobody can tell it from another of its kind.
    fn remember(&mut self, event: &Event) -> bool {
        if event.serial.is_none() {
            return true;
        }
        let time = event.time.filter(|_| !event.untimed);
        let mut hasher = DefaultHasher::new();
        (&event.name, time, event.serial, &event.source, &event.device, &event.agent, &event.call, &event.mode).hash(&mut hasher);
        let identity = hasher.finish();
        if !self.seen.insert(identity) {
            return false;
        }
        self.seen_order.push_back(identity);
        if self.seen_order.len() > REMEMBERED
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }

    /// Forgets calls that ended long ago; where that is not enough, those that were silent the longest.
    fn prune(&mut self) {
        let horizon = self.latest - KEEP_ENDED;
        let mut gone: Vec<CallId> =
            self.calls.iter().filter(|(_, call)| call.touched < horizon && call.over()).map(|(id, _)| id.clone()).collect();
        if self.calls.len() - gone.len() >= MOST_CALLS {
            let mut by_age: Vec<(i64, &CallId)> = self.calls.iter().map(|(id, call)| (call.touched, id)).collect();
            by_age.sort_unstable();
            gone.extend(by_age.into_iter().take(MOST_CALLS / 10).map(|(_, id)| id.clone()));
        }
        for id in gone {
            if let Some(call) = self.calls.remove(&id) {
                for device in call.connections.keys() {
                    if let Some(parts) = self.parts.get_mut(device) {
                        parts.remove(&id);
                        if parts.is_empty() {
                            self.parts.remove(device);
                        }
                    }
                }
            }
        }
        self.successors.retain(|_, (_, time)| *time >= horizon);
        self.recordings.retain(|_, (call, time)| *time >= horizon || self.calls.contains_key(call));
    }
}

fn apply_to_call(call: &mut Call, event: &Event, at: Stamp) {
    use ConnectionState::{Alerting, Cleared, Connected, Dialling, Held, Initiated};
    let source = event.source.as_ref();
    match event.kind {
        EventKind::ServiceInitiated => {
            if let Some(device) = event.initiated.as_ref().or(source) {
                call.imply(device, Initiated, at);
            }
        }
        EventKind::Originated => {
            ends(call, event);
            if let Some(device) = event.calling.as_ref().or(source) {
                call.imply(device, Dialling, at);
            }
        }
        EventKind::Delivered => {
            ends(call, event);
            if let Some(calling) = &event.calling {
                call.imply(calling, Dialling, at);
            }
            if let Some(alerting) = event.alerting.as_ref().or(event.device.as_ref()) {
                call.imply(alerting, Alerting, at);
            }
        }
        EventKind::Established => {
            ends(call, event);
            if let Some(calling) = &event.calling {
                call.imply(calling, Connected, at);
            }
            if let Some(answering) = event.answering.as_ref().or(event.device.as_ref()) {
                call.imply(answering, Connected, at);
            }
        }
        EventKind::Held => {
            if let Some(device) = event.holding.as_ref().or(source) {
                call.set(device, Held, at);
            }
        }
        EventKind::Retrieved => {
            if let Some(device) = event.retrieving.as_ref().or(source) {
                call.set(device, Connected, at);
            }
        }
        EventKind::Conferenced => {
            // The merge brings back whoever was held for it.
            for device in [source, event.conferencing.as_ref(), event.added.as_ref()].into_iter().flatten() {
                call.set(device, Connected, at);
            }
        }
        EventKind::Transferred => {
            if let Some(device) = &event.transferring {
                call.set(device, Cleared, at);
            }
        }
        EventKind::ConnectionCleared => {
            if let Some(device) = event.releasing.as_ref().or(source) {
                call.set(device, Cleared, at);
            }
        }
        EventKind::Failed => {
            ends(call, event);
            if let Some(device) = event.called.as_ref().or(event.device.as_ref()) {
                call.set(device, Cleared, at);
            }
        }
        _ => {}
    }
}

/// Who called whom: the first word stands, for later copies name whoever joined.
fn ends(call: &mut Call, event: &Event) {
    if call.calling.is_none() {
        call.calling.clone_from(&event.calling);
    }
    if call.called.is_none() {
        call.called.clone_from(&event.called);
    }
}

/// The order of events that share second and serial (or have none).
fn rank(kind: EventKind) -> u64 {
    match kind {
        EventKind::AgentLoggedOn | EventKind::ServiceInitiated => 0,
        EventKind::Originated => 1,
        EventKind::Delivered => 2,
        EventKind::Established => 3,
        EventKind::AgentLoggedOff | EventKind::ConnectionCleared => 9,
        _ => 5,
    }
}
