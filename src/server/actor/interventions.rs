//! The interventions under way and lately ended: who asked for what, and how far it has come. Part of the floor's owner; the events that
//! prove an operation pass by there.

mod index;

use crate::floor::clock::ClockStep;
use crate::floor::proof::OLDER;
use crate::floor::{
    AgentId, CallId, ConsoleTime, DeviceId, Event, EventKind, Floor, Intervention, NotSent, Operation, Outcome, PhoneOperation,
};
use index::Index;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long one that was taken up may take to be written down, and an accepted one to be proved.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the platform may take to answer: longer than the HTTP client waits, which says so earlier.
const ANSWER: Duration = Duration::from_secs(20);
/// How long one that waits for the end of a call does.
const LONGEST_CALL: Duration = Duration::from_secs(4 * 3600);
/// How long an ended one is shown at its row; its event, if late, still counts during that time.
const SHOWN: Duration = Duration::from_secs(60);
/// More at once is not stepping in.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub struct Interventions {
    by_id: BTreeMap<i64, Followed>,
    index: Index,
    last_id: i64,
}

#[derive(Debug)]
struct Followed {
    intervention: Intervention,
    stage: Stage,
    /// What it asked for will not come any more: later events are not its own.
    overtaken: bool,
    /// When an event came that proves it before the platform had answered. Only the answer tells whether it came of this one.
    early: Option<ConsoleTime>,
    /// Another console follows it, and tells how far it has come.
    elsewhere: bool,
}

/// Where an intervention is, as far as the console decides it. Only what was sent is proved by events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Taken up; the audit log does not know of it yet.
    Unwritten,
    /// Written down, and to be sent when the agent's call has ended.
    Waiting,
    /// With the platform since then.
    Sent(ConsoleTime),
}

/// How the platform answered.
#[derive(Debug, Clone)]
pub struct PlatformAnswer {
    pub outcome: Outcome,
    pub deferred: bool,
    pub holder: Option<String>,
    /// The call that was made.
    pub call: Option<CallId>,
}

impl From<Outcome> for PlatformAnswer {
    fn from(outcome: Outcome) -> Self {
        PlatformAnswer { outcome, deferred: false, holder: None, call: None }
    }
}

/// Operations whose outcome changed, each as it is now.
pub type Changed = Vec<Intervention>;

impl Followed {
    fn is_unsent(&self) -> bool {
        self.intervention.outcome == Outcome::Requested && !matches!(self.stage, Stage::Sent(_))
    }

    fn end(&mut self, outcome: Outcome, now: ConsoleTime) -> Intervention {
        self.intervention.outcome = outcome;
        self.intervention.finished_after = Some(elapsed(self.intervention.requested_at, now));
        self.intervention.clone()
    }

    /// What it comes to where nothing more is heard of it until `now`.
    fn given_up(&self, now: ConsoleTime) -> Option<Outcome> {
        if self.elsewhere {
            return None;
        }
        let waited = |since: ConsoleTime, patience: Duration| now.since(since) >= patience;
        let patience = if self.intervention.deferred { LONGEST_CALL } else { PATIENCE };
        match (self.intervention.outcome, self.stage) {
            (Outcome::Requested, Stage::Unwritten) => {
                waited(self.intervention.requested_at, PATIENCE).then_some(Outcome::NotSent(NotSent::Unwritten))
            }
            (Outcome::Requested, Stage::Sent(at)) => waited(at, ANSWER).then_some(Outcome::Unknown),
            (Outcome::Accepted, Stage::Sent(at)) => waited(at, patience).then_some(Outcome::Unconfirmed),
            _ => None,
        }
    }
}

impl Interventions {
    /// Ids go on after `last_id`.
    pub fn after(last_id: i64) -> Self {
        Interventions { last_id, ..Interventions::default() }
    }

    /// Takes up a new one and gives it its id; none where too many are under way.
    pub fn begin(&mut self, mut intervention: Intervention) -> Option<Intervention> {
        if self.by_id.len() >= MOST {
            return None;
        }
        self.last_id += 1;
        intervention.id = self.last_id;
        self.restore(intervention.clone(), Stage::Unwritten, false);
        Some(intervention)
    }

    /// Takes up one of before a restart or, `elsewhere`, of another console, under the id that it has.
    pub fn restore(&mut self, intervention: Intervention, stage: Stage, elsewhere: bool) {
        self.index.add(&intervention);
        self.by_id.insert(intervention.id, Followed { intervention, stage, overtaken: false, early: None, elsewhere });
    }

