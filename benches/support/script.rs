//! The history of a floor that never ends, and what is true at each point of it: pairs of agents who change their modes, take calls from
//! customers, and call one another. Bodies are the platform's samples with other ids, serials and times.

use super::Outcome;
use super::template::{Slots, Template};
use super::time::PlatformClock;
use super::wire::{FIRST_AGENT, Fnv, digest};
use std::collections::BTreeSet;
use std::io::Write;
use supervisor_console::floor::State;

/// Their telephones.
pub const FIRST_DEVICE: u32 = 200_000;

/// One of the two agents of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    A,
    B,
}

use Who::{A, B};

/// Which call of a round an event is about.
#[derive(Debug, Clone, Copy)]
enum Call {
    /// A customer calls the second agent, who puts him on hold.
    Held,
    /// A customer calls the first.
    Short,
    /// The first calls the second: each gets a copy of each event.
    Internal,
}

use Call::{Held, Internal, Short};

/// One event of a round: the sample, whose copy it is, who its subject is, and in which state it leaves whom.
struct Step {
    sample: Sample,
    copy: Who,
    subject: Who,
    call: Option<Call>,
    leaves: &'static [(Who, State)],
}

#[derive(Debug, Clone, Copy)]
enum Sample {
    Ready,
    NotReady,
    AfterCall,
    Delivered,
    Established,
    OnHold,
    Retrieved,
    Cleared,
}

const fn agent(sample: Sample, who: Who, leaves: &'static [(Who, State)]) -> Step {
    Step { sample, copy: who, subject: who, call: None, leaves }
}

const fn call(call: Call, sample: Sample, copy: Who, subject: Who, leaves: &'static [(Who, State)]) -> Step {
    Step { sample, copy, subject, call: Some(call), leaves }
}

/// What a pair does over and over.
const ROUND: [Step; 20] = [
    agent(Sample::NotReady, A, &[(A, State::NotReady)]),
    agent(Sample::Ready, A, &[(A, State::Ready)]),
    call(Held, Sample::Delivered, B, B, &[(B, State::Ringing)]),
    call(Held, Sample::Established, B, B, &[(B, State::OnCall)]),
    call(Held, Sample::OnHold, B, B, &[(B, State::OnHold)]),
    call(Held, Sample::Retrieved, B, B, &[(B, State::OnCall)]),
    call(Held, Sample::Cleared, B, B, &[(B, State::Ready)]),
    agent(Sample::AfterCall, B, &[(B, State::AfterCall)]),
    agent(Sample::Ready, B, &[(B, State::Ready)]),
    call(Short, Sample::Delivered, A, A, &[(A, State::Ringing)]),
    call(Short, Sample::Established, A, A, &[(A, State::OnCall)]),
    call(Short, Sample::Cleared, A, A, &[(A, State::Ready)]),
    agent(Sample::AfterCall, A, &[(A, State::AfterCall)]),
    agent(Sample::Ready, A, &[(A, State::Ready)]),
    call(Internal, Sample::Delivered, B, B, &[(B, State::Ringing)]),
    call(Internal, Sample::Delivered, A, B, &[(A, State::Dialling)]),
    call(Internal, Sample::Established, B, B, &[(A, State::OnCall), (B, State::OnCall)]),
    call(Internal, Sample::Established, A, B, &[]),
    call(Internal, Sample::Cleared, A, A, &[(A, State::Ready), (B, State::Ready)]),
    call(Internal, Sample::Cleared, B, A, &[]),
];

/// Seconds between two events of a pair, where the time is not the real one: an agent then has a call every four minutes.
const STEP_SECONDS: f64 = 25.0;

/// A row that an event leaves: the agent's place, and the [`digest`] of the row.
pub type Left = (u32, u32);

/// Where a pair is: how many steps it has taken.
type Taken = u64;

/// The history from where it stands now.
pub struct Script {
    samples: [Template; 8],
    sentinel: Template,
    agents: u32,
    pairs: Vec<Taken>,
    turn: usize,
    /// How many of the first pairs are looked at: one event of ten is theirs.
    looked_at: usize,
    /// Which one of ten: at an even pace they would keep step with a screen's frames.
    random: u64,
    clock: PlatformClock,
    serials: u64,
    runs: u64,
    truth: Vec<u32>,
    calls: BTreeSet<u32>,
    body: Vec<u8>,
}

