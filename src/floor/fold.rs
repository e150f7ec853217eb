//! Everything that follows from what arrived, and from nothing else: the floor, how far the clocks are apart, and what is only remembered
//! because something may have been missed. Whoever is told the same in the same order knows the same.

use super::clock::{ClockOffset, ClockStep};
use super::state_of_status;
use super::{
    AgentId, Applied, CallId, CallRow, Changes, ConsoleTime, Event, Floor, Forgotten, Gap, Offset, PlatformTime, RosterEntry, Row, State,
};
use foldhash::HashSet;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// An event from further ahead than this carries no time that could be true.
const FUTURE: Duration = Duration::from_secs(5 * 60);
/// An event that is younger was not kept for us: it came at once.
const AT_ONCE: Duration = Duration::from_secs(5);
/// A broker that has anything for us does not wait so long.
const DRAINED: Duration = Duration::from_secs(2);
/// How many gaps are known; the oldest are forgotten first.
const MOST_GAPS: usize = 50;

/// The floor by what arrived, with what is not certain of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Fold {
    /// The floor.
    pub floor: Floor,
    clock: ClockOffset,
    /// Agents whose state is from before an interruption and not confirmed since.
    remembered_agents: HashSet<AgentId>,
    /// Calls that were heard of before an interruption and not since.
    remembered_calls: HashSet<CallId>,
    /// When something arrived last.
    heard: Option<ConsoleTime>,
    /// Since when nothing is heard, while nothing can be.
    silent_since: Option<ConsoleTime>,
    /// The broker's queue that kept events for us when the link was live last; absent if it kept none.
    queue: Option<String>,
    /// Whether what comes was kept for us while we were away, up to when it happened.
    catching_up: Option<PlatformTime>,
    /// The latest stretches of time of which nobody knows what happened, the oldest first.
    gaps: VecDeque<Gap>,
}

impl Fold {
    /// Returns how far the console's clock is ahead of the platform's, as measured so far.
    pub fn offset(&self) -> Offset {
        self.clock.offset()
    }

    /// Returns what the platform's clock shows when ours shows `at`.
    pub fn platform_time(&self, at: ConsoleTime) -> PlatformTime {
        self.offset().to_platform(at)
    }

    /// Takes an event that arrived at `arrived`. An event without a time, or with one that cannot be true, is given that of its arrival and
    /// marked as untimed; so `event` is afterwards as the floor took it.
    pub fn event(&mut self, event: &mut Event, arrived: ConsoleTime) -> Applied {
        let now_there = self.platform_time(arrived);
        self.catch_up(event, arrived, now_there);
        self.heard = self.heard.max(Some(arrived));
        event.arrived = Some(now_there);
        self.floor.settle(event);
        // After a backlog the platform's clock is known badly: what our own clock allows is possible too.
        let possible = now_there.max(Offset::NONE.to_platform(arrived)) + FUTURE;
        if event.time.is_none_or(|time| self.clock.is_measured() && time > possible) {
            (event.time, event.untimed) = (Some(now_there), true);
        }
        let applied = self.floor.apply(event);
        if applied == Applied::Duplicate {
            return applied;
        }
        // What was kept for us says nothing of the clocks.
        let is_measure = self.catching_up.is_none() || !self.clock.is_measured();
        if let Some(time) = event.time.filter(|_| !event.untimed && is_measure) {
            self.clock.observe(arrived, time);
        }
        if let (Applied::Changed(_), Some(agent)) = (&applied, &event.agent) {
            self.remembered_agents.remove(agent);
        }
        if let Some(call) = event.call.as_ref().filter(|_| !self.remembered_calls.is_empty()) {
            self.remembered_calls.remove(&self.floor.successor(call));
        }
        applied
    }

    /// Records that the platform cannot be heard any more; it was last at `heard`.
    pub fn lost(&mut self, heard: ConsoleTime) {
        self.silent_since.get_or_insert(heard);
    }

    /// Records that the console started anew: the platform was last heard when something arrived last. Returns the agents and calls whose
    /// rows differ: none if a broker's queue keeps what comes meanwhile.
    pub fn started(&mut self) -> Changes {
        self.clock.started();
        if let Some(heard) = self.heard {
            self.lost(heard);
        }
        if self.is_kept() { Changes::default() } else { self.interrupt() }
    }

    /// Records that somebody set the console's clock: every moment by it is another one.
    pub fn clock_set(&mut self, step: ClockStep) {
        self.clock.set(step);
        self.heard.iter_mut().chain(&mut self.silent_since).for_each(|at| step.shift(at));
        for gap in &mut self.gaps {
            step.shift(&mut gap.from);
            step.shift(&mut gap.to);
        }
    }

    /// Returns whether a broker's queue keeps what is not heard.
    pub fn is_kept(&self) -> bool {
        self.queue.is_some()
    }

