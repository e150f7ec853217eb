//! What the owner has before it: the floor, the interventions, the scheduled actions and runs, and what was published of them.

mod interventions;
mod peers;
mod phone;
mod publish;
mod runs;
mod schedule;

use crate::floor::{
    AgentId, Applied, CallId, Changes, ConsoleTime, Event, Figures, Fold, Forgotten, Gap, Intervention, MOST_AGENTS, Namespace, Offset,
    PlatformTime, RosterEntry, StateInterval, Workday,
};
use crate::live::{Link, LinkState};
use crate::server::actor::history::History;
use crate::server::actor::interventions::Interventions;
use crate::server::actor::own_phone::OwnPhones;
use crate::server::actor::publication::Head;
use crate::server::actor::published::{Published, Publisher};
use crate::server::actor::request::{DayView, Delivery, MemoryOf, ReceivedEvent, Restored};
use crate::server::actor::runs::BulkRuns;
use crate::server::actor::schedule::Schedule;
use crate::server::clock::{ClockWatch, now};
use crate::server::database::Lead;
use crate::server::journal::{Ack, Entry, Journal, Said, What, Workdays};
use crate::server::store::{ScheduledAction, Store};
use crate::server::telemetry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

const KEEP_EVERY: Duration = Duration::from_secs(2);
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long the day of an agent is kept of whom the floor knows nothing: as long as a reader can see of it, on the longest day.
const DAY_KEPT: Duration = Duration::from_secs(25 * 3600);

pub struct FloorState {
    fold: Fold,
    interventions: Interventions,
    schedule: Schedule,
    /// Where scheduled actions go whose time has come.
    carry_out: mpsc::Sender<ScheduledAction>,
    runs: BulkRuns,
    /// The phones that pages show.
    phones: OwnPhones,
    history: History,
    /// What is over of each agent's day.
    workdays: HashMap<AgentId, Workday>,
    /// When the platform's day began.
    day_began: PlatformTime,
    store: Store,
    /// Whether this console does what only one may do.
    leads: watch::Receiver<Lead>,
    /// How often this console changed what is to be done later.
    schedule_changes: u64,
    /// The tenant that is served.
    ours: Namespace,
    /// The broker's queues that have kept events for the consoles on this database.
    queues: BTreeSet<String>,
    journal: Journal,
    clock: ClockWatch,
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
    kept_at: Instant,
    pruned_at: Instant,
    /// As it was told last.
    turned_away: u64,
}

impl FloorState {
    /// Begins with what was kept before a restart.
    pub fn new(
        store: Store,
        journal: Journal,
        past: Restored,
        link: Link,
        publish_link: watch::Sender<Link>,
        carry_out: mpsc::Sender<ScheduledAction>,
        leads: watch::Receiver<Lead>,
    ) -> Self {
        let head = Head { epoch: rand::random(), offset: Offset::NONE, link: link.clone() };
        let published = Publisher::new(head, past.kept.naming_key);
        // Where the broker keeps what comes meanwhile, nothing is missed.
        let Restored { fold, kept: past } = past;
        let alive = past.alive.filter(|_| !fold.is_kept());
        let history = alive.map(|alive| History::restore(fold.floor.agents(), alive)).unwrap_or_default();
        // Two consoles that start at once give their runs other ids.
        let first_run = now().as_millis().unsigned_abs() * 1024 + store.console().unwrap_or(0).unsigned_abs() % 1024;
        let mut state = FloorState {
            fold,
            interventions: Interventions::after(past.last_intervention),
            schedule: Schedule::default(),
            carry_out,
            runs: BulkRuns::after(first_run),
            phones: OwnPhones::default(),
            history,
            workdays: HashMap::new(),
            day_began: PlatformTime::default(),
            store,
            leads,
            schedule_changes: 0,
            ours: past.ours.clone(),
            queues: past.queues,
            journal,
            clock: ClockWatch::begin(),
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
            kept_at: Instant::now(),
            pruned_at: Instant::now(),
            turned_away: 0,
        };
        state.dirty.extend(state.fold.floor.agents().cloned());
        state.dirty_calls.extend(state.fold.floor.calls().cloned());
        state.journal.say(Said::Started(past.ours));
        if let Some(alive) = alive.filter(|_| state.fold.heard().is_none()) {
            // Without a journal of that time nobody knows what happened since.
            let alive = state.fold.offset().to_console(alive);
            state.journal.say(Said::Down(alive));
            state.fold.lost(alive);
        }
        let doubtful = state.fold.started();
        state.changed(doubtful);
        state.journal.say(Said::Forgot);
        state.fold.forget(now());
        for action in past.schedule {
            state.restore_scheduled(action);
        }
        // Whoever asks first has the whole board.
        state.publish();
        state
    }

