//! What the floor's owner is sent, each with where its answer goes.

use crate::floor::{AgentId, BulkItem, BulkRun, BulkStep, CallId, ConsoleTime, DeviceId, Intervention, NotSent, Operation, RosterEntry};
use crate::server::actor::error::FloorError;
use crate::server::actor::interventions::PlatformAnswer;
use crate::server::actor::own_phone::OwnPhone;
use crate::server::actor::request::{Begun, DayView, InterventionRequest, MemoryOf, NewRun, PhoneBegun, PhoneRequest, ReceivedEvent};
use crate::server::actor::runs::{BulkTurn, RunNews};
use crate::server::actor::schedule::Verdict;
use crate::server::journal::Ack;
use crate::server::store::ScheduledAction;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

pub enum Message {
    Event(ReceivedEvent),
    Odd(Arc<[u8]>, ConsoleTime, Option<Ack>),
    Live(String, Option<String>),
    Down(ConsoleTime),
    Roster(Vec<RosterEntry>),
    Publish(oneshot::Sender<()>),
    Day(AgentId, oneshot::Sender<Option<DayView>>),
    Begin(Box<InterventionRequest>, oneshot::Sender<Result<Begun, FloorError>>),
    Memory(MemoryOf, oneshot::Sender<Option<serde_json::Value>>),
    Phone(DeviceId, AgentId, oneshot::Sender<OwnPhone>),
    FollowPhone(DeviceId, AgentId, oneshot::Sender<watch::Receiver<Arc<OwnPhone>>>),
    CallIds(CallId, oneshot::Sender<Vec<CallId>>),
    CallData(CallId, Vec<(String, String)>),
    BeginPhone(Box<PhoneRequest>, oneshot::Sender<Result<PhoneBegun, FloorError>>),
    Answered(i64, PlatformAnswer, oneshot::Sender<Option<Intervention>>),
    NotSent(i64, NotSent),
    Waits(i64, oneshot::Sender<Option<Intervention>>),
    Sends(i64, oneshot::Sender<Option<Intervention>>),
    Returned(i64, Verdict),
    CancelScheduled(AgentId, AgentId, oneshot::Sender<Result<(), FloorError>>),
    StartRun(Box<NewRun>, oneshot::Sender<Option<BulkRun>>),
    CancelRun(u64, oneshot::Sender<Option<BulkRun>>),
    BulkTurn(BulkItem, Operation, oneshot::Sender<BulkTurn>),
    RunFailed(BulkItem, BulkStep),
    Intervention(i64, oneshot::Sender<Option<Intervention>>),
    /// Another console's operation came a step further.
    Elsewhere(Box<Intervention>, Option<BulkItem>),
    /// What was written down of a run, by this console or another one.
    RunNews(RunNews),
    /// The consoles on the same database that live.
    Alive(BTreeSet<i64>),
    /// What is to be done later, as the database has it after so many changes of ours; false where there were more meanwhile.
    Schedule(Vec<ScheduledAction>, u64, oneshot::Sender<bool>),
    /// What is to be done later is to be read anew; the answer is how many changes of ours there were.
    ScheduleChanges(oneshot::Sender<u64>),
}
