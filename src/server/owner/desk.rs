//! What the owner has before it: the floor, the step-ins, and what was published of both.

use super::BoardView;
use crate::api::ApiError;
use crate::floor::{
    AgentId, Applied, BoardQuery, Counts, Event, Floor, Intervention, Memory, Obstacle, Operation, Role, RosterEntry, Row, State,
    clock::ClockOffset, obstacle, state_of_status,
};
use crate::live::{Down, Header, Link, LinkState};
use crate::server::hub::{Hub, Subscription};
use crate::server::interventions::{Answer, Interventions};
use crate::server::{now, store::Store, telemetry};
use axum::body::Bytes;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long an encoded snapshot may serve several browsers that come at once.
const SNAPSHOT_LIFE: Duration = Duration::from_millis(500);
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
    seq: u64,
    hub: Hub,
    published: BTreeMap<AgentId, Row>,
    dirty: HashSet<AgentId>,
    /// When the oldest change that is not published yet arrived.
    waiting_since: Option<Instant>,
    /// Agents whose state is from before a break of the link and not confirmed since.
    remembered: HashSet<AgentId>,
    snapshot: Option<(u64, Instant, Bytes)>,
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
            seq: 0,
            hub: Hub::new(),
            published: BTreeMap::new(),
            dirty: HashSet::new(),
            waiting_since: None,
            remembered: HashSet::new(),
            snapshot: None,
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
        if let Applied::Changed(agents) = applied {
            telemetry::event_applied();
            self.waiting_since.get_or_insert(heard);
            if let Some(agent) = &event.agent {
                self.remembered.remove(agent);
            }
            self.dirty.extend(agents);
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
            self.remembered.extend(self.published.values().filter(known).map(|row| row.agent.clone()));
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
                self.floor.doubt(&entry.agent);
            }
        }
        let changed = self.floor.take_roster(roster);
        self.dirty.extend(changed);
    }

    pub fn has_changes(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Publishes every row that changed since the last time, as one message.
    pub fn publish(&mut self) {
        let mut rows = Vec::new();
        for agent in std::mem::take(&mut self.dirty) {
            let Some(row) = self.row(&agent) else { continue };
            if self.published.get(&agent) != Some(&row) {
                rows.push(row.clone());
                self.unkept.insert(agent.clone());
                self.published.insert(agent, row);
            }
        }
        let waited = self.waiting_since.take();
        if rows.is_empty() {
            return;
        }
        self.seq += 1;
        let delta = Down::Delta { header: self.header(), rows };
        if let Some(message) = encode(&delta) {
            self.hub.publish(self.seq, message);
        }
        if let Some(heard) = waited {
            telemetry::published(heard.elapsed());
        }
    }

    pub fn pulse(&mut self) {
        if let Some(message) = encode(&Down::Pulse { header: self.header() }) {
            self.hub.tell(message);
        }
    }

    pub fn view(&mut self, query: &BoardQuery, most: usize) -> BoardView {
        self.publish();
        let mut counts = Counts::default();
        let mut teams = BTreeSet::new();
        let mut matching = Vec::new();
        for row in self.published.values() {
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

    pub fn subscribe(&mut self, from: Option<(u64, u64)>) -> Subscription {
        self.publish();
        let resumed = from.filter(|(epoch, _)| *epoch == self.epoch).and_then(|(_, seq)| self.hub.resume(seq, self.seq));
        let mut subscription = resumed.unwrap_or_else(|| self.begin_with_all());
        // The link as it is now, not as it was with the last delta or when the snapshot was made.
        subscription.first.extend(encode(&Down::Pulse { header: self.header() }));
        subscription
    }

    fn begin_with_all(&mut self) -> Subscription {
        let fresh = |(seq, made, _): &(u64, Instant, Bytes)| *seq == self.seq && made.elapsed() < SNAPSHOT_LIFE;
        if !self.snapshot.as_ref().is_some_and(fresh) {
            let rows = self.published.values().cloned().collect();
            self.snapshot = encode(&Down::Snapshot { header: self.header(), rows }).map(|bytes| (self.seq, Instant::now(), bytes));
        }
        let snapshot = self.snapshot.as_ref().map(|(_, _, bytes)| bytes.clone()).unwrap_or_default();
        self.hub.begin(snapshot)
    }

    /// Checks what the operation needs, and takes it up.
    pub fn begin(&mut self, mut wanted: Intervention, role: Role) -> Result<Intervention, ApiError> {
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
        if let Some(mut row) = wanted.agent.as_ref().and_then(|agent| self.row(agent)) {
            // Where the board does not know the device, the request may.
            row.device = row.device.or_else(|| wanted.device.clone());
            if let Some(obstacle) = obstacle(wanted.operation, &row, role, &wanted.by_device) {
                return refuse(obstacle);
            }
            if wanted.device.is_some() && row.device != wanted.device {
                return refuse(Obstacle::OtherDevice);
            }
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
        }
    }

    fn row(&self, agent: &AgentId) -> Option<Row> {
        let mut row = self.floor.row(agent)?;
        row.remembered = self.remembered.contains(agent);
        row.action = self.interventions.latest(agent, row.call.as_ref().map(|call| &call.id)).cloned();
        Some(row)
    }

    fn header(&self) -> Header {
        Header { epoch: self.epoch, seq: self.seq, at: now(), offset: self.clock.millis(), link: self.link.clone() }
    }
}

fn encode(message: &Down) -> Option<Bytes> {
    match message.encode() {
        Ok(bytes) => Some(bytes.into()),
        Err(error) => {
            tracing::error!(%error, "a message to the browsers could not be written");
            None
        }
    }
}
