//! What the floor's owner is sent, each with where its answer goes.

use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, Intervention, NotSent, Operation, RosterEntry, Run, Step};
use crate::live::LinkState;
use crate::server::actor::error::FloorError;
use crate::server::actor::hub::Subscription;
use crate::server::actor::initial_state::{InitialState, Reader, Subject};
use crate::server::actor::interventions::PlatformAnswer;
use crate::server::actor::request::{Begun, DayView, Heard, InterventionRequest, NewRun};
use crate::server::actor::runs::{RunItem, Turn};
use crate::server::actor::schedule::Verdict;
use crate::server::actor::snapshots::SnapshotQuery;
use tokio::sync::oneshot;

pub enum Message {
    Event(Box<Heard>),
    Link(LinkState),
    Roster(Vec<RosterEntry>),
    InitialState(Box<(Subject, Reader)>, oneshot::Sender<InitialState>),
    Day(AgentId, oneshot::Sender<Option<DayView>>),
    Subscribe(Visibility, Option<(u64, u64)>, oneshot::Sender<Subscription>),
    Begin(Box<InterventionRequest>, oneshot::Sender<Result<Begun, FloorError>>),
    Answered(i64, PlatformAnswer, oneshot::Sender<Option<Intervention>>),
    NotSent(i64, NotSent),
    Waits(i64, oneshot::Sender<Option<Intervention>>),
    Sends(i64, oneshot::Sender<Option<Intervention>>),
    Returned(i64, Verdict),
    CancelOrder(AgentId, AgentId, oneshot::Sender<Result<(), FloorError>>),
    StartRun(Box<NewRun>, oneshot::Sender<Option<Run>>),
    CancelRun(u64, oneshot::Sender<Option<Run>>),
    Turn(RunItem, Operation, oneshot::Sender<Turn>),
    RunFailed(RunItem, Step),
    Snapshot(SnapshotQuery),
}
