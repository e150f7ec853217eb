//! Attempts to sign in: counted before they are sent, for each address and number together, so that whoever guesses has to wait longer
//! and longer, and nobody else has to.

use crate::floor::{AgentId, ConsoleTime};
use crate::server::auth::visitor::network_of;
use crate::server::clock::now;
use crate::server::lock::lock;
use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Attempts with a number from an address that need not wait for one another: people mistype.
const FREE: u32 = 10;
/// The pause after the last of them; each further attempt doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// An address that has not tried for so long begins anew.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);
/// How many of those who tried are remembered; first forgotten is who need not wait.
const MOST: usize = 100_000;
/// How many attempts of one address are with the platform at a time; the others wait for their turn, but not for long.
const AT_ONCE: usize = 50;
const TURN: Duration = Duration::from_secs(10);

/// Where an attempt comes from. Who has an IPv6 address has a whole network of them.
type Origin = (IpAddr, AgentId);

#[derive(Debug, Clone, Copy, Default)]
struct Tries {
    failed: u32,
    /// Not answered yet.
    under_way: u32,
    last: ConsoleTime,
}

impl Tries {
    /// When the next attempt may be made.
    fn next(self) -> ConsoleTime {
        match self.failed.checked_sub(FREE) {
            None => ConsoleTime::MIN,
            Some(more) => self.last + (FIRST_PAUSE * (1 << more.min(10))).min(LONGEST_PAUSE),
        }
    }
}

#[derive(Debug, Default)]
pub struct Attempts {
    tries: Mutex<HashMap<Origin, Tries>>,
    /// Wakes who waits for others' answers.
    answered: Notify,
    turns: Mutex<HashMap<IpAddr, Arc<Semaphore>>>,
}

/// Why an attempt may not be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Too many have failed: not for so long.
    For(Duration),
    /// As many as may fail are with the platform: until one is answered.
    ForAnswers,
}

/// One attempt that was counted.
#[derive(Debug)]
pub struct Attempt {
    origin: Origin,
}

impl Attempts {
    /// Counts an attempt, once those that are with the platform leave room for it; says how long to wait where too many
    /// have failed, or the platform does not answer.
    pub async fn begin(&self, address: IpAddr, agent: &AgentId) -> Result<Attempt, Duration> {
        let taken = async {
            loop {
                let mut answered = pin!(self.answered.notified());
                answered.as_mut().enable();
                match self.try_begin(address, agent, now()) {
                    Ok(attempt) => return Ok(attempt),
                    Err(Wait::For(pause)) => return Err(pause),
                    Err(Wait::ForAnswers) => answered.await,
                }
            }
        };
        timeout(TURN, taken).await.unwrap_or(Err(Duration::ZERO))
    }

    fn try_begin(&self, address: IpAddr, agent: &AgentId, now: ConsoleTime) -> Result<Attempt, Wait> {
        let origin = (network_of(address), agent.clone());
        let mut tries = lock(&self.tries);
        if let Some(known) = tries.get_mut(&origin) {
            // Where the clock was set back since, the pause does not begin in the future.
            known.last = known.last.min(now);
        }
        let known = tries.get(&origin).copied().filter(|known| now.since(known.last) < FORGOTTEN_AFTER);
        if let Some(wait) = known.map(|known| known.next().since(now)).filter(|wait| !wait.is_zero()) {
            return Err(Wait::For(wait));
        }
        if known.is_some_and(|known| known.under_way > 0 && known.failed + known.under_way >= FREE) {
            return Err(Wait::ForAnswers);
        }
        if known.is_none() && tries.len() >= MOST {
            make_room(&mut tries, now);
        }
        let known = known.unwrap_or_default();
        tries.insert(origin.clone(), Tries { under_way: known.under_way + 1, last: now, ..known });
        Ok(Attempt { origin })
    }

    /// What became of it: with the right password nothing is held against the address, an attempt that nobody answered does not count.
    pub fn end(&self, attempt: &Attempt, password_was: Option<bool>, now: ConsoleTime) {
        let mut tries = lock(&self.tries);
        if let Some(known) = tries.get_mut(&attempt.origin) {
            known.under_way = known.under_way.saturating_sub(1);
            match password_was {
                Some(true) => known.failed = 0,
                Some(false) => (known.failed, known.last) = (known.failed.saturating_add(1), now),
                None => {}
            }
            if known.failed == 0 && known.under_way == 0 {
                tries.remove(&attempt.origin);
            }
        }
        drop(tries);
        self.answered.notify_waiters();
    }

    /// Waits for the address's turn at the platform; none where it does not come in time.
    pub async fn turn(&self, address: IpAddr) -> Option<OwnedSemaphorePermit> {
        let turn = {
            let mut turns = lock(&self.turns);
            // Whose last attempt has ended holds nothing any more.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(network_of(address)).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
        };
        timeout(TURN, turn.acquire_owned()).await.ok()?.ok()
    }
}

