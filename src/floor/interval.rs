//! What each agent did, as stretches of time in one state, and what that makes of a day.

use super::{AgentId, Changes, ConsoleTime, Figures, Fold, PlatformTime, State};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A stretch of time that an agent spent in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateInterval {
    /// The agent.
    pub agent: AgentId,
    /// From when.
    pub from: PlatformTime,
    /// Until when.
    pub to: PlatformTime,
    /// In which state.
    pub state: State,
    /// Why not ready, as the platform words it.
    pub reason: Option<String>,
    /// Whether the platform was heard all the time; otherwise the agent may have been in other states meanwhile.
    pub certain: bool,
}

/// An agent's present state, which will be an interval when it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Present {
    /// From when.
    from: PlatformTime,
    /// In which state.
    state: State,
    /// Why not ready, as the platform words it.
    reason: Option<String>,
    /// Whether the platform has been heard all the time.
    certain: bool,
}

/// The present state of each agent, from which intervals are made: a fold over what arrives, as the floor is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Intervals {
    present: HashMap<AgentId, Present>,
}

impl Intervals {
    /// Takes up what changed at `at`, and hands each interval that ended to `ended`.
    pub fn changed(&mut self, fold: &Fold, changes: &Changes, at: ConsoleTime, mut ended: impl FnMut(StateInterval)) {
        let now = fold.platform_time(at);
        for agent in &changes.agents {
            let Some(row) = fold.row(agent) else {
                self.left(agent, now, &mut ended);
                continue;
            };
            let known = self.present.get(agent);
            if known.is_none() && row.state == State::Unknown {
                continue;
            }
            let certain = !row.remembered && fold.is_heard();
            if known.is_some_and(|known| (known.state, &known.reason, known.certain) == (row.state, &row.reason, certain)) {
                continue;
            }
            let from = match (known, row.since) {
                // What is dated before what is known counts from when it was heard.
                (Some(known), since) => since.filter(|since| *since > known.from).unwrap_or(now.max(known.from)),
                (None, since) => since.unwrap_or(now),
            };
            self.begins(agent, Present { from, state: row.state, reason: row.reason, certain }, &mut ended);
        }
    }

    /// Records that the platform was last heard at `heard`: from then on nothing is certain.
    pub fn lost(&mut self, heard: PlatformTime, mut ended: impl FnMut(StateInterval)) {
        let mut agents: Vec<AgentId> = self.present.iter().filter(|(_, present)| present.certain).map(|(agent, _)| agent.clone()).collect();
        agents.sort_unstable();
        for agent in agents {
            let Some(known) = self.present.get(&agent) else { continue };
            let uncertain = Present { from: heard.max(known.from), certain: false, ..known.clone() };
            self.begins(&agent, uncertain, &mut ended);
        }
    }

    /// Returns whether the agent is in a call as far as is known.
    pub fn is_in_call(&self, agent: &AgentId) -> bool {
        self.present.get(agent).is_some_and(|present| present.state.in_call())
    }

    fn begins(&mut self, agent: &AgentId, new: Present, ended: &mut impl FnMut(StateInterval)) {
        let to = new.from;
        if let Some(old) = self.present.insert(agent.clone(), new) {
            end(agent, old, to, ended);
        }
    }

    /// Records that the floor does not know the agent any more.
    fn left(&mut self, agent: &AgentId, now: PlatformTime, ended: &mut impl FnMut(StateInterval)) {
        if let Some(old) = self.present.remove(agent) {
            end(agent, old, now, ended);
        }
    }
}

/// Hands the interval over unless it has no length.
fn end(agent: &AgentId, old: Present, to: PlatformTime, ended: &mut impl FnMut(StateInterval)) {
    let Present { from, state, reason, certain } = old;
    if from < to {
        ended(StateInterval { agent: agent.clone(), from, to, state, reason, certain });
    }
}

/// What an agent's day was made of, by its intervals and calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workday {
    /// Calls that the agent had a part in, that were answered and are over.
    pub calls: u32,
    /// Time spent on them: talking, holding and after-call work.
    pub handled: Duration,
    /// Time connected in a call.
    pub talking: Duration,
    /// Time with the call on hold.
    pub holding: Duration,
    /// Time in after-call work.
    pub after_call: Duration,
    /// Time ready, ringing, dialling or allocated.
    pub waiting: Duration,
    /// Time not ready, by the reason that the platform gave; the empty one if it gave none.
    pub not_ready: Vec<(String, Duration)>,
    /// Time in which the platform was not heard: the other figures may be wrong by as much.
    pub uncertain: Duration,
    /// Up to when all of this reaches.
    pub until: PlatformTime,
}

/// The most reasons that a day tells apart; further ones count as none.
const MOST_REASONS: usize = 50;

impl Workday {
    /// Adds the state that goes on, as far as its beginning is not there already: it may have become uncertain meanwhile, or certain again.
    pub fn add_present(&mut self, present: StateInterval, day: PlatformTime) {
        let from = present.from.max(self.until);
        if from < present.to {
            self.add(&StateInterval { from, ..present }, day);
        }
    }

    /// Adds an interval, as far as it is in the day that begins at `day`.
    pub fn add(&mut self, interval: &StateInterval, day: PlatformTime) {
        self.until = self.until.max(interval.to);
        let length = interval.to.since(interval.from.max(day));
        if !interval.certain {
            self.uncertain += length;
        }
        match interval.state {
            State::OnCall | State::Conference => self.talking += length,
            State::OnHold => self.holding += length,
            State::AfterCall => self.after_call += length,
            State::Ready | State::Ringing | State::Dialling | State::Allocated => self.waiting += length,
            State::NotReady => self.not_ready(interval.reason.as_deref().unwrap_or_default(), length),
            State::LoggedOut | State::Unknown => {}
        }
    }

    fn not_ready(&mut self, reason: &str, length: Duration) {
        let reason =
            if self.not_ready.len() < MOST_REASONS || self.not_ready.iter().any(|(known, _)| known == reason) { reason } else { "" };
        match self.not_ready.iter_mut().find(|(known, _)| known == reason) {
            Some((_, known)) => *known += length,
            None => self.not_ready.push((reason.to_owned(), length)),
        }
    }

    /// Records that the agent is in no call now: all that was spent on calls is of calls that are over.
    pub fn is_in_no_call(&mut self) {
        self.handled = self.handling();
    }

    /// Returns the time spent on calls, be they over or not: talking, holding and after-call work.
    pub fn handling(&self) -> Duration {
        self.talking + self.holding + self.after_call
    }

    /// Returns the average handling time of a call, or `None` if there were none.
    pub fn average_handling(&self) -> Option<Duration> {
        self.handled.checked_div(self.calls)
    }

    /// Returns the share of the time on calls or waiting for them that was spent on calls, from 0 to 1, or `None` if there was none.
    pub fn occupancy(&self) -> Option<f64> {
        let all = self.handling() + self.waiting;
        (!all.is_zero()).then(|| self.handling().div_duration_f64(all))
    }
}

impl Figures {
    /// Returns what the board shows of a day.
    pub fn of(workday: &Workday) -> Figures {
        let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        Figures { calls: workday.calls, handling_seconds: workday.average_handling().map(seconds) }
    }
}
