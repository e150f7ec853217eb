//! How long a state may last before it deserves a look, and before it is trouble: one rule for the colours on the board, the order by
//! trouble, and the groups to select. A threshold is passed once the time is longer, not when it is equal.

use super::{PlatformTime, State};
use core::time::Duration;

/// How far past its thresholds the time in a state is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Past the higher threshold.
    Trouble,
    /// Past the lower threshold only.
    Look,
}

impl Level {
    /// Returns the level's name in `data-level`.
    pub fn code(self) -> &'static str {
        match self {
            Level::Trouble => "trouble",
            Level::Look => "look",
        }
    }
}

/// Returns the thresholds of a state in minutes, the one for a look and the one for trouble, or `None` if it may last for ever.
pub fn limits(state: State) -> Option<(u32, u32)> {
    match state {
        State::OnHold | State::AfterCall => Some((1, 3)),
        State::NotReady => Some((10, 15)),
        State::OnCall | State::Conference => Some((10, 20)),
        _ => None,
    }
}

/// Returns whether `elapsed` is more than so many minutes.
pub fn is_past(minutes: u32, elapsed: Duration) -> bool {
    elapsed > limit(minutes)
}

/// Returns so many minutes as a duration.
fn limit(minutes: u32) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

/// Returns the highest threshold that `elapsed` in `state` is past: its level, and its minutes. `None` if it is past none.
pub fn passed(state: State, elapsed: Duration) -> Option<(Level, u32)> {
    let (look, trouble) = limits(state)?;
    let all = [(Level::Trouble, trouble), (Level::Look, look)];
    all.into_iter().find(|(_, minutes)| is_past(*minutes, elapsed))
}

/// Returns when an agent who is in `state` since `since` passes the next threshold after `now`, or `None` if there is none left.
pub fn next_passing(state: State, since: PlatformTime, now: PlatformTime) -> Option<PlatformTime> {
    let (look, trouble) = limits(state)?;
    [look, trouble].into_iter().map(|minutes| since + limit(minutes) + Duration::from_millis(1)).find(|at| *at > now)
}

/// Returns the place in the order by trouble, the smallest first.
///
/// Rows past their trouble threshold come first, then those past their look threshold, then the rest. Past a threshold the one furthest
/// past it comes first; in the rest the one that has lasted longest. Within a level rows are compared by a moment (when the threshold was
/// passed, or since when the state lasts) that does not depend on `now`, so two rows change places only when one passes a threshold.
pub fn urgency(state: State, since: PlatformTime, now: PlatformTime) -> (u8, PlatformTime) {
    match passed(state, now.since(since)) {
        Some((Level::Trouble, minutes)) => (0, since + limit(minutes)),
        Some((Level::Look, minutes)) => (1, since + limit(minutes)),
        None => (2, since),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_passed_not_reached() {
        assert_eq!(passed(State::OnHold, Duration::from_millis(60_000)), None);
        assert_eq!(passed(State::OnHold, Duration::from_millis(60_001)), Some((Level::Look, 1)));
        assert_eq!(passed(State::OnHold, Duration::from_millis(180_000)), Some((Level::Look, 1)));
        assert_eq!(passed(State::OnHold, Duration::from_millis(180_001)), Some((Level::Trouble, 3)));
        assert_eq!(passed(State::OnHold, Duration::ZERO), None);
        assert_eq!(passed(State::Ready, Duration::from_millis(86_400_000)), None);
    }

    #[test]
    fn the_next_passing_is_the_first_moment_at_which_the_level_differs() {
        for state in State::ALL {
            let began = PlatformTime::from_millis(5_000);
            let mut now = began;
            let mut levels = vec![passed(state, Duration::ZERO)];
            while let Some(next) = next_passing(state, began, now) {
                assert_eq!(passed(state, (next - Duration::from_millis(1)).since(began)), levels[levels.len() - 1], "{state:?}");
                levels.push(passed(state, next.since(began)));
                now = next;
            }
            let minutes: Vec<u32> = levels.into_iter().flatten().map(|(_, minutes)| minutes).collect();
            assert_eq!(minutes, limits(state).map_or(vec![], |(look, trouble)| vec![look, trouble]), "{state:?}");
        }
    }
}
