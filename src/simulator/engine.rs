//! The one task that owns what changes: the floor, the logins and the subscriptions. Others ask it; nobody else holds a part of it.

use super::broker::{Body, Broker, Subscription, Target};
use super::faults::{Fate, Faults, shuffle};
use super::floor::{Content, Event, Floor, Millis, Plan, Refusal};
use super::logins::Logins;
use super::topic::Address;
use super::wire::{self, Clock};
use super::{Config, locked};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

type Job = Box<dyn FnOnce(&mut Engine) + Send>;

/// What others have of the engine.
#[derive(Clone)]
pub struct Handle(mpsc::Sender<Job>);

/// The simulator is shutting down.
#[derive(Debug, thiserror::Error)]
#[error("the simulator is shutting down")]
pub struct Stopped;

impl Handle {
    /// Lets `act` work on the engine, between two things that happen there.
    pub async fn with<T: Send + 'static>(&self, act: impl FnOnce(&mut Engine) -> T + Send + 'static) -> Result<T, Stopped> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |engine| {
            // Nobody waits any more when the client has gone.
            answer.send(act(engine)).ok();
        });
        self.0.send(job).await.map_err(|_| Stopped)?;
        answered.await.map_err(|_| Stopped)
    }
}

/// How long a shuffle waits for its last event.
const SHUFFLE_PATIENCE: Duration = Duration::from_secs(1);
/// Happenings worked off before requests get their turn.
const A_STRETCH: usize = 500;

pub struct Engine {
    pub floor: Floor,
    pub logins: Logins,
    pub broker: Broker,
    faults: Arc<Mutex<Faults>>,
    namespace: String,
    zone: TimeZone,
    speed: f64,
    /// When the floor's day began: with the first who looked.
    started: Option<Instant>,
    /// How far the components' clocks are ahead.
    ahead: Vec<i64>,
    held: Vec<(Vec<Target>, Body)>,
    held_until: Option<Instant>,
    jobs: mpsc::Receiver<Job>,
}

impl Engine {
    pub fn new(config: &Config, faults: Arc<Mutex<Faults>>) -> (Handle, Engine) {
        let plan = Plan {
            agents: config.agents,
            calls_per_hour: config.calls_per_hour,
            speed: config.speed,
            seed: config.seed,
            namespace: config.namespace.to_string(),
            ways: config.ways,
        };
        let workers = i64::from(config.ways.workers.max(1));
        let (sender, jobs) = mpsc::channel(1024);
        let engine = Engine {
            floor: Floor::new(&plan),
            logins: Logins::default(),
            broker: Broker::default(),
            faults,
            namespace: plan.namespace,
            zone: config.time_zone.clone(),
            ahead: (0..=workers).map(|worker| i64::from(config.clocks_apart) * worker / workers).collect(),
            speed: if plan.speed.is_finite() && plan.speed > 0.0 { plan.speed } else { 1.0 },
            started: None,
            held: Vec::new(),
            held_until: None,
            jobs,
        };
        (Handle(sender), engine)
    }

    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let done = self.advance();
            let wake = if done { self.next_wake() } else { Some(Instant::now()) };
            tokio::select! {
                () = stop.cancelled() => return,
                job = self.jobs.recv() => {
                    let Some(job) = job else { return };
                    self.advance();
                    job(&mut self);
                    self.publish();
                }
                () = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            }
        }
    }

    /// The floor's day begins, unless it has.
    pub fn start(&mut self) {
        if self.started.is_none() {
            self.started = Some(Instant::now());
            self.floor.start();
        }
    }

    /// The agent whose session this is.
    pub fn enter(&mut self, session: Option<&str>) -> Result<String, Refusal> {
        let agent = self.logins.enter(session, std::time::Instant::now())?;
        self.start();
        Ok(agent)
    }

    pub fn subscribe(&mut self, session: u64, subscription: Subscription) -> bool {
        let taken = self.broker.subscribe(session, subscription);
        self.start();
        if !self.broker.tenant_wide(&self.namespace).is_empty() {
            self.floor.announce();
        }
        taken
    }

    /// Writes moments of the floor as the platform does.
    #[expect(clippy::disallowed_methods, reason = "the platform has a clock of its own, and this stands in for it")]
    pub fn clock(&self) -> Clock {
        Clock { zone: self.zone.clone(), wall: Timestamp::now(), floor: self.floor.now(), speed: self.speed, ahead: self.ahead.clone() }
    }

    /// False when more is due.
    fn advance(&mut self) -> bool {
        let now = self.floor_now();
        let done = self.floor.advance(now, A_STRETCH);
        self.publish();
        if self.held_until.is_some_and(|until| Instant::now() >= until) {
            self.let_go();
        }
        done
    }

    fn floor_now(&self) -> Millis {
        self.started.map_or(0, |started| (started.elapsed().as_secs_f64() * 1000.0 * self.speed) as Millis)
    }

    fn next_wake(&self) -> Option<Instant> {
        // A millisecond late rather than early: early would be a turn for nothing.
        let wait = |due: Millis| Duration::from_secs_f64((due as f64 / self.speed / 1000.0).min(1e9)) + Duration::from_millis(1);
        let due = self.started.zip(self.floor.next_due()).map(|(started, due)| started + wait(due));
        [due, self.held_until].into_iter().flatten().min()
    }

    fn publish(&mut self) {
        let events = self.floor.take_events();
        if events.is_empty() {
            return;
        }
        let clock = self.clock();
        for event in &events {
            let targets = self.broker.targets(&address(event, &self.namespace));
            // Nobody listens: most of all for the day's figures, the largest of them.
            if !targets.is_empty() {
                let body: Body = wire::body(event, &self.namespace, &clock).into();
                self.deliver(targets, body);
            }
        }
    }

    /// Publishes an event from outside; the answer is how many subscriptions it goes to.
    pub fn inject(&mut self, event: &Value, bytes: Vec<u8>) -> usize {
        let targets = self.broker.targets(&Address::of(event, &self.namespace));
        let count = targets.len();
        self.deliver(targets, bytes.into());
        count
    }

    /// Any bytes, to all who listen to the whole tenant.
    pub fn inject_raw(&mut self, bytes: Vec<u8>) -> usize {
        let targets = self.broker.tenant_wide(&self.namespace);
        let count = targets.len();
        self.deliver(targets, bytes.into());
        count
    }

    fn deliver(&mut self, targets: Vec<Target>, body: Body) {
        if targets.is_empty() {
            return;
        }
        let fate = locked(&self.faults).fate();
        match fate {
            Fate::Lost => {}
            Fate::Sent(times) => (0..times).for_each(|_| self.broker.send(&targets, &body)),
            Fate::Held(complete) => {
                self.held.push((targets, body));
                self.held_until.get_or_insert_with(|| Instant::now() + SHUFFLE_PATIENCE);
                if complete {
                    self.let_go();
                }
            }
        }
    }

    fn let_go(&mut self) {
        self.held_until = None;
        for (targets, body) in shuffle(std::mem::take(&mut self.held)) {
            self.broker.send(&targets, &body);
        }
    }
}

fn address<'a>(event: &'a Event, namespace: &str) -> Address<'a> {
    // The start of a recording names no `srcDeviceId`; it is the device's event all the same.
    let device = match &event.content {
        Content::Recording { device, .. } => Some(device),
        _ => event.src.as_ref(),
    };
    Address::new(event.name, namespace, event.agent.as_deref(), device.map(|device| &**device))
}
