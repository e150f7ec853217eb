//! What the owner has before it: the floor, the step-ins, and what was published of both.

use super::BoardView;
use super::published::{Difference, Published, Sight};
use crate::api::ApiError;
use crate::floor::{
    AgentId, Applied, BoardQuery, CallId, CallRow, Counts, Event, Floor, Intervention, Memory, Obstacle, Operation, OwnCall, Part,
    PartyRole, PartyState, RosterEntry, Row, Scene, State, clock::ClockOffset, forecast, state_of_status,
};
use crate::live::{Header, Link, LinkState};
use crate::server::force::Wanted;
use crate::server::hub::Subscription;
use crate::server::interventions::{Answer, Interventions};
use crate::server::{now, store::Store, telemetry};
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// An event from further ahead than this carries no time that could be true.
const FUTURE: i64 = 5 * 60 * 1000;
const KEEP_EVERY: Duration = Duration::from_secs(2);

pub struct Desk {
    floor: Floor,
    clock: ClockOffset,
    interventions: Interventions,
    store: Store,
    link: Link,
    publish_link: watch::Sender<Link>,
    epoch: u64,
    published: Published,
    dirty: HashSet<AgentId>,
    dirty_calls: HashSet<CallId>,
    /// When the oldest change that is not published yet arrived.
    waiting_since: Option<Instant>,
    /// Agents whose state is from before a break of the link and not confirmed since.
    remembered: HashSet<AgentId>,
    /// Agents of whom something new is to be kept.
    unkept: HashSet<AgentId>,
    kept_at: Instant,
}

impl Desk {
    pub fn new(store: Store, interventions: Interventions, link: Link, publish_link: watch::Sender<Link>) -> Self {
        Desk {
            floor: Floor::default(),
            clock: ClockOffset::default(),
            interventions,
            store,
            link,
            publish_link,
            epoch: rand::random(),
            published: Published::new(),
            dirty: HashSet::new(),
            dirty_calls: HashSet::new(),
            waiting_since: None,
            remembered: HashSet::new(),
            unkept: HashSet::new(),
            kept_at: Instant::now(),
        }
    }

    /// Begins with what was kept before a restart.
    pub fn recall(&mut self, kept: Vec<Memory>) {
        for memory in kept {
            self.remembered.insert(memory.agent.clone());
            self.dirty.insert(memory.agent.clone());
            self.floor.recall(memory);
        }
    }

    /// Keeps what is new of the board, every few seconds; at once where the console stops.
    pub fn keep(&mut self, at_once: bool) {
        if self.unkept.is_empty() || !(at_once || self.kept_at.elapsed() >= KEEP_EVERY) {
            return;
        }
        let unkept = std::mem::take(&mut self.unkept);
        self.store.keep_board(unkept.iter().filter_map(|agent| self.floor.memory(agent)).collect());
        self.kept_at = Instant::now();
    }

    pub fn event(&mut self, event: &mut Event, arrived: i64, heard: Instant) {
        self.link.last_event = Some(arrived);
        let stamped = event.time;
        // Without a time, or with one that cannot be: now, by the platform's clock.
        let now_there = arrived.saturating_sub(self.clock.millis());
        if event.time.is_none_or(|time| self.clock.is_measured() && time > now_there.saturating_add(FUTURE)) {
            (event.time, event.untimed) = (Some(now_there), true);
        }
        let event = &*event;
        let applied = self.floor.apply(event);
        if applied == Applied::Duplicate {
            return;
        }
        if let Some(time) = stamped {
            self.clock.observe(arrived, time);
        }
        if let Applied::Changed(changes) = applied {
            telemetry::event_applied();
            self.waiting_since.get_or_insert(heard);
            if let Some(agent) = &event.agent {
                self.remembered.remove(agent);
            }
            self.dirty.extend(changes.agents);
            self.dirty_calls.extend(changes.calls);
        }
        if !self.interventions.is_empty() {
            let proved = self.interventions.proved_by(event, &self.floor, arrived.max(now()));
            self.followed(proved);
        }
    }

    pub fn link(&mut self, state: LinkState) {
        if state == self.link.state {
            return;
        }
        if state == LinkState::Live && self.link.last_event.is_some() {
            // What happened during the break was not heard: nothing is certain until it is heard of again.
            let known = |row: &&Row| row.state != State::Unknown;
            self.remembered.extend(self.published.rows.values().filter(known).map(|row| row.agent.clone()));
            self.dirty.extend(self.remembered.iter().cloned());
        }
        self.link = Link { state, since: now(), ..self.link.clone() };
        self.publish_link.send_replace(self.link.clone());
        telemetry::link(state);
        self.pulse();
    }

