//! How long to wait before the next attempt to connect.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);
/// A link that was live for so long had nothing against us; one that ends sooner may end again, as where a broker throws us out behind
/// the subscription.
const SETTLED: Duration = Duration::from_secs(30);

/// Pauses that double until a link has lived for a while.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Backoff {
    pub fn new() -> Self {
        Backoff { next: FIRST }
    }

    /// The pause behind a link that was live for `lived`, none if it never was. It is between half of its time and all of it, so that
    /// consoles do not come back all together.
    pub fn after(&mut self, lived: Option<Duration>) -> Duration {
        if lived.is_some_and(|lived| lived >= SETTLED) {
            self.next = FIRST;
        }
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(LONGEST);
        pause.mul_f64(rand::random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pause as a count of the first one, whatever the jitter.
    fn is_about(pause: Duration, wanted: Duration) {
        assert!(pause >= wanted / 2 && pause <= wanted, "{pause:?} for {wanted:?}");
    }

    #[test]
    fn pauses_grow_until_a_link_has_lived_for_a_while() {
        let short = [None, Some(Duration::ZERO), Some(SETTLED - Duration::from_millis(1))];
        for lived in short {
            let mut backoff = Backoff::new();
            for millis in [200, 400, 800, 1600, 3200, 5000, 5000] {
                is_about(backoff.after(lived), Duration::from_millis(millis));
            }
            is_about(backoff.after(Some(SETTLED)), FIRST);
            is_about(backoff.after(lived), FIRST * 2);
        }
    }

    #[test]
    fn pauses_are_jittered_and_bounded() {
        let mut backoff = Backoff::new();
        let pauses: Vec<Duration> = (0..100).map(|_| backoff.after(None)).collect();
        assert!(pauses.iter().all(|pause| (FIRST / 2..=LONGEST).contains(pause)), "{pauses:?}");
        assert!(pauses[10..].iter().any(|pause| *pause != pauses[10]), "all consoles come back together");
    }
}
