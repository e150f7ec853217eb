//! Keeps what the console will do by itself: ready again after so many minutes, log out after the call. Decides when something is to be
//! done; doing it is for a task outside (`service::scheduled`), which is handed the [`ScheduledAction`] and answers with a [`Verdict`].

use crate::floor::clock::ClockStep;
use crate::floor::{AgentId, ConsoleTime, Event, EventKind, ScheduledKind, State};
use crate::server::store::ScheduledAction;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// A scheduled action that is older than this has lost its meaning: a working day and the night shift after it.
const LIFE: Duration = Duration::from_secs(16 * 3600);

/// What became of an action that was to be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Sent, or not possible any more: the order is over.
    Over,
    /// Nothing was sent: once more from this time on.
    Later(ConsoleTime),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The intervention that it came with is not written down, or not sent yet: must not be carried out.
    New,
    Waiting,
    /// Nothing before this time.
    Resting(ConsoleTime),
    /// With the task that carries it out.
    Out,
}

/// What the board says of the agent of a scheduled action.
#[derive(Debug, Clone, Copy)]
pub struct AgentNow {
    pub state: State,
    /// Only remembered: nothing is certain.
    pub remembered: bool,
}

/// At most one scheduled action of each kind for an agent.
#[derive(Debug, Default)]
pub struct Schedule {
    ready_again: BTreeMap<AgentId, (ScheduledAction, Stage)>,
    log_out: BTreeMap<AgentId, (ScheduledAction, Stage)>,
    /// At which agent each is, by its id.
    agents: HashMap<i64, AgentId>,
}

impl Schedule {
    pub fn is_empty(&self) -> bool {
        self.ready_again.is_empty() && self.log_out.is_empty()
    }

    /// Takes a scheduled action up; the answer is the one that it replaces.
    pub fn add(&mut self, action: ScheduledAction) -> Option<ScheduledAction> {
        self.insert(action, Stage::New)
    }

    /// Takes up what was kept before a restart.
    pub fn restore(&mut self, action: ScheduledAction) {
        self.insert(action, Stage::Waiting);
    }

    fn insert(&mut self, action: ScheduledAction, stage: Stage) -> Option<ScheduledAction> {
        let book = match action.scheduled.kind {
            ScheduledKind::ReadyAgain { .. } => &mut self.ready_again,
            ScheduledKind::LogoutAfterCall => &mut self.log_out,
        };
        let id = action.scheduled.id;
        let replaced = book.insert(action.agent.clone(), (action.clone(), stage)).map(|(replaced, _)| replaced);
        if let Some(replaced) = &replaced {
            self.agents.remove(&replaced.scheduled.id);
        }
        self.agents.insert(id, action.agent);
        replaced
    }

    /// What it came with is certain; the answer is the action, where that is news.
    pub fn confirm(&mut self, id: i64) -> Option<ScheduledAction> {
        let (action, stage) = self.get_mut(id).filter(|(_, stage)| *stage == Stage::New)?;
        *stage = Stage::Waiting;
        Some(action.clone())
    }

    /// The ids of all of them.
    pub fn ids(&self) -> impl Iterator<Item = i64> {
        self.agents.keys().copied()
    }

    /// Whether there is an action with this id.
    pub fn has(&self, id: i64) -> bool {
        self.agents.contains_key(&id)
    }

    /// Takes what another console made of an action that is here and not being carried out; false where it is as it was.
    pub fn renew(&mut self, action: &ScheduledAction) -> bool {
        let waits = |stage: &Stage| matches!(stage, Stage::Waiting | Stage::Resting(_));
        match self.get_mut(action.scheduled.id) {
            Some((here, stage)) if waits(stage) && here != action => {
                *here = action.clone();
                true
            }
            _ => false,
        }
    }

