//! The endpoint `/mvc/stomp/websocket`: one session from the upgrade to its end.

mod dialogue;

use super::Shared;
use super::broker::Delivery;
use crate::stomp::{Decoder, Frame, Item, Limits, Version};
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dialogue::{Greeting, Violation};
use futures_util::SinkExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// Time to say CONNECT.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Time to take an ERROR frame.
const FAREWELL: Duration = Duration::from_secs(1);
/// Messages written before they are flushed.
const BATCH: usize = 256;

pub async fn endpoint(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    if shared.faults().refuses_connections(std::time::Instant::now()) {
        return (StatusCode::SERVICE_UNAVAILABLE, "connections are refused for a while\n").into_response();
    }
    let upgrade = upgrade.protocols(["v12.stomp", "v11.stomp", "v10.stomp"]).max_message_size(2 << 20).max_frame_size(2 << 20);
    upgrade.on_upgrade(move |socket| async move {
        let (cut, stalled_until) = shared.lines.join();
        let wire = Wire { socket, cut, too_slow: CancellationToken::new(), stalled_until, version: Version::V1_0 };
        Session { wire, decoder: Decoder::new(Limits::default()), shared, heard: Instant::now() }.run().await;
    })
}

/// Why a session ends.
#[derive(Debug)]
enum End {
    /// Nothing can or may be sent any more.
    Gone,
    /// The client has said so.
    Bye,
    Refused(Violation),
}

impl From<Violation> for End {
    fn from(violation: Violation) -> Self {
        End::Refused(violation)
    }
}

/// The way to the client.
struct Wire {
    socket: WebSocket,
    /// Ends the session without a word.
    cut: CancellationToken,
    too_slow: CancellationToken,
    /// Nothing is sent before.
    stalled_until: watch::Receiver<Instant>,
    version: Version,
}

impl Wire {
    /// Writes without flushing; gives up when the session is cut or does not keep up.
    async fn feed(&mut self, bytes: Vec<u8>) -> Result<(), End> {
        // Browser clients take text; what is no text goes as it is.
        let message = match String::from_utf8(bytes) {
            Ok(text) => Message::Text(text.into()),
            Err(error) => Message::Binary(error.into_bytes().into()),
        };
        let Wire { socket, cut, too_slow, stalled_until, .. } = self;
        tokio::select! {
            () = cut.cancelled() => Err(End::Gone),
            () = too_slow.cancelled() => Err(Violation::new("too slow", "the queue of messages is full").into()),
            sent = async { stall(stalled_until).await; socket.feed(message).await } => sent.map_err(|_| End::Gone),
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        let Wire { socket, cut, too_slow, .. } = self;
        tokio::select! {
            () = cut.cancelled() => Err(End::Gone),
            () = too_slow.cancelled() => Err(Violation::new("too slow", "the queue of messages is full").into()),
            sent = socket.flush() => sent.map_err(|_| End::Gone),
        }
    }

    async fn send(&mut self, frame: &Frame) -> Result<(), End> {
        self.feed(frame.encode(self.version)).await?;
        self.flush().await
    }

    /// Its length is told too long by `excess`.
    async fn send_message(&mut self, delivery: &Delivery, excess: usize) -> Result<(), End> {
        let subscription = &delivery.subscription;
        let number = delivery.number.to_string();
        let mut frame = Frame::new("MESSAGE")
            .header("subscription", &subscription.id)
            .header("destination", &subscription.destination)
            .header("message-id", &number)
            .header("content-type", "application/json;charset=UTF-8");
        if subscription.acknowledged && self.version == Version::V1_2 {
            frame = frame.header("ack", &number);
        }
        let bytes = match excess {
            0 => frame.with_body(&*delivery.body).encode(self.version),
            _ => too_long(&frame.encode(self.version), &delivery.body, excess),
        };
        self.feed(bytes).await
    }
}

/// The body behind the head of `bodyless`, with a length that is too long.
fn too_long(bodyless: &[u8], body: &[u8], excess: usize) -> Vec<u8> {
    let head = bodyless.strip_suffix(b"\n\0").unwrap_or(bodyless);
    let length = format!("content-length:{}\n\n", body.len().saturating_add(excess));
    [head, length.as_bytes(), body, b"\0"].concat()
}

/// Returns when nothing is stalled any more.
async fn stall(until: &mut watch::Receiver<Instant>) {
    loop {
        let end = *until.borrow_and_update();
        if Instant::now() >= end {
            return;
        }
        tokio::select! {
            () = sleep_until(end) => {}
            Ok(()) = until.changed() => {}
        }
    }
}

struct Session {
    wire: Wire,
    decoder: Decoder,
    shared: Arc<Shared>,
    /// When the client was heard last.
    heard: Instant,
}

impl Session {
    async fn run(mut self) {
        let end = match timeout(HANDSHAKE, self.greet()).await {
            Ok(Ok(greeting)) => self.converse(greeting).await,
            Ok(Err(end)) => end,
            Err(_) => Violation::new("no CONNECT", "the first frame must be CONNECT or STOMP, within ten seconds").into(),
        };
        let Session { wire: Wire { mut socket, cut, mut stalled_until, version, .. }, .. } = self;
        let farewell = async {
            stall(&mut stalled_until).await;
            if let End::Refused(violation) = &end {
                let bytes = violation.frame().encode(version);
                socket.feed(Message::Text(String::from_utf8_lossy(&bytes).into_owned().into())).await?;
            }
            socket.close().await
        };
        if !matches!(end, End::Gone) {
            // The client may not read any more: then it does without the farewell.
            tokio::select! {
                () = cut.cancelled() => {}
                _ = timeout(FAREWELL, farewell) => {}
            }
        }
    }