/// Forgets who is long gone; else the older half of those who need not wait; else the older half of all.
fn make_room(tries: &mut HashMap<Origin, Tries>, now: ConsoleTime) {
    tries.retain(|_, known| now.since(known.last) < FORGOTTEN_AFTER);
    for may_go in [|known: &Tries| known.failed < FREE, |_: &Tries| true] {
        if tries.len() < MOST {
            return;
        }
        let mut times: Vec<ConsoleTime> = tries.values().filter(|known| may_go(known)).map(|known| known.last).collect();
        times.sort_unstable();
        if let Some(middle) = times.get(times.len() / 2).copied() {
            tries.retain(|_, known| !may_go(known) || known.last > middle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::time::{at as moment, millis_of};

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    fn agent(number: u32) -> AgentId {
        AgentId::trusted(format!("{number}@test.cc"))
    }

    /// How many of `many` attempts at `now` are let through, all of them wrong.
    fn let_through(attempts: &Attempts, address: &str, number: u32, many: usize, now: i64) -> usize {
        let begun: Vec<Attempt> = (0..many).filter_map(|_| attempts.try_begin(at(address), &agent(number), moment(now)).ok()).collect();
        begun.iter().for_each(|attempt| attempts.end(attempt, Some(false), moment(now)));
        begun.len()
    }

    #[test]
    fn attempts_count_before_they_are_answered_and_the_pauses_grow() {
        let attempts = Attempts::default();
        assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 300, 0), 10);
        assert_eq!(
            attempts.try_begin(at("192.0.2.1"), &agent(5000), moment(1)).unwrap_err(),
            Wait::For(FIRST_PAUSE - Duration::from_millis(1))
        );
        let mut now = 0;
        for pause in [60_000, 120_000, 240_000, 480_000, 900_000, 900_000] {
            assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 3, now + pause - 1), 0, "{pause}");
            now += pause;
            assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 3, now), 1, "{pause}");
        }
        assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 300, now + millis_of(FORGOTTEN_AFTER)), 10);
    }

    #[test]
    fn where_the_clock_is_set_back_the_pause_does_not_begin_in_the_future() {
        let attempts = Attempts::default();
        let hour = 3_600_000;
        let_through(&attempts, "192.0.2.1", 5000, 300, hour);
        assert_eq!(attempts.try_begin(at("192.0.2.1"), &agent(5000), moment(0)).unwrap_err(), Wait::For(FIRST_PAUSE));
        assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 3, millis_of(FIRST_PAUSE) - 1), 0);
        assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 3, millis_of(FIRST_PAUSE)), 1);
    }

    #[test]
    fn nobody_waits_for_what_somebody_else_did() {
        let attempts = Attempts::default();
        let_through(&attempts, "192.0.2.1", 5000, 300, 0);
        assert_eq!(let_through(&attempts, "192.0.2.2", 5000, 1, 0), 1, "the same number from another address");
        assert_eq!(let_through(&attempts, "192.0.2.1", 5001, 1, 0), 1, "another number from the same address");
        for number in 0..10_000 {
            let_through(&attempts, "192.0.2.1", 100_000 + number, 1, 0);
        }
        assert_eq!(let_through(&attempts, "192.0.2.3", 5002, 1, 0), 1);
    }

    #[test]
    fn a_network_is_one_address_and_mapped_addresses_are_what_they_map() {
        let attempts = Attempts::default();
        let_through(&attempts, "2001:db8:0:1::1", 5000, 300, 0);
        assert_eq!(let_through(&attempts, "2001:db8:0:1:ffff::2", 5000, 1, 0), 0);
        assert_eq!(let_through(&attempts, "2001:db8:0:2::1", 5000, 1, 0), 1);
        let_through(&attempts, "::ffff:192.0.2.1", 5000, 300, 0);
        assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 1, 0), 0);
    }

    #[test]
    fn a_right_password_clears_the_address_and_an_outage_counts_for_nothing() {
        let attempts = Attempts::default();
        let_through(&attempts, "192.0.2.1", 5000, 9, 0);
        for password_was in [None, Some(true)] {
            let last = attempts.try_begin(at("192.0.2.1"), &agent(5000), moment(0)).unwrap();
            attempts.end(&last, password_was, moment(0));
        }
        assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 20, 0), 10);
    }

    #[tokio::test]
    async fn who_knows_the_password_waits_for_those_under_way_and_comes_in() {
        let attempts = Attempts::default();
        let begun: Vec<Attempt> = (0..FREE).map(|_| attempts.try_begin(at("192.0.2.1"), &agent(5000), now()).unwrap()).collect();
        assert_eq!(attempts.try_begin(at("192.0.2.1"), &agent(5000), now()).unwrap_err(), Wait::ForAnswers);
        let (address, number) = (at("192.0.2.1"), agent(5000));
        let answers = async { begun.iter().for_each(|attempt| attempts.end(attempt, Some(true), now())) };
        let (more, ()) = tokio::join!(attempts.begin(address, &number), answers);
        assert!(more.is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded_and_who_waits_is_forgotten_last() {
        let attempts = Attempts::default();
        let_through(&attempts, "192.0.2.1", 5000, 300, 0);
        for number in 0..(MOST as u32 + 1000) {
            let_through(&attempts, "192.0.2.1", 1_000_000 + number, 1, i64::from(number) / 100);
        }
        assert!(lock(&attempts.tries).len() <= MOST);
        assert_eq!(let_through(&attempts, "192.0.2.1", 5000, 1, 1_100), 0, "made-up numbers bought new guesses");
    }

    #[tokio::test]
    async fn an_address_has_so_many_turns_and_leaves_nothing_behind() {
        let attempts = Attempts::default();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(attempts.turn(at("192.0.2.1")).await.unwrap());
        }
        assert!(attempts.turn(at("192.0.2.2")).await.is_some(), "another address waited");
        tokio::select! {
            biased;
            _ = attempts.turn(at("192.0.2.1")) => panic!("one more than may be"),
            () = std::future::ready(()) => {}
        }
        held.pop();
        held.push(attempts.turn(at("192.0.2.1")).await.unwrap());
        drop(held);
        drop(attempts.turn(at("192.0.2.3")).await);
        assert_eq!(lock(&attempts.turns).len(), 1);
    }
}
