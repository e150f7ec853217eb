//! The link to the platform's events: STOMP over WebSocket (protocol, section 2). Connects, subscribes, hands every good event on,
//! notices silence, and begins again for as long as it takes.

mod ear;

use self::ear::{Ear, Malformed};
use super::backoff::Backoff;
use crate::floor::ConsoleTime;
use crate::server::actor::FloorHandle;
use crate::server::clock::now;
use crate::server::config::{Config, shown};
use crate::server::journal::Ack;
use crate::server::journal::JournalWatch;
use crate::server::telemetry;
use crate::server::telemetry::wire::{Direction, Wire};
use crate::stomp::{Decoder, Frame, Item, Limits, Version};
use futures_util::{SinkExt, StreamExt};
use secrecy::ExposeSecret;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_tungstenite::tungstenite::{self, Message, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tokio_util::sync::CancellationToken;

/// What we offer and ask for; the vendor's client says the same.
const HEART_BEAT: Duration = Duration::from_secs(10);
/// A link that was silent this long is dead, whatever it promised.
const DEAD_AFTER: Duration = Duration::from_secs(22);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
/// A broker that accepts a subscription without a receipt has accepted it by then.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(2);
/// STOMP frames end at 1 MiB; what the WebSocket lets through beyond that is refused by the codec without losing the link.
const LONGEST_MESSAGE: usize = 4 << 20;
/// How much is read of the socket at once. The library clears that much before each read, the one that finds nothing included; an event
/// has about 1 KiB. Longer messages get a longer buffer by themselves.
const READ_BUFFER: usize = 16 << 10;
/// How many messages a broker that keeps them may send before the first is acknowledged. While the journal cannot be written nothing is, and the
/// board goes on all the same.
const PREFETCH: usize = 30_000;
/// How long they stay there while the journal is behind, before it is asked again.
const BEHIND: Duration = Duration::from_millis(20);
/// How many are acknowledged at once.
const ACKS: usize = 512;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why the link ended. Always followed by the next attempt.
#[derive(Debug, thiserror::Error)]
enum LinkError {
    #[error("no connection: {0}")]
    Connect(#[from] tungstenite::Error),
    #[error("no answer within {} s", CONNECT_TIMEOUT.as_secs())]
    NoAnswer,
    #[error("the broker refused: {0}")]
    Refused(String),
    #[error("the broker closed the connection")]
    Closed,
    #[error("nothing was heard for {} s", DEAD_AFTER.as_secs())]
    Silent,
    #[error("the console is stopping")]
    Stopping,
}

/// What one connection leaves to the next.
struct Link {
    config: Config,
    floor: FloorHandle,
    wire: Wire,
    acks: UnboundedReceiver<Ack>,
    journal: JournalWatch,
    malformed: Malformed,
}

/// One connection's life.
struct Life {
    /// Which one it is.
    connection: u64,
    live_since: Option<Instant>,
    /// When it last gave a sign.
    heard: ConsoleTime,
}

/// Keeps the link until `stop`; `acks` are messages that are safe in the journal.
pub async fn run(
    config: Config,
    floor: FloorHandle,
    wire: Wire,
    journal: JournalWatch,
    acks: UnboundedReceiver<Ack>,
    stop: CancellationToken,
) {
    let mut backoff = Backoff::new();
    let mut link = Link { config, floor, wire, acks, journal, malformed: Malformed::default() };
    for connection in 1.. {
        let mut life = Life { connection, live_since: None, heard: now() };
        link.wire.connects(connection);
        let ended = tokio::select! {
            () = stop.cancelled() => LinkError::Stopping,
            ended = session(&mut link, &mut life) => ended,
        };
        link.wire.disconnected(now(), ended.to_string());
        link.floor.link_down(life.heard).await;
        if stop.is_cancelled() {
            return;
        }
        let pause = backoff.after(life.live_since.map(|since| since.elapsed()));
        tracing::warn!(reason = %ended, url = shown(&link.config.events_url), again_in_ms = pause.as_millis() as u64, "the link to the platform is down");
        telemetry::link_lost();
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
    }
}

/// One connection, from its beginning to its end.
async fn session(link: &mut Link, life: &mut Life) -> LinkError {
    match timeout(CONNECT_TIMEOUT, connect(&link.config, &link.wire)).await {
        Err(_) => LinkError::NoAnswer,
        Ok(Err(error)) => error,
        Ok(Ok((mut socket, mut decoder, hello))) => {
            let ended = listen(link, life, &mut socket, &mut decoder, &hello).await;
            // Politeness only: the broker notices the end either way.
            timeout(Duration::from_millis(200), socket.close(None)).await.ok();
            ended
        }
    }
}

/// Connects and greets; returns the CONNECTED frame.
async fn connect(config: &Config, wire: &Wire) -> Result<(Socket, Decoder, Frame), LinkError> {
    let limits = WebSocketConfig::default()
        .max_message_size(Some(LONGEST_MESSAGE))
        .max_frame_size(Some(LONGEST_MESSAGE))
        .read_buffer_size(READ_BUFFER);
    let (mut socket, _) = connect_async_with_config(config.events_url.as_str(), Some(limits), true).await?;
    let mut greeting =
        Frame::new("CONNECT").header("accept-version", "1.2,1.1,1.0").header("heart-beat", format!("{0},{0}", HEART_BEAT.as_millis()));
    if let Some((login, passcode)) = &config.broker {
        greeting = greeting.header("login", login).header("passcode", passcode.expose_secret()).header("host", "/");
    }
    send(&mut socket, wire, &greeting, Version::V1_0).await?;
    let mut decoder = Decoder::new(Limits::default());
    loop {
        match decoder.next() {
            Some(Ok(Item::Frame(frame))) if frame.command == "CONNECTED" => {
                decoder.set_version(version(&frame));
                wire.frame(now(), Direction::In, &frame.command, &frame.headers, &frame.body);
                wire.connected(now(), &frame.headers, beat(&frame));
                return Ok((socket, decoder, frame));
            }
            Some(Ok(Item::Frame(frame))) => {
                wire.frame(now(), Direction::In, &frame.command, &frame.headers, &frame.body);
                return Err(LinkError::Refused(problem(&frame)));
            }
            Some(Ok(Item::HeartBeat)) => {}
            Some(Err(error)) => return Err(LinkError::Refused(error.to_string())),
            None => match socket.next().await.ok_or(LinkError::Closed)?? {
                Message::Text(text) => decoder.feed(text.as_bytes()),
                Message::Binary(bytes) => decoder.feed(&bytes),
                Message::Close(_) => return Err(LinkError::Closed),
                _ => {}
            },
        }
    }
}

/// Sends a frame, which is seen.
async fn send(socket: &mut Socket, wire: &Wire, frame: &Frame, version: Version) -> Result<(), tungstenite::Error> {
    wire.frame(now(), Direction::Out, &frame.command, &frame.headers, &frame.body);
    socket.send(text(frame.encode(version))).await
}

/// A broker of STOMP 1.0 names no version.
fn version(connected: &Frame) -> Version {
    connected.get("version").and_then(Version::parse).unwrap_or(Version::V1_0)
}

fn problem(frame: &Frame) -> String {
    let words = frame.get("message").map_or_else(|| String::from_utf8_lossy(&frame.body).into_owned(), str::to_owned);
    let words: String = words.chars().filter(|c| !c.is_control()).take(200).collect();
    if words.is_empty() { frame.command.chars().take(40).collect() } else { words }
}

async fn listen(link: &mut Link, life: &mut Life, socket: &mut Socket, decoder: &mut Decoder, hello: &Frame) -> LinkError {
    let Link { config, floor, wire, acks, journal, malformed } = link;
    let version = version(hello);
    if config.durable_queue.is_some() && version != Version::V1_2 {
        return LinkError::Refused("--durable-queue needs a broker that speaks STOMP 1.2".to_owned());
    }
    for (number, topic) in config.topics.iter().enumerate() {
        // The receipt bears the subscription's id.
        let id = format!("console-{number}");
        let subscribe = Frame::new("SUBSCRIBE").header("id", &id).header("destination", topic).header("receipt", &id);
        wire.subscribes(&id, topic);
        let subscribe = match &config.durable_queue {
            None => subscribe.header("ack", "auto"),
            Some(queue) => subscribe
                .header("ack", "client-individual")
                .header("durable", "true")
                .header("auto-delete", "false")
                .header("prefetch-count", PREFETCH.to_string())
                .header("x-queue-name", queue),
        };
        if let Err(error) = send(socket, wire, &subscribe, version).await {
            return error.into();
        }
    }
    let mut ear = Ear::new(config, floor, wire, malformed, decoder, config.durable_queue.as_ref().map(|_| life.connection));
    let mut live = false;
    let presumed_live = sleep(RECEIPT_TIMEOUT);
    tokio::pin!(presumed_live);
    let every = beat(hello);
    let mut beats = interval_at(Instant::now() + every, every);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let promised = hello
        .get("heart-beat")
        .and_then(|beat| beat.split(',').next()?.trim().parse::<u64>().ok())
        .is_some_and(|ms| (1..=10_000).contains(&ms));
    // What came with the greeting.
    if let Err(error) = ear.hear(&[]).await {
        return error;
    }
    let silent = sleep(DEAD_AFTER);
    tokio::pin!(silent);
    let mut heard = Instant::now();
    loop {
        if ear.is_subscribed() && !live {
            live = true;
            life.live_since = Some(Instant::now());
            floor.link_live(format!("{} {}", shown(&config.events_url), config.topics.join(" ")), config.durable_queue.clone()).await;
            tracing::info!(url = shown(&config.events_url), topics = ?config.topics, version = version.as_str(), "the link to the platform is live");
        }
        tokio::select! {
            // Sending a beat must not wait behind a flood of events, nor the other way round.
            () = sleep(BEHIND), if config.durable_queue.is_some() && journal.is_behind() => {}
            message = socket.next(), if config.durable_queue.is_none() || !journal.is_behind() => {
                let told = match message {
                    Some(Ok(Message::Text(text))) => ear.hear(text.as_bytes()).await,
                    Some(Ok(Message::Binary(bytes))) => ear.hear(&bytes).await,
                    Some(Ok(Message::Close(_))) | None => return LinkError::Closed,
                    // Where the broker promised heart-beats, what a proxy answers is no sign of its life.
                    Some(Ok(_)) if promised => continue,
                    Some(Ok(_)) => Ok(()),
                    Some(Err(error)) => return error.into(),
                };
                if let Err(error) = told {
                    return error;
                }
                (heard, life.heard) = (Instant::now(), now());
            }
            _ = beats.tick() => {
                // The ping asks for a sign of life where the broker promised no heart-beats.
                let sent = async {
                    socket.feed(Message::text("\n")).await?;
                    socket.feed(Message::Ping(Default::default())).await?;
                    socket.flush().await
                };
                match timeout(HEART_BEAT, sent).await {
                    Ok(Ok(())) => wire.beat_sent(now()),
                    Ok(Err(error)) => return error.into(),
                    Err(_) => return LinkError::Silent,
                }
            }
            Some(ack) = acks.recv() => {
                let more = std::iter::from_fn(|| acks.try_recv().ok()).take(ACKS - 1);
                let ours = std::iter::once(ack).chain(more).filter(|ack| ack.connection == life.connection);
                let frames: Vec<u8> = ours.flat_map(|ack| Frame::new("ACK").header("id", ack.id).encode(version)).collect();
                if !frames.is_empty() && let Err(error) = socket.send(text(frames)).await {
                    return error.into();
                }
            }
            () = &mut presumed_live, if !live => ear.presume_subscribed(),
            // Set again only when it is over: not for each message.
            () = &mut silent => match heard + DEAD_AFTER {
                dead if dead <= Instant::now() => return LinkError::Silent,
                dead => silent.as_mut().reset(dead),
            },
        }
    }
}

/// How often we must be heard: what the broker asked for, at least as often as we offered, a little early.
fn beat(hello: &Frame) -> Duration {
    let wanted = hello.get("heart-beat").and_then(|beat| beat.split_once(',')?.1.trim().parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(if wanted == 0 { 10_000 } else { wanted.clamp(1_000, 10_000) }).mul_f64(0.8)
}

fn text(frame: Vec<u8>) -> Message {
    // The codec writes UTF-8 headers and no body here.
    match String::from_utf8(frame) {
        Ok(text) => Message::text(text),
        Err(bytes) => Message::binary(bytes.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_beat_at_least_as_often_as_the_broker_asks() {
        let hello = |beat: &str| Frame::new("CONNECTED").header("heart-beat", beat);
        assert_eq!(beat(&hello("10000,5000")), Duration::from_secs(4));
        assert_eq!(beat(&hello("0,0")), Duration::from_secs(8));
        assert_eq!(beat(&hello("nonsense")), Duration::from_secs(8));
    }
}
