//! The fold: what each event does to agents and calls (protocol, section 3).

use super::agent::Agent;
use super::call::{Call, Part};
use super::event::{Event, EventKind};
use super::stamp::{CLOCK_SET_BACK, Stamp, UNORDERED};
use super::state::{Claims, Recording};
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

impl Changes {
    /// Each once, in order.
    fn tidy(&mut self) {
        self.agents.sort_unstable();
        self.agents.dedup();
        self.calls.sort_unstable();
        self.calls.dedup();
    }
}

/// How many events are remembered to know one that comes twice.
const REMEMBERED: usize = 1 << 18;
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
            | EventKind::AgentWorkingAfterCall => self.agent_event(event, at),
            EventKind::AgentStatus => self.status_event(event, at),
            EventKind::RecordStarted | EventKind::RecordStopped => self.record_event(event, at),
            EventKind::Other => Changes::default(),
            _ => self.call_event(event, at),
        };
        self.applied += 1;
        if self.applied.is_multiple_of(4096) {
            self.prune();
        }
        if changed == Changes::default() { Applied::Nothing } else { Applied::Changed(changed) }
    }

    /// Where the event belongs among those of its source. One that does not say stands behind what came before it; and so does what
    /// comes after the platform's clock was set back.
    fn stamp(&mut self, event: &Event) -> Stamp {
        let untimed = event.untimed || event.time.is_none();
        let happened = event.time.unwrap_or(self.latest);
        if happened.saturating_add(CLOCK_SET_BACK) >= self.latest {
            self.set_back = 0;
        } else {
            let away = self.latest.saturating_sub(happened.saturating_add(self.set_back));
            if !(-CLOCK_SET_BACK..=CLOCK_SET_BACK).contains(&away) {
                self.set_back = self.latest.saturating_sub(happened);
            }
        }
        let time = happened.saturating_add(self.set_back);
        match event.serial {
            Some(serial) if !untimed => {
                self.latest = self.latest.max(time);
                // Finished calls are told with a serial of their own kind: they come last in their second.
                let end = event.kind == EventKind::CallEnd;
                let serials = if event.call.is_some() { &mut self.call_serial } else { &mut self.agent_serial };
                *serials = if end { *serials } else { serial.max(*serials) };
                Stamp { time, serial: if end { i64::MAX } else { serial }, rank: rank(event.kind), happened }
            }
            _ => {
                if !untimed {
                    self.latest = self.latest.max(time);
                }
                let serial = if event.call.is_some() { self.call_serial } else { self.agent_serial };
                Stamp { serial, happened, ..self.arrival() }
            }
        }
    }

    /// Behind everything of a call that has come so far.
    pub(super) fn arrival(&mut self) -> Stamp {
        self.unordered += 1;
        Stamp { time: self.latest, serial: self.call_serial, rank: UNORDERED + self.unordered, happened: self.latest }
    }

    fn agent_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let mut changes = Changes::default();
        let Some(id) = &event.agent else { return changes };
        let device = event.device.as_ref().or(event.source.as_ref());
        if let Some(device) = device.filter(|_| !matches!(event.kind, EventKind::AgentLoggedOn | EventKind::AgentAllocated)) {
            self.idle(device, at, &mut changes);
        }
        let before = self.device_of(id);
        let Some(agent) = self.agent_mut(id) else { return changes };
        if !agent.take_event(event, at) {
            return changes;
        }
        let device = device.filter(|_| event.kind != EventKind::AgentLoggedOff);
        self.claim(id, device, |claims| &mut claims.said, at.time, &mut changes);
        self.moved(before.as_ref().filter(|before| Some(*before) != device), device, &mut changes);
        changes
    }

    fn status_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let mut changes = Changes::default();
        let Some(status) = &event.status else { return changes };
        let idle = matches!(status.word.as_str(), "Ready" | "Idle" | "NotReady" | "WorkNotReady" | "Logout");
        if let Some(device) = status.device.as_ref().filter(|_| idle) {
            self.idle(device, at, &mut changes);
        }
        let before = self.device_of(&status.agent);
        let Some(agent) = self.agent_mut(&status.agent) else { return changes };
        if !agent.take_status(status, at) {
            return changes;
        }
        let device = status.device.as_ref().filter(|_| status.word != "Logout");
        self.claim(&status.agent, device, |claims| &mut claims.said, at.time, &mut changes);
        self.moved(before.as_ref().filter(|before| Some(*before) != device), device, &mut changes);
        changes
    }

    /// An agent at `device` is in a mode that nobody in a call changes into: whatever call was heard of there earlier is over.
    fn idle(&mut self, device: &DeviceId, at: Stamp, changes: &mut Changes) {
        let claims = self.claims.entry(device.clone()).or_default();
        if claims.idle.is_none_or(|idle| idle < at) {
            claims.idle = Some(at);
            self.changed_at(device, None, changes);
        }
    }

    /// An agent sits somewhere else: the calls of both devices name their agents.
    fn moved(&self, from: Option<&DeviceId>, to: Option<&DeviceId>, changes: &mut Changes) {
        for device in [from, to].into_iter().flatten() {
            self.changed_at(device, None, changes);
        }
        changes.tidy();
    }

    /// What is said of the calls at `device`, and of who is in them, may have changed; `known` apart.
    fn changed_at(&self, device: &DeviceId, known: Option<&CallId>, changes: &mut Changes) {
        let Some(seat) = self.seats.get(device) else { return };
        for id in seat.calls.iter().filter(|id| Some(*id) != known) {
            let Some(call) = self.calls.get(id) else { continue };
            if call.part(device).is_some_and(Part::live) {
                changes.agents.extend(self.agents_at_devices(call).cloned());
                changes.calls.push(id.clone());
            }
        }
    }

    /// Records that `agent` sits at `device`; whoever sat there before may be affected as well.
    fn claim(
        &mut self,
        agent: &AgentId,
        device: Option<&DeviceId>,
        register: impl Fn(&mut Claims) -> &mut Option<(i64, AgentId)>,
        time: i64,
        changes: &mut Changes,
    ) {
        changes.agents.push(agent.clone());
        let Some(device) = device else { return };
        let claims = self.claims.entry(device.clone()).or_default();
        changes.agents.extend(claims.holder().cloned());
        let claim = Some((time, agent.clone()));
        let known = register(claims);
        if claim > *known {
            *known = claim;
        }
    }

    fn call_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let Some(named) = &event.call else { return Changes::default() };
        let mut changes = Changes::default();
        self.agent_of_copy(event, at, &mut changes);
        let id = match (&event.new_call, event.kind) {
            (Some(new), EventKind::Conferenced | EventKind::Transferred) => self.merge(event, new),
            _ => self.successor(named),
        };
        if !self.has_room_for(&id) {
            return changes;
        }
        let call = self.calls.entry(id.clone()).or_insert_with(|| Call::new(id.clone()));
        let known = call.devices().len();
        call.take(event, named, at);
        for device in &call.devices()[known..] {
            self.seats.entry(device.clone()).or_default().calls.insert(id.clone());
        }
        if let Some(seat) = event.source.as_ref().and_then(|source| self.seats.get_mut(source)) {
            seat.ours = true;
        }
        self.changed_in(&id, &mut changes);
        let olds = [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten();
        changes.calls.extend(olds.filter(|old| **old != id).cloned());
        changes.calls.push(id);
        changes.tidy();
        changes
    }

    /// Those in the call; and the other calls of its devices, which it may contradict.
    fn changed_in(&self, id: &CallId, changes: &mut Changes) {
        let Some(call) = self.calls.get(id) else { return };
        changes.agents.extend(self.agents_at_devices(call).cloned());
        for device in call.devices() {
            if self.seats.get(device).is_some_and(|seat| seat.calls.len() > 1) {
                self.changed_at(device, Some(id), changes);
            }
        }
    }

    fn has_room_for(&mut self, id: &CallId) -> bool {
        if self.calls.len() >= MOST_CALLS && !self.calls.contains_key(id) {
            self.prune();
        }
        self.calls.len() < MOST_CALLS || self.calls.contains_key(id)
    }

    /// recordStopped names its recording only; recordStarted said whose that is.
    fn record_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let known = event.record.as_ref().and_then(|record| self.recordings.get(record)).cloned().unwrap_or_default();
        let room = self.recordings.len() < MOST_CALLS;
        let Some(id) = event.call.clone().or(known.call).map(|call| self.successor(&call)) else {
            // Its beginning may still come.
            if let Some(record) = event.record.clone().filter(|_| room && event.kind == EventKind::RecordStopped) {
                self.recordings.insert(record, Recording { call: None, stopped: Some(at), time: at.time });
            }
            return Changes::default();
        };
        if !self.has_room_for(&id) {
            return Changes::default();
        }
        let call = self.calls.entry(id.clone()).or_insert_with(|| Call::new(id.clone()));
        call.take(event, &id, at);
        if let (Some(record), EventKind::RecordStarted) = (&event.record, event.kind) {
            if let Some(stopped) = known.stopped {
                call.stop_recording(record, stopped);
            }
            if room {
                self.recordings.insert(record.clone(), Recording { call: Some(id.clone()), stopped: None, time: at.time });
            }
        }
        let mut changes = Changes::default();
        changes.agents.extend(self.calls.get(&id).into_iter().flat_map(|call| self.agents_at_devices(call)).cloned());
        changes.calls.push(id);
        changes
    }

    /// A copy names the agent at its source device: that is how an agent of whom no agent event came is found.
    fn agent_of_copy(&mut self, event: &Event, at: Stamp, changes: &mut Changes) {
        let (Some(id), Some(device)) = (&event.agent, &event.source) else { return };
        let Some(agent) = self.agent_mut(id) else { return };
        if agent.seen_at.as_ref().is_none_or(|(time, seen)| (*time, seen) < (at.time, device)) {
            agent.seen_at = Some((at.time, device.clone()));
        }
        self.claim(id, Some(device), |claims| &mut claims.seen, at.time, changes);
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
                for device in call.devices() {
                    if let Some(seat) = self.seats.get_mut(device) {
                        seat.calls.remove(&old);
                    }
                }
                for former in call.former_ids() {
                    self.successors.insert(former.clone(), (new.clone(), self.latest));
                }
                let merged = self.calls.entry(new.clone()).or_insert_with(|| Call::new(new.clone()));
                merged.absorb(call);
                for device in merged.devices() {
                    self.seats.entry(device.clone()).or_default().calls.insert(new.clone());
                }
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
        let horizon = self.latest.saturating_sub(KEEP_ENDED);
        let old = |call: &Call| call.touched < horizon && (call.parts().next().is_none() || self.standing(call).over);
        let mut gone: Vec<CallId> = self.calls.iter().filter(|(_, call)| old(call)).map(|(id, _)| id.clone()).collect();
        if self.calls.len() - gone.len() >= MOST_CALLS {
            let mut by_age: Vec<(i64, &CallId)> = self.calls.iter().map(|(id, call)| (call.touched, id)).collect();
            by_age.sort_unstable();
            gone.extend(by_age.into_iter().take(MOST_CALLS / 10).map(|(_, id)| id.clone()));
        }
        for id in gone {
            let Some(call) = self.calls.remove(&id) else { continue };
            for device in call.devices() {
                let Some(seat) = self.seats.get_mut(device) else { continue };
                seat.calls.remove(&id);
                // What it contradicted stays contradicted.
                seat.busy = seat.busy.max(call.part(device).and_then(|part| part.busy));
                if seat.calls.is_empty() {
                    self.seats.remove(device);
                }
            }
        }
        let calls = &self.calls;
        self.successors.retain(|_, (to, time)| *time >= horizon || calls.contains_key(to));
        self.recordings.retain(|_, known| known.time >= horizon || known.call.as_ref().is_some_and(|call| calls.contains_key(call)));
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
