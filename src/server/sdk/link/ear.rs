//! What is heard on the link: takes the frames out of the stream, reads the events, and hands those of our tenant on.

use super::{LinkError, problem};
use crate::floor::event::LocalTime;
use crate::floor::{Event, NotOurs};
use crate::server::actor::FloorHandle;
use crate::server::clock::{in_utc, now};
use crate::server::config::Config;
use crate::server::telemetry;
use crate::stomp::{Decoder, Item};
use std::time::Duration;
use tokio::time::Instant;

/// Hears one connection.
pub struct Ear<'a> {
    config: &'a Config,
    floor: &'a FloorHandle,
    malformed: &'a mut Malformed,
    decoder: &'a mut Decoder,
    /// How many receipts of subscriptions are still to come.
    receipts: usize,
}

impl<'a> Ear<'a> {
    pub fn new(config: &'a Config, floor: &'a FloorHandle, malformed: &'a mut Malformed, decoder: &'a mut Decoder) -> Self {
        Ear { config, floor, malformed, decoder, receipts: config.topics.len() }
    }

    /// Whether the broker has accepted every subscription.
    pub fn is_subscribed(&self) -> bool {
        self.receipts == 0
    }

    /// No receipt will come: the broker sends none.
    pub fn presume_subscribed(&mut self) {
        self.receipts = 0;
    }

    /// Takes what has come.
    pub async fn hear(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        let mut rest = bytes;
        while let Some(body) = self.decoder.take_message(&mut rest) {
            self.message(body).await;
        }
        self.decoder.feed(rest);
        while let Some(item) = self.decoder.next() {
            match item {
                Ok(Item::Frame(frame)) => match frame.command.as_str() {
                    "MESSAGE" => self.message(&frame.body).await,
                    "RECEIPT" => self.receipts = self.receipts.saturating_sub(1),
                    "ERROR" => return Err(LinkError::Refused(problem(&frame))),
                    _ => {}
                },
                Ok(Item::HeartBeat) => {}
                Err(error) => self.malformed.count("frame", &error),
            }
        }
        Ok(())
    }

    async fn message(&mut self, body: &[u8]) {
        self.receipts = 0;
        let zone = &self.config.time_zone;
        let event = match Event::decode(body, &|local: LocalTime| in_utc(zone, local)) {
            Ok(event) => event,
            Err(error) => return self.odd(body, &error).await,
        };
        match event.of_tenant(&self.config.namespace) {
            Ok(event) => {
                telemetry::event_in();
                // The only copy of the body: what is kept of it must not keep the socket's buffer.
                self.floor.event(event, body.into(), now()).await;
            }
            Err(NotOurs::OtherTenant) => tracing::debug!("an event of another tenant was passed over"),
            Err(error) => self.odd(body, &error).await,
        }
    }

    async fn odd(&mut self, body: &[u8], error: &(dyn std::error::Error + Sync)) {
        self.malformed.count("event", error);
        self.floor.odd(body.into(), now()).await;
    }
}

/// Counts what could not be read, and says so in the log once a minute.
#[derive(Debug, Default)]
pub struct Malformed {
    unsaid: u64,
    said: Option<Instant>,
}

impl Malformed {
    fn count(&mut self, what: &'static str, error: &dyn std::error::Error) {
        telemetry::malformed(what);
        self.unsaid += 1;
        if self.said.is_none_or(|said| said.elapsed() >= Duration::from_secs(60)) {
            tracing::warn!(count = self.unsaid, reason = %error, "a malformed {what} from the platform was passed over");
            (self.unsaid, self.said) = (0, Some(Instant::now()));
        }
    }
}