    /// Removes those that wait here and are not among `ids`: another console has ended them.
    pub fn without(&mut self, ids: &BTreeSet<i64>) -> Vec<ScheduledAction> {
        let waits = |id: &i64| self.at(*id).is_some() && !ids.contains(id);
        let gone: Vec<i64> = self.agents.keys().copied().filter(waits).collect();
        let mut removed = Vec::new();
        for id in gone {
            if self.get_mut(id).is_some_and(|(_, stage)| matches!(stage, Stage::Waiting | Stage::Resting(_))) {
                removed.extend(self.remove(id));
            }
        }
        removed
    }

    /// What the agent's row shows: of two scheduled actions the one that comes first.
    pub fn shown(&self, agent: &AgentId) -> Option<&ScheduledAction> {
        let here = |book: &BTreeMap<AgentId, (ScheduledAction, Stage)>| book.get(agent).is_some_and(|(_, stage)| *stage != Stage::Out);
        let book = if here(&self.log_out) { &self.log_out } else { &self.ready_again };
        book.get(agent).filter(|(_, stage)| *stage != Stage::Out).map(|(action, _)| action)
    }

    pub fn is_log_out(&self, id: i64) -> bool {
        self.at(id).and_then(|agent| self.log_out.get(agent)).is_some_and(|(action, _)| action.scheduled.id == id)
    }

    /// Whether it waits for a not-ready that is not true yet.
    pub fn has_no_time(&self, id: i64) -> bool {
        let here = self.at(id).and_then(|agent| self.ready_again.get(agent));
        here.is_some_and(|(action, _)| action.scheduled.id == id && is_untimed(action))
    }

    pub fn remove(&mut self, id: i64) -> Option<ScheduledAction> {
        let agent = self.agents.remove(&id)?;
        let mut books = [&mut self.ready_again, &mut self.log_out].into_iter();
        let book = books.find(|book| book.get(&agent).is_some_and(|(action, _)| action.scheduled.id == id))?;
        book.remove(&agent).map(|(action, _)| action)
    }

    /// The agent at whom the action with this id is.
    fn at(&self, id: i64) -> Option<&AgentId> {
        self.agents.get(&id)
    }

    /// The scheduled actions that an agent's own event ends.
    pub fn heard(&mut self, event: &Event) -> Vec<ScheduledAction> {
        let Some(agent) = &event.agent else { return Vec::new() };
        let mut over = Vec::new();
        match event.kind {
            // One whose not-ready is still to come is not over.
            EventKind::AgentReady if !self.ready_again.get(agent).is_some_and(|(action, _)| is_untimed(action)) => {
                over.extend(self.ready_again.remove(agent));
            }
            EventKind::AgentLoggedOff => {
                over.extend(self.ready_again.remove(agent));
                over.extend(self.log_out.remove(agent));
            }
            _ => {}
        }
        let over: Vec<ScheduledAction> = over.into_iter().map(|(action, _)| action).collect();
        for action in &over {
            self.agents.remove(&action.scheduled.id);
        }
        over
    }

    /// The not-ready that this order came with is true: its time runs.
    pub fn begins(&mut self, id: i64, now: ConsoleTime) -> Option<ScheduledAction> {
        let agent = self.at(id).cloned()?;
        self.ready_again.get(&agent).filter(|(action, _)| action.scheduled.id == id)?;
        self.begins_at(&agent, now)
    }

    fn begins_at(&mut self, agent: &AgentId, now: ConsoleTime) -> Option<ScheduledAction> {
        // What was not sent has not begun.
        let (action, _) = self.ready_again.get_mut(agent).filter(|(_, stage)| *stage != Stage::New)?;
        let ScheduledKind::ReadyAgain { minutes, due: due @ None } = &mut action.scheduled.kind else { return None };
        *due = Some(now + Duration::from_secs(u64::from(*minutes) * 60));
        Some(action.clone())
    }