    /// Says who follows one whose console is no more: this one, or another.
    pub fn take_over(&mut self, id: i64, here: bool) {
        let changes = |followed: &&mut Followed| followed.intervention.outcome.pending() && followed.elsewhere == here;
        if let Some(followed) = self.by_id.get_mut(&id).filter(changes) {
            followed.elsewhere = !here;
            // It came with an order, so it waits for the end of a call.
            followed.intervention.deferred |= here;
        }
    }

    /// Another console says how far one has come. Returns what it was before, where it was known.
    pub fn heard_of(&mut self, told: Intervention) -> Option<Intervention> {
        let before = self.withdraw(told.id);
        let waits = told.outcome == Outcome::Requested && told.deferred;
        let stage = if waits { Stage::Waiting } else { Stage::Sent(told.requested_at) };
        self.restore(told, stage, true);
        before
    }

    /// Ends what was under way at consoles that are no more: nobody heard what became of it.
    pub fn orphaned(&mut self, now: ConsoleTime, is_gone: impl Fn(i64) -> bool) -> Changed {
        let under_way =
            |followed: &&mut Followed| followed.elsewhere && followed.intervention.outcome.pending() && is_gone(followed.intervention.id);
        let end = |followed: &mut Followed| {
            let accepted = followed.intervention.outcome == Outcome::Accepted;
            followed.end(if accepted { Outcome::Unconfirmed } else { Outcome::Unknown }, now)
        };
        self.by_id.values_mut().filter(under_way).map(end).collect()
    }

    pub fn withdraw(&mut self, id: i64) -> Option<Intervention> {
        let withdrawn = self.by_id.remove(&id)?.intervention;
        self.index.remove(&withdrawn);
        Some(withdrawn)
    }

    pub fn get(&self, id: i64) -> Option<&Intervention> {
        self.by_id.get(&id).map(|followed| &followed.intervention)
    }

    /// The audit log knows of one that waits for the end of a call; none where it is over.
    pub fn waits(&mut self, id: i64) -> Option<Intervention> {
        let followed = self.by_id.get_mut(&id).filter(|followed| followed.intervention.outcome == Outcome::Requested)?;
        (followed.stage, followed.intervention.deferred) = (Stage::Waiting, true);
        Some(followed.intervention.clone())
    }

    /// One is sent now; none where it is over, or sent already.
    pub fn sends(&mut self, id: i64, now: ConsoleTime) -> Option<Intervention> {
        let followed = self.by_id.get_mut(&id).filter(|followed| followed.is_unsent())?;
        // Whoever sends it follows it.
        (followed.stage, followed.intervention.deferred, followed.elsewhere) = (Stage::Sent(now), false, false);
        let sent = followed.intervention.clone();
        // Of two that ask for the same, an event from now on is the newer one's.
        for earlier in self.index.at_agent(sent.agent.as_ref()).take_while(|earlier| *earlier < id) {
            let Some(earlier) = self.by_id.get_mut(&earlier) else { continue };
            earlier.overtaken |= !earlier.intervention.outcome.pending() && asks_for_the_same(&earlier.intervention, &sent);
        }
        Some(sent)
    }

    /// Whether it was taken up and has not been sent.
    pub fn is_unsent(&self, id: i64) -> bool {
        self.by_id.get(&id).is_some_and(Followed::is_unsent)
    }

    /// Whether what it asked for will not come any more.
    pub fn is_overtaken(&self, id: i64) -> bool {
        self.by_id.get(&id).is_some_and(|followed| followed.overtaken)
    }

    /// One will not be sent; none where it is over, or sent already.
    pub fn not_sent(&mut self, id: i64, why: NotSent, now: ConsoleTime) -> Option<Intervention> {
        let followed = self.by_id.get_mut(&id).filter(|followed| followed.is_unsent())?;
        Some(followed.end(Outcome::NotSent(why), now))
    }

