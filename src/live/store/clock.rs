//! The store's clocks: the console's, derived from the browser's, and the platform's, by which times in state are counted; and what
//! changes only because time passes.

use super::{Liveness, Store, Table};
use crate::floor::{ConsoleTime, PlatformTime};
use crate::live::browser::{BrowserTime, Skew};
use crate::live::{Header, LinkState};
use crate::signal;
use core::time::Duration;
use leptos::prelude::*;

/// A skew that changes by more than this means that a clock was set.
const CLOCK_SET: Duration = Duration::from_secs(5);
/// How long nothing may come from the console before it counts as silent.
const SILENT: Duration = Duration::from_secs(1);

impl Store {
    /// Applies a message's header: corrects the skew, and takes up the link and the clock offset. `local_now`: when the message arrived.
    pub fn hear(self, header: &Header, local_now: BrowserTime) {
        let sample = Skew::between(header.at, local_now);
        let skew = self.skew.get_value();
        // A message can only be late, so the largest skew measured is the most accurate; after a clock was set, measuring starts again.
        if sample > skew || skew.abs_diff(sample) > CLOCK_SET {
            self.skew.set_value(sample);
        }
        self.heard.set_value(self.skew.get_value().to_console(local_now));
        if self.link.with_untracked(|known| *known != header.link) {
            signal::set(self.link, header.link.clone());
        }
        signal::set_if_new(self.offset, header.offset);
    }

    /// Has the signals that hardly ever change forget the views that are gone.
    pub fn forget_gone(self) {
        signal::retell(self.liveness);
        self.calls.forget_gone();
    }

    /// Moves the clocks on to `local_now`, and puts the lists in order where that is due.
    pub fn tick(self, local_now: BrowserTime) {
        let now = self.skew.get_value().to_console(local_now);
        signal::set(self.fine_clock, now);
        if self.counting.due(local_now) {
            self.recount();
        }
        if self.shown.pace.due(local_now) {
            self.rearrange(false);
        }
        self.follow_calls(&[], false, local_now);
        // While the page is not live, times in state on the board stand still.
        let live = self.liveness.get_untracked() == Liveness::Live;
        if live && second(now) != second(self.clock.get_untracked()) {
            signal::set(self.clock, now);
        }
        self.turn(local_now);
    }

    /// Puts the rows in order if one has passed a threshold that decides its place, or if the clock was set back, perhaps to before one.
    fn turn(self, local_now: BrowserTime) {
        let now = self.platform_now_untracked();
        let due = self.arrangement.with_value(|arrangement| arrangement.is_due(now));
        if due && self.whole.get_untracked() && self.shown.pace.changed(self.table.with_value(Table::len), false, local_now) {
            self.rearrange(false);
        }
    }

    /// Returns the time now by the platform's clock, from which times in state are counted. It stands still while the page is not live. Not
    /// tracked.
    pub fn platform_now_untracked(self) -> PlatformTime {
        self.offset.get_untracked().to_platform(self.clock.get_untracked())
    }

    /// Returns the time now by the platform's clock, like [`Store::platform_now_untracked`]. Tracked: follows the clock, each second; another
    /// offset shows with the next.
    pub fn platform_now(self) -> PlatformTime {
        self.offset.get_untracked().to_platform(self.clock.get())
    }

    /// Returns how long ago the last message of the console arrived; zero if the clock was set back since.
    pub fn silent_for(self, local_now: BrowserTime) -> Duration {
        self.skew.get_value().to_console(local_now).since(self.heard.get_value())
    }

    /// Sets [`Store::liveness`] from whether the connection is open, when the console was last heard, and the link.
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
        signal::set_if_new(self.liveness, now);
    }
}

/// Returns the whole second that the moment is in, counted from 1970.
fn second(at: ConsoleTime) -> i64 {
    at.as_millis().div_euclid(1000)
}
