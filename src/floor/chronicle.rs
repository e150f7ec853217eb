//! The floor and what becomes of it: what each agent did and how each call went, as records that are kept when the floor has forgotten them.
//! A fold like the floor: who is told the same in the same order makes the same records.

use super::interval::{Intervals, StateInterval, Workday};
use super::record::{CallRecord, StepIn};
use super::{AgentId, Applied, CallId, Changes, ConsoleTime, Event, Fold, PartyRole, PlatformTime, RosterEntry};
use foldhash::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// Something that is to be kept; a later one of the same call, or of the same agent and beginning, takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// An agent's state ended.
    Interval(StateInterval),
    /// A call is over.
    Call(Box<CallRecord>),
    /// A call that was taken to be over goes on.
    NotOver(CallId),
}

/// The fold with its records.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Chronicle {
    /// What is true now.
    pub fold: Fold,
    intervals: Intervals,
    /// The calls that are over and not forgotten yet, each with the agents in whose day it counts.
    over: HashMap<CallId, Vec<AgentId>>,
    /// The calls into which somebody stepped, under the id that each had then, as long as the floor knows it.
    stepped_in: HashMap<CallId, Vec<StepIn>>,
    /// The latest times of which not everything was heard: from when until when. The last one may go on.
    unheard: VecDeque<(PlatformTime, Option<PlatformTime>)>,
    /// When the present day began.
    day: PlatformTime,
    workdays: HashMap<AgentId, Workday>,
    /// What is to be kept and was not asked for yet.
    records: VecDeque<Record>,
    /// Whose day has changed since it was asked for.
    #[serde(skip)]
    changed: HashSet<AgentId>,
}

/// So many times are known of which not everything was heard: a call lasts no longer than the older ones are past.
const MOST_UNHEARD: usize = 100;
/// How many calls that are over are known before it is looked which of them the floor has forgotten.
const MOST_OVER: usize = 1 << 14;

impl Chronicle {
    /// Takes an event as [`Fold::event`] does.
    pub fn event(&mut self, event: &mut Event, arrived: ConsoleTime) {
        if let Applied::Changed(changes) = self.fold.event(event, arrived) {
            self.note(&changes, arrived);
        }
    }

    /// Takes the roster as [`Fold::roster`] does.
    pub fn roster(&mut self, roster: Vec<RosterEntry>, at: ConsoleTime) {
        let changes = self.fold.roster(roster, at);
        self.note(&changes, at);
    }

    /// Records that the platform was last heard at `heard`, as [`Fold::lost`] does.
    pub fn lost(&mut self, heard: ConsoleTime) {
        self.fold.lost(heard);
        if !self.fold.is_kept() {
            self.uncertain_from(heard);
        }
    }

    /// Records that the console started anew, as [`Fold::started`] does.
    pub fn started(&mut self, at: ConsoleTime) {
        if let Some(heard) = self.fold.heard().filter(|_| !self.fold.is_kept()) {
            self.uncertain_from(heard);
        }
        let changes = self.fold.started();
        self.note(&changes, at);
    }

    /// Records that the platform is heard from `at` on, as [`Fold::live`] does.
    pub fn live(&mut self, at: ConsoleTime, queue: Option<String>) {
        let silent_since = self.fold.silent_since().filter(|_| self.fold.is_kept());
        let changes = self.fold.live(at, queue);
        if let Some(heard) = silent_since.filter(|_| changes != Changes::default()) {
            self.uncertain_from(heard);
        }
        self.heard_again(at);
        self.note(&changes, at);
    }

    /// Takes up that somebody stepped into the call, which was proved.
    pub fn stepped_in(&mut self, call: &CallId, step: StepIn) {
        let steps = self.stepped_in.entry(call.clone()).or_default();
        if steps.contains(&step) {
            return;
        }
        steps.push(step);
        let now = self.fold.floor.successor(call);
        if self.over.contains_key(&now) {
            self.note_call(&now);
        }
    }

    /// Records that what arrived between `since` and `at` is not known here.
    pub fn missed(&mut self, since: ConsoleTime, at: ConsoleTime) {
        self.uncertain_from(since);
        self.heard_again(at);
        let changes = self.fold.interrupt();
        self.note(&changes, at);
    }

    /// Forgets agents and calls as [`Fold::forget`] does.
    pub fn forget(&mut self, at: ConsoleTime) {
        let forgotten = self.fold.forget(at);
        self.note(&forgotten.changes, at);
        self.note(&Changes { agents: forgotten.agents, calls: Vec::new() }, at);
    }

    /// Begins a new day, in which nothing has happened yet.
    pub fn begin_day(&mut self, day: PlatformTime) {
        if self.day != day {
            self.day = day;
            self.changed.extend(self.workdays.drain().map(|(agent, _)| agent));
        }
    }

    /// Returns when the present day began.
    pub fn day(&self) -> PlatformTime {
        self.day
    }

    /// Returns how many records there are to be kept.
    pub fn records(&self) -> usize {
        self.records.len()
    }

    /// Returns at most so many records that were not asked for yet, in the order in which they came about.
    pub fn take_records(&mut self, most: usize) -> Vec<Record> {
        self.records.drain(..most.min(self.records.len())).collect()
    }

