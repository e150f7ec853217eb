//! What an agent's page shows of the day so far: the states with their beginnings, the last raw events, and the figures that the
//! platform counts. Part of the floor's owner. Every part is bounded, and reaches back to the console's start: what was before that,
//! history has.

use crate::floor::{AgentId, Event, EventKind, Figure, PlatformTime, State, StateInterval};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// From `since` in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateStart {
    pub since: PlatformTime,
    pub state: State,
}

/// Changes of state of one agent; the oldest go first.
pub const MOST_STATE_STARTS: usize = 600;
const MOST_EVENTS: usize = 100;
/// Of all agents together.
const MOST_BYTES: usize = 64 << 20;
/// A longer event is kept cut off.
const LONGEST_BODY: usize = 16 << 10;
const MOST_AGENTS: usize = 100_000;
/// The platform gives whole seconds, the console tells milliseconds apart.
const SECOND: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(1);

/// An event as it came.
#[derive(Debug, Clone)]
pub struct RawEvent {
    /// When it happened.
    pub at: PlatformTime,
    pub kind: EventKind,
    pub name: Cow<'static, str>,
    pub body: Arc<[u8]>,
}

/// The figures as they were last sent; only those that the platform sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFigures {
    pub at: PlatformTime,
    pub figures: Vec<(Figure, u32)>,
}

/// What is kept of one agent.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// In the order of time.
    pub state_starts: VecDeque<StateStart>,
    /// The oldest first.
    pub events: VecDeque<RawEvent>,
    pub figures: Option<DayFigures>,
}

impl Day {
    /// Puts before what is known since the console's start what history has of the time before: `intervals` in their order.
    pub fn begin_with(&mut self, intervals: &[StateInterval]) {
        let first = self.state_starts.front().map(|first| first.since);
        let is_before = |at: PlatformTime| first.is_none_or(|first| at < first);
        let mut before: Vec<StateStart> = Vec::new();
        let mut enter = |since, state| {
            if before.last().is_none_or(|last| last.state != state) {
                before.push(StateStart { since, state });
            }
        };
        let mut until = None;
        for interval in intervals.iter().filter(|interval| is_before(interval.from)) {
            if let Some(until) = until.filter(|until| *until < interval.from) {
                enter(until, State::Unknown);
            }
            enter(interval.from, if interval.certain { interval.state } else { State::Unknown });
            until = Some(interval.to);
        }
        if let Some(until) = until.filter(|until| is_before(*until)) {
            enter(until, State::Unknown);
        }
        before.into_iter().rev().for_each(|start| self.state_starts.push_front(start));
    }

    /// Returns how many more are kept now.
    fn begin(&mut self, state_start: StateStart) -> usize {
        self.state_starts.push_back(state_start);
        let too_many = self.state_starts.len() > MOST_STATE_STARTS;
        if too_many {
            self.state_starts.pop_front();
        }
        usize::from(!too_many)
    }
}

#[derive(Debug, Default)]
pub struct History {
    agents: HashMap<AgentId, Day>,
    /// Of all raw events' bodies.
    bytes: usize,
    /// Of all agents.
    state_starts: usize,
}