    /// The frames and heart-beats that came with the next message.
    async fn receive(&mut self) -> Result<Vec<Frame>, End> {
        let message = tokio::select! {
            () = self.wire.cut.cancelled() => return Err(End::Gone),
            message = self.wire.socket.recv() => message,
        };
        self.take_in(message)
    }

    fn take_in(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<Vec<Frame>, End> {
        self.heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) => self.decoder.feed(text.as_bytes()),
            Some(Ok(Message::Binary(bytes))) => self.decoder.feed(&bytes),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
        }
        let mut frames = Vec::new();
        while let Some(item) = self.decoder.next() {
            match item.map_err(|error| Violation::new("malformed frame", &error.to_string()))? {
                Item::Frame(frame) => frames.push(frame),
                Item::HeartBeat => {}
            }
        }
        Ok(frames)
    }

    /// Up to CONNECTED. What came behind CONNECT in the same message is left for the conversation.
    async fn greet(&mut self) -> Result<Greeting, End> {
        loop {
            let mut frames = self.receive().await?.into_iter();
            if let Some(connect) = frames.next() {
                let greeting = Greeting::answer(&connect, frames.collect())?;
                self.wire.version = greeting.version;
                self.decoder.set_version(greeting.version);
                self.wire.send(&greeting.connected).await?;
                return Ok(greeting);
            }
        }
    }

    async fn converse(&mut self, greeting: Greeting) -> End {
        let too_slow = self.wire.too_slow.clone();
        let Ok((session, messages)) = self.shared.engine.with(move |engine| engine.broker.open(too_slow)).await else {
            return End::Gone;
        };
        let end = self.exchange(session, messages, greeting).await;
        // On shut-down there is nothing left to close it in.
        self.shared.engine.with(move |engine| engine.broker.close(session)).await.ok();
        end
    }

    async fn exchange(&mut self, session: u64, mut messages: mpsc::Receiver<Delivery>, greeting: Greeting) -> End {
        let Greeting { rest, send_every, expect_every, .. } = greeting;
        let mut beat = tokio::time::interval(send_every.unwrap_or(HANDSHAKE));
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        beat.reset();
        let mut frames = rest;
        loop {
            for frame in std::mem::take(&mut frames) {
                if let Err(end) = self.obey(session, frame).await {
                    return end;
                }
            }
            // Twice its promise: the network may be slow, the client not silent.
            let silent_at = self.heard + expect_every.unwrap_or_default() * 2;
            let Wire { socket, cut, too_slow, .. } = &mut self.wire;
            // In this order: what the client said before it counts as silent, and both before a flood of messages.
            let done = tokio::select! {
                biased;
                () = cut.cancelled() => Err(End::Gone),
                () = too_slow.cancelled() => Err(Violation::new("too slow", "the queue of messages is full").into()),
                message = socket.recv() => self.take_in(message).map(|new| frames = new),
                () = sleep_until(silent_at), if expect_every.is_some() => {
                    Err(Violation::new("no heart-beat", "nothing came for twice the agreed time").into())
                }
                _ = beat.tick(), if send_every.is_some() => match self.wire.feed(b"\n".to_vec()).await {
                    Ok(()) => self.wire.flush().await,
                    Err(end) => Err(end),
                },
                // The queue closes when the session is cut as too slow: that is told above.
                Some(delivery) = messages.recv() => self.send_batch(delivery, &mut messages).await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// What waits goes out together.
    async fn send_batch(&mut self, first: Delivery, messages: &mut mpsc::Receiver<Delivery>) -> Result<(), End> {
        let excess = || self.shared.faults().excess();
        self.wire.send_message(&first, excess()).await?;
        for _ in 1..BATCH {
            let Ok(delivery) = messages.try_recv() else { break };
            self.wire.send_message(&delivery, excess()).await?;
        }
        self.wire.flush().await
    }
}
