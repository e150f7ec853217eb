//! A network that misbehaves: a TCP proxy in front of the platform's events. WebSocket messages of the platform pass whole, so that they can
//! be lost, doubled, shuffled and late; bytes can be few; and both ways can go dead while every connection stays open.

use super::Simulator;
use rand::seq::SliceRandom;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How many messages may be on their way; then the platform's socket fills up, as before a slow line.
const ON_THE_WAY: usize = 4096;
/// Into how many pieces a second's bytes are cut on a slow line.
const PIECES: usize = 20;

/// What is wrong with the network now.
#[derive(Debug, Default)]
pub struct Weather {
    /// The next events are lost.
    pub lose: usize,
    /// The next events come twice.
    pub double: usize,
    /// The next events come in any order, so many at a time.
    pub shuffle: (usize, usize),
    /// Everything comes so much later.
    pub late: Duration,
    /// How many bytes a second there is room for.
    pub rate: Option<usize>,
    /// Nothing comes through any more, and nobody is told.
    pub dead: bool,
}

/// What came through so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passed {
    pub events: usize,
    pub lost: usize,
    pub doubled: usize,
    pub shuffled: usize,
    /// Connections that were made through it.
    pub connections: usize,
}

#[derive(Debug, Default)]
struct Network {
    weather: Mutex<Weather>,
    passed: Mutex<Passed>,
}

pub struct FaultProxy {
    address: String,
    network: Arc<Network>,
    _stop: DropGuard,
}

impl FaultProxy {
    pub async fn before(simulator: &Simulator) -> FaultProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (network, stop) = (Arc::new(Network::default()), CancellationToken::new());
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, simulator.address.clone(), network.clone(), stop.clone())));
        FaultProxy { address, network, _stop: stop.drop_guard() }
    }

    pub fn events_url(&self) -> String {
        format!("ws://{}/mvc/stomp/websocket", self.address)
    }

    /// Changes the weather from the next message on.
    pub fn change(&self, change: impl FnOnce(&mut Weather)) {
        change(&mut self.network.weather.lock().unwrap());
    }

    pub fn passed(&self) -> Passed {
        *self.network.passed.lock().unwrap()
    }
}

async fn accept(listener: TcpListener, platform: String, network: Arc<Network>, stop: CancellationToken) {
    while let Ok((console, _)) = listener.accept().await {
        network.passed.lock().unwrap().connections += 1;
        let platform = platform.clone();
        let network = network.clone();
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            let Ok(platform) = TcpStream::connect(platform).await else { return };
            let (from_console, to_console) = console.into_split();
            let (from_platform, to_platform) = platform.into_split();
            let (sender, on_the_way) = mpsc::channel(ON_THE_WAY);
            // Whichever side ends takes the other with it, once what it said is delivered: a half-closed line is no line.
            tokio::select! {
                () = up(from_console, to_platform, &network) => {}
                ((), ()) = async { tokio::join!(down(from_platform, sender, &network), deliver(on_the_way, to_console, &network)) } => {}
            }
        }));
    }
}

/// Once a connection has met a dead network it stays dead: what is between has forgotten it.
fn dies(is_dead: &mut bool, network: &Network) -> bool {
    *is_dead |= network.weather.lock().unwrap().dead;
    *is_dead
}

/// What the console says, as it comes.
async fn up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, network: &Network) {
    let (mut bytes, mut is_dead) = (vec![0; 16 << 10], false);
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if !dies(&mut is_dead, network) {
            // Where the platform has gone, its last words are still on their way.
            let _ = to.write_all(&bytes[..length]).await;
        }
    }
}

/// Something that is due at the console.
type Due = (Instant, Vec<u8>);

/// What the platform says: its answer's head, then message after message.
async fn down(from: OwnedReadHalf, to: mpsc::Sender<Due>, network: &Network) {
    let mut from = BufReader::new(from);
    let mut is_dead = false;
    let mut held: Vec<Vec<u8>> = Vec::new();
    let mut next = head(&mut from).await;
    while let Some(message) = next {
        let ready = if dies(&mut is_dead, network) { Vec::new() } else { fate(message, &mut held, network) };
        let due = Instant::now() + network.weather.lock().unwrap().late;
        for message in ready {
            if to.send((due, message)).await.is_err() {
                return;
            }
        }
        next = frame(&mut from).await;
    }
    // The console may hold on to a dead line for as long as it likes.
    if is_dead {
        std::future::pending::<()>().await;
    }
}

/// What becomes of a message: whatever is to be delivered now.
fn fate(message: Vec<u8>, held: &mut Vec<Vec<u8>>, network: &Network) -> Vec<Vec<u8>> {
    let (mut weather, mut passed) = (network.weather.lock().unwrap(), network.passed.lock().unwrap());
    if !is_event(&message) {
        return vec![message];
    }
    if weather.lose > 0 {
        (weather.lose, passed.lost) = (weather.lose - 1, passed.lost + 1);
        return Vec::new();
    }
    passed.events += 1;
    let mut copies = vec![message];
    if weather.double > 0 {
        (weather.double, passed.doubled) = (weather.double - 1, passed.doubled + 1);
        copies.push(copies[0].clone());
    }
    held.append(&mut copies);
    let (left, at_a_time) = weather.shuffle;
    if left == 0 {
        return std::mem::take(held);
    }
    (weather.shuffle.0, passed.shuffled) = (left - 1, passed.shuffled + 1);
    if left > 1 && held.len() < at_a_time {
        return Vec::new();
    }
    let before = held.clone();
    held.shuffle(&mut rand::rng());
    if *held == before {
        held.reverse();
    }
    std::mem::take(held)
}

/// A STOMP MESSAGE in a text or binary frame; all others are the link's own.
fn is_event(frame: &[u8]) -> bool {
    matches!(frame[0] & 0x0f, 1 | 2) && frame.windows(8).take(14).any(|window| window == b"MESSAGE\n")
}

/// The bytes at their time, and not too many a second.
async fn deliver(mut on_the_way: mpsc::Receiver<Due>, mut to: OwnedWriteHalf, network: &Network) {
    let mut is_dead = false;
    while let Some((due, bytes)) = on_the_way.recv().await {
        sleep_until(due).await;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let rate = network.weather.lock().unwrap().rate;
            let piece = rate.map_or(rest.len(), |rate| (rate / PIECES).clamp(1, rest.len()));
            if !dies(&mut is_dead, network) && to.write_all(&rest[..piece]).await.is_err() {
                return;
            }
            rest = &rest[piece..];
            if let Some(rate) = rate {
                sleep(Duration::from_secs_f64(piece as f64 / rate as f64)).await;
            }
        }
    }
}

/// The head of the platform's answer to the upgrade.
async fn head(from: &mut BufReader<OwnedReadHalf>) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(from.read_u8().await.ok()?);
    }
    Some(head)
}

/// One WebSocket frame of a server, whole; the platform puts each message into one.
async fn frame(from: &mut BufReader<OwnedReadHalf>) -> Option<Vec<u8>> {
    let mut frame = vec![0; 2];
    from.read_exact(&mut frame).await.ok()?;
    assert!(frame[0] & 0x80 != 0 && frame[1] & 0x80 == 0, "in parts, or masked: not as the platform sends it");
    let more = match frame[1] {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    frame.resize(2 + more, 0);
    from.read_exact(&mut frame[2..]).await.ok()?;
    let told = frame[2..].iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    let length = if more == 0 { usize::from(frame[1]) } else { told };
    let head = frame.len();
    frame.resize(head + length, 0);
    from.read_exact(&mut frame[head..]).await.ok()?;
    Some(frame)
}