impl Script {
    /// Begins with so many agents, an even number, of whom nothing has been told. Where events come faster than on any floor, `backlog` is
    /// how many there will be: they then happened as far apart as on a real one, the last of them now.
    pub fn new(agents: u32, backlog: u64) -> Outcome<Script> {
        let each = if backlog == 0 { 0.0 } else { STEP_SECONDS / f64::from(agents / 2) };
        let clock = PlatformClock::new(each * backlog as f64, each)?;
        let ready = include_str!("../../src/tests/events/agentReady.json");
        let not_ready = include_str!("../../src/tests/events/agentNotReady.json");
        let after_call = ready.replace("agentReady", "agentWorkingAfterCall").replace("AgentReady", "AgentWorkingAfterCall");
        let samples = [
            Template::new(ready),
            Template::new(not_ready),
            Template::new(&after_call.replace("\"Ready\"", "\"WorkNotReady\"")),
            Template::new(include_str!("../../src/tests/events/delivered.json")),
            Template::new(include_str!("../../src/tests/events/established.json")),
            Template::new(include_str!("../../src/tests/events/held.json")),
            Template::new(include_str!("../../src/tests/events/retrieved.json")),
            Template::new(include_str!("../../src/tests/events/connectionCleared.json")),
        ];
        let sentinel = Template::new(&not_ready.replace("\"agentMode\"", "\"reason\": \"\",\n  \"agentMode\""));
        let truth = vec![digest(State::Unknown, None, None); agents as usize + 1];
        let pairs = vec![0; agents as usize / 2];
        Ok(Script {
            samples,
            sentinel,
            agents,
            pairs,
            turn: 0,
            looked_at: 0,
            random: 1,
            clock,
            serials: 1,
            runs: 0,
            truth,
            calls: BTreeSet::new(),
            body: Vec::new(),
        })
    }

    /// How many agents there are, with the one at the end who tells where a run ends.
    pub fn all_agents(&self) -> usize {
        self.truth.len()
    }

    /// What the rows of all agents are after what was written.
    pub fn truth(&self) -> &[u32] {
        &self.truth
    }

    /// The calls that are under way.
    pub fn calls(&self) -> &BTreeSet<u32> {
        &self.calls
    }

    /// Everybody is ready at the telephone, and each pair has come a different way in its round, so that all events are under way at any
    /// time.
    pub fn write_beginning(&mut self, out: &mut Vec<u8>) -> u64 {
        let mut events = 0;
        for agent in 0..self.agents {
            self.write_agent(out, Sample::Ready, agent);
            self.leave(agent, digest(State::Ready, None, None));
            events += 1;
        }
        for pair in 0..self.pairs.len() {
            for _ in 0..(pair * 7) % ROUND.len() {
                self.write_step(out, pair);
                events += 1;
            }
        }
        self.write_end(out);
        events + 1
    }

    /// Has one event of ten happen to the first so many agents, an even number.
    pub fn look_at(&mut self, agents: u32) {
        self.looked_at = agents as usize / 2;
    }

    /// How many agents are looked at.
    pub fn looked_at(&self) -> u32 {
        self.looked_at as u32 * 2
    }

    /// The next event; returns the rows that it leaves.
    pub fn write_next(&mut self, out: &mut Vec<u8>) -> [Option<Left>; 2] {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = (self.random >> 33) as usize;
        let pair = match self.looked_at {
            pairs if pairs > 0 && drawn.is_multiple_of(10) => drawn / 10 % pairs,
            _ => self.turn % self.pairs.len().max(1),
        };
        self.turn += 1;
        self.write_step(out, pair)
    }

    /// So many events, and one that shows where they end.
    pub fn write_run(&mut self, events: u64, out: &mut Vec<u8>) {
        for _ in 1..events {
            self.write_next(out);
        }
        self.write_end(out);
    }

