//! The events of one subscriber.

use super::Outcome;
use super::script::Script;
use super::time::{epoch_millis, micros};
use super::wire::write_text_head;
use futures_util::{SinkExt, StreamExt};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, interval, sleep_until};
use tokio_tungstenite::tungstenite::Message;

/// How often silence is broken.
const BEAT: Duration = Duration::from_secs(5);
/// Events that are late are written together, but not more of them at once.
const MOST_AT_ONCE: usize = 512;

/// An event that was written: when, in milliseconds since 1970, whose row it leaves, and the row's digest.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    pub at: f64,
    pub agent: u32,
    pub digest: u32,
}

/// When the last event of each agent was written, and which row it leaves: microseconds above, the row's digest below.
pub struct Sent {
    last: Vec<AtomicU64>,
    /// All that were written to the agents who are looked at more often.
    log: Mutex<Vec<Mark>>,
}

impl Sent {
    pub fn new(agents: usize) -> Arc<Sent> {
        Arc::new(Sent { last: (0..agents).map(|_| AtomicU64::new(0)).collect(), log: Mutex::default() })
    }

    fn mark(&self, agent: u32, digest: u32, at: u64) {
        if let Some(slot) = self.last.get(agent as usize) {
            slot.store((at << 32) | u64::from(digest), Ordering::Release);
        }
    }

    fn write_down(&self, marks: impl Iterator<Item = Mark>) {
        if let Ok(mut log) = self.log.lock() {
            log.extend(marks);
        }
    }

    /// What was written to the agents who are looked at more often, since it was asked for last.
    pub fn written(&self) -> Vec<Mark> {
        self.log.lock().map(|mut log| std::mem::take(&mut *log)).unwrap_or_default()
    }

    /// When the event was written that leaves this row, if it is the agent's last.
    pub fn when(&self, agent: u32, digest: u32) -> Option<u64> {
        let known = self.last.get(agent as usize)?.load(Ordering::Acquire);
        (known as u32 == digest && known != 0).then_some(known >> 32)
    }
}

/// What is to be written.
pub enum Order {
    /// All of it, as fast as it is taken.
    Bytes(Arc<Vec<u8>>, oneshot::Sender<()>),
    Paced(Box<Pacing>, oneshot::Sender<Paced>),
}

/// Events at a cadence.
pub struct Pacing {
    script: Script,
    rate: f64,
    events: u64,
    stop: Arc<AtomicBool>,
    sent: Arc<Sent>,
}

/// What became of it.
pub struct Paced<T = Script> {
    pub script: T,
    pub events: u64,
    /// How late the worst event was.
    pub late: Duration,
}

/// The way to one subscriber.
#[derive(Clone)]
pub struct Feed {
    orders: mpsc::UnboundedSender<Order>,
    stop: Arc<AtomicBool>,
}

impl Feed {
    pub fn new(orders: mpsc::UnboundedSender<Order>) -> Feed {
        Feed { orders, stop: Arc::default() }
    }

    /// Writes frames as fast as they are taken, and returns when the last is with the system.
    pub async fn write(&self, frames: Arc<Vec<u8>>) -> Outcome<()> {
        let (done, written) = oneshot::channel();
        self.orders.send(Order::Bytes(frames, done)).map_err(|_| "the subscriber has gone")?;
        Ok(written.await?)
    }

    /// Writes so many events a second, each at its time, until there were so many or until [`Feed::stop`].
    pub async fn pace(&self, script: Script, rate: f64, events: u64, sent: &Arc<Sent>) -> Outcome<Paced> {
        let (done, paced) = oneshot::channel();
        self.stop.store(false, Ordering::Relaxed);
        let pacing = Pacing { script, rate, events, stop: self.stop.clone(), sent: sent.clone() };
        self.orders.send(Order::Paced(Box::new(pacing), done)).map_err(|_| "the subscriber has gone")?;
        Ok(paced.await?)
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Writes so many events a second until `watch` is done.
    pub async fn pace_while<T>(
        &self,
        script: Script,
        rate: f64,
        sent: &Arc<Sent>,
        watch: impl Future<Output = Outcome<T>>,
    ) -> Outcome<(Paced, T)> {
        let watch = async {
            let seen = watch.await;
            self.stop();
            seen
        };
        let (paced, seen) = tokio::join!(self.pace(script, rate, u64::MAX, sent), watch);
        Ok((paced?, seen?))
    }
}

/// Greets a subscriber, and does what it is told until the connection ends.
pub async fn subscriber(stream: TcpStream, feeds: mpsc::UnboundedSender<mpsc::UnboundedSender<Order>>) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    loop {
        let frame = socket.next().await.ok_or("closed")??.into_data();
        let frame = String::from_utf8_lossy(&frame).into_owned();
        match frame.lines().find_map(|line| line.strip_prefix("receipt:")) {
            None if frame.starts_with("CONNECT") => {
                socket.send(Message::text("CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0")).await?;
            }
            None => {}
            Some(receipt) => {
                socket.send(Message::text(format!("RECEIPT\nreceipt-id:{receipt}\n\n\0"))).await?;
                break;
            }
        }
    }
    let (orders, mut given) = mpsc::unbounded_channel();
    feeds.send(orders)?;
    // From here on nothing that the subscriber says matters, and we write frames of our own.
    let mut stream = socket.into_inner();
    let (mut beats, mut heard) = (interval(BEAT), [0; 4096]);
    loop {
        tokio::select! {
            order = given.recv() => match order.ok_or("nobody feeds it")? {
                Order::Bytes(bytes, done) => {
                    stream.write_all(&bytes).await?;
                    done.send(()).ok();
                }
                Order::Paced(pacing, done) => {
                    done.send(pace(&mut stream, *pacing).await?).ok();
                }
            },
            _ = beats.tick() => {
                let mut beat = Vec::new();
                write_text_head(1, &mut beat);
                beat.push(b'\n');
                stream.write_all(&beat).await?;
            }
            read = stream.read(&mut heard) => if read? == 0 { return Ok(()) },
        }
    }
}

async fn pace(stream: &mut TcpStream, pacing: Pacing) -> Outcome<Paced> {
    let Pacing { mut script, rate, events, stop, sent } = pacing;
    let (start, mut done, mut late) = (Instant::now(), 0, Duration::ZERO);
    let (mut out, mut left) = (Vec::new(), Vec::new());
    let due = |n: u64| start + Duration::from_secs_f64(n as f64 / rate);
    while done < events && !stop.load(Ordering::Relaxed) {
        sleep_until(due(done)).await;
        let now = Instant::now();
        late = late.max(now.saturating_duration_since(due(done)));
        while done < events && due(done) <= now && left.len() < MOST_AT_ONCE {
            left.extend(script.write_next(&mut out).into_iter().flatten());
            done += 1;
        }
        let (at, looked_at) = (micros(), script.looked_at());
        let epoch = epoch_millis();
        sent.write_down(left.iter().filter(|(agent, _)| *agent < looked_at).map(|&(agent, digest)| Mark { at: epoch, agent, digest }));
        for (agent, digest) in left.drain(..) {
            sent.mark(agent, digest, at);
        }
        stream.write_all(&out).await?;
        out.clear();
    }
    script.write_end(&mut out);
    stream.write_all(&out).await?;
    Ok(Paced { script, events: done, late })
}