    pub fn roster(&mut self, roster: Vec<RosterEntry>) {
        // What is remembered is confirmed where the roster's word agrees with it, and given up where it does not.
        for entry in &roster {
            let told = entry.status.as_deref().and_then(state_of_status);
            let (Some(told), Some(row)) = (told, self.floor.row(&entry.agent)) else { continue };
            if self.remembered.remove(&entry.agent) && told != row.state && !(told.in_call() && row.state.in_call()) {
                let calls = self.floor.doubt(&entry.agent);
                self.dirty_calls.extend(calls);
            }
        }
        let changed = self.floor.take_roster(roster);
        self.dirty.extend(changed);
    }

    pub fn has_changes(&self) -> bool {
        !self.dirty.is_empty() || !self.dirty_calls.is_empty()
    }

    /// Publishes everything that changed since the last time, as one message.
    pub fn publish(&mut self) {
        let mut new = Difference::default();
        for agent in std::mem::take(&mut self.dirty) {
            let Some(row) = self.row(&agent) else { continue };
            if self.published.rows.get(&agent) != Some(&row) {
                self.unkept.insert(agent);
                new.rows.push(row);
            }
        }
        for id in std::mem::take(&mut self.dirty_calls) {
            let known = self.published.calls.get(&id);
            match self.call_row(&id) {
                Some(call) if known != Some(&call) => new.calls.push(call),
                None if known.is_some() => new.gone.push(id),
                _ => {}
            }
        }
        let waited = self.waiting_since.take().filter(|_| !new.is_empty());
        let (epoch, offset, link) = (self.epoch, self.clock.millis(), self.link.clone());
        self.published.publish(new, |seq| Header { epoch, seq, at: now(), offset, link: link.clone() });
        if let Some(heard) = waited {
            telemetry::published(heard.elapsed());
        }
    }

    pub fn pulse(&mut self) {
        self.published.pulse(self.header());
    }

    pub fn view(&mut self, query: &BoardQuery, most: usize) -> BoardView {
        self.publish();
        let mut counts = Counts::default();
        let mut teams = BTreeSet::new();
        let mut matching = Vec::new();
        for row in self.published.rows.values() {
            if !row.team.is_empty() {
                teams.insert(row.team.as_str());
            }
            if query.in_team(row) {
                counts.add(row.state);
            }
            if query.matches(row) {
                matching.push(row);
            }
        }
        matching.sort_by(|a, b| query.compare(a, b));
        BoardView {
            header: self.header(),
            counts,
            teams: teams.into_iter().map(str::to_owned).collect(),
            matching: u32::try_from(matching.len()).unwrap_or(u32::MAX),
            rows: matching.into_iter().take(most).cloned().collect(),
        }
    }

    pub fn subscribe(&mut self, sight: Sight, from: Option<(u64, u64)>) -> Subscription {
        self.publish();
        let from = from.filter(|(epoch, _)| *epoch == self.epoch).map(|(_, seq)| seq);
        let header = self.header();
        self.published.subscribe(sight, from, header, Vec::new())
    }