    /// An event whose row proves that everything before it was heard.
    pub fn write_end(&mut self, out: &mut Vec<u8>) {
        self.runs += 1;
        let reason = format!("run {}", self.runs);
        let slots = Slots { reason: &reason, ..self.slots(self.agents, self.agents, self.agents, self.agents, "") };
        self.sentinel.fill(&slots, &mut self.body);
        self.frame(out);
        self.leave(self.agents, digest(State::NotReady, None, Some(&reason)));
    }

    fn write_agent(&mut self, out: &mut Vec<u8>, sample: Sample, agent: u32) {
        let slots = self.slots(agent, agent, agent, agent, "");
        if let Some(template) = self.samples.get(sample as usize) {
            template.fill(&slots, &mut self.body);
        }
        self.frame(out);
    }

    fn write_step(&mut self, out: &mut Vec<u8>, pair: usize) -> [Option<Left>; 2] {
        let taken = self.pairs.get(pair).copied().unwrap_or_default();
        let (round, place) = (taken / ROUND.len() as u64, (taken % ROUND.len() as u64) as usize);
        let Some(step) = ROUND.get(place) else { return [None; 2] };
        if let Some(taken) = self.pairs.get_mut(pair) {
            *taken += 1;
        }
        let of = |who: Who| pair as u32 * 2 + u32::from(who == B);
        let Some(which) = step.call else {
            self.write_agent(out, step.sample, of(step.subject));
            return self.leaves(step, of, None);
        };
        let id = format!("{pair:08x}-{:04x}-4053-b{:03x}-{round:012x}", which as u16, which as u16);
        // Customers have numbers of their own, and no telephone of ours.
        let (caller, called) = match which {
            Internal => (of(A), of(B)),
            Held => (u32::MAX, of(B)),
            Short => (u32::MAX, of(A)),
        };
        let slots = self.slots(of(step.copy), of(step.subject), caller, called, &id);
        if let Some(template) = self.samples.get(step.sample as usize) {
            template.fill(&slots, &mut self.body);
        }
        self.frame(out);
        let name = Fnv::of(&id);
        match step.sample {
            Sample::Cleared => self.calls.remove(&name),
            _ => self.calls.insert(name),
        };
        self.leaves(step, of, Some(&id))
    }

    fn leaves(&mut self, step: &Step, of: impl Fn(Who) -> u32, call: Option<&str>) -> [Option<Left>; 2] {
        let mut left = [None; 2];
        for (slot, (who, state)) in left.iter_mut().zip(step.leaves) {
            let row = (of(*who), digest(*state, call.filter(|_| state.in_call()), None));
            self.leave(row.0, row.1);
            *slot = Some(row);
        }
        left
    }

    fn leave(&mut self, agent: u32, digest: u32) {
        if let Some(known) = self.truth.get_mut(agent as usize) {
            *known = digest;
        }
    }

    fn slots<'a>(&mut self, source: u32, subject: u32, caller: u32, called: u32, call: &'a str) -> Slots<'a> {
        self.serials += 1;
        let device = |agent: u32| if agent == u32::MAX { 13_800_000_000 + u64::from(called) } else { u64::from(FIRST_DEVICE + agent) };
        Slots {
            agent: FIRST_AGENT + source,
            source: device(source),
            subject: device(subject),
            caller: device(caller),
            called: device(called),
            call,
            serial: self.serials,
            time: self.clock.next(),
            reason: "",
        }
    }

    /// Puts the body into a STOMP frame, and that into one of the WebSocket.
    fn frame(&mut self, out: &mut Vec<u8>) {
        let head = format!(
            "MESSAGE\nsubscription:console-0\ndestination:/topic/event.agent.*.test_cc\nmessage-id:{}\n\
             content-type:application/json;charset=UTF-8\ncontent-length:{}\n\n",
            self.serials,
            self.body.len()
        );
        super::wire::write_text_head(head.len() + self.body.len() + 1, out);
        // Writing to memory does not fail.
        out.write_all(head.as_bytes()).ok();
        out.append(&mut self.body);
        out.push(0);
    }
}
