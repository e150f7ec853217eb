//! The store's clocks: the console's as this machine knows it, and the platform's, by which the rows' times are counted; and what
//! happens only because time passes.

use super::{Liveness, Store, Table, set_if_new};
use crate::floor::{ConsoleTime, PlatformTime};
use crate::live::browser::{BrowserTime, Skew};
use crate::live::{Header, LinkState};
use core::time::Duration;
use leptos::prelude::*;

/// A difference that shrinks by more than this is of a clock that was set.
const CLOCK_SET: Duration = Duration::from_secs(5);
/// A console that says nothing for longer is silent.
const SILENT: Duration = Duration::from_secs(1);

impl Store {
    /// Takes a message's head in: the link, the clock.
    pub fn hear(self, header: &Header, local_now: BrowserTime) {
        let sample = Skew::between(header.at, local_now);
        let skew = self.skew.get_value();
        // A message can only be late, so the largest difference seen is nearest to the truth; a clock that was set counts anew.
        if sample > skew || skew.abs_diff(sample) > CLOCK_SET {
            self.skew.set_value(sample);
        }
        self.heard.set_value(self.skew.get_value().to_console(local_now));
        if self.link.with_untracked(|known| *known != header.link) {
            self.link.set(header.link.clone());
        }
        set_if_new(self.offset, header.offset);
    }

    /// Moves the clocks on.
    pub fn tick(self, local_now: BrowserTime) {
        let now = self.skew.get_value().to_console(local_now);
        self.fine_clock.set(now);
        if self.shown.due(local_now) {
            self.rearrange(false);
        }
        self.follow_calls(&[], false, local_now);
        // What is not live does not grow older on the board: it is as it was.
        let live = self.liveness.get_untracked() == Liveness::Live;
        if live && second(now) != second(self.clock.get_untracked()) {
            self.clock.set(now);
        }
        self.turn(local_now);
    }

    /// Puts rows in order that have passed a threshold, where that decides their places: without an event, only because it is time. A
    /// clock that was set back may have taken a threshold back with it.
    fn turn(self, local_now: BrowserTime) {
        let now = self.platform_now_untracked();
        let (arranged, turn) = self.turns.get_value();
        let due = turn.is_some_and(|turn| now >= turn || now < arranged);
        if due && self.whole.get_untracked() && self.shown.changed(self.table.with_value(Table::len), false, local_now) {
            self.rearrange(false);
        }
    }

    /// The platform's clock as the rows' times are counted by it: it stands still while the page is not live.
    pub fn platform_now_untracked(self) -> PlatformTime {
        self.offset.get_untracked().to_platform(self.clock.get_untracked())
    }

    /// The same; tracked.
    pub fn platform_now(self) -> PlatformTime {
        self.offset.get().to_platform(self.clock.get())
    }

    /// How long nothing was heard of the console.
    pub fn silent_for(self, local_now: BrowserTime) -> Duration {
        self.skew.get_value().to_console(local_now).since(self.heard.get_value())
    }

    /// What the page may say of itself, given whether the socket is open and when it last heard something.
    pub fn judge(self, open: bool, local_now: BrowserTime) {
        let silent = self.silent_for(local_now) > SILENT;
        let platform = self.link.with_untracked(|link| link.state);
        let now = match (open, self.liveness.get_untracked()) {
            (false, Liveness::Connecting) => Liveness::Connecting,
            (false, _) => Liveness::Closed,
            (true, _) if silent => Liveness::Silent,
            (true, _) if platform == LinkState::Down => Liveness::PlatformDown,
            (true, _) => Liveness::Live,
        };
        set_if_new(self.liveness, now);
    }
}

fn second(at: ConsoleTime) -> i64 {
    at.as_millis().div_euclid(1000)
}