    /// Checks what the operation needs, and takes it up.
    pub fn begin(&mut self, wanted: Wanted) -> Result<Intervention, ApiError> {
        let Wanted { intervention: mut wanted, role, expect, .. } = wanted;
        // The platform knows a call by its latest id only.
        wanted.call = wanted.call.map(|call| self.floor.successor(&call));
        let refuse = |obstacle| Err(ApiError::Obstacle { obstacle });
        match (&wanted.device, &wanted.call) {
            (Some(device), Some(call)) if wanted.operation != Operation::Listen => {
                if !self.floor.in_call(device, call) {
                    return refuse(Obstacle::NotInThatCall);
                }
                wanted.agent = self.floor.agent_at(device).cloned();
            }
            (_, Some(call)) => {
                if !self.floor.call_is_live(call) {
                    return refuse(Obstacle::NotInCall);
                }
                if let Some((agent, device)) = self.floor.agents_in(call).into_iter().next() {
                    (wanted.agent, wanted.device) = (Some(agent), Some(device));
                }
            }
            _ => {}
        }
        let mut row = wanted.agent.as_ref().and_then(|agent| self.row(agent));
        if let Some(row) = &mut row {
            // Where the board does not know the device, the request may.
            row.device = row.device.take().or_else(|| wanted.device.clone());
        }
        let call = wanted.call.as_ref().and_then(|call| self.call_row(call));
        let own_call = self.own_call(&wanted.by_device);
        let part = call.as_ref().zip(wanted.device.as_ref()).and_then(|(call, device)| {
            let parties = u32::try_from(call.in_it()).unwrap_or(u32::MAX);
            Some(Part { call: &call.id, state: call.party(device)?.state, answered: call.answered.is_some(), parties })
        });
        let own_call = own_call.as_ref().map(|(call, role, state)| OwnCall {
            call,
            listens: *role == PartyRole::Listener,
            held: *state == PartyState::Held,
        });
        let scene = Scene { role, own_device: &wanted.by_device, own_call, row: row.as_ref(), device: wanted.device.as_ref(), part };
        let effect = forecast(wanted.operation, &scene).map_err(|obstacle| ApiError::Obstacle { obstacle })?;
        if expect.is_some_and(|expected| expected != effect) {
            return Err(ApiError::Changed { effect });
        }
        if row.as_ref().is_some_and(|row| wanted.device.is_some() && row.device != wanted.device) {
            return refuse(Obstacle::OtherDevice);
        }
        let begun = self.interventions.begin(wanted).ok_or(ApiError::Busy)?;
        match (&begun.call, begun.operation) {
            (Some(call), Operation::Listen) => self.floor.expect_listener(call, &begun.by_device),
            (Some(call), _) => self.floor.forget_listener(call, &begun.by_device),
            _ => {}
        }
        telemetry::operation(begun.operation, begun.outcome);
        self.touch(&begun);
        Ok(begun)
    }

    pub fn answered(&mut self, id: i64, answer: Answer) -> Option<Intervention> {
        let before = self.interventions.get(id)?.outcome;
        let intervention = self.interventions.answered(id, answer, now())?;
        if intervention.outcome == before {
            // The event was faster than the answer.
            self.touch(&intervention);
        } else {
            self.followed(vec![intervention.clone()]);
        }
        self.publish();
        Some(intervention)
    }

    pub fn withdraw(&mut self, id: i64) {
        if let Some(intervention) = self.interventions.withdraw(id) {
            self.touch(&intervention);
        }
    }

    pub fn expire(&mut self) {
        if self.interventions.is_empty() {
            return;
        }
        let (given_up, gone) = self.interventions.expire(now());
        self.followed(given_up);
        for intervention in &gone {
            self.touch(intervention);
        }
    }

    /// Writes down and shows operations that came a step further.
    fn followed(&mut self, changed: Vec<Intervention>) {
        for intervention in changed {
            telemetry::operation(intervention.operation, intervention.outcome);
            self.touch(&intervention);
            self.store.audit_outcome(intervention);
        }
    }

    /// Marks the rows that show this step-in.
    fn touch(&mut self, intervention: &Intervention) {
        self.dirty.extend(intervention.agent.clone());
        if let Some(call) = &intervention.call {
            self.dirty.extend(self.floor.agents_in(call).into_iter().map(|(agent, _)| agent));
            self.dirty_calls.insert(self.floor.successor(call));
        }
    }

    fn row(&self, agent: &AgentId) -> Option<Row> {
        let mut row = self.floor.row(agent)?;
        row.remembered = self.remembered.contains(agent);
        row.action = self.interventions.latest(agent, row.call.as_ref().map(|call| &call.id)).cloned();
        Some(row)
    }

    fn call_row(&self, id: &CallId) -> Option<CallRow> {
        let mut call = self.floor.call_row(id)?;
        call.action = self.interventions.latest_at(id, &self.floor).cloned();
        Some(call)
    }

    /// The call that a supervisor's own phone is in, and its part there.
    fn own_call(&self, device: &crate::floor::DeviceId) -> Option<(CallId, PartyRole, PartyState)> {
        let mine = self.floor.calls_at(device).into_iter().filter_map(|id| {
            let call = self.floor.call_row(&id)?;
            let party = call.party(device)?;
            Some((id, party.role, party.state))
        });
        // One that is not on hold keeps it busy.
        mine.max_by_key(|(_, _, state)| *state != PartyState::Held)
    }

    fn header(&self) -> Header {
        Header { epoch: self.epoch, seq: self.published.seq, at: now(), offset: self.clock.millis(), link: self.link.clone() }
    }
}
