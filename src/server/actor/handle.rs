//! The handle to the floor's owner: what others may ask of it.

use crate::floor::visibility::{NumberFilter, Visibility};
use crate::floor::{
    AgentId, BoardQuery, BulkItem, BulkRun, BulkStep, CallId, CallQuery, ConsoleTime, DeviceId, Event, Intervention, NotSent, Offset,
    Operation, RosterEntry,
};
use crate::live::{Header, Link};
use crate::server::actor::error::{FloorError, Stopped};
use crate::server::actor::interventions::PlatformAnswer;
use crate::server::actor::message::Message;
use crate::server::actor::own_phone::OwnPhone;
use crate::server::actor::page_floor::{PageFloor, Reader, Subject, page_floor};
use crate::server::actor::publication::Publication;
use crate::server::actor::published::{Published, Subscription};
use crate::server::actor::request::{
    Begun, DayView, Delivery, InterventionRequest, MemoryOf, NewRun, PhoneBegun, PhoneRequest, ReceivedEvent,
};
use crate::server::actor::runs::{BulkTurn, RunNews};
use crate::server::actor::schedule::Verdict;
use crate::server::actor::snapshots::{AgentSnapshot, CallsSnapshot, FloorSnapshot, agent_snapshot, calls_snapshot, floor_snapshot};
use crate::server::journal::Ack;
use crate::server::store::{Store, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// A handle to the owner; cheap to clone.
#[derive(Debug, Clone)]
pub struct FloorHandle {
    pub(super) inbox: mpsc::Sender<Message>,
    pub(super) link: watch::Receiver<Link>,
    pub(super) published: Arc<Published>,
}

impl FloorHandle {
    /// An event that arrived at `arrived`, with its body as it came. Waits while the owner is behind: the
    /// platform's socket is the queue then.
    pub async fn event(&self, event: Event, body: Arc<[u8]>, arrived: ConsoleTime, delivery: Delivery) {
        let event = Box::new(event);
        self.inbox.send(Message::Event(ReceivedEvent { event, body, arrived, at: Instant::now(), delivery })).await.ok();
    }

    /// A body that is no event.
    pub async fn odd(&self, body: Arc<[u8]>, arrived: ConsoleTime, ack: Option<Ack>) {
        self.inbox.send(Message::Odd(body, arrived, ack)).await.ok();
    }

    /// The link is live; `source` is where events come from, `queue` the broker's queue that keeps them, where one does.
    pub async fn link_live(&self, source: String, queue: Option<String>) {
        self.inbox.send(Message::Live(source, queue)).await.ok();
    }

    /// The link broke; the platform was last heard at `heard`.
    pub async fn link_down(&self, heard: ConsoleTime) {
        self.inbox.send(Message::Down(heard)).await.ok();
    }

    pub async fn roster(&self, roster: Vec<RosterEntry>) {
        self.inbox.send(Message::Roster(roster)).await.ok();
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
    pub async fn page_floor(&self, subject: Subject, reader: Reader) -> Result<PageFloor, Stopped> {
        Ok(page_floor(&self.publication().await?, &subject, &reader))
    }

    /// The board as it was published last, with the outcome of every intervention so far.
    async fn publication(&self) -> Result<Publication, Stopped> {
        if self.published.is_pressing() {
            self.ask(Message::Publish).await?;
        }
        Ok(self.published.now())
    }

    /// What an agent's page tells of the day so far; none where nobody knows the agent.
    pub async fn day(&self, agent: AgentId) -> Result<Option<DayView>, Stopped> {
        self.ask(|reply| Message::Day(agent, reply)).await
    }

    /// A browser's part in the live channel; `(epoch, seq)` where it has been here before.
    pub async fn subscribe(&self, visibility: Visibility, from: Option<(u64, u64)>) -> Result<Subscription, Stopped> {
        let epoch = self.publication().await?.head.epoch;
        Ok(self.published.join(visibility, from.filter(|(of, _)| *of == epoch).map(|(_, seq)| seq)).await)
    }

    /// Checks the precondition and takes the intervention up; it comes back with its id.
    pub async fn begin(&self, request: InterventionRequest) -> Result<Begun, FloorError> {
        self.ask(|reply| Message::Begin(Box::new(request), reply)).await?
    }

    /// Everything that the floor holds of a call or an agent; none where it holds nothing.
    pub async fn memory(&self, of: MemoryOf) -> Result<Option<serde_json::Value>, Stopped> {
        self.ask(|reply| Message::Memory(of, reply)).await
    }

    /// How many messages wait for the owner.
    pub fn waiting(&self) -> usize {
        self.inbox.max_capacity() - self.inbox.capacity()
    }

    /// The console's clock minus the platform's, as it was published last.
    pub fn offset(&self) -> Offset {
        self.published.offset()
    }

    /// The link and the clocks' offset as they were published last.
    pub fn header_now(&self) -> Header {
        self.published.now().header()
    }

    /// The own phone of `by`, as it is now.
    pub async fn phone(&self, device: DeviceId, by: AgentId) -> Result<OwnPhone, Stopped> {
        self.ask(|reply| Message::Phone(device, by, reply)).await
    }

    /// The own phone of `by`, and from now on whenever it changes.
    pub async fn follow_phone(&self, device: DeviceId, by: AgentId) -> Result<watch::Receiver<Arc<OwnPhone>>, Stopped> {
        self.ask(|reply| Message::FollowPhone(device, by, reply)).await
    }

    /// What the platform says travels with a call, for the phones that show it.
    pub async fn call_data(&self, call: CallId, data: Vec<(String, String)>) {
        self.inbox.send(Message::CallData(call, data)).await.ok();
    }

    /// Checks the precondition and takes something with the own phone up; it comes back with its id.
    pub async fn begin_phone(&self, request: PhoneRequest) -> Result<PhoneBegun, FloorError> {
        self.ask(|reply| Message::BeginPhone(Box::new(request), reply)).await?
    }

    /// How the platform answered; returns the intervention as it is now.
    pub async fn answered(&self, id: i64, answer: PlatformAnswer) -> Option<Intervention> {
        self.ask(|reply| Message::Answered(id, answer, reply)).await.ok()?
    }

    /// An intervention that was taken up will not be sent.
    pub async fn not_sent(&self, id: i64, why: NotSent) {
        self.inbox.send(Message::NotSent(id, why)).await.ok();
    }

    /// The audit log knows of a log-out that waits for the end of a call: it counts from now on; none where it is over.
    pub async fn waits(&self, id: i64) -> Option<Intervention> {
        self.ask(|reply| Message::Waits(id, reply)).await.ok()?
    }

    /// An intervention that was written down is sent now, and once; none where it is over.
    pub async fn sends(&self, id: i64) -> Option<Intervention> {
        self.ask(|reply| Message::Sends(id, reply)).await.ok()?
    }

    /// Another console's operation came a step further; `item` with the first step of one that is an agent's turn in a bulk run.
    pub async fn elsewhere(&self, intervention: Intervention, item: Option<BulkItem>) {
        self.inbox.send(Message::Elsewhere(Box::new(intervention), item)).await.ok();
    }

    /// What was written down of a bulk run.
    pub async fn run_news(&self, news: RunNews) {
        self.inbox.send(Message::RunNews(news)).await.ok();
    }

    /// These consoles live; what was under way at others has ended with them.
    pub async fn alive(&self, consoles: BTreeSet<i64>) {
        self.inbox.send(Message::Alive(consoles)).await.ok();
    }

    /// Another console changed what is to be done later: it is read anew.
    pub async fn read_schedule(&self, store: &Store) -> Result<(), StoreError> {
        // The asking fails only where the console stops.
        while let Ok(changes) = self.ask(Message::ScheduleChanges).await {
            let actions = store.schedule().await?;
            if self.ask(|reply| Message::Schedule(actions, changes, reply)).await.unwrap_or(true) {
                break;
            }
        }
        Ok(())
    }

    /// What became of a scheduled action that was to be carried out.
    pub async fn returned(&self, id: i64, verdict: Verdict) {
        self.inbox.send(Message::Returned(id, verdict)).await.ok();
    }

    /// Takes back what the console would do at `agent`, for `by`.
    pub async fn cancel_scheduled(&self, agent: AgentId, by: AgentId) -> Result<(), FloorError> {
        self.ask(|reply| Message::CancelScheduled(agent, by, reply)).await?
    }

    /// Takes a run up; none where too many are under way.
    pub async fn start_run(&self, run: NewRun) -> Result<Option<BulkRun>, Stopped> {
        self.ask(|reply| Message::StartRun(Box::new(run), reply)).await
    }

    /// Stops what still waits in a run; none where there is no such run.
    pub async fn cancel_run(&self, id: u64) -> Result<Option<BulkRun>, Stopped> {
        self.ask(|reply| Message::CancelRun(id, reply)).await
    }

    /// Whom the item's request goes to, where it is still to be asked for.
    pub async fn turn(&self, item: BulkItem, operation: Operation) -> Result<BulkTurn, Stopped> {
        self.ask(|reply| Message::BulkTurn(item, operation, reply)).await
    }

    /// The item's request failed before there was an intervention.
    pub async fn run_failed(&self, item: BulkItem, step: BulkStep) {
        self.inbox.send(Message::RunFailed(item, step)).await.ok();
    }

    /// The agents that match, in the query's order; the counts are those of the team filter alone.
    pub async fn floor_snapshot(&self, query: BoardQuery, visibility: Visibility) -> Result<FloorSnapshot, Stopped> {
        Ok(floor_snapshot(&self.publication().await?, &query, visibility))
    }

    /// The calls that match, longest first.
    pub async fn calls_snapshot(&self, query: CallQuery, visibility: Visibility) -> Result<CallsSnapshot, Stopped> {
        Ok(calls_snapshot(&self.publication().await?, &query, visibility))
    }

    /// None where the floor does not know the agent.
    pub async fn agent_snapshot(&self, agent: AgentId, visibility: Visibility) -> Result<Option<AgentSnapshot>, Stopped> {
        Ok(agent_snapshot(&self.publication().await?, &agent, visibility))
    }

    /// What is between somebody and whatever is told beside what was published.
    pub fn number_filter(&self, visibility: Visibility) -> NumberFilter {
        match self.published.now().hidden_from(visibility) {
            None => NumberFilter::none(),
            Some(mask) => NumberFilter::of(mask.clone()),
        }
    }

    /// The agent's team; empty if the roster gives none, `None` where the floor does not know the agent.
    pub fn team(&self, agent: &AgentId) -> Option<String> {
        self.published.now().board.row(agent).map(|row| row.team.clone())
    }

    /// Who sits at the device, as it was published last.
    pub fn agent_at(&self, device: &DeviceId) -> Option<AgentId> {
        self.published.now().board.agent_at(device).cloned()
    }

    /// Every id of the call that has or had this one, also where it ended lately; none where the floor does not know it.
    pub async fn call_ids(&self, id: CallId) -> Result<Vec<CallId>, Stopped> {
        self.ask(|reply| Message::CallIds(id, reply)).await
    }

    /// An intervention under way or lately ended; older ones are in the audit log.
    pub async fn intervention(&self, id: i64) -> Result<Option<Intervention>, Stopped> {
        self.ask(|reply| Message::Intervention(id, reply)).await
    }

    /// Waits until the owner has ended, which it does with the console's stop.
    pub async fn ended(&self) {
        self.inbox.closed().await;
    }

    pub(super) async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(message(reply)).await.map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }
}
