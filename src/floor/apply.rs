//! The fold: what each event does to agents and calls (protocol, section 3).

mod call_events;

use super::device::DeviceBinding;
use super::event::{Event, EventKind, Series};
use super::stamp::{CLOCKS_APART, SourceId, Stamp, UNORDERED, is_late};
use super::{AgentId, CallId, DeviceId, Floor, PlatformTime};

/// What an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It changed the rows of these agents and calls, or may have.
    Changed(Changes),
    /// The same event came before.
    Duplicate,
    /// It says nothing about the floor, lacks the fields that it would need, or is older than what is known.
    Nothing,
}

/// The agents and calls whose rows an event changed, or may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// The agents whose rows may differ.
    pub agents: Vec<AgentId>,
    /// The calls whose rows may differ, with those that became part of another call and have no row any more.
    pub calls: Vec<CallId>,
}

impl Changes {
    /// Sorts both lists and removes what is in them twice.
    fn tidy(&mut self) {
        self.agents.sort_unstable();
        self.agents.dedup();
        self.calls.sort_unstable();
        self.calls.dedup();
    }
}

/// After how many events old calls are forgotten; after more of them if many are kept, so that an event's share of it stays the same.
const PRUNE_EVERY: u64 = 4096;
/// How many log-offs are kept of one device.
const MOST_LEFT: usize = 4;

impl Floor {
    /// Applies one event and returns what it changed; a copy that comes twice changes nothing.
    ///
    /// Which of two facts is later is decided by their times and serials, not by their arrival (protocol, section 5), so events may come in
    /// any order.
    ///
    /// ```
    /// use supervisor_console::floor::event::Instant;
    /// use supervisor_console::floor::{AgentId, Applied, Event, Floor, State};
    ///
    /// let logged_on = br#"{"eventName": "agentLoggedOn", "eventTime": "2026.11.20 09:00:00", "serial": 10,
    ///     "agentId": "5001@test.cc", "deviceId": "8001@test.cc"}"#;
    /// let ready = br#"{"eventName": "agentReady", "eventTime": "2026.11.20 09:00:02", "serial": 11,
    ///     "agentId": "5001@test.cc", "deviceId": "8001@test.cc"}"#;
    /// let rings = br#"{"eventName": "delivered", "eventTime": "2026.11.20 09:00:30", "serial": 1, "callId": "c1",
    ///     "srcDeviceId": "8001@test.cc", "alertingDevice": "8001@test.cc", "callingDevice": "13800002408@test.cc",
    ///     "calledDevice": "8001@test.cc", "callType": "Inbound"}"#;
    ///
    /// let mut floor = Floor::default();
    /// for body in [&logged_on[..], &ready[..], &rings[..]] {
    ///     let event = Event::decode(body, &Instant::in_utc)?;
    ///     assert!(matches!(floor.apply(&event), Applied::Changed(_)));
    ///     assert_eq!(floor.apply(&event), Applied::Duplicate);
    /// }
    /// let row = floor.row(&AgentId::trusted("5001@test.cc")).expect("its events were applied");
    /// assert_eq!(row.state, State::Ringing);
    /// assert_eq!(row.device.as_ref().map(|device| device.number()), Some("8001"));
    /// assert_eq!(row.call.map(|call| call.other), Some("13800002408".to_owned()));
    /// # Ok::<(), supervisor_console::floor::EventError>(())
    /// ```
    pub fn apply(&mut self, event: &Event) -> Applied {
        if !self.remember(event) {
            return Applied::Duplicate;
        }
        let at = self.stamp(event);
        let changed = match (event.kind, event.kind.series()) {
            (EventKind::AgentStatus, _) => self.status_event(event, at),
            (EventKind::RecordStarted | EventKind::RecordStopped, _) => self.record_event(event, at),
            (EventKind::Other, _) => Changes::default(),
            (_, Series::Agent) => self.agent_event(event, at),
            (_, Series::Call | Series::Report) => self.call_event(event, at),
        };
        self.applied += 1;
        if self.applied >= self.pruned_next {
            self.prune();
            let kept = self.calls.len() + self.ended.len() + self.successors.len() + self.recordings.len();
            self.pruned_next = self.applied + PRUNE_EVERY.max(u64::try_from(kept / 4).unwrap_or(u64::MAX));
        }
        if changed == Changes::default() { Applied::Nothing } else { Applied::Changed(changed) }
    }

