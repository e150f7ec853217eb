//! The pace of what the console asks the platform for by itself or for many agents.

use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// At most ten requests a second, all runs together.
const BETWEEN: Duration = Duration::from_millis(100);

/// Hands out moments that are far enough apart.
#[derive(Debug, Default)]
pub struct Pace {
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Waits for the next moment; who came first goes first.
    pub async fn next(&self) {
        let mut next = self.next.lock().await;
        if let Some(moment) = *next {
            sleep_until(moment).await;
        }
        *next = Some(Instant::now() + BETWEEN);
    }
}