    /// What the board makes of the scheduled actions now.
    pub fn due(&mut self, now: ConsoleTime, now_at: impl Fn(&AgentId) -> Option<AgentNow>) -> Due {
        let mut due = Due::default();
        let untimed = self.ready_again.iter().filter(|(_, (action, _))| is_untimed(action));
        let agents: Vec<AgentId> = untimed.map(|(agent, _)| agent.clone()).collect();
        for agent in agents {
            // The event that says so may have come while the console was not running, or not linked.
            if now_at(&agent).is_some_and(|now_at| now_at.state == State::NotReady && !now_at.remembered) {
                due.changed.extend(self.begins_at(&agent, now));
            }
        }
        for (action, stage) in self.ready_again.values_mut().chain(self.log_out.values_mut()) {
            let may = match *stage {
                Stage::Waiting => true,
                Stage::Resting(until) => now >= until,
                Stage::New | Stage::Out => false,
            };
            if !may {
                continue;
            }
            let certain = now_at(&action.agent).filter(|now_at| !now_at.remembered).map(|now_at| now_at.state);
            let ready = match action.scheduled.kind {
                ScheduledKind::ReadyAgain { due, .. } => due.is_some_and(|due| now >= due),
                ScheduledKind::LogoutAfterCall => certain.is_some_and(|state| state != State::Unknown && !state.in_call()),
            };
            if certain == Some(State::LoggedOut) || now.since(action.at) >= LIFE {
                due.over.push(action.clone());
            } else if ready {
                *stage = Stage::Out;
                due.out.push(action.clone());
            }
        }
        for action in &due.over {
            self.remove(action.scheduled.id);
        }
        due
    }

    /// Somebody set the console's clock; returns the actions that are kept, which are due at another moment now.
    pub fn clock_set(&mut self, step: ClockStep) -> Vec<ScheduledAction> {
        let mut kept = Vec::new();
        for (action, stage) in self.ready_again.values_mut().chain(self.log_out.values_mut()) {
            step.shift(&mut action.at);
            if let ScheduledKind::ReadyAgain { due: Some(due), .. } = &mut action.scheduled.kind {
                step.shift(due);
            }
            if let Stage::Resting(until) = stage {
                step.shift(until);
            }
            kept.extend((*stage != Stage::New).then(|| action.clone()));
        }
        kept
    }

    /// Takes the verdict on an action; returns it where it is still to be done.
    pub fn returned(&mut self, id: i64, verdict: Verdict) -> Option<ScheduledAction> {
        match verdict {
            Verdict::Over => {
                self.remove(id);
                None
            }
            Verdict::Later(at) => {
                let (action, stage) = self.get_mut(id)?;
                *stage = Stage::Resting(at);
                Some(action.clone())
            }
        }
    }

    fn get_mut(&mut self, id: i64) -> Option<&mut (ScheduledAction, Stage)> {
        let agent = self.agents.get(&id)?;
        let mut books = [&mut self.ready_again, &mut self.log_out].into_iter();
        books.find_map(|book| book.get_mut(agent).filter(|(action, _)| action.scheduled.id == id))
    }
}

fn is_untimed(action: &ScheduledAction) -> bool {
    matches!(action.scheduled.kind, ScheduledKind::ReadyAgain { due: None, .. })
}

/// What [`Schedule::due`] found.
#[derive(Debug, Default)]
pub struct Due {
    /// To be carried out.
    pub out: Vec<ScheduledAction>,
    /// To be kept anew.
    pub changed: Vec<ScheduledAction>,
    /// Not to be done any more: the agent is logged out, or nobody remembers why.
    pub over: Vec<ScheduledAction>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::Instant;
    use crate::floor::time::at;
    use crate::floor::{DeviceId, Scheduled};

    const AGENT: &str = "5001@test.cc";

    fn action(id: i64, kind: ScheduledKind) -> ScheduledAction {
        let by = AgentId::trusted("5000@test.cc");
        let device = Some(DeviceId::trusted("8001@test.cc"));
        ScheduledAction {
            scheduled: Scheduled { id, kind, by },
            agent: AgentId::trusted(AGENT),
            device,
            by_device: DeviceId::trusted("8000@test.cc"),
            at: at(0),
        }
    }

    fn book(kind: ScheduledKind) -> Schedule {
        let mut schedule = Schedule::default();
        schedule.add(action(7, kind));
        schedule.confirm(7);
        schedule
    }