    /// Sets the event's `time` if its local time occurs twice (the end of summer time): to the reading that fits the serials around it and
    /// its arrival (protocol, section 5). [`Floor::apply`] chooses so too; this is for others who use the time.
    pub fn settle(&self, event: &mut Event) {
        event.time = self.time_of(event);
    }

    /// Returns the event's time, settled as [`Floor::settle`] does.
    fn time_of(&self, event: &Event) -> Option<PlatformTime> {
        match event.said.filter(|_| !event.untimed).and_then(|said| Some((said.first, said.second?))) {
            Some((first, second)) => Some(self.sources.reading(event, first, second)),
            None => event.time,
        }
    }

    /// Makes the event's stamp: its place among the events of its source. One without a time, or without a serial unless its time is long
    /// past, comes after everything before it.
    fn stamp(&mut self, event: &Event) -> Stamp {
        let timed = self.time_of(event).filter(|_| !event.untimed);
        let happened = timed.or(event.time).unwrap_or(self.latest);
        let source = self.sources.id_of(event);
        let (Some(serial), Some(_)) = (event.serial, timed) else {
            if timed.is_some_and(|time| is_late(time, self.latest)) {
                return Stamp { time: happened, source, serial: 0, rank: rank(event.kind), happened };
            }
            self.latest = self.latest.max(timed.unwrap_or(self.latest));
            let serial = self.sources.serial(source);
            return Stamp { source, serial, happened, ..self.arrival() };
        };
        if event.said.is_some_and(|said| said.second.is_some()) {
            self.sources.remember_reading(source, serial, happened);
        }
        let time = self.sources.place(source, serial, happened, self.latest);
        self.latest = self.latest.max(time);
        if event.kind == EventKind::CallEnd {
            // Told by another source than the call's events: it comes behind whatever they may still say of the same moment.
            return Stamp { time: time + CLOCKS_APART, source, serial, rank: rank(event.kind), happened };
        }
        Stamp { time, source, serial, rank: rank(event.kind), happened }
    }

    /// Makes a stamp that is after everything that has come so far.
    pub(super) fn arrival(&mut self) -> Stamp {
        self.unordered += 1;
        let rank = UNORDERED + self.unordered;
        Stamp { time: self.latest, source: SourceId::MAX, serial: i64::MAX, rank, happened: self.latest }
    }