    /// Records that the platform is heard from `at` on, from that queue of the broker's if one keeps events for us. Nothing was missed if
    /// it is the same as before. Returns the agents and calls whose rows differ.
    pub fn live(&mut self, at: ConsoleTime, queue: Option<String>) -> Changes {
        self.heard = self.heard.max(Some(at));
        if queue.is_some() && queue == self.queue {
            self.catching_up = self.silent_since.take().map(|since| self.platform_time(since));
            return Changes::default();
        }
        self.queue = queue;
        if let Some(from) = self.silent_since.take() {
            if self.gaps.len() >= MOST_GAPS {
                self.gaps.pop_front();
            }
            self.gaps.push_back(Gap { from, to: at.max(from) });
        }
        self.interrupt()
    }

    /// Returns whether what happens now is heard, at once or, where a broker's queue keeps it, later.
    pub fn is_heard(&self) -> bool {
        self.is_kept() || self.silent_since.is_none() && self.heard.is_some()
    }

    /// Returns when something arrived last, or `None` before the first.
    pub fn heard(&self) -> Option<ConsoleTime> {
        self.heard
    }

    /// Returns since when the platform is not heard, or `None` while it is.
    pub fn silent_since(&self) -> Option<ConsoleTime> {
        self.silent_since
    }

    /// Finds out whether an event that arrives was kept for us while we were away.
    fn catch_up(&mut self, event: &Event, arrived: ConsoleTime, now_there: PlatformTime) {
        if self.catching_up.is_none() {
            return;
        }
        let was_idle = self.heard.is_some_and(|heard| arrived.since(heard) > DRAINED);
        self.catching_up = event.time.filter(|time| !was_idle && now_there.since(*time) > AT_ONCE);
    }

    /// Returns up to when is known what happened, while what was kept for us is still coming in; at `at`.
    pub fn caught_up_to(&self, at: ConsoleTime) -> Option<PlatformTime> {
        self.catching_up.filter(|_| self.heard.is_some_and(|heard| at.since(heard) <= DRAINED))
    }

    /// Returns the latest gaps, the oldest first.
    pub fn gaps(&self) -> impl DoubleEndedIterator<Item = &Gap> {
        self.gaps.iter()
    }

    /// Records that something may have been missed until now: what is known is only remembered until it is heard of again. Returns the
    /// agents and calls whose rows differ.
    pub fn interrupt(&mut self) -> Changes {
        let known = |id: &&AgentId| self.floor.row(id).is_some_and(|row| row.state != State::Unknown);
        let agents: Vec<AgentId> = self.floor.agents().filter(known).cloned().collect();
        let calls: Vec<CallId> = self.floor.calls().filter(|id| self.floor.call_is_live(id)).cloned().collect();
        self.remembered_agents.extend(agents.iter().cloned());
        self.remembered_calls.extend(calls.iter().cloned());
        Changes { agents, calls }
    }

    /// Takes the roster as read at `at`. What is remembered is confirmed where the roster's word agrees with it, and given up where it does
    /// not. Returns the agents and calls whose rows may differ.
    pub fn roster(&mut self, roster: Vec<RosterEntry>, at: ConsoleTime) -> Changes {
        let mut changes = Changes::default();
        for entry in &roster {
            let told = entry.status.as_deref().and_then(state_of_status);
            let (Some(told), Some(row)) = (told, self.floor.row(&entry.agent)) else { continue };
            if !self.remembered_agents.remove(&entry.agent) {
                continue;
            }
            changes.agents.push(entry.agent.clone());
            if told != row.state && !(told.in_call() && row.state.in_call()) {
                changes.calls.extend(self.floor.doubt(&entry.agent, told));
            }
        }
        let now = self.platform_time(at);
        changes.agents.extend(self.floor.take_roster(roster, now));
        changes
    }

    /// Forgets agents and calls as [`Floor::forget`] does, at `at`.
    pub fn forget(&mut self, at: ConsoleTime) -> Forgotten {
        let now = self.platform_time(at);
        let forgotten = self.floor.forget(now);
        for agent in &forgotten.agents {
            self.remembered_agents.remove(agent);
        }
        let floor = &self.floor;
        self.remembered_calls.retain(|call| floor.call_is_live(call));
        forgotten
    }

    /// Returns the agent's row as [`Floor::row`] does, with whether it is only remembered.
    pub fn row(&self, agent: &AgentId) -> Option<Row> {
        Some(Row { remembered: self.remembered_agents.contains(agent), ..self.floor.row(agent)? })
    }

    /// Returns the call's row as [`Floor::call_row`] does, with whether it is only remembered.
    pub fn call_row(&self, id: &CallId) -> Option<CallRow> {
        Some(CallRow { remembered: self.remembered_calls.contains(id), ..self.floor.call_row(id)? })
    }
}