    fn event(name: &str) -> Event {
        Event::decode(format!(r#"{{"eventName":"{name}","agentId":"{AGENT}"}}"#).as_bytes(), &Instant::in_utc).unwrap()
    }

    fn out(schedule: &mut Schedule, now: i64, state: State, remembered: bool) -> usize {
        schedule.due(at(now), |_| Some(AgentNow { state, remembered })).out.len()
    }

    const FIVE: ScheduledKind = ScheduledKind::ReadyAgain { minutes: 5, due: None };

    #[test]
    fn an_order_whose_not_ready_was_not_sent_takes_nobody_elses_for_it() {
        let mut schedule = Schedule::default();
        schedule.add(action(7, FIVE));
        assert!(schedule.begins(7, at(1)).is_none());
        assert!(schedule.due(at(2), |_| Some(AgentNow { state: State::NotReady, remembered: false })).changed.is_empty());
        schedule.confirm(7);
        assert_eq!(schedule.due(at(3), |_| Some(AgentNow { state: State::NotReady, remembered: false })).changed.len(), 1);
    }

    #[test]
    fn the_time_runs_from_the_event_and_ends_with_being_ready() {
        let mut schedule = book(FIVE);
        assert_eq!(out(&mut schedule, 400_000, State::OnCall, false), 0, "the not-ready is not true yet");
        assert!(schedule.heard(&event("agentReady")).is_empty(), "its not-ready is still to come");
        assert_eq!(
            schedule.begins(7, at(100_000)).unwrap().scheduled.kind,
            ScheduledKind::ReadyAgain { minutes: 5, due: Some(at(400_000)) }
        );
        assert!(schedule.begins(7, at(200_000)).is_none(), "a second event starts it anew");
        assert_eq!(out(&mut schedule, 399_999, State::NotReady, false), 0);
        assert_eq!(out(&mut schedule, 400_000, State::NotReady, false), 1);
        assert_eq!(out(&mut schedule, 400_001, State::NotReady, false), 0, "carried out twice");
        assert_eq!(schedule.heard(&event("agentReady")).len(), 1);
        assert!(schedule.is_empty());
    }

    #[test]
    fn a_log_out_waits_for_the_end_of_the_call_and_for_certainty() {
        let mut schedule = book(ScheduledKind::LogoutAfterCall);
        assert_eq!(out(&mut schedule, 1, State::OnCall, false), 0);
        assert_eq!(out(&mut schedule, 2, State::Ready, true), 0);
        assert_eq!(out(&mut schedule, 3, State::Unknown, false), 0);
        assert_eq!(out(&mut schedule, 4, State::AfterCall, false), 1);
        assert!(schedule.shown(&AgentId::trusted(AGENT)).is_none());
        assert!(schedule.returned(7, Verdict::Later(at(10))).is_some());
        assert_eq!(out(&mut schedule, 9, State::Ready, false), 0);
        assert_eq!(out(&mut schedule, 10, State::Ready, false), 1);
        assert!(schedule.returned(7, Verdict::Over).is_none() && schedule.is_empty());
    }

    #[test]
    fn nothing_is_carried_out_before_it_is_written_down_nor_for_ever_after() {
        let mut schedule = Schedule::default();
        schedule.add(action(7, ScheduledKind::LogoutAfterCall));
        assert_eq!(out(&mut schedule, 1, State::Ready, false), 0);
        schedule.confirm(7);
        assert_eq!(
            schedule.due(ConsoleTime::default() + LIFE, |_| Some(AgentNow { state: State::OnCall, remembered: false })).over.len(),
            1
        );
        assert!(schedule.is_empty());
    }

    #[test]
    fn an_agent_who_has_gone_is_neither_made_ready_nor_logged_out() {
        for kind in [FIVE, ScheduledKind::LogoutAfterCall] {
            assert_eq!(book(kind).heard(&event("agentLoggedOff")).len(), 1);
            let due = book(kind).due(at(1), |_| Some(AgentNow { state: State::LoggedOut, remembered: false }));
            assert_eq!((due.out.len(), due.over.len()), (0, 1));
        }
    }
}
