//! What the client's frames ask for, and what the protocol forbids.

use super::{End, Session};
use crate::simulator::broker::Subscription;
use crate::stomp::{Frame, Version};
use std::time::Duration;

/// A breach of the protocol: answered with an ERROR frame, and the end.
#[derive(Debug)]
pub struct Violation {
    message: String,
    details: String,
    receipt: Option<String>,
    /// What we speak, where that was the question.
    versions: bool,
}

impl Violation {
    pub fn new(message: &str, details: &str) -> Self {
        Violation { message: message.into(), details: details.into(), receipt: None, versions: false }
    }

    pub fn frame(&self) -> Frame {
        let mut frame = Frame::new("ERROR").header("message", &self.message).header("content-type", "text/plain");
        if self.versions {
            frame = frame.header("version", "1.0,1.1,1.2");
        }
        if let Some(receipt) = &self.receipt {
            frame = frame.header("receipt-id", receipt);
        }
        frame.with_body(format!("{}\n", self.details))
    }
}

/// What CONNECT has settled.
pub struct Greeting {
    pub version: Version,
    pub connected: Frame,
    /// Our heart-beat and the client's, where there is one.
    pub send_every: Option<Duration>,
    pub expect_every: Option<Duration>,
    /// Frames that came with CONNECT.
    pub rest: Vec<Frame>,
}

impl Greeting {
    /// Any login will do: a plain broker wants one, the platform none.
    pub fn answer(connect: &Frame, rest: Vec<Frame>) -> Result<Self, Violation> {
        if !matches!(connect.command.as_str(), "CONNECT" | "STOMP") {
            return Err(Violation::new("not connected", "the first frame must be CONNECT or STOMP"));
        }
        // A client that does not say speaks 1.0: there was nothing to say then.
        let accepted = connect.get("accept-version").unwrap_or("1.0");
        let version = Version::negotiate(accepted)
            .ok_or_else(|| Violation { versions: true, ..Violation::new("no common version", "1.0, 1.1 and 1.2 are spoken here") })?;
        let (client_sends, client_wants) = heart_beat(connect.get("heart-beat").unwrap_or("0,0"))
            .ok_or_else(|| Violation::new("bad heart-beat", "expected two numbers of milliseconds, as in 10000,10000"))?;
        // We can beat as often and expect as seldom as the client likes, so its wish is what both agree on.
        let millis = |period: Option<Duration>| period.map_or(0, |period| period.as_millis());
        let connected = Frame::new("CONNECTED")
            .header("server", concat!("simulator/", env!("CARGO_PKG_VERSION")))
            .header("session", uuid::Uuid::new_v4().to_string())
            .header("heart-beat", format!("{},{}", millis(client_wants), millis(client_sends)))
            .header("version", version.as_str());
        Ok(Greeting { version, connected, send_every: client_wants, expect_every: client_sends, rest })
    }
}

/// None within the answer is no heart-beat. Faster than ten a second is no heart-beat but a load.
fn heart_beat(text: &str) -> Option<(Option<Duration>, Option<Duration>)> {
    let (sends, wants) = text.split_once(',')?;
    let period =
        |text: &str| text.trim().parse::<u32>().ok().map(|millis| (millis > 0).then(|| Duration::from_millis(u64::from(millis.max(100)))));
    Some((period(sends)?, period(wants)?))
}

fn required<'a>(frame: &'a Frame, name: &str) -> Result<&'a str, Violation> {
    frame.get(name).ok_or_else(|| Violation::new("missing header", &format!("{} needs the header {name}", frame.command)))
}

impl Session {
    pub(super) async fn obey(&mut self, session: u64, frame: Frame) -> Result<(), End> {
        let receipt = frame.get("receipt").map(str::to_owned);
        let done = match self.act(session, &frame).await {
            Err(End::Refused(violation)) => return Err(End::Refused(Violation { receipt, ..violation })),
            done => done,
        };
        if let (Some(receipt), Ok(()) | Err(End::Bye)) = (receipt, &done) {
            self.wire.send(&Frame::new("RECEIPT").header("receipt-id", receipt)).await?;
        }
        done
    }

    async fn act(&mut self, session: u64, frame: &Frame) -> Result<(), End> {
        let version = self.wire.version;
        match frame.command.as_str() {
            "SUBSCRIBE" => return self.subscribe(session, frame).await,
            "UNSUBSCRIBE" => return self.unsubscribe(session, frame).await,
            "ACK" | "NACK" if version == Version::V1_2 => {
                required(frame, "id")?;
            }
            "NACK" if version == Version::V1_0 => return Err(Violation::new("unknown command", "NACK came with STOMP 1.1").into()),
            "ACK" | "NACK" => {
                required(frame, "message-id")?;
                if version == Version::V1_1 {
                    required(frame, "subscription")?;
                }
            }
            "BEGIN" | "COMMIT" | "ABORT" => {
                required(frame, "transaction")?;
            }
            // Taken and led nowhere: the platform's topics are read-only.
            "SEND" => {
                required(frame, "destination")?;
            }
            "DISCONNECT" => return Err(End::Bye),
            other => return Err(Violation::new("unexpected frame", &format!("{other} is nothing a connected client sends")).into()),
        }
        Ok(())
    }

    async fn subscribe(&mut self, session: u64, frame: &Frame) -> Result<(), End> {
        let destination = required(frame, "destination")?.to_owned();
        let id = match (frame.get("id"), self.wire.version) {
            (Some(id), _) => id.to_owned(),
            (None, Version::V1_0) => destination.clone(),
            (None, _) => required(frame, "id")?.to_owned(),
        };
        let acknowledged = match frame.get("ack").unwrap_or("auto") {
            "auto" => false,
            "client" | "client-individual" => true,
            other => return Err(Violation::new("bad ack mode", &format!("{other:?} is none of auto, client, client-individual")).into()),
        };
        let subscription = Subscription::new(id, destination, acknowledged);
        let taken = self.shared.engine.with(move |engine| engine.subscribe(session, subscription)).await.map_err(|_| End::Gone)?;
        if taken { Ok(()) } else { Err(Violation::new("cannot subscribe", "the id is in use, or there are too many subscriptions").into()) }
    }

    async fn unsubscribe(&mut self, session: u64, frame: &Frame) -> Result<(), End> {
        let id = match (frame.get("id"), self.wire.version) {
            (None, Version::V1_0) => required(frame, "destination")?,
            _ => required(frame, "id")?,
        };
        let id = id.to_owned();
        let known = self.shared.engine.with(move |engine| engine.broker.unsubscribe(session, &id)).await.map_err(|_| End::Gone)?;
        if known { Ok(()) } else { Err(Violation::new("cannot unsubscribe", "there is no such subscription").into()) }
    }
}
