//! The one owner of the floor: a single task that applies events, follows the step-ins and publishes. Others send to it and are
//! answered; nobody else touches the floor.

mod desk;
pub mod history;
pub mod hub;
pub mod interventions;
mod look;
mod orders;
mod published;
mod runs;
mod veil;
mod view;

pub use look::{AgentLook, CallsLook, FloorLook};
pub use orders::{Kept, Verdict};
pub use published::Sight;
pub use runs::{RunItem, Turn};
pub use veil::Veil;
pub use view::{Reader, Subject, View};

use crate::api::ApiError;
use crate::floor::{AgentId, Event, HistoryLine, Intervention, Memory, Namespace, NotSent, Operation, RosterEntry, Run, Step};
use crate::live::{Link, LinkState};
use crate::server::actor::history::{Day, Mark};
use crate::server::actor::hub::Subscription;
use crate::server::actor::interventions::Answer;
use crate::server::clock::now;
use crate::server::service::intervene::Wanted;
use crate::server::store::{Store, StoreError, Written};
use desk::Desk;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How many messages may wait for the owner; who sends more waits.
const INBOX: usize = 4096;
/// How many orders may wait for being carried out; more are offered again later.
const ERRANDS: usize = 64;
/// How often changes are published: several changes of a row in one tick are one.
const TICK: Duration = Duration::from_millis(20);
/// How often silence is broken, so that a browser notices it within a second.
const PULSE: Duration = Duration::from_millis(400);

/// An event on its way to the floor.
struct Heard {
    event: Event,
    body: Vec<u8>,
    /// Milliseconds since 1970 on the console's clock.
    arrived: i64,
    at: Instant,
}

enum Message {
    Event(Box<Heard>),
    Link(LinkState),
    Roster(Vec<RosterEntry>),
    View(Box<(Subject, Reader)>, oneshot::Sender<View>),
    Day(AgentId, oneshot::Sender<Option<DayView>>),
    Subscribe(Sight, Option<(u64, u64)>, oneshot::Sender<Subscription>),
    Begin(Box<Wanted>, oneshot::Sender<Result<Begun, ApiError>>),
    Answered(i64, Answer, oneshot::Sender<Option<Intervention>>),
    NotSent(i64, NotSent),
    Waits(i64, oneshot::Sender<Option<Intervention>>),
    Sends(i64, oneshot::Sender<Option<Intervention>>),
    Returned(i64, Verdict),
    CancelOrder(AgentId, AgentId, oneshot::Sender<Result<(), ApiError>>),
    StartRun(Box<NewRun>, oneshot::Sender<Option<Run>>),
    CancelRun(u64, oneshot::Sender<Option<Run>>),
    Turn(RunItem, Operation, oneshot::Sender<Turn>),
    RunFailed(RunItem, Step),
    Look(look::Look),
}

/// A step-in that was taken up.
#[derive(Debug)]
pub struct Begun {
    pub intervention: Intervention,
    /// Resolves once the audit log knows of it: nothing is sent before.
    pub written: Written,
}

/// A bulk run that is wanted.
#[derive(Debug)]
pub struct NewRun {
    pub by: AgentId,
    pub operation: Operation,
    pub minutes: Option<u32>,
    pub agents: Vec<AgentId>,
}

/// What an agent's page tells of the day so far.
#[derive(Debug)]
pub struct DayView {
    pub day: Day,
    /// What happened so far to the call that the agent is in.
    pub call: Vec<HistoryLine>,
    /// The platform's clock.
    pub now: i64,
}

/// What was kept before a restart.
#[derive(Debug)]
pub struct Past {
    pub last_intervention: i64,
    pub board: Vec<Memory>,
    pub orders: Vec<Kept>,
    /// Who was in which state since when, and when the console was last alive.
    pub day: (Vec<(AgentId, Mark)>, Option<i64>),
}

impl Past {
    /// Of the agents of `ours`: the file may have served another tenant before.
    pub async fn of(store: &Store, ours: &Namespace) -> Result<Past, StoreError> {
        let is_ours = |agent: &AgentId| matches!(AgentId::own(agent.as_str(), ours), Ok(Some(_)));
        let (mut board, mut orders, mut day) = (store.board().await?, store.orders().await?, store.day(now()).await?);
        board.retain(|memory| is_ours(&memory.agent));
        orders.retain(|kept| is_ours(&kept.agent));
        day.0.retain(|(agent, _)| is_ours(agent));
        Ok(Past { last_intervention: store.last_intervention().await?, board, orders, day })
    }
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
    /// Starts the task with what was kept; it ends with `stop`. Beside the handle come the orders whose time has come.
    pub fn start(store: Store, past: Past, stop: CancellationToken) -> (Owner, mpsc::Receiver<Kept>) {
        let (inbox, messages) = mpsc::channel(INBOX);
        let (errands, due) = mpsc::channel(ERRANDS);
        let link = Link { state: LinkState::Down, since: now(), last_event: None };
        let (publish_link, link_seen) = watch::channel(link.clone());
        let desk = Desk::new(store, past, link, publish_link, errands);
        tokio::spawn(run(desk, messages, stop));
        (Owner { inbox, link: link_seen }, due)
    }

