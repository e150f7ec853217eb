//! The interventions under way and lately ended: who asked for what, and how far it has come. Part of the floor's owner; the events that
//! prove an operation pass by there.

use crate::floor::proof::OLDER;
use crate::floor::{AgentId, CallId, ConsoleTime, Event, EventKind, Floor, Intervention, NotSent, Operation, Outcome};
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
}

impl From<Outcome> for PlatformAnswer {
    fn from(outcome: Outcome) -> Self {
        PlatformAnswer { outcome, deferred: false, holder: None }
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
        Interventions { by_id: BTreeMap::new(), last_id }
    }

    /// Takes up a new one and gives it its id; none where too many are under way.
    pub fn begin(&mut self, mut intervention: Intervention) -> Option<Intervention> {
        if self.by_id.len() >= MOST {
            return None;
        }
        self.last_id += 1;
        intervention.id = self.last_id;
        self.restore(intervention.clone(), Stage::Unwritten);
        Some(intervention)
    }

    /// Takes up one of before a restart, under the id that it has.
    pub fn restore(&mut self, intervention: Intervention, stage: Stage) {
        self.by_id.insert(intervention.id, Followed { intervention, stage, overtaken: false, early: None });
    }

    pub fn withdraw(&mut self, id: i64) -> Option<Intervention> {
        self.by_id.remove(&id).map(|followed| followed.intervention)
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
        (followed.stage, followed.intervention.deferred) = (Stage::Sent(now), false);
        let sent = followed.intervention.clone();
        // Of two that ask for the same, an event from now on is the newer one's.
        for earlier in self.by_id.range_mut(..id).map(|(_, earlier)| earlier) {
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
        let PlatformAnswer { outcome, deferred, holder } = answer;
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
        for followed in self.by_id.values_mut().filter(|followed| !followed.overtaken) {
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

    /// Gives up on those that waited too long. The second list is those that need not be shown any more.
    pub fn expire(&mut self, now: ConsoleTime) -> (Changed, Changed) {
        let mut changed = Vec::new();
        for followed in self.by_id.values_mut() {
            changed.extend(followed.given_up(now).map(|outcome| followed.end(outcome, now)));
        }
        let ended = |i: &Intervention| {
            let finished = i.requested_at + Duration::from_millis(i.finished_after.unwrap_or(0).into());
            now.since(finished) >= SHOWN
        };
        let gone: Vec<i64> = self.all().filter(|i| !i.outcome.pending() && ended(i)).map(|i| i.id).collect();
        (changed, gone.into_iter().filter_map(|id| self.withdraw(id)).collect())
    }

    /// Ends, because the console does, what was not sent or not answered. What waits for the end of a call goes on after a restart.
    pub fn close(&mut self, now: ConsoleTime) -> Changed {
        let open = self.by_id.values_mut().filter(|followed| followed.intervention.outcome == Outcome::Requested);
        let ends = |followed: &mut Followed| match followed.stage {
            Stage::Waiting => None,
            Stage::Unwritten => Some(followed.end(Outcome::NotSent(NotSent::Stopping), now)),
            Stage::Sent(_) => Some(followed.end(Outcome::Unknown, now)),
        };
        open.filter_map(ends).collect()
    }

    /// The latest at this agent, or the latest listening to this call.
    pub fn latest(&self, agent: &AgentId, call: Option<&CallId>, floor: &Floor) -> Option<&Intervention> {
        let at_call = |i: &Intervention| call.is_some() && i.call.as_ref().map(|id| floor.successor(id)).as_ref() == call;
        let here = |i: &&Intervention| i.agent.as_ref() == Some(agent) || (i.operation == Operation::Listen && at_call(i));
        self.all().rev().find(here)
    }

    /// The latest at this call, under whichever of its ids.
    pub fn latest_at(&self, call: &CallId, floor: &Floor) -> Option<&Intervention> {
        self.all().rev().find(|i| i.call.as_ref().is_some_and(|id| floor.successor(id) == *call))
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = &Intervention> {
        self.by_id.values().map(|followed| &followed.intervention)
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

fn asks_for_the_same(one: &Intervention, other: &Intervention) -> bool {
    let target = |i: &Intervention| (i.operation, i.agent.clone(), i.device.clone(), i.call.clone());
    target(one) == target(other)
}

/// A mode that was put off until the end of the call, and the agent is in another one by now.
fn is_overtaken_by(intervention: &Intervention, event: &Event) -> bool {
    let another = matches!(event.kind, EventKind::AgentReady | EventKind::AgentNotReady | EventKind::AgentLoggedOff);
    another && !intervention.operation.on_call() && event.agent.is_some() && event.agent == intervention.agent
}

fn elapsed(from: ConsoleTime, to: ConsoleTime) -> u32 {
    u32::try_from(to.since(from).as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::DeviceId;
    use crate::floor::event::Instant;
    use crate::floor::time::{at, millis_of};

    fn ready(asked: i64) -> Intervention {
        Intervention {
            id: 0,
            operation: Operation::Ready,
            agent: Some(AgentId::trusted("5001@test.cc")),
            device: Some(DeviceId::trusted("8001@test.cc")),
            call: None,
            by: AgentId::trusted("5000@test.cc"),
            by_device: DeviceId::trusted("8000@test.cc"),
            requested_at: at(asked),
            answered_after: None,
            finished_after: None,
            outcome: Outcome::Requested,
            deferred: false,
            holder: None,
        }
    }

    /// One that is sent when it is asked for.
    fn sent(all: &mut Interventions, asked: i64) -> i64 {
        let id = all.begin(ready(asked)).unwrap().id;
        assert!(all.sends(id, at(asked)).is_some());
        id
    }

    /// An event of 5001 at 8001, and the floor that took it.
    fn told(name: &str, more: &str) -> (Event, Floor) {
        let event = format!(r#"{{"eventName":"{name}","agentId":"5001@test.cc","eventTime":"2017.03.18 14:13:24"{more}}}"#);
        let event = Event::decode(event.as_bytes(), &Instant::in_utc).unwrap();
        let mut floor = Floor::default();
        floor.apply(&event);
        (event, floor)
    }

    fn proved(all: &mut Interventions, (event, floor): (Event, Floor), now: i64) -> Vec<Outcome> {
        all.proved_by(&event, Some(at(now)), &floor, at(now)).into_iter().map(|changed| changed.outcome).collect()
    }

    #[test]
    fn an_event_before_the_answer_has_the_last_word() {
        let mut all = Interventions::after(41);
        let id = sent(&mut all, 1_000);
        assert_eq!(id, 42);
        assert_eq!(proved(&mut all, told("agentReady", ""), 1_030), [], "nobody knows yet whether it was sent at all");
        let steps = all.answered(id, Outcome::Accepted.into(), at(1_040));
        assert_eq!(steps.iter().map(|step| step.outcome).collect::<Vec<_>>(), [Outcome::Accepted, Outcome::Confirmed]);
        assert_eq!((steps[1].answered_after, steps[1].finished_after), (Some(40), Some(30)));
    }

    #[test]
    fn an_event_before_a_refusal_came_of_something_else() {
        for outcome in [Outcome::Refused(460), Outcome::NotSent(NotSent::Unreachable), Outcome::Unknown] {
            let mut all = Interventions::default();
            let id = sent(&mut all, 1_000);
            proved(&mut all, told("agentReady", ""), 1_030);
            let steps: Vec<Outcome> = all.answered(id, outcome.into(), at(1_040)).iter().map(|step| step.outcome).collect();
            assert_eq!(steps, [outcome]);
            let later = if outcome == Outcome::Unknown { vec![Outcome::Confirmed] } else { vec![] };
            assert_eq!(proved(&mut all, told("agentReady", ""), 1_050), later);
        }
    }

    #[test]
    fn what_the_agent_does_after_a_call_takes_nothing_from_its_end() {
        let mut all = Interventions::default();
        let call = Some(crate::floor::CallId::trusted("c1"));
        let id = all.begin(Intervention { operation: Operation::Drop, call, ..ready(0) }).unwrap().id;
        all.sends(id, at(0));
        let end = r#","callId":"c1","releasingDevice":"8001@test.cc","deviceId":"8001@test.cc","srcDeviceId":"8001@test.cc""#;
        proved(&mut all, told("connectionCleared", end), 30);
        proved(&mut all, told("agentReady", ""), 40);
        assert_eq!(all.answered(id, Outcome::Accepted.into(), at(50)).last().unwrap().outcome, Outcome::Confirmed);
    }

    #[test]
    fn an_early_event_counts_for_nothing_once_another_has_followed_it() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 1_000);
        proved(&mut all, told("agentReady", ""), 1_030);
        proved(&mut all, told("agentNotReady", ""), 1_040);
        assert_eq!(all.answered(id, Outcome::Accepted.into(), at(1_050)).last().unwrap().outcome, Outcome::Accepted);
    }

    #[test]
    fn an_accepted_one_is_given_up_after_ten_seconds_and_still_proved_later() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 0);
        all.answered(id, Outcome::Accepted.into(), at(50));
        assert!(all.expire(at(9_999)).0.is_empty());
        assert_eq!(all.expire(at(10_000)).0[0].outcome, Outcome::Unconfirmed);
        assert_eq!(proved(&mut all, told("agentReady", ""), 12_000), [Outcome::Confirmed]);
        assert!(all.expire(at(71_999)).1.is_empty());
        assert_eq!(all.expire(at(72_000)).1.len(), 1);
    }

    #[test]
    fn what_was_not_sent_is_proved_by_nothing_and_ends_after_ten_seconds() {
        let mut all = Interventions::default();
        let id = all.begin(ready(0)).unwrap().id;
        assert_eq!(proved(&mut all, told("agentReady", ""), 30), []);
        assert!(all.expire(at(9_999)).0.is_empty());
        let ended = all.expire(at(10_000)).0.remove(0);
        assert_eq!((ended.outcome, ended.finished_after), (Outcome::NotSent(NotSent::Unwritten), Some(10_000)));
        assert!(all.sends(id, at(10_001)).is_none() && all.waits(id).is_none(), "sent after it was given up");
        assert_eq!(proved(&mut all, told("agentReady", ""), 10_500), []);
    }

    #[test]
    fn nothing_is_sent_twice() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 0);
        assert!(all.sends(id, at(1)).is_none() && all.not_sent(id, NotSent::Unwritten, at(2)).is_none());
        assert!(all.expire(at(millis_of(ANSWER) - 1)).0.is_empty());
        assert_eq!(all.expire(at(millis_of(ANSWER))).0[0].outcome, Outcome::Unknown, "nobody said how it was answered");
    }

    #[test]
    fn an_event_proves_the_newest_that_asked_for_it() {
        let mut all = Interventions::default();
        let first = sent(&mut all, 0);
        all.answered(first, Outcome::Unknown.into(), at(50));
        let second = sent(&mut all, 1_000);
        all.answered(second, Outcome::Accepted.into(), at(1_050));
        let (event, floor) = told("agentReady", "");
        let proved: Vec<i64> = all.proved_by(&event, Some(at(1_100)), &floor, at(1_100)).into_iter().map(|changed| changed.id).collect();
        assert_eq!(proved, [second], "nobody knows what became of the first");
    }

    #[test]
    fn an_event_that_is_older_than_the_request_proves_nothing() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 100_000);
        all.answered(id, Outcome::Accepted.into(), at(100_050));
        let (event, floor) = told("agentReady", "");
        assert_eq!(all.proved_by(&event, Some(at(100_000 - millis_of(OLDER) - 1)), &floor, at(100_100)), []);
        assert_eq!(
            all.proved_by(&event, Some(at(100_000 - millis_of(OLDER))), &floor, at(100_200)).len(),
            1,
            "clocks may differ by so much"
        );
    }

