//! The one owner of the floor: a single task that applies events, follows the step-ins and publishes. Others send to it and are
//! answered; nobody else touches the floor.

mod desk;
mod published;
mod view;

pub use published::Sight;
pub use view::{Reader, Subject, View};

use crate::api::ApiError;
use crate::floor::{Event, Intervention, Memory, RosterEntry};
use crate::live::{Link, LinkState};
use crate::server::force::Wanted;
use crate::server::hub::Subscription;
use crate::server::interventions::{Answer, Interventions};
use crate::server::{now, store::Store};
use desk::Desk;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How many messages may wait for the owner; who sends more waits.
const INBOX: usize = 4096;
/// How often changes are published: several changes of a row in one tick are one.
const TICK: Duration = Duration::from_millis(20);
/// How often silence is broken, so that a browser notices it within a second.
const PULSE: Duration = Duration::from_millis(400);

enum Message {
    Event(Box<Event>, i64, Instant),
    Link(LinkState),
    Roster(Vec<RosterEntry>),
    View(Box<(Subject, Reader)>, oneshot::Sender<View>),
    Subscribe(Sight, Option<(u64, u64)>, oneshot::Sender<Subscription>),
    Begin(Box<Wanted>, oneshot::Sender<Result<Intervention, ApiError>>),
    Answered(i64, Answer, oneshot::Sender<Option<Intervention>>),
    Withdraw(i64),
}

/// A handle to the owner; cheap to clone.
#[derive(Debug, Clone)]
pub struct Owner {
    inbox: mpsc::Sender<Message>,
    link: watch::Receiver<Link>,
}

/// The owner has ended, which happens only while the console stops.
#[derive(Debug, thiserror::Error)]
#[error("the console is stopping")]
pub struct Stopped;

impl Owner {
    /// Starts the task with what was kept of the board; it ends with `stop`.
    pub fn start(store: Store, last_intervention: i64, kept: Vec<Memory>, stop: CancellationToken) -> Owner {
        let (inbox, messages) = mpsc::channel(INBOX);
        let link = Link { state: LinkState::Down, since: now(), last_event: None };
        let (publish_link, link_seen) = watch::channel(link.clone());
        let mut desk = Desk::new(store, Interventions::after(last_intervention), link, publish_link);
        desk.recall(kept);
        tokio::spawn(run(desk, messages, stop));
        Owner { inbox, link: link_seen }
    }

    /// An event that arrived at `arrived` (milliseconds since 1970). Waits while the owner is behind: the platform's socket is the
    /// queue then.
    pub async fn event(&self, event: Event, arrived: i64) {
        let _ = self.inbox.send(Message::Event(Box::new(event), arrived, Instant::now())).await;
    }

    pub async fn link(&self, state: LinkState) {
        let _ = self.inbox.send(Message::Link(state)).await;
    }

    pub async fn roster(&self, roster: Vec<RosterEntry>) {
        let _ = self.inbox.send(Message::Roster(roster)).await;
    }

    /// The link as it was last published.
    pub fn link_now(&self) -> Link {
        self.link.borrow().clone()
    }

    /// Wakes with every change of the link.
    pub fn link_changes(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// What a page shows first.
    pub async fn view(&self, subject: Subject, reader: Reader) -> Result<View, Stopped> {
        self.ask(|reply| Message::View(Box::new((subject, reader)), reply)).await
    }

    /// A browser's part in the live channel; `(epoch, seq)` where it has been here before.
    pub async fn subscribe(&self, sight: Sight, from: Option<(u64, u64)>) -> Result<Subscription, Stopped> {
        self.ask(|reply| Message::Subscribe(sight, from, reply)).await
    }

    /// Checks the precondition and takes the step-in up; it comes back with its id.
    pub async fn begin(&self, wanted: Wanted) -> Result<Intervention, ApiError> {
        let stopped = |_: Stopped| ApiError::Transport { detail: "the console is stopping".to_owned() };
        self.ask(|reply| Message::Begin(Box::new(wanted), reply)).await.map_err(stopped)?
    }

    /// How the platform answered; returns the step-in as it is now.
    pub async fn answered(&self, id: i64, answer: Answer) -> Option<Intervention> {
        self.ask(|reply| Message::Answered(id, answer, reply)).await.ok()?
    }

    /// Takes a step-in back that was never sent.
    pub async fn withdraw(&self, id: i64) {
        let _ = self.inbox.send(Message::Withdraw(id)).await;
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(message(reply)).await.map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }
}

async fn run(mut desk: Desk, mut messages: mpsc::Receiver<Message>, stop: CancellationToken) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pulses = interval(PULSE);
    pulses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return desk.keep(true),
            _ = pulses.tick() => {
                desk.expire();
                desk.pulse();
                desk.keep(false);
            }
            _ = ticks.tick(), if desk.has_changes() => desk.publish(),
            message = messages.recv() => match message {
                None => return,
                Some(message) => take(&mut desk, message),
            },
        }
    }
}

/// An asker that has gone is no error.
fn take(desk: &mut Desk, message: Message) {
    match message {
        Message::Event(mut event, arrived, heard) => desk.event(&mut event, arrived, heard),
        Message::Link(state) => desk.link(state),
        Message::Roster(roster) => desk.roster(roster),
        Message::View(wanted, reply) => drop(reply.send(desk.view(&wanted.0, &wanted.1))),
        Message::Subscribe(sight, from, reply) => drop(reply.send(desk.subscribe(sight, from))),
        Message::Begin(wanted, reply) => drop(reply.send(desk.begin(*wanted))),
        Message::Answered(id, answer, reply) => drop(reply.send(desk.answered(id, answer))),
        Message::Withdraw(id) => desk.withdraw(id),
    }
}
