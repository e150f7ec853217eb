//! What happens by itself: who logs on when, who calls whom, how long they talk, when they take a break.
//!
//! Every decision is drawn from the floor's own generator while the floor's own queue is worked off, so that a seed is a history.
//! In the silent floor only phones ring and answer.

mod chance;
mod customers;

use super::due::Due;
use super::floor::{Floor, Millis, Mode};
use rand::Rng;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;

/// What an agent gives as the reason of a break, and for how many minutes he is gone, at least and at most.
const BREAKS: [(&str, Millis, Millis); 5] =
    [("Break", 4, 12), ("Lunch", 20, 40), ("Meeting", 8, 20), ("Training", 10, 25), ("Coaching", 5, 15)];

impl Floor {
    /// The day begins.
    pub fn start(&mut self) {
        if self.silent() {
            return;
        }
        for index in self.staff() {
            // Most are there when the doors open, some come late, a few stay away.
            let delay = match self.rng.random_range(0..100) {
                0..70 => self.rng.random_range(0..20 * SECOND),
                70..95 => self.rng.random_range(20 * SECOND..8 * MINUTE),
                _ => continue,
            };
            self.later(delay, Due::LogOn(index, 0));
        }
        self.next_arrival();
    }

    pub(super) fn happen(&mut self, due: Due) {
        match due {
            Due::LogOn(index, shift) => self.come_to_work(index, shift),
            Due::Announce(index) => self.announce_agent(index),
            Due::Heartbeat(index, shift) => self.check_heartbeat(index, shift),
            Due::WrapUpDone(index, turn) => self.back_to_ready(index, turn, Mode::WorkNotReady),
            Due::BreakStart(index, shift) => self.take_break(index, shift),
            Due::BreakEnd(index, turn) => self.back_to_ready(index, turn, Mode::NotReady),
            due => self.happen_in_call(due),
        }
    }

    /// The simulation decides for this agent.
    pub(super) fn driven(&self, index: usize) -> bool {
        !self.silent() && self.agents[index].manual.is_none() && !self.agents[index].supervisor
    }

    fn come_to_work(&mut self, index: usize, shift: u32) {
        let agent = &self.agents[index];
        let home = agent.home.clone();
        let free = self.devices.get(&home).is_some_and(|device| device.agent.is_none() && device.calls.is_empty());
        if agent.shift != shift || agent.device.is_some() {
            return;
        }
        if !free {
            // Somebody else sits there, or its phone is in use: look again in a while.
            return self.later(MINUTE, Due::LogOn(index, shift));
        }
        let mode = if self.rng.random_bool(0.9) { Mode::Ready } else { Mode::NotReady };
        self.bind(index, home, mode);
        self.plan_break(index);
    }

    /// A simulated agent whom somebody logged off comes back after some minutes.
    pub(super) fn comes_back(&mut self, index: usize) {
        let delay = self.rng.random_range(3 * MINUTE..8 * MINUTE);
        let shift = self.agents[index].shift;
        self.later(delay, Due::LogOn(index, shift));
    }

    fn plan_break(&mut self, index: usize) {
        let delay = self.exponential((80 * MINUTE) as f64).max(2 * MINUTE);
        let shift = self.agents[index].shift;
        self.later(delay, Due::BreakStart(index, shift));
    }

    fn take_break(&mut self, index: usize, shift: u32) {
        if !self.driven(index) || self.agents[index].shift != shift || self.agents[index].device.is_none() {
            return;
        }
        self.plan_break(index);
        let Some((reason, _, _)) = BREAKS.get(self.rng.random_range(0..BREAKS.len())).copied() else { return };
        if self.in_call(index) {
            self.agents[index].pending = Some((Mode::NotReady, Some(reason.to_owned())));
        } else if self.agents[index].mode == Mode::Ready {
            self.change_mode(index, Mode::NotReady, Some(reason.to_owned()));
        }
    }

    /// The timer is out of date when the agent's mode has changed since.
    fn back_to_ready(&mut self, index: usize, turn: u32, from: Mode) {
        let agent = &self.agents[index];
        if agent.turn != turn || agent.mode != from || !self.driven(index) {
            return;
        }
        if self.in_call(index) {
            self.agents[index].pending = Some((Mode::Ready, None));
        } else {
            self.change_mode(index, Mode::Ready, None);
        }
    }

    /// An agent's mode has just changed: a simulated one changes it back in time.
    pub(super) fn mode_changed(&mut self, index: usize) {
        if !self.driven(index) {
            return;
        }
        let turn = self.agents[index].turn;
        match self.agents[index].mode {
            Mode::WorkNotReady => {
                let delay = self.log_normal(18 * SECOND, 0.6).clamp(4 * SECOND, 3 * MINUTE);
                self.later(delay, Due::WrapUpDone(index, turn));
            }
            Mode::NotReady => {
                let reason = self.agents[index].reason.as_deref();
                let (_, least, most) = BREAKS.iter().find(|(name, ..)| Some(*name) == reason).copied().unwrap_or(("", 5, 15));
                let delay = self.rng.random_range(least * MINUTE..most * MINUTE);
                self.later(delay, Due::BreakEnd(index, turn));
            }
            Mode::Allocated => {
                let delay = self.rng.random_range(2 * SECOND..8 * SECOND);
                self.later(delay, Due::Dial(index, turn));
            }
            Mode::Ready | Mode::Logout => {}
        }
    }
}