    /// An event that arrived at `arrived` (milliseconds since 1970), with its body as it came. Waits while the owner is behind: the
    /// platform's socket is the queue then.
    pub async fn event(&self, event: Event, body: Vec<u8>, arrived: i64) {
        let _ = self.inbox.send(Message::Event(Box::new(Heard { event, body, arrived, at: Instant::now() }))).await;
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

    /// What an agent's page tells of the day so far; none where nobody knows the agent.
    pub async fn day(&self, agent: AgentId) -> Result<Option<DayView>, Stopped> {
        self.ask(|reply| Message::Day(agent, reply)).await
    }

    /// A browser's part in the live channel; `(epoch, seq)` where it has been here before.
    pub async fn subscribe(&self, sight: Sight, from: Option<(u64, u64)>) -> Result<Subscription, Stopped> {
        self.ask(|reply| Message::Subscribe(sight, from, reply)).await
    }

    /// Checks the precondition and takes the step-in up; it comes back with its id.
    pub async fn begin(&self, wanted: Wanted) -> Result<Begun, ApiError> {
        self.ask(|reply| Message::Begin(Box::new(wanted), reply)).await?
    }

    /// How the platform answered; returns the step-in as it is now.
    pub async fn answered(&self, id: i64, answer: Answer) -> Option<Intervention> {
        self.ask(|reply| Message::Answered(id, answer, reply)).await.ok()?
    }

    /// A step-in that was taken up will not be sent.
    pub async fn not_sent(&self, id: i64, why: NotSent) {
        let _ = self.inbox.send(Message::NotSent(id, why)).await;
    }

    /// The audit log knows of a log-out that waits for the end of a call: it counts from now on; none where it is over.
    pub async fn waits(&self, id: i64) -> Option<Intervention> {
        self.ask(|reply| Message::Waits(id, reply)).await.ok()?
    }

    /// A step-in that was written down is sent now, and once; none where it is over.
    pub async fn sends(&self, id: i64) -> Option<Intervention> {
        self.ask(|reply| Message::Sends(id, reply)).await.ok()?
    }

    /// What became of an order that was to be carried out.
    pub async fn returned(&self, id: i64, verdict: Verdict) {
        let _ = self.inbox.send(Message::Returned(id, verdict)).await;
    }

    /// Takes back what the console would do at `agent`, for `by`.
    pub async fn cancel_order(&self, agent: AgentId, by: AgentId) -> Result<(), ApiError> {
        self.ask(|reply| Message::CancelOrder(agent, by, reply)).await?
    }

    /// Takes a run up; none where too many are under way.
    pub async fn start_run(&self, run: NewRun) -> Result<Option<Run>, Stopped> {
        self.ask(|reply| Message::StartRun(Box::new(run), reply)).await
    }

    /// Stops what still waits in a run; none where there is no such run.
    pub async fn cancel_run(&self, id: u64) -> Result<Option<Run>, Stopped> {
        self.ask(|reply| Message::CancelRun(id, reply)).await
    }

    /// Whom the item's request goes to, where it is still to be asked for.
    pub async fn turn(&self, item: RunItem, operation: Operation) -> Result<Turn, Stopped> {
        self.ask(|reply| Message::Turn(item, operation, reply)).await
    }

    /// The item's request failed before there was a step-in.
    pub async fn run_failed(&self, item: RunItem, step: Step) {
        let _ = self.inbox.send(Message::RunFailed(item, step)).await;
    }

    /// Waits until the owner has ended, which it does with the console's stop.
    pub async fn ended(&self) {
        self.inbox.closed().await;
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(message(reply)).await.map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }
}

impl From<Stopped> for ApiError {
    fn from(Stopped: Stopped) -> ApiError {
        ApiError::Stopping
    }
}

async fn run(mut desk: Desk, mut messages: mpsc::Receiver<Message>, stop: CancellationToken) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pulses = interval(PULSE);
    pulses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return desk.close(),
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
        Message::Event(heard) => desk.event(*heard),
        Message::Link(state) => desk.link(state),
        Message::Roster(roster) => desk.roster(roster),
        Message::View(wanted, reply) => drop(reply.send(desk.view(&wanted.0, &wanted.1))),
        Message::Day(agent, reply) => drop(reply.send(desk.day(&agent))),
        Message::Subscribe(sight, from, reply) => drop(reply.send(desk.subscribe(sight, from))),
        Message::Begin(wanted, reply) => drop(reply.send(desk.begin(*wanted))),
        Message::Answered(id, answer, reply) => drop(reply.send(desk.answered(id, answer))),
        Message::NotSent(id, why) => desk.not_sent(id, why),
        Message::Waits(id, reply) => drop(reply.send(desk.waits(id))),
        Message::Sends(id, reply) => drop(reply.send(desk.sends(id))),
        Message::Returned(id, verdict) => desk.returned(id, verdict),
        Message::CancelOrder(agent, by, reply) => drop(reply.send(desk.cancel_order(&agent, &by))),
        Message::StartRun(new, reply) => drop(reply.send(desk.start_run(*new))),
        Message::CancelRun(id, reply) => drop(reply.send(desk.cancel_run(id))),
        Message::Turn(item, operation, reply) => drop(reply.send(desk.turn(item, operation))),
        Message::RunFailed(item, step) => desk.run_failed(item, step),
        Message::Look(look) => desk.look(look),
    }
}