    /// Returns every id of the call that has or had this one.
    pub fn call_ids(&self, call: CallId) -> Vec<CallId> {
        let floor = &self.fold.floor;
        floor.ids_of(&floor.successor(&self.published.meant(call)))
    }

    /// Returns everything that the floor holds of a call or an agent.
    pub fn memory(&self, of: MemoryOf) -> Option<serde_json::Value> {
        match of {
            MemoryOf::Call(call) => self.fold.floor.memory_of_call(&self.published.meant(call)),
            MemoryOf::Agent(agent) => self.fold.floor.memory_of_agent(&agent),
        }
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
        self.fold.floor.kept().into_iter().chain(self.history.kept()).for_each(|(what, how_much)| telemetry::kept(what, how_much));
        let now = self.platform_now();
        self.store.keep_alive(now);
        if self.pruned_at.elapsed() >= PRUNE_EVERY {
            self.pruned_at = Instant::now();
            self.store.forget_runs_before(self.fold.offset().to_console(now));
            self.forget();
        }
    }

    /// Lets those go who left the floor long ago, in the browsers too.
    fn forget(&mut self) {
        let at = now();
        self.journal.append(Entry::new(at, What::Said(Said::Forgot)));
        let Forgotten { agents: gone, changes } = self.fold.forget(at);
        self.changed(changes);
        let known: HashSet<&AgentId> = self.fold.floor.agents().collect();
        self.history.forget(self.platform_now() - DAY_KEPT, |agent| known.contains(agent));
        self.workdays.retain(|agent, _| known.contains(agent));
        self.publish();
        self.published.forget(&gone, self.head());
        if !gone.is_empty() {
            tracing::info!(agents = gone.len(), "agents who left long ago were forgotten");
        }
    }

    /// Says when agents find no room on the floor: in the log once.
    fn tell_turned_away(&mut self) {
        let turned_away = self.fold.floor.turned_away();
        if turned_away > 0 && self.turned_away == 0 {
            tracing::warn!(most = MOST_AGENTS, "too many agents: those who are named from now on are not shown");
        }
        if turned_away > self.turned_away {
            self.turned_away = turned_away;
            telemetry::agents_turned_away(turned_away);
        }
    }

    pub fn event(&mut self, heard: ReceivedEvent) {
        let ReceivedEvent { mut event, body, arrived, at: heard, delivery } = heard;
        self.link.last_event = Some(arrived);
        let Delivery { ack, again } = delivery;
        match self.fold.event(&mut event, arrived) {
            // The broker brings it again because it was not acknowledged in time: it is in the journal already, or on its way there, behind
            // which this one is acknowledged.
            Applied::Duplicate if again => return self.odd([].into(), arrived, ack),
            Applied::Duplicate => {}
            applied => self.heard(&event, &body, applied, arrived, heard),
        }
        self.journal.append(Entry { at: arrived, what: What::Event(body, Some(event)), ack });
    }

    /// What follows from an event that has not come before.
    fn heard(&mut self, event: &Event, body: &Arc<[u8]>, applied: Applied, arrived: ConsoleTime, heard: Instant) {
        let at_device = || [&event.source, &event.device].into_iter().flatten().find_map(|device| self.fold.floor.agent_at(device));
        if let Some(agent) = event.agent.as_ref().or_else(at_device) {
            self.history.hear(agent, event, body);
        }
        if let Applied::Changed(changes) = applied {
            telemetry::event_applied();
            self.waiting_since.get_or_insert(heard);
            self.changed(changes);
        }
        if !self.schedule.is_empty() {
            self.end_scheduled_by(event);
        }
        if !self.interventions.is_empty() {
            // On our clock; an event without a time of its own is as old as its arrival.
            let told = event.time.filter(|_| !event.untimed).map(|time| self.fold.offset().to_console(time));
            let proved = self.interventions.proved_by(event, told, &self.fold.floor, arrived.max(now()));
            self.followed(proved);
        }
    }

    pub fn odd(&mut self, body: Arc<[u8]>, at: ConsoleTime, ack: Option<Ack>) {
        self.journal.append(Entry { at, what: What::Odd(body), ack });
    }

    /// What happened until now was not heard: nothing is certain until it is heard of again.
    pub fn live(&mut self, source: String, queue: Option<String>) {
        let at = now();
        let queue = queue.map(|queue| self.common_queue(queue, &source, at));
        self.journal.append(Entry::new(at, What::Said(Said::Live(source, queue.clone()))));
        let doubtful = self.fold.live(at, queue);
        self.changed(doubtful);
        self.link(LinkState::Live);
    }