    #[test]
    fn an_event_that_the_floor_did_not_take_proves_nothing() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 0);
        all.answered(id, Outcome::Accepted.into(), at(50));
        let later = r#","serial":7,"topics":"CtiRouter_1""#;
        let (_, mut floor) = told("agentNotReady", later);
        let stale =
            r#"{"eventName":"agentReady","agentId":"5001@test.cc","eventTime":"2017.03.18 14:12:24","serial":6,"topics":"CtiRouter_1"}"#;
        let stale = Event::decode(stale.as_bytes(), &Instant::in_utc).unwrap();
        floor.apply(&stale);
        assert_eq!(all.proved_by(&stale, None, &floor, at(60)), []);
    }

    #[test]
    fn an_event_about_another_seat_proves_nothing() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 0);
        all.answered(id, Outcome::Accepted.into(), at(50));
        assert_eq!(proved(&mut all, told("agentReady", r#","deviceId":"8009@test.cc""#), 60), []);
        assert_eq!(proved(&mut all, told("agentReady", r#","deviceId":"8001@test.cc""#), 70), [Outcome::Confirmed]);
    }

    #[test]
    fn one_that_waits_for_the_end_of_a_call_is_not_given_up() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 0);
        all.answered(id, PlatformAnswer { deferred: true, ..Outcome::Accepted.into() }, at(50));
        assert!(all.expire(at(millis_of(LONGEST_CALL) - 1)).0.is_empty());
        assert_eq!(proved(&mut all, told("agentReady", ""), millis_of(LONGEST_CALL)), [Outcome::Confirmed]);
    }

    #[test]
    fn patience_counts_from_the_sending() {
        let mut all = Interventions::default();
        let id = all.begin(Intervention { deferred: true, ..ready(0) }).unwrap().id;
        assert!(all.waits(id).is_some());
        assert!(all.expire(at(millis_of(LONGEST_CALL) * 9)).0.is_empty(), "one that waits was given up");
        assert!(!all.sends(id, at(500_000)).unwrap().deferred);
        all.answered(id, Outcome::Accepted.into(), at(500_050));
        assert!(all.expire(at(509_999)).0.is_empty());
        assert_eq!(all.expire(at(510_000)).0[0].finished_after, Some(510_000));
    }

    #[test]
    fn one_that_was_put_off_ends_where_another_mode_comes_instead() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 0);
        all.answered(id, PlatformAnswer { deferred: true, ..Outcome::Accepted.into() }, at(50));
        let (event, floor) = told("agentNotReady", "");
        let changed = all.proved_by(&event, None, &floor, at(60_000));
        assert_eq!((changed.len(), changed[0].outcome, changed[0].finished_after), (1, Outcome::Unconfirmed, Some(60_000)));
        assert_eq!(proved(&mut all, told("agentReady", ""), 61_000), [], "that is somebody else's");
    }

    #[test]
    fn a_refused_one_is_not_proved_by_anything() {
        let mut all = Interventions::default();
        let id = sent(&mut all, 0);
        all.answered(id, Outcome::Refused(460).into(), at(50));
        assert_eq!(proved(&mut all, told("agentReady", ""), 60), []);
    }

    #[test]
    fn where_the_console_stops_everything_has_its_end_but_what_waits() {
        let mut all = Interventions::default();
        let ids = [0; 3].map(|asked| all.begin(ready(asked)).unwrap().id);
        all.sends(ids[1], at(10));
        all.waits(ids[2]);
        let ended: Vec<_> = all.close(at(500)).into_iter().map(|i| (i.id, i.outcome)).collect();
        assert_eq!(ended, [(ids[0], Outcome::NotSent(NotSent::Stopping)), (ids[1], Outcome::Unknown)]);
        assert!(all.close(at(501)).is_empty());
    }
}
