//! From the floor's owner to the browsers: the last messages, each written once for all of them. Nobody waits for a browser; one that
//! falls too far behind takes the whole board anew.

use crate::server::actor::frame::Framed;
use crate::server::lock::lock;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How much is kept for browsers that are behind, or come back after a short break.
const KEPT_BYTES: usize = 8 << 20;
const KEPT_MESSAGES: usize = 2048;
/// How far a browser that listens may be behind, in messages and in bytes: after that the whole board is less to read.
const MOST_BEHIND: u64 = 256;
const MOST_BYTES_BEHIND: u64 = 1 << 20;
/// How long messages are still written once nobody listens, for browsers that come back.
const LINGER: Duration = Duration::from_secs(30);

/// The messages for those who see the same.
#[derive(Debug)]
pub struct Channel {
    log: Mutex<Log>,
    news: watch::Sender<()>,
    listeners: AtomicUsize,
}

#[derive(Debug)]
struct Log {
    messages: VecDeque<Kept>,
    bytes: usize,
    /// The number of the first of them.
    first: u64,
    /// The bytes of all messages so far, not deflated.
    written: u64,
    /// The sequence after which nothing is missing.
    from: u64,
    left_at: Option<Instant>,
}

impl Log {
    /// The number of the next message.
    fn end(&self) -> u64 {
        self.first + self.messages.len() as u64
    }
}

#[derive(Debug)]
struct Kept {
    /// The sequence that it leads to; none of what changes nothing.
    leads_to: Option<u64>,
    framed: Framed,
}

/// One browser's place in a channel.
#[derive(Debug)]
pub struct Listener {
    channel: Arc<Channel>,
    news: watch::Receiver<()>,
    /// The sequence that the browser has.
    seq: u64,
    /// The number of the next message; none before it has heard any of what was kept.
    next: Option<u64>,
    /// What was written when it heard the last.
    heard: u64,
}

/// So far that the whole board is less.
#[derive(Debug, PartialEq, Eq)]
pub struct Behind;

impl Channel {
    pub fn new() -> Arc<Channel> {
        let log = Log { messages: VecDeque::new(), bytes: 0, first: 0, written: 0, from: 0, left_at: None };
        Arc::new(Channel { log: Mutex::new(log), news: watch::Sender::new(()), listeners: AtomicUsize::new(0) })
    }

    pub fn listeners(&self) -> usize {
        self.listeners.load(Ordering::SeqCst)
    }

    /// Whether messages are to be written: somebody listens, or did a moment ago.
    pub fn is_heard(&self, now: Instant) -> bool {
        self.listeners() > 0 || lock(&self.log).left_at.is_some_and(|left| now < left + LINGER)
    }

    /// Sends what leads to `seq`.
    pub fn publish(&self, seq: u64, framed: Framed) {
        self.push(Kept { leads_to: Some(seq), framed });
    }

    /// Sends what changes nothing.
    pub fn tell(&self, framed: Framed) {
        self.push(Kept { leads_to: None, framed });
    }

    fn push(&self, message: Kept) {
        {
            let mut log = lock(&self.log);
            log.bytes += message.framed.kept();
            log.written += message.framed.size() as u64;
            log.messages.push_back(message);
            while log.bytes > KEPT_BYTES || log.messages.len() > KEPT_MESSAGES {
                let Some(oldest) = log.messages.pop_front() else { break };
                log.bytes -= oldest.framed.kept();
                log.first += 1;
                log.from = oldest.leads_to.unwrap_or(log.from);
            }
        }
        self.news.send_replace(());
    }

    /// What led to `seq` was not written, or cannot be told as a difference: everybody takes the whole board anew.
    pub fn begin_anew(&self, seq: u64) {
        {
            let mut log = lock(&self.log);
            log.first = log.end();
            log.messages.clear();
            (log.bytes, log.from) = (0, seq);
        }
        self.news.send_replace(());
    }

    /// Whether nothing is missing after `seq`.
    pub fn reaches_back_to(&self, seq: u64) -> bool {
        lock(&self.log).from <= seq
    }

    /// Listens from now on. Whoever asks for the board after this misses nothing.
    pub fn listen(self: &Arc<Self>) -> Listener {
        self.listeners.fetch_add(1, Ordering::SeqCst);
        Listener { channel: Arc::clone(self), news: self.news.subscribe(), seq: 0, next: None, heard: 0 }
    }
}

impl Listener {
    /// Goes on from the board with that sequence.
    pub fn go_on_from(&mut self, seq: u64) {
        (self.seq, self.next) = (seq, None);
    }

    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The messages since the last time, without waiting.
    pub fn ready(&mut self) -> Result<Vec<Framed>, Behind> {
        self.take(u64::MAX, u64::MAX)
    }

    /// The same for one that is not further behind than that.
    fn take(&mut self, messages_behind: u64, bytes_behind: u64) -> Result<Vec<Framed>, Behind> {
        let log = lock(&self.channel.log);
        if self.next.is_some_and(|next| log.end() - next > messages_behind || log.written - self.heard > bytes_behind) {
            return Err(Behind);
        }
        if self.seq < log.from {
            return Err(Behind);
        }
        let skip = usize::try_from(self.next.unwrap_or(0).saturating_sub(log.first)).unwrap_or(usize::MAX);
        let mut messages = Vec::new();
        for message in log.messages.iter().skip(skip) {
            match message.leads_to {
                Some(known) if known <= self.seq => continue,
                Some(seq) => self.seq = seq,
                // Of before the board that it goes on from.
                None if messages.is_empty() && self.next.is_none() => continue,
                None => {}
            }
            messages.push(message.framed.clone());
        }
        (self.next, self.heard) = (Some(log.end()), log.written);
        Ok(messages)
    }