    /// The platform answered, or the connection broke; the answer is what it came to, step by step. An event that came first has the last
    /// word where the platform took the request; else it may have come of something else.
    pub fn answered(&mut self, id: i64, answer: PlatformAnswer, now: ConsoleTime) -> Changed {
        let PlatformAnswer { outcome, deferred, holder, call } = answer;
        let Some(followed) = self.by_id.get_mut(&id) else { return Changed::new() };
        let early = followed.early.take();
        let intervention = &mut followed.intervention;
        let after = elapsed(intervention.requested_at, now);
        intervention.answered_after = Some(after);
        if intervention.outcome != Outcome::Requested {
            return vec![intervention.clone()];
        }
        intervention.outcome = outcome;
        (intervention.deferred, intervention.holder) = (deferred, holder);
        intervention.call = intervention.call.take().or(call);
        intervention.finished_after = (outcome != Outcome::Accepted).then_some(after);
        let answered = intervention.clone();
        match early.filter(|_| outcome == Outcome::Accepted) {
            Some(at) => vec![answered, followed.end(Outcome::Confirmed, at)],
            None => vec![answered],
        }
    }

    /// Confirms what `event` proves, and ends what it overtakes. `told` is when it happened, where it says so:
    /// what is older than the request did not come of it. What was given up or unknown is still proved by its event; what is not answered
    /// yet waits for the answer.
    pub fn proved_by(&mut self, event: &Event, told: Option<ConsoleTime>, floor: &Floor, now: ConsoleTime) -> Changed {
        let open = |outcome| matches!(outcome, Outcome::Accepted | Outcome::Unknown | Outcome::Unconfirmed);
        let mut changed = Vec::new();
        for id in self.index.concerned_by(event) {
            let Some(followed) = self.by_id.get_mut(&id).filter(|followed| !followed.overtaken && !followed.elsewhere) else { continue };
            let Stage::Sent(sent) = followed.stage else { continue };
            if told.is_some_and(|told| told + OLDER < sent) {
                continue;
            }
            let intervention = &followed.intervention;
            if intervention.outcome == Outcome::Requested {
                if intervention.is_proved_by(event, floor) {
                    followed.early = followed.early.or(Some(now));
                } else if is_overtaken_by(intervention, event) {
                    followed.early = None;
                }
            } else if open(intervention.outcome) && intervention.is_proved_by(event, floor) {
                changed.push(followed.end(Outcome::Confirmed, now));
            } else if intervention.outcome == Outcome::Accepted && intervention.deferred && is_overtaken_by(intervention, event) {
                followed.overtaken = true;
                changed.push(followed.end(Outcome::Unconfirmed, now));
            }
        }
        changed
    }

    /// Somebody set the console's clock; returns all of them, which were asked for at another moment now.
    pub fn clock_set(&mut self, step: ClockStep) -> Changed {
        let shifted = |followed: &mut Followed| {
            step.shift(&mut followed.intervention.requested_at);
            if let Stage::Sent(at) = &mut followed.stage {
                step.shift(at);
            }
            followed.early.iter_mut().for_each(|at| step.shift(at));
            followed.intervention.clone()
        };
        self.by_id.values_mut().map(shifted).collect()
    }

    /// Gives up on those that waited too long. The second list is those that need not be shown any more, each with whether it was followed
    /// here.
    pub fn expire(&mut self, now: ConsoleTime) -> (Changed, Vec<(Intervention, bool)>) {
        let mut changed = Vec::new();
        for followed in self.by_id.values_mut() {
            changed.extend(followed.given_up(now).map(|outcome| followed.end(outcome, now)));
        }
        let ended = |i: &Intervention| {
            let finished = i.requested_at + Duration::from_millis(i.finished_after.unwrap_or(0).into());
            now.since(finished) >= SHOWN
        };
        let gone: Vec<i64> = self.all().filter(|i| !i.outcome.pending() && ended(i)).map(|i| i.id).collect();
        let here = |id: &i64| self.by_id.get(id).is_some_and(|followed| !followed.elsewhere);
        let gone: Vec<(i64, bool)> = gone.into_iter().map(|id| (id, here(&id))).collect();
        (changed, gone.into_iter().filter_map(|(id, here)| Some((self.withdraw(id)?, here))).collect())
    }

    /// Ends, because the console does, what was not sent or not answered. What waits for the end of a call goes on after a restart.
    pub fn close(&mut self, now: ConsoleTime) -> Changed {
        let open = self.by_id.values_mut().filter(|followed| followed.intervention.outcome == Outcome::Requested && !followed.elsewhere);
        let ends = |followed: &mut Followed| match followed.stage {
            Stage::Waiting => None,
            Stage::Unwritten => Some(followed.end(Outcome::NotSent(NotSent::Stopping), now)),
            Stage::Sent(_) => Some(followed.end(Outcome::Unknown, now)),
        };
        open.filter_map(ends).collect()
    }