    /// Takes records back that were asked for and not kept.
    pub fn put_back(&mut self, records: Vec<Record>) {
        records.into_iter().rev().for_each(|record| self.records.push_front(record));
    }

    /// Returns the days of the agents whose day has changed since it was asked for last: the states that have ended and the calls that are
    /// over, as far as they are in the present day.
    pub fn take_workdays(&mut self) -> Vec<(AgentId, Workday)> {
        let mut changed: Vec<AgentId> = self.changed.drain().collect();
        changed.sort_unstable();
        let with_day = |agent: AgentId| {
            let workday = self.workdays.get(&agent).cloned().unwrap_or_default();
            (agent, workday)
        };
        changed.into_iter().map(with_day).collect()
    }

    /// Marks every agent's day as changed, for somebody who has not asked before.
    pub fn tell_all_workdays(&mut self) {
        self.changed.extend(self.workdays.keys().cloned());
    }

    fn note(&mut self, changes: &Changes, at: ConsoleTime) {
        let Chronicle { fold, intervals, records, workdays, changed, day, .. } = self;
        intervals.changed(fold, changes, at, |interval| keep_interval(interval, *day, records, workdays, changed));
        for call in &changes.calls {
            self.note_call(call);
        }
        for agent in changes.agents.iter().filter(|agent| !self.intervals.is_in_call(agent)) {
            if let Some(workday) = self.workdays.get_mut(agent) {
                workday.is_in_no_call();
            }
        }
        if self.over.len() > MOST_OVER.max(self.fold.floor.kept_calls()) {
            let floor = &self.fold.floor;
            self.over.retain(|call, _| floor.knows_call(call));
            self.stepped_in.retain(|call, _| floor.knows_call(&floor.successor(call)));
        }
    }

    fn uncertain_from(&mut self, heard: ConsoleTime) {
        let from = self.fold.platform_time(heard);
        match self.unheard.back_mut() {
            Some((known, None)) => *known = from.min(*known),
            _ => self.unheard.push_back((from, None)),
        }
        if self.unheard.len() > MOST_UNHEARD {
            self.unheard.pop_front();
        }
        let Chronicle { fold, intervals, records, workdays, changed, day, .. } = self;
        intervals.lost(fold.platform_time(heard), |interval| keep_interval(interval, *day, records, workdays, changed));
    }

    /// From then on everything is heard.
    fn heard_again(&mut self, at: ConsoleTime) {
        let at = self.fold.platform_time(at);
        if let Some((_, until)) = self.unheard.back_mut() {
            until.get_or_insert(at);
        }
    }

    fn note_call(&mut self, id: &CallId) {
        match self.fold.floor.call_record(id) {
            Some(mut record) => {
                record.stepped_in = self.steps_into(&record);
                // The platform's times are whole seconds.
                let (began, ended) = (record.started.unwrap_or(record.ended), record.ended + Duration::from_secs(1));
                record.certain &= !self.unheard.iter().any(|(from, until)| *from <= ended && until.is_none_or(|until| began <= until));
                let whose = if record.ended >= self.day { in_whose_day(&record) } else { Vec::new() };
                let counted = self.over.insert(id.clone(), whose.clone()).unwrap_or_default();
                self.count(&counted, |calls| calls.saturating_sub(1));
                self.count(&whose, |calls| calls.saturating_add(1));
                self.records.push_back(Record::Call(Box::new(record)));
            }
            None if self.fold.floor.call_is_live(id) => {
                if let Some(counted) = self.over.remove(id) {
                    self.count(&counted, |calls| calls.saturating_sub(1));
                    self.records.push_back(Record::NotOver(id.clone()));
                }
            }
            None => {}
        }
    }

    /// Returns who stepped into the call, under whichever of its ids.
    fn steps_into(&self, record: &CallRecord) -> Vec<StepIn> {
        if self.stepped_in.is_empty() {
            return Vec::new();
        }
        let ids = record.former.iter().chain([&record.id]);
        let mut steps: Vec<StepIn> = ids.filter_map(|id| self.stepped_in.get(id)).flatten().cloned().collect();
        steps.sort_by_key(|step| step.id);
        steps
    }

    fn count(&mut self, agents: &[AgentId], change: impl Fn(u32) -> u32) {
        for agent in agents {
            let workday = self.workdays.entry(agent.clone()).or_default();
            workday.calls = change(workday.calls);
            self.changed.insert(agent.clone());
        }
    }
}

/// Takes an interval up as a record, and into the agent's day.
fn keep_interval(
    interval: StateInterval,
    day: PlatformTime,
    records: &mut VecDeque<Record>,
    workdays: &mut HashMap<AgentId, Workday>,
    changed: &mut HashSet<AgentId>,
) {
    if interval.to > day {
        workdays.entry(interval.agent.clone()).or_default().add(&interval, day);
        changed.insert(interval.agent.clone());
    }
    records.push_back(Record::Interval(interval));
}

/// Returns the agents who were connected in the call, each once; listeners were not.
fn in_whose_day(record: &CallRecord) -> Vec<AgentId> {
    let talked = record.parties.iter().filter(|party| party.connected.is_some() && party.role != PartyRole::Listener);
    let mut agents: Vec<AgentId> = talked.filter_map(|party| party.agent.clone()).collect();
    agents.sort_unstable();
    agents.dedup();
    agents
}