    /// Waits for messages, after those that were [`Listener::ready`].
    pub async fn next(&mut self) -> Result<Vec<Framed>, Behind> {
        loop {
            // The channel lives at least as long as its listeners.
            self.news.changed().await.ok();
            let messages = self.take(MOST_BEHIND, MOST_BYTES_BEHIND)?;
            if !messages.is_empty() {
                return Ok(messages);
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.channel.listeners.fetch_sub(1, Ordering::SeqCst) == 1 {
            lock(&self.channel.log).left_at = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(channel: &Arc<Channel>, seq: u64) -> Listener {
        let mut listener = channel.listen();
        listener.go_on_from(seq);
        listener
    }

    fn joined(messages: Vec<Framed>) -> Vec<u8> {
        messages.iter().flat_map(|message| message.bytes(false).iter().copied()).collect()
    }

    fn told(listener: &mut Listener) -> Result<Vec<u8>, Behind> {
        Ok(joined(listener.ready()?))
    }

    #[test]
    fn a_browser_goes_on_only_where_nothing_is_missing() {
        let channel = Channel::new();
        for seq in 1..=5 {
            channel.publish(seq, Framed::from(vec![seq as u8]));
        }
        let first = |seq| told(&mut listener(&channel, seq));
        assert_eq!((first(3), first(5), first(0)), (Ok(vec![4, 5]), Ok(vec![]), Ok(vec![1, 2, 3, 4, 5])));
        let mut slow = listener(&channel, 5);
        channel.publish(6, Framed::from(vec![0; KEPT_BYTES + 1]));
        assert_eq!((told(&mut slow), first(6)), (Err(Behind), Ok(vec![])));
        channel.begin_anew(7);
        assert_eq!((first(6), first(7)), (Err(Behind), Ok(vec![])));
    }

    #[test]
    fn every_message_comes_once_and_in_order() {
        let channel = Channel::new();
        let mut here = listener(&channel, 0);
        channel.publish(1, Framed::from(vec![1]));
        channel.tell(Framed::from(vec![100]));
        assert_eq!(told(&mut here), Ok(vec![1, 100]));
        channel.publish(2, Framed::from(vec![2]));
        // Whoever comes now has the board of 1, and no word of before it.
        let mut late = listener(&channel, 1);
        assert_eq!((told(&mut here), told(&mut late)), (Ok(vec![2]), Ok(vec![2])));
        channel.tell(Framed::from(vec![101]));
        for _ in 0..KEPT_MESSAGES {
            channel.tell(Framed::from(vec![]));
        }
        channel.publish(3, Framed::from(vec![3]));
        assert_eq!((told(&mut here), told(&mut late)), (Ok(vec![3]), Ok(vec![3])), "what changes nothing may be passed over");
    }

    #[test]
    fn the_first_sign_of_life_is_heard_too() {
        let channel = Channel::new();
        let mut here = listener(&channel, 0);
        assert_eq!(told(&mut here), Ok(vec![]));
        channel.tell(Framed::from(vec![100]));
        assert_eq!(told(&mut here), Ok(vec![100]));
    }

    #[test]
    fn nothing_is_written_for_nobody() {
        let channel = Channel::new();
        assert!(!channel.is_heard(Instant::now()));
        let here = channel.listen();
        assert!(channel.is_heard(Instant::now()));
        drop(here);
        assert!(channel.is_heard(Instant::now()), "it may come back");
        assert!(!channel.is_heard(Instant::now() + LINGER));
    }

    #[tokio::test]
    async fn whoever_is_many_messages_behind_takes_the_whole_board() {
        let channel = Channel::new();
        let mut here = listener(&channel, 0);
        channel.publish(1, Framed::from(vec![1]));
        assert_eq!(here.next().await.map(|messages| messages.len()), Ok(1));
        for seq in 2..=1 + MOST_BEHIND {
            channel.publish(seq, Framed::from(vec![1]));
        }
        assert_eq!(here.next().await.map(|messages| messages.len()), Ok(256));
        for seq in 258..=258 + MOST_BEHIND {
            channel.publish(seq, Framed::from(vec![1]));
        }
        assert_eq!(here.next().await, Err(Behind));
        here.go_on_from(514);
        assert_eq!(here.ready().map(|messages| messages.len()), Ok(0));
        channel.publish(515, Framed::from(vec![0; 1 << 20]));
        assert_eq!(here.next().await.map(|messages| messages.len()), Ok(1));
        channel.publish(516, Framed::from(vec![0; 1 + (1 << 20)]));
        assert_eq!(here.next().await, Err(Behind));
    }

    #[tokio::test]
    async fn whoever_waits_is_woken() {
        let channel = Channel::new();
        let mut here = listener(&channel, 0);
        let waiting = tokio::spawn(async move { here.next().await.map(joined) });
        tokio::task::yield_now().await;
        channel.publish(1, Framed::from(vec![1]));
        assert_eq!(waiting.await.unwrap(), Ok(vec![1]));
    }
}
