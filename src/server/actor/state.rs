//! What the owner has before it: the floor, the interventions, the scheduled actions and runs, and what was published of them.

mod interventions;
mod publish;
mod runs;
mod schedule;

use crate::floor::{
    AgentId, Applied, CallId, ConsoleTime, Floor, Forgotten, Intervention, MOST_AGENTS, Offset, PlatformTime, RosterEntry, Row, State,
    clock::ClockOffset, state_of_status,
};
use crate::live::{Link, LinkState};
use crate::server::actor::history::History;
use crate::server::actor::interventions::Interventions;
use crate::server::actor::publication::Head;
use crate::server::actor::published::{Published, Publisher};
use crate::server::actor::request::{DayView, ReceivedEvent, Restored};
use crate::server::actor::runs::BulkRuns;
use crate::server::actor::schedule::Schedule;
use crate::server::clock::now;
use crate::server::store::{ScheduledAction, Store};
use crate::server::telemetry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// An event from further ahead than this carries no time that could be true.
const FUTURE: Duration = Duration::from_secs(5 * 60);
const KEEP_EVERY: Duration = Duration::from_secs(2);
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long the day of an agent is kept of whom the floor knows nothing: as long as a reader can see of it, on the longest day.
const DAY_KEPT: Duration = Duration::from_secs(25 * 3600);

pub struct FloorState {
    floor: Floor,
    clock: ClockOffset,
    interventions: Interventions,
    schedule: Schedule,
    /// Where scheduled actions go whose time has come.
    carry_out: mpsc::Sender<ScheduledAction>,
    runs: BulkRuns,
    history: History,
    store: Store,
    link: Link,
    publish_link: watch::Sender<Link>,
    published: Publisher,
    dirty: HashSet<AgentId>,
    dirty_calls: HashSet<CallId>,
    /// Calls whose end was not heard, and when that was found: shown for a while all the same.
    unseen: HashMap<CallId, ConsoleTime>,
    /// When the oldest change that is not published yet arrived.
    waiting_since: Option<Instant>,
    /// When something was published last.
    published_at: Instant,
    /// How long a publication takes, on average of the latest.
    publishing_took: Duration,
    /// When the browsers were told of a change last.
    told_at: Instant,
    /// Agents whose state is from before a break of the link and not confirmed since.
    remembered: HashSet<AgentId>,
    /// Agents of whom something new is to be kept.
    unkept: HashSet<AgentId>,
    kept_at: Instant,
    pruned_at: Instant,
    /// As it was told last.
    turned_away: u64,
}

impl FloorState {
    /// Begins with what was kept before a restart.
    pub fn new(
        store: Store,
        past: Restored,
        link: Link,
        publish_link: watch::Sender<Link>,
        carry_out: mpsc::Sender<ScheduledAction>,
    ) -> Self {
        let published = Publisher::new(Head { epoch: rand::random(), offset: Offset::NONE, link: link.clone() });
        let mut state = FloorState {
            floor: Floor::default(),
            clock: ClockOffset::default(),
            interventions: Interventions::after(past.last_intervention),
            schedule: Schedule::default(),
            carry_out,
            runs: BulkRuns::after(now().as_millis().unsigned_abs()),
            history: History::restore(past.day.0, past.day.1),
            store,
            link,
            publish_link,
            published,
            dirty: HashSet::new(),
            dirty_calls: HashSet::new(),
            unseen: HashMap::new(),
            waiting_since: None,
            published_at: Instant::now(),
            publishing_took: Duration::ZERO,
            told_at: Instant::now(),
            remembered: HashSet::new(),
            unkept: HashSet::new(),
            kept_at: Instant::now(),
            pruned_at: Instant::now(),
            turned_away: 0,
        };
        for memory in past.board {
            state.remembered.insert(memory.agent.clone());
            state.dirty.insert(memory.agent.clone());
            state.floor.restore(memory);
        }
        for action in past.schedule {
            state.restore_scheduled(action);
        }
        for gone in state.floor.forget(state.platform_now()).agents {
            state.remembered.remove(&gone);
        }
        state
    }

    /// The console stops: whatever was taken up has its end, and what is to be remembered is kept.
    pub fn close(&mut self) {
        let ended = self.interventions.close(now());
        self.followed(ended);
        self.keep(true);
    }

    /// Keeps what is new, every few seconds; at once where the console stops. Where the database lags it waits here.
    pub fn keep(&mut self, at_once: bool) {
        if !(at_once || self.kept_at.elapsed() >= KEEP_EVERY && !self.store.lags()) {
            return;
        }
        self.kept_at = Instant::now();
        self.floor.kept().into_iter().chain(self.history.kept()).for_each(|(what, how_much)| telemetry::kept(what, how_much));
        let unkept = std::mem::take(&mut self.unkept);
        if !unkept.is_empty() {
            self.store.keep_board(unkept.iter().filter_map(|agent| self.floor.memory(agent)).collect());
        }
        let now = self.platform_now();
        self.store.keep_day(self.history.take_unkept(), now);
        if self.pruned_at.elapsed() >= PRUNE_EVERY {
            self.pruned_at = Instant::now();
            self.store.forget_days_before(now);
            self.store.forget_board();
            self.forget(now);
        }
    }