    pub fn down(&mut self, heard: ConsoleTime) {
        if self.link.state == LinkState::Down {
            return;
        }
        self.journal.say(Said::Down(heard));
        self.fold.lost(heard);
        if !self.fold.is_kept() {
            self.history.nothing_known_since(self.platform_now());
        }
        self.link(LinkState::Down);
    }

    /// Takes up what the archive found out of agents' days.
    #[expect(clippy::iter_over_hash_type, reason = "each day is looked at by itself")]
    pub fn take_workdays(&mut self) {
        let Workdays { began, changed } = self.journal.take_workdays();
        self.day_began = began;
        for (agent, workday) in changed {
            let shown = Figures::of(&workday);
            if self.workdays.insert(agent.clone(), workday).is_none_or(|before| Figures::of(&before) != shown) {
                self.dirty.insert(agent);
            }
        }
    }

    /// Notices where somebody set the console's clock, and moves everything that is counted by it along: nothing becomes due or older of it.
    pub fn look_at_clock(&mut self) {
        let Some(step) = self.clock.look() else { return };
        tracing::warn!(by_ms = step.as_millis(), "the system's clock was set");
        self.journal.say(Said::ClockSet(step));
        self.fold.clock_set(step);
        self.unseen.values_mut().for_each(|found| step.shift(found));
        for intervention in self.interventions.clock_set(step) {
            self.touch(&intervention);
        }
        for action in self.schedule.clock_set(step) {
            self.dirty.insert(action.agent.clone());
            self.store.persist_scheduled(action);
        }
        step.shift(&mut self.link.since);
        self.link.last_event.iter_mut().for_each(|at| step.shift(at));
        self.link.gaps = self.latest_gaps();
        self.publish_link.send_replace(self.link.clone());
        self.pulse();
    }

    /// Tells the browsers where the journal begins to fail or goes on.
    pub fn look_at_journal(&mut self) {
        let since = self.journal.failing_since();
        if self.link.unwritten_since != since {
            self.link.unwritten_since = since;
            self.pulse();
        }
    }

    fn link(&mut self, state: LinkState) {
        self.link = Link { state, since: now(), gaps: self.latest_gaps(), ..self.link.clone() };
        self.publish_link.send_replace(self.link.clone());
        telemetry::link(state);
        self.pulse();
    }

    fn latest_gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = self.fold.gaps().rev().take(Link::GAPS).copied().collect();
        gaps.reverse();
        gaps
    }

    pub fn roster(&mut self, roster: Vec<RosterEntry>) {
        let at = now();
        self.journal.append(Entry::new(at, What::Said(Said::Roster(roster.clone()))));
        let changes = self.fold.roster(roster, at);
        self.changed(changes);
    }

    /// Has the rows published anew.
    fn changed(&mut self, changes: Changes) {
        self.dirty.extend(changes.agents);
        self.dirty_calls.extend(changes.calls);
    }

    pub fn day(&mut self, agent: &AgentId) -> Option<DayView> {
        self.publish();
        let row = self.published.latest.board.row(agent)?;
        let call = row.call.as_ref().map(|call| self.fold.floor.call_history(&call.id)).unwrap_or_default();
        let (state, reason, certain, now) = (row.state, row.reason.clone(), !row.remembered, self.platform_now());
        let mut workday = self.workdays.get(agent).cloned().unwrap_or_default();
        if let Some(from) = row.since {
            workday.add_present(StateInterval { agent: agent.clone(), from, to: now, state, reason, certain }, self.day_began);
        }
        let there = |at| self.fold.offset().to_platform(at);
        let gaps = self.fold.gaps().map(|gap| (there(gap.from), there(gap.to))).collect();
        Some(DayView { day: self.history.of(agent).cloned().unwrap_or_default(), workday, call, gaps, now })
    }

    /// What others read of the floor.
    pub fn shared(&self) -> Arc<Published> {
        Arc::clone(&self.published.shared)
    }

    pub fn intervention(&self, id: i64) -> Option<Intervention> {
        self.interventions.get(id).cloned()
    }

    fn platform_now(&self) -> PlatformTime {
        self.fold.offset().to_platform(now())
    }

    fn head(&self) -> Head {
        let link = Link { caught_up_to: self.fold.caught_up_to(now()), ..self.link.clone() };
        Head { epoch: self.published.latest.head.epoch, offset: self.fold.offset(), link }
    }
}
