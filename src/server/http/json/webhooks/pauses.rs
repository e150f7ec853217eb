//! When a receiver that took nothing is asked again: after pauses that grow, and not for ever.

use std::time::Duration;
use tokio::time::Instant;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// Who takes nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// When to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    After(Duration),
    Never,
}

/// The failures since the last success.
#[derive(Debug, Default)]
pub struct Pauses {
    failing: Option<Failing>,
}

#[derive(Debug)]
struct Failing {
    since: Instant,
    pause: Duration,
}

impl Pauses {
    pub fn is_failing(&self) -> bool {
        self.failing.is_some()
    }

    /// Returns whether it had failed before.
    pub fn went_well(&mut self) -> bool {
        self.failing.take().is_some()
    }

    /// It failed once more; returns when to ask again.
    pub fn failed(&mut self, now: Instant) -> Next {
        match &mut self.failing {
            None => {
                self.failing = Some(Failing { since: now, pause: FIRST });
                Next::After(FIRST)
            }
            Some(failing) if now.duration_since(failing.since) >= PATIENCE => Next::Never,
            Some(failing) => {
                failing.pause = (failing.pause * 2).min(LONGEST);
                Next::After(failing.pause)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_a_minute_and_end_after_a_day() {
        let (mut pauses, mut now) = (Pauses::default(), Instant::now());
        let (begin, mut told) = (now, Vec::new());
        while let Next::After(pause) = pauses.failed(now) {
            told.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(told[..8], [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(told[6..].iter().all(|pause| *pause == 60));
        assert_eq!((now - begin).as_secs() / 60, 24 * 60);
        assert!(pauses.went_well() && !pauses.went_well());
        assert_eq!(pauses.failed(now), Next::After(FIRST));
    }
}