    /// The latest at this agent, or the latest listening to this call.
    pub fn latest(&self, agent: &AgentId, call: Option<&CallId>, floor: &Floor) -> Option<&Intervention> {
        let here = self.index.at_agent(Some(agent)).rev().find(|id| self.steps_in(*id));
        let listens = |id: &i64| self.get(*id).is_some_and(|i| i.operation == Operation::Listen);
        let listening = call.and_then(|call| self.at_call(call, floor).filter(listens).max());
        self.get(here.max(listening)?)
    }

    /// The latest at this call, under whichever of its ids.
    pub fn latest_at(&self, call: &CallId, floor: &Floor) -> Option<&Intervention> {
        self.get(self.at_call(call, floor).filter(|id| self.steps_in(*id)).max()?)
    }

    /// The latest that `by` did with the phone.
    pub fn latest_with_phone(&self, device: &DeviceId, by: &AgentId) -> Option<&Intervention> {
        let own = |i: &Intervention| !i.operation.steps_in() && i.by_device == *device && i.by == *by;
        self.index.at_device(device).filter_map(|id| self.get(id)).filter(|i| own(i)).max_by_key(|i| i.id)
    }

    /// The mode that the platform put off for `by` at the phone until the call ends (`pendingMode`): ready or not ready.
    pub fn pending_mode(&self, device: &DeviceId, by: &AgentId) -> Option<PhoneOperation> {
        let put_off = |i: &Intervention| i.deferred && i.outcome.pending() && i.by_device == *device && i.by == *by;
        let modes = self.index.at_device(device).filter_map(|id| self.get(id)).filter(|i| put_off(i)).filter_map(|i| match i.operation {
            Operation::Phone(mode @ (PhoneOperation::Ready | PhoneOperation::NotReady)) => Some((i.id, mode)),
            _ => None,
        });
        modes.max_by_key(|(id, _)| *id).map(|(_, mode)| mode)
    }

    /// Rows show who stepped in, not what somebody does with the own phone.
    fn steps_in(&self, id: i64) -> bool {
        self.get(id).is_some_and(|intervention| intervention.operation.steps_in())
    }

    /// Whether the platform may have been asked since then to call somebody from that phone: it counts from when it heard of it, which was
    /// before it answered.
    pub fn has_called(&self, device: &DeviceId, since: ConsoleTime) -> bool {
        let calls = |i: &Intervention| i.operation == Operation::Phone(PhoneOperation::Call) && i.by_device == *device;
        let lately = |i: &Intervention| match i.answered_after {
            Some(after) => i.requested_at + Duration::from_millis(after.into()) > since,
            None => i.outcome.pending(),
        };
        self.index.at_device(device).filter_map(|id| self.get(id)).any(|i| calls(i) && lately(i))
    }

    /// Those at this call, under whichever of its ids.
    fn at_call(&self, call: &CallId, floor: &Floor) -> impl Iterator<Item = i64> {
        let ids = if self.index.has_calls() { floor.ids_of(call) } else { Vec::new() };
        ids.into_iter().flat_map(|id| self.index.at_call(&id).collect::<Vec<_>>())
    }

    fn all(&self) -> impl Iterator<Item = &Intervention> {
        self.by_id.values().map(|followed| &followed.intervention)
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

fn asks_for_the_same(one: &Intervention, other: &Intervention) -> bool {
    (one.operation, &one.agent, &one.device, &one.call) == (other.operation, &other.agent, &other.device, &other.call)
}

/// A mode that was put off until the end of the call, and the agent is in another one by now.
fn is_overtaken_by(intervention: &Intervention, event: &Event) -> bool {
    let another = match intervention.operation {
        // A mode follows each log-on.
        Operation::Phone(PhoneOperation::Login) => event.kind == EventKind::AgentLoggedOff,
        _ => matches!(event.kind, EventKind::AgentReady | EventKind::AgentNotReady | EventKind::AgentLoggedOff),
    };
    another && !intervention.operation.on_call() && event.agent.is_some() && event.agent == intervention.agent
}

fn elapsed(from: ConsoleTime, to: ConsoleTime) -> u32 {
    u32::try_from(to.since(from).as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