impl History {
    /// Begins with the agents of before a restart: nothing is known of them since `alive`, the last sign of the console's life.
    pub fn restore<'a>(agents: impl Iterator<Item = &'a AgentId>, alive: PlatformTime) -> History {
        let mut history = History::default();
        for agent in agents.take(MOST_AGENTS) {
            let day = history.agents.entry(agent.clone()).or_default();
            history.state_starts += day.begin(StateStart { since: alive, state: State::Unknown });
        }
        history
    }

    pub fn of(&self, agent: &AgentId) -> Option<&Day> {
        self.agents.get(agent)
    }

    /// What the board says of the agent from now on. `since` is the board's word for it, which does not reach back over a time in
    /// which nothing was known.
    pub fn enter_state(&mut self, agent: &AgentId, state: State, since: Option<PlatformTime>, now: PlatformTime) {
        if !self.agents.contains_key(agent) && (state == State::Unknown || self.agents.len() >= MOST_AGENTS) {
            return;
        }
        let day = self.agents.entry(agent.clone()).or_default();
        let since = match (day.state_starts.back(), since) {
            (Some(last), _) if last.state == state => return,
            (Some(last), Some(since)) if last.state == State::Unknown && since <= last.since => now.max(last.since + TICK),
            // The platform gives whole seconds: what happens within one is told apart by when it was heard.
            (Some(last), Some(since)) if since <= last.since => now.clamp(last.since + TICK, last.since + SECOND - TICK),
            (Some(last), None) => now.max(last.since + TICK),
            (_, since) => since.unwrap_or(now),
        };
        self.state_starts += day.begin(StateStart { since, state });
    }

    /// The link broke, or the console was not running.
    pub fn nothing_known_since(&mut self, since: PlatformTime) {
        let known = |day: &Day| day.state_starts.back().is_some_and(|last| last.state != State::Unknown);
        let agents: Vec<AgentId> = self.agents.iter().filter(|(_, day)| known(day)).map(|(agent, _)| agent.clone()).collect();
        for agent in agents {
            self.enter_state(&agent, State::Unknown, Some(since), since);
        }
    }

    /// Keeps an event of `agent` as it came. The body is shared, so nothing but the body may hang on it.
    pub fn hear(&mut self, agent: &AgentId, event: &Event, body: &Arc<[u8]>) {
        if !self.agents.contains_key(agent) && self.agents.len() >= MOST_AGENTS {
            return;
        }
        let body = match body.get(..LONGEST_BODY) {
            Some(cut) if body.len() > LONGEST_BODY => cut.into(),
            _ => body.clone(),
        };
        let at = event.time.unwrap_or_default();
        let day = self.agents.entry(agent.clone()).or_default();
        if !event.figures.is_empty() {
            day.figures = Some(DayFigures { at, figures: event.figures.clone() });
        }
        self.bytes += body.len();
        day.events.push_back(RawEvent { at, kind: event.kind, name: event.name.clone(), body });
        if day.events.len() > MOST_EVENTS {
            self.bytes -= day.events.pop_front().map_or(0, |oldest| oldest.body.len());
        }
        if self.bytes > MOST_BYTES {
            self.thin_out();
        }
    }

    /// Forgets those of whom `is_known` knows nothing and nothing has come since `horizon`.
    pub fn forget(&mut self, horizon: PlatformTime, is_known: impl Fn(&AgentId) -> bool) {
        self.agents.retain(|agent, day| {
            let newest = day.state_starts.back().map(|state_start| state_start.since).max(day.events.back().map(|event| event.at));
            let kept = is_known(agent) || newest.is_some_and(|newest| newest >= horizon);
            if !kept {
                self.state_starts -= day.state_starts.len();
                self.bytes -= day.events.iter().map(|event| event.body.len()).sum::<usize>();
            }
            kept
        });
    }

    /// Lets everybody keep the newest events within an equal share of three quarters of the room.
    #[expect(clippy::iter_over_hash_type, reason = "each day is looked at by itself")]
    fn thin_out(&mut self) {
        let share = MOST_BYTES / 4 * 3 / self.agents.len().max(1);
        self.bytes = 0;
        for day in self.agents.values_mut() {
            let mut kept = 0;
            let fits = day.events.iter().rev().take_while(|event| {
                kept += event.body.len();
                kept <= share
            });
            let fits = fits.count();
            day.events.drain(..day.events.len() - fits);
            self.bytes += day.events.iter().map(|event| event.body.len()).sum::<usize>();
        }
    }

    /// How much is kept, by kind.
    pub fn kept(&self) -> [(&'static str, usize); 2] {
        [("state_starts", self.state_starts), ("raw_event_bytes", self.bytes)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::Instant;
    use crate::floor::time::at;

    fn agent() -> AgentId {
        AgentId::trusted("5001@test.cc")
    }

    fn state_starts(history: &History) -> Vec<(i64, State)> {
        history.of(&agent()).map_or(Vec::new(), |day| {
            day.state_starts.iter().map(|state_start| (state_start.since.as_millis(), state_start.state)).collect()
        })
    }

    #[test]
    fn a_day_is_a_row_of_states_without_gaps() {
        let mut history = History::default();
        history.enter_state(&agent(), State::Unknown, None, at(5));
        assert_eq!(state_starts(&history), []);
        for (state, since, now) in [
            (State::Ready, 10_000, 10_100),
            (State::Ready, 10_000, 10_200),
            (State::Ringing, 20_000, 20_100),
            (State::OnCall, 20_000, 20_300),
            // Late, and from a clock that is ahead.
            (State::Ready, 15_000, 40_000),
        ] {
            history.enter_state(&agent(), state, Some(at(since)), at(now));
        }
        let told = [(10_000, State::Ready), (20_000, State::Ringing), (20_300, State::OnCall), (21_299, State::Ready)];
        assert_eq!(state_starts(&history), told);
        for n in 0..1_000 {
            history.enter_state(&agent(), if n % 2 == 0 { State::OnCall } else { State::Ready }, Some(at(30_000 + n)), at(30_000 + n));
        }
        assert_eq!((state_starts(&history).len(), history.state_starts), (MOST_STATE_STARTS, MOST_STATE_STARTS));
    }

    #[test]
    fn of_a_time_that_nobody_watched_nothing_is_known() {
        let mut history = History::restore([agent()].iter(), at(50));
        // Still ready, since 10: but nobody saw it between 50 and now.
        history.enter_state(&agent(), State::Ready, Some(at(10)), at(80));
        assert_eq!(state_starts(&history), [(50, State::Unknown), (80, State::Ready)]);
        history.nothing_known_since(at(90));
        assert_eq!(state_starts(&history).last(), Some(&(90, State::Unknown)));
        // The platform says since when.
        history.enter_state(&agent(), State::NotReady, Some(at(95)), at(120));
        assert_eq!(state_starts(&history)[2..], [(90, State::Unknown), (95, State::NotReady)]);
    }

    #[test]
    fn before_the_start_the_day_is_what_history_has() {
        let interval = |from: i64, to: i64, state: State, certain: bool| StateInterval {
            agent: agent(),
            from: at(from),
            to: at(to),
            state,
            reason: None,
            certain,
        };
        let past = [
            interval(0, 10, State::NotReady, true),
            interval(10, 20, State::Ready, true),
            interval(20, 30, State::Ready, false),
            interval(40, 50, State::OnCall, true),
            // Goes on after the start.
            interval(50, 90, State::Ready, false),
        ];
        let told = |since_start: &[(i64, State)]| {
            let state_starts = since_start.iter().map(|(since, state)| StateStart { since: at(*since), state: *state }).collect();
            let mut day = Day { state_starts, ..Day::default() };
            day.begin_with(&past);
            day.state_starts.iter().map(|start| (start.since.as_millis(), start.state)).collect::<Vec<_>>()
        };
        let before = [(0, State::NotReady), (10, State::Ready), (20, State::Unknown), (40, State::OnCall), (50, State::Unknown)];
        assert_eq!(told(&[(60, State::Ready)]), [&before[..], &[(60, State::Ready)]].concat());
        assert_eq!(told(&[(45, State::Unknown)]), [&before[..4], &[(45, State::Unknown)]].concat());
        assert_eq!(told(&[]), before);
        assert_eq!(told(&[(0, State::Ready)]), [(0, State::Ready)]);
    }

    #[test]
    fn events_are_kept_within_their_room() {
        let mut history = History::default();
        let body = vec![b' '; LONGEST_BODY * 2].into();
        for number in 0..100 {
            let agent = AgentId::trusted(format!("{number}@test.cc"));
            let event = Event::decode(br#"{"eventName":"later"}"#, &Instant::in_utc).unwrap();
            for _ in 0..120 {
                history.hear(&agent, &event, &body);
            }
        }
        let days = || history.agents.values();
        assert!(days().all(|day| (1..=MOST_EVENTS).contains(&day.events.len())));
        let bytes: usize = days().flat_map(|day| &day.events).map(|event| event.body.len()).sum();
        assert!(bytes == history.bytes && bytes <= MOST_BYTES, "{bytes}");
    }

    #[test]
    fn who_is_not_known_any_more_is_forgotten_after_a_day() {
        let mut history = History::default();
        let id = |n: u32| AgentId::trusted(format!("{n}@test.cc"));
        let body = br#"{"eventName":"agentReady"}"#;
        let mut event = Event::decode(body, &Instant::in_utc).unwrap();
        for n in 0..4 {
            event.time = Some(at(1_000 * i64::from(n)));
            history.hear(&id(n), &event, &body[..].into());
        }
        history.enter_state(&id(1), State::Ready, Some(at(5_000)), at(5_000));
        history.forget(at(2_500), |agent| *agent == id(0));
        let kept: Vec<bool> = (0..4).map(|n| history.of(&id(n)).is_some()).collect();
        assert_eq!((kept, history.bytes), (vec![true, true, false, true], 3 * body.len()));
        history.forget(at(9_000), |_| false);
        assert_eq!(history.kept(), [("state_starts", 0), ("raw_event_bytes", 0)]);
    }

    #[test]
    fn the_platforms_figures_are_read_as_far_as_they_are_sent() {
        let body = include_bytes!("../../tests/events/later/AgentStatusEvent.json");
        let mut history = History::default();
        history.hear(&agent(), &Event::decode(body, &Instant::in_utc).unwrap(), &body[..].into());
        let figures = &history.of(&agent()).unwrap().figures.as_ref().unwrap().figures;
        assert!(figures.contains(&(Figure::Calls, 201)) && figures.contains(&(Figure::NotReadyTime, 6534)), "{figures:?}");
        let few = br#"{"eventName":"AgentStatusEvent","params":{"CallsTotal":7,"TalkTime":"x"}}"#;
        history.hear(&agent(), &Event::decode(few, &Instant::in_utc).unwrap(), &few[..].into());
        assert_eq!(history.of(&agent()).unwrap().figures.as_ref().unwrap().figures, [(Figure::Calls, 7)]);
    }
}
