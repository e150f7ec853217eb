//! A floor before its first event.

use super::*;
use super::{counters::Counters, names};
use crate::simulator::due::Due;
use rand::SeedableRng;

/// What a floor is like.
#[derive(Debug, Clone)]
pub struct Plan {
    pub agents: u32,
    /// Per agent; 0 is the silent floor.
    pub calls_per_hour: f64,
    pub speed: f64,
    pub seed: u64,
    pub namespace: String,
    pub ways: Ways,
}

/// What one platform does this way and another that way: all of it is on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Ways {
    /// How many workers handle calls, each with serials of its own; at least one.
    pub workers: u16,
    /// A single-step transfer gives the call a new id.
    pub transfers_rename: bool,
    /// Who listens gets a call of its own.
    pub monitor_calls: bool,
    /// At how many telephones a customer rings at once.
    pub ring_group: u16,
}

impl Default for Ways {
    fn default() -> Self {
        Ways { workers: 1, transfers_rename: false, monitor_calls: false, ring_group: 1 }
    }
}

/// Supervisors' numbers; their phones have the same with an 8 in front.
fn supervisors() -> impl Iterator<Item = u32> {
    std::iter::once(5000).chain(5900..5910)
}

impl Floor {
    pub fn new(plan: &Plan) -> Floor {
        let mut floor = Floor {
            namespace: plan.namespace.clone(),
            speed: if plan.speed.is_finite() && plan.speed > 0.0 { plan.speed } else { 1.0 },
            rate: if plan.calls_per_hour.is_finite() { plan.calls_per_hour.max(0.0) } else { 0.0 },
            rng: StdRng::seed_from_u64(plan.seed),
            now: 0,
            agents: People::default(),
            simulated: plan.agents as usize,
            listed: Vec::new(),
            agent_ids: HashMap::new(),
            devices: HashMap::new(),
            calls: HashMap::new(),
            renamed: HashMap::new(),
            ready: Vec::new(),
            waiting: VecDeque::new(),
            queue: BinaryHeap::new(),
            order: 0,
            ways: plan.ways,
            agent_serial: 11_050_818,
            // Each worker counts from somewhere else.
            call_serials: (0..u64::from(plan.ways.workers.max(1))).map(|worker| 121_018 + worker * 907).collect(),
            calls_opened: 0,
            model_serial: 1_196_811,
            announced: false,
            out: Vec::new(),
        };
        // More than 800 would run into the supervisors' numbers.
        let (first_agent, first_device) = if plan.agents > 800 { (50_001, 80_001) } else { (5001, 8001) };
        for i in 0..plan.agents {
            let index = floor.agents.len();
            floor.add_number(first_agent + i, first_device + i, false, names::name(index));
        }
        for number in supervisors() {
            floor.add_number(number, number + 3000, true, format!("Supervisor {number}"));
        }
        if floor.silent() {
            for i in 0..floor.simulated {
                floor.seat(i);
            }
        }
        floor
    }

    fn add_number(&mut self, number: u32, device: u32, supervisor: bool, name: String) {
        let id: Id = format!("{number}@{}", self.namespace).into();
        let home: Id = format!("{device}@{}", self.namespace).into();
        let team = names::team(self.agents.len());
        self.add_agent(id, home, supervisor, name, team);
    }

    /// Neither id is known yet.
    pub(super) fn add_agent(&mut self, id: Id, home: Id, supervisor: bool, name: String, team: usize) {
        let index = self.agents.len();
        self.agent_ids.insert(id.clone(), index);
        self.devices.insert(home.clone(), Device { supervisor, ..Device::default() });
        self.agents.push(Agent {
            id,
            name,
            team,
            supervisor,
            home,
            device: None,
            mode: Mode::Logout,
            reason: None,
            pending: None,
            status: "Logout",
            status_since: 0,
            last_status: "Logout",
            last_length: 0,
            login_time: 0,
            first_login: 0,
            manual: None,
            counters: Counters::default(),
            turn: 0,
            shift: 0,
            ready_at: None,
        });
    }

    /// Of the silent floor: logged on and ready, not told to anyone yet.
    pub(super) fn seat(&mut self, index: usize) {
        let agent = &mut self.agents[index];
        let home = agent.home.clone();
        agent.device = Some(home.clone());
        agent.mode = Mode::Ready;
        agent.status = "Ready";
        agent.ready_at = Some(self.ready.len());
        self.ready.push(index);
        if let Some(device) = self.devices.get_mut(&home) {
            device.agent = Some(index);
        }
    }

    /// Somebody listens to the whole tenant: the silent floor says once who is there, ten agents a millisecond so that no queue bursts.
    pub fn announce(&mut self) {
        if self.silent() && !std::mem::replace(&mut self.announced, true) {
            for (place, index) in self.staff().into_iter().enumerate() {
                let delay = self.real(place as Millis / 10);
                self.later(delay, Due::Announce(index));
            }
        }
    }

    pub(in crate::simulator) fn announce_agent(&mut self, index: usize) {
        let agent = &self.agents[index];
        if agent.device.is_some() {
            let (mode, reason) = (agent.mode, agent.reason.clone());
            self.emit_agent("agentLoggedOn", index, mode, None);
            self.emit_mode(index, mode, reason);
        }
    }
}