    /// Applies an agent event.
    fn agent_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let mut changes = Changes::default();
        let Some(id) = &event.agent else { return changes };
        let device = event.device.as_ref().or(event.source.as_ref());
        if let Some(device) = device.filter(|_| matches!(event.kind, EventKind::AgentReady | EventKind::AgentWorkingAfterCall)) {
            self.idle(device, at, &mut changes);
        }
        let before = self.device_of(id).cloned();
        let Some(agent) = self.agent_mut(id) else { return changes };
        if !agent.take_event(event, at) {
            return changes;
        }
        if event.kind == EventKind::AgentLoggedOff {
            self.left(id, before.as_ref(), at);
        } else {
            self.claim(id, device, |bindings| &mut bindings.said, at, &mut changes);
        }
        changes.agents.push(id.clone());
        let after = self.device_of(id).cloned();
        self.moved(before.as_ref(), after.as_ref(), &mut changes);
        changes
    }

    /// Applies an AgentStatusEvent.
    fn status_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let mut changes = Changes::default();
        let Some(status) = &event.status else { return changes };
        let idle = matches!(status.word.as_str(), "Ready" | "Idle" | "WorkNotReady");
        if let Some(device) = status.device.as_ref().filter(|_| idle) {
            self.idle(device, at, &mut changes);
        }
        let before = self.device_of(&status.agent).cloned();
        let Some(agent) = self.agent_mut(&status.agent) else { return changes };
        if !agent.take_status(status, at) {
            return changes;
        }
        if status.word == "Logout" {
            self.left(&status.agent, before.as_ref(), at);
        } else {
            self.claim(&status.agent, status.device.as_ref(), |bindings| &mut bindings.said, at, &mut changes);
        }
        changes.agents.push(status.agent.clone());
        let after = self.device_of(&status.agent).cloned();
        self.moved(before.as_ref(), after.as_ref(), &mut changes);
        changes
    }

    /// Records that an agent at `device` changed into a mode that nobody takes in a call (protocol, section 5): a call that was last
    /// heard of there clearly earlier is over.
    fn idle(&mut self, device: &DeviceId, at: Stamp, changes: &mut Changes) {
        let Some(device) = self.own(device, changes) else { return };
        let Some(binding) = device.binding.as_deref_mut().filter(|binding| binding.idle.is_none_or(|idle| idle < at)) else { return };
        if binding.idle.replace(at).is_some_and(|idle| !at.outlasts(&idle)) {
            binding.parts.doubt();
        }
        let mut turned = Vec::new();
        device.settle(&mut turned);
        self.turned(turned, changes);
    }

    /// Records at the device `sat_at` that `agent` logged off there, unless the log-off was from another device. The device's call goes
    /// on (protocol, section 5).
    fn left(&mut self, agent: &AgentId, sat_at: Option<&DeviceId>, at: Stamp) {
        let Some(device) = sat_at.filter(|device| self.device_of(agent) != Some(*device)) else { return };
        let Some(DeviceBinding { left, .. }) = self.binding_mut(device, &mut Changes::default()) else { return };
        if left.len() >= MOST_LEFT {
            left.remove(0);
        }
        left.push((at, agent.clone()));
    }

    /// Adds the calls at both devices to `changes` if an agent went from one to the other: their rows name their agents.
    fn moved(&self, from: Option<&DeviceId>, to: Option<&DeviceId>, changes: &mut Changes) {
        for device in [from, to].into_iter().flatten().filter(|_| from != to) {
            self.changed_at(device, changes);
        }
        changes.tidy();
    }

    /// Adds the calls that `device` is in by their own events, and the agents in them, to `changes`.
    fn changed_at(&self, device: &DeviceId, changes: &mut Changes) {
        let live = self.binding(device).into_iter().flat_map(|binding| binding.parts.live());
        self.turned(live.collect(), changes);
    }

    /// Binds `agent` to `device`, in the register that `register` chooses, and adds both that agent and the one before to `changes`.
    fn claim(
        &mut self,
        agent: &AgentId,
        device: Option<&DeviceId>,
        register: impl Fn(&mut DeviceBinding) -> &mut Option<(Stamp, AgentId)>,
        at: Stamp,
        changes: &mut Changes,
    ) {
        changes.agents.push(agent.clone());
        let Some(bindings) = device.and_then(|device| self.binding_mut(device, changes)) else { return };
        changes.agents.extend(bindings.holder().cloned());
        let known = register(bindings);
        if known.as_ref().is_none_or(|(known, _)| at.replaces(known)) {
            *known = Some((at, agent.clone()));
        }
    }

    /// Takes the agent that a call event's copy names at its source device: so the floor finds agents of whom no agent event has come.
    fn agent_of_copy(&mut self, event: &Event, at: Stamp, changes: &mut Changes) {
        let (Some(id), Some(device)) = (&event.agent, &event.source) else { return };
        let Some(agent) = self.agent_mut(id) else { return };
        if agent.seen_at.as_ref().is_none_or(|(known, _)| at.replaces(known)) {
            agent.seen_at = Some((at, device.clone()));
        }
        self.claim(id, Some(device), |bindings| &mut bindings.seen, at, changes);
    }

    /// Remembers the event and returns whether it is new. One without a serial always is: it cannot be told from another of its kind.
    fn remember(&mut self, event: &Event) -> bool {
        if event.serial.is_none() {
            return true;
        }
        let time = event.said.map_or(event.time, |said| Some(said.first)).filter(|_| !event.untimed);
        let said = (&event.component, &event.name, time, event.serial);
        self.seen.is_new((said, &event.source, &event.device, &event.agent, &event.call, &event.mode))
    }
}

/// Returns the order among events that share their second and serial (or have none).
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
