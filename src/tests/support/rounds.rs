//! Events of which it can be said afterwards that each was heard once: ten agents in turn, each event with a number of its own.

use super::{Browser, Database, PATIENCE, Publisher, agent_event};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, interval, sleep};

/// Ten agents of whom no roster knows, so that nothing but these events says what they do.
pub const FIRST: u64 = 4701;

/// Ten agents change their modes in turn, each time a second later by the platform's clock, which is far behind this machine's.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    pub events: u64,
    begun: jiff::Timestamp,
}

impl Rounds {
    pub fn of(events: u64) -> Rounds {
        Rounds { events, begun: jiff::Timestamp::now() - jiff::SignedDuration::from_secs(i64::try_from(events / 10 + 60).unwrap()) }
    }

    /// When the `n`th event happens, by the platform's clock.
    pub fn time(&self, n: u64) -> String {
        let at = self.begun + jiff::SignedDuration::from_secs(i64::try_from(n / 10).unwrap());
        at.to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).strftime("%Y.%m.%d %H:%M:%S").to_string()
    }

    /// Publishes them: so many a second, or as fast as the broker takes them.
    pub async fn publish(self, mut publisher: Publisher, a_second: Option<u64>, published: watch::Sender<u64>) {
        let mut beats = interval(Duration::from_millis(a_second.map_or(1, |a_second| 10_000 / a_second)));
        for n in 0..self.events {
            let (round, agent) = (n / 10, n % 10);
            let name = if round.is_multiple_of(2) { "agentNotReady" } else { "agentReady" };
            let mut event = agent_event(name, &format!("{}", FIRST + agent));
            event["serial"] = (1_000_000 + n).into();
            event["eventTime"] = self.time(n).into();
            event["mark"] = format!("#{n}#").into();
            let last = n % 100 == 99 || n + 1 == self.events;
            publisher.hand_over(&event, last).await;
            if last {
                published.send_replace(n + 1);
            }
            if a_second.is_some() && agent == 9 {
                beats.tick().await;
            }
        }
    }
}

/// How often each event is in the journal.
pub fn journalled(database: &Database, events: u64) -> Vec<u32> {
    let mut found = vec![0; usize::try_from(events).unwrap()];
    let text = database.journal();
    let text = String::from_utf8_lossy(&text);
    for rest in text.split("\"mark\":\"#").skip(1) {
        let number: usize = rest.split('#').next().unwrap().parse().unwrap();
        found[number] += 1;
    }
    found
}

/// Waits until each event is in the journal.
pub async fn until_all_journalled(database: &Database, events: u64) {
    let deadline = Instant::now() + PATIENCE * 3;
    loop {
        let found = journalled(database, events);
        let missing = found.iter().filter(|count| **count == 0).count();
        if missing == 0 {
            return;
        }
        assert!(Instant::now() < deadline, "{missing} events are missing, the first {:?}", found.iter().position(|count| *count == 0));
        sleep(Duration::from_millis(200)).await;
    }
}

/// The board becomes as the last round left it, and certainly so: a console that came late may still be behind.
pub async fn assert_board(browser: &Browser, events: u64) {
    let last = if (events / 10 - 1).is_multiple_of(2) { "not-ready" } else { "ready" };
    let deadline = Instant::now() + PATIENCE;
    for number in FIRST..FIRST + 10 {
        loop {
            let agent = browser.get(&format!("/api/agents/{number}@test.cc")).await.json();
            if agent["state"] == last && agent["remembered"] == false {
                break;
            }
            assert!(Instant::now() < deadline, "{agent}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Each change but the last of each agent's is an interval of a second, once.
pub fn assert_history(database: &Database, events: u64) {
    let each = i64::try_from(events / 10 - 1).unwrap();
    let count = |which: &str| database.count(&format!("SELECT count(*) FROM state_interval WHERE agent < '5' AND {which}"));
    let overlap = "SELECT count(*) FROM state_interval AS one JOIN state_interval AS other
         ON one.agent = other.agent AND one.began < other.began AND other.began < one.ended";
    assert_eq!(database.count(overlap), 0, "an agent was in two states at once");
    assert_eq!(count("1 = 1"), each * 10, "an interval is missing or one too many");
    assert_eq!(count("(certain = 0 OR ended - began <> 1000)"), 0);
}
