//! What is handed to the floor's owner, and what comes back.

use crate::floor::{
    AgentId, BulkItem, CallId, ConsoleTime, Effect, Event, Fold, HistoryLine, Intervention, Namespace, Operation, PhoneOperation,
    PlatformTime, Role, Workday,
};
use crate::server::actor::history::Day;
use crate::server::journal::Ack;
use crate::server::store::{ScheduledAction, Store, StoreError, Written};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;

/// An event on its way to the floor.
pub struct ReceivedEvent {
    pub event: Box<Event>,
    pub body: Arc<[u8]>,
    pub arrived: ConsoleTime,
    pub at: Instant,
    pub delivery: Delivery,
}

/// How a broker that keeps messages delivered one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// What it waits for; `None` where it keeps none.
    pub ack: Option<Ack>,
    /// It has delivered it before.
    pub again: bool,
}

/// Whose memory is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemoryOf {
    Call(CallId),
    Agent(AgentId),
}

/// An intervention that is wanted, checked as far as it can be without the floor.
#[derive(Debug, Clone)]
pub struct InterventionRequest {
    pub intervention: Intervention,
    pub role: Role,
    /// The effect that the one who asks was shown.
    pub expect: Option<Effect>,
    /// Not ready for so many minutes, then ready again.
    pub minutes: Option<u32>,
    /// Which part of a bulk run it is.
    pub item: Option<BulkItem>,
}

/// Something with the own phone that is wanted, checked as far as it can be without the floor.
#[derive(Debug, Clone)]
pub struct PhoneRequest {
    pub intervention: Intervention,
    pub operation: PhoneOperation,
    pub role: Role,
    /// The consultation's call, for its end.
    pub consult: Option<CallId>,
    /// Why not ready, if a reason is given.
    pub reason: Option<String>,
    /// Whether who is brought in only listens.
    pub silent: bool,
    /// Whether the page is to ask what then, where the phone is occupied.
    pub asks: bool,
    /// The effect that the one who asks was shown.
    pub expect: Option<Effect>,
}

/// Something with the own phone that was taken up.
#[derive(Debug)]
pub struct PhoneBegun {
    pub begun: Begun,
    /// The consultation's call, by the id that the platform knows it by now.
    pub consult: Option<CallId>,
}

/// An intervention that was taken up.
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
    /// What the day was made of, the present state with it.
    pub workday: Workday,
    /// What happened so far to the call that the agent is in.
    pub call: Vec<HistoryLine>,
    /// From when to when the platform was not heard, the oldest first.
    pub gaps: Vec<(PlatformTime, PlatformTime)>,
    pub now: PlatformTime,
}

/// What is known of the time before a restart.
#[derive(Debug)]
pub struct Restored {
    /// The floor as it was.
    pub fold: Fold,
    pub kept: Kept,
}

/// What was kept beside the floor.
#[derive(Debug)]
pub struct Kept {
    pub last_intervention: i64,
    /// The tenant that is served.
    pub ours: Namespace,
    /// The broker's queues that have kept events for the consoles on this database.
    pub queues: BTreeSet<String>,
    pub schedule: Vec<ScheduledAction>,
    /// When the console was last alive.
    pub alive: Option<PlatformTime>,
    /// The key of the calls' other names.
    pub naming_key: [u64; 2],
}

impl Kept {
    /// Of the agents of `ours`: the file may have served another tenant before.
    pub async fn read(store: &Store, ours: &Namespace) -> Result<Kept, StoreError> {
        let is_ours = |agent: &AgentId| matches!(AgentId::own(agent.as_str(), ours), Ok(Some(_)));
        let mut schedule = store.schedule().await?;
        schedule.retain(|kept| is_ours(&kept.agent));
        Ok(Kept {
            last_intervention: store.last_intervention().await?,
            ours: ours.clone(),
            queues: store.queues().await?,
            schedule,
            alive: store.alive().await?,
            naming_key: store.naming_key().await?,
        })
    }
}
