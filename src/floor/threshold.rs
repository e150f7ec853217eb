//! How long a state may last before it deserves a look, and before it is trouble: one rule for the cells' colours, the order by
//! trouble, and the groups to select. A threshold is passed, not reached.

use super::State;

/// The limits as they are told: for `State::OnHold` one minute and three.
const MINUTE: i64 = 60_000;

/// How much a time in a state stands out; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Trouble,
    Look,
}

impl Level {
    /// What `data-level` carries.
    pub fn code(self) -> &'static str {
        match self {
            Level::Trouble => "trouble",
            Level::Look => "look",
        }
    }
}

/// Minutes after which the time in a state deserves a look, and after which it is trouble.
pub fn limits(state: State) -> Option<(i64, i64)> {
    match state {
        State::OnHold | State::AfterCall => Some((1, 3)),
        State::NotReady => Some((10, 15)),
        State::OnCall | State::Conference => Some((10, 20)),
        _ => None,
    }
}

/// Whether `elapsed` milliseconds are more than so many minutes.
pub fn is_past(minutes: i64, elapsed: i64) -> bool {
    elapsed > minutes * MINUTE
}

/// The highest limit that `elapsed` milliseconds in `state` are past: what it means, and its minutes.
pub fn passed(state: State, elapsed: i64) -> Option<(Level, i64)> {
    let (look, trouble) = limits(state)?;
    let all = [(Level::Trouble, trouble), (Level::Look, look)];
    all.into_iter().find(|(_, minutes)| is_past(*minutes, elapsed))
}

/// When the next limit of `state` is passed by what lasts since `since`; none where all have been at `now`, or there is none.
pub fn next_passing(state: State, since: i64, now: i64) -> Option<i64> {
    let (look, trouble) = limits(state)?;
    [look, trouble].into_iter().map(|minutes| since.saturating_add(minutes * MINUTE + 1)).find(|at| *at > now)
}

/// A place in the order by trouble, the smallest first: what is past its trouble limit, then what is past its look limit, then the
/// rest. Among those past a limit the one furthest past the highest limit that it has passed comes first; among the rest the one that
/// has lasted longest. Within a level the moment decides (when the limit was passed, or since when it lasts), which does not depend on
/// `now`: two rows change places only when one of them passes a limit.
pub fn urgency(state: State, since: i64, now: i64) -> (u8, i64) {
    match passed(state, now.saturating_sub(since)) {
        Some((Level::Trouble, minutes)) => (0, since.saturating_add(minutes * MINUTE)),
        Some((Level::Look, minutes)) => (1, since.saturating_add(minutes * MINUTE)),
        None => (2, since),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_passed_not_reached() {
        assert_eq!(passed(State::OnHold, 60_000), None);
        assert_eq!(passed(State::OnHold, 60_001), Some((Level::Look, 1)));
        assert_eq!(passed(State::OnHold, 180_000), Some((Level::Look, 1)));
        assert_eq!(passed(State::OnHold, 180_001), Some((Level::Trouble, 3)));
        assert_eq!(passed(State::OnHold, -5), None);
        assert_eq!(passed(State::Ready, 86_400_000), None);
    }

    #[test]
    fn the_next_passing_is_the_first_moment_at_which_the_level_differs() {
        for state in State::ALL {
            let mut now = 5_000;
            let mut levels = vec![passed(state, 0)];
            while let Some(next) = next_passing(state, 5_000, now) {
                assert_eq!(passed(state, next - 1 - 5_000), levels[levels.len() - 1], "{state:?}");
                levels.push(passed(state, next - 5_000));
                now = next;
            }
            let minutes: Vec<i64> = levels.into_iter().flatten().map(|(_, minutes)| minutes).collect();
            assert_eq!(minutes, limits(state).map_or(vec![], |(look, trouble)| vec![look, trouble]), "{state:?}");
        }
    }
}
