//! What is heard on the link: takes the frames out of the stream, reads the events, and hands those of our tenant on.

use super::{LinkError, problem};
use crate::floor::event::LocalTime;
use crate::floor::{Event, NotOurs, Offset};
use crate::server::actor::{Delivery, FloorHandle};
use crate::server::clock::{in_utc, now};
use crate::server::config::Config;
use crate::server::journal::Ack;
use crate::server::telemetry;
use crate::server::telemetry::wire::{Direction, Oddity, Wire};
use crate::stomp::{Decoder, Frame, Item};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Hears one connection.
pub struct Ear<'a> {
    config: &'a Config,
    floor: &'a FloorHandle,
    wire: &'a Wire,
    malformed: &'a mut Malformed,
    decoder: &'a mut Decoder,
    /// How many receipts of subscriptions are still to come.
    receipts: usize,
    /// Which connection it is, where the broker keeps messages until they are acknowledged.
    keeps: Option<u64>,
}

impl<'a> Ear<'a> {
    pub fn new(
        config: &'a Config,
        floor: &'a FloorHandle,
        wire: &'a Wire,
        malformed: &'a mut Malformed,
        decoder: &'a mut Decoder,
        keeps: Option<u64>,
    ) -> Self {
        Ear { config, floor, wire, malformed, decoder, receipts: config.topics.len(), keeps }
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
        if !bytes.is_empty() {
            self.wire.heard(now());
        }
        // What is to be acknowledged has a header that counts.
        while self.keeps.is_none()
            && let Some(body) = self.decoder.take_message(&mut rest)
        {
            self.message(body, &[], Delivery::default()).await;
        }
        self.decoder.feed(rest);
        while let Some(item) = self.decoder.next() {
            match item {
                Ok(Item::Frame(frame)) if frame.command == "MESSAGE" => {
                    self.message(&frame.body, &frame.headers, self.delivery(&frame)).await;
                }
                Ok(Item::Frame(frame)) => {
                    self.wire.frame(now(), Direction::In, &frame.command, &frame.headers, &frame.body);
                    match frame.command.as_str() {
                        "RECEIPT" => {
                            self.receipts = self.receipts.saturating_sub(1);
                            if let Some(id) = frame.get("receipt-id") {
                                self.wire.subscribed(id);
                            }
                        }
                        "ERROR" => return Err(LinkError::Refused(problem(&frame))),
                        _ => {}
                    }
                }
                Ok(Item::HeartBeat) => self.wire.beat_heard(now()),
                Err(error) => {
                    self.malformed.count("frame", &error);
                    self.wire.malformed(Oddity::MalformedFrame, now(), error.to_string(), &[].into());
                }
            }
        }
        Ok(())
    }

    fn delivery(&self, frame: &Frame) -> Delivery {
        let ack = self.keeps.zip(frame.get("ack")).map(|(connection, id)| Ack { connection, id: id.to_owned() });
        Delivery { ack, again: frame.get("redelivered") == Some("true") }
    }

    async fn message(&mut self, body: &[u8], headers: &[(String, String)], delivery: Delivery) {
        self.receipts = 0;
        let zone = &self.config.time_zone;
        let event = match Event::decode(body, &|local: LocalTime| in_utc(zone, local)) {
            Ok(event) => event,
            Err(error) => return self.odd(body, &error, delivery).await,
        };
        match event.of_tenant(&self.config.namespace) {
            Ok(event) => {
                telemetry::event_in();
                tracing::debug!(name = %event.name, "heard");
                // The only copy of the body: what is kept of it must not keep the socket's buffer.
                let (body, arrived) = (Arc::from(body), now());
                // Before anything was heard nobody knows how the clocks differ.
                let offset = Some(self.floor.offset()).filter(|offset| *offset != Offset::NONE);
                self.wire.event(arrived, offset.map(|offset| offset.to_platform(arrived)), &event, headers, &body);
                self.floor.event(event, body, arrived, delivery).await;
            }
            Err(NotOurs::OtherTenant) => {
                tracing::debug!("an event of another tenant was passed over");
                self.wire.of_another_tenant(now());
                // Nothing of it is kept; it need not come again either.
                if delivery.ack.is_some() {
                    self.floor.odd([].into(), now(), delivery.ack).await;
                }
            }
            Err(error) => self.odd(body, &error, delivery).await,
        }
    }

    async fn odd(&mut self, body: &[u8], error: &(dyn std::error::Error + Sync), delivery: Delivery) {
        self.malformed.count("event", error);
        let (body, arrived) = (Arc::from(body), now());
        self.wire.malformed(Oddity::MalformedEvent, arrived, error.to_string(), &body);
        self.floor.odd(body, arrived, delivery.ack).await;
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