    /// Lets those go who left the floor long ago, in the browsers too.
    fn forget(&mut self, platform_now: PlatformTime) {
        let Forgotten { agents: gone, changes } = self.floor.forget(platform_now);
        for agent in &gone {
            self.remembered.remove(agent);
        }
        self.dirty.extend(changes.agents);
        self.dirty_calls.extend(changes.calls);
        let known: HashSet<&AgentId> = self.floor.agents().collect();
        self.history.forget(platform_now - DAY_KEPT, |agent| known.contains(agent));
        self.publish();
        self.published.forget(&gone, self.head());
        if !gone.is_empty() {
            tracing::info!(agents = gone.len(), "agents who left long ago were forgotten");
        }
    }

    /// Says when agents find no room on the floor: in the log once.
    fn tell_turned_away(&mut self) {
        let turned_away = self.floor.turned_away();
        if turned_away > 0 && self.turned_away == 0 {
            tracing::warn!(most = MOST_AGENTS, "too many agents: those who are named from now on are not shown");
        }
        if turned_away > self.turned_away {
            self.turned_away = turned_away;
            telemetry::agents_turned_away(turned_away);
        }
    }

    pub fn event(&mut self, heard: ReceivedEvent) {
        let ReceivedEvent { mut event, body, arrived, at: heard } = heard;
        self.link.last_event = Some(arrived);
        let now_there = self.clock.offset().to_platform(arrived);
        event.arrived = Some(now_there);
        self.floor.settle(&mut event);
        let stamped = event.time;
        // Without a time, or with one that cannot be: now, by the platform's clock.
        // After a backlog the platform's clock is known badly: what our own clock allows is possible too.
        let possible = now_there.max(Offset::NONE.to_platform(arrived)) + FUTURE;
        if event.time.is_none_or(|time| self.clock.is_measured() && time > possible) {
            (event.time, event.untimed) = (Some(now_there), true);
        }
        let event = &event;
        let applied = self.floor.apply(event);
        if applied == Applied::Duplicate {
            return;
        }
        let at_device = || [&event.source, &event.device].into_iter().flatten().find_map(|device| self.floor.agent_at(device));
        if let Some(agent) = event.agent.as_ref().or_else(at_device) {
            self.history.hear(agent, event, &body);
        }
        if let Some(time) = stamped.filter(|_| !event.untimed) {
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
        if !self.schedule.is_empty() {
            self.end_scheduled_by(event);
        }
        if !self.interventions.is_empty() {
            // On our clock; an event without a time of its own is as old as its arrival.
            let told = stamped.filter(|_| !event.untimed).map(|time| self.clock.offset().to_console(time));
            let proved = self.interventions.proved_by(event, told, &self.floor, arrived.max(now()));
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
            self.remembered.extend(self.published.latest.board.rows().map(AsRef::as_ref).filter(known).map(|row| row.agent.clone()));
            self.dirty.extend(self.remembered.iter().cloned());
        }
        if state == LinkState::Down {
            self.history.nothing_known_since(self.platform_now());
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
            if !self.remembered.remove(&entry.agent) {
                continue;
            }
            self.dirty.insert(entry.agent.clone());
            if told != row.state && !(told.in_call() && row.state.in_call()) {
                let calls = self.floor.doubt(&entry.agent, told);
                self.dirty_calls.extend(calls);
            }
        }
        let changed = self.floor.take_roster(roster, self.platform_now());
        self.dirty.extend(changed);
    }

    pub fn day(&mut self, agent: &AgentId) -> Option<DayView> {
        self.publish();
        let row = self.published.latest.board.row(agent)?;
        let call = row.call.as_ref().map(|call| self.floor.call_history(&call.id)).unwrap_or_default();
        Some(DayView { day: self.history.of(agent).cloned().unwrap_or_default(), call, now: self.platform_now() })
    }

    /// What others read of the floor.
    pub fn shared(&self) -> Arc<Published> {
        Arc::clone(&self.published.shared)
    }

    pub fn intervention(&self, id: i64) -> Option<Intervention> {
        self.interventions.get(id).cloned()
    }

    fn platform_now(&self) -> PlatformTime {
        self.clock.offset().to_platform(now())
    }

    fn head(&self) -> Head {
        Head { epoch: self.published.latest.head.epoch, offset: self.clock.offset(), link: self.link.clone() }
    }
}
