//! The step-ins under way and lately ended: who asked for what, and how far it has come. Part of the floor's owner; the events that
//! prove an operation pass by there.

use crate::floor::{AgentId, CallId, Event, EventKind, Floor, Intervention, Operation, Outcome};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an accepted operation waits for its event.
const PATIENCE: i64 = 10_000;
/// How long one that waits for the end of a call does.
const LONGEST_CALL: i64 = 4 * 3600 * 1000;
/// How long an ended one is shown at its row; its event, if late, still counts during that time.
const SHOWN: i64 = 60_000;
/// More at once is not stepping in.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub struct Interventions {
    by_id: BTreeMap<i64, Followed>,
    last_id: i64,
}

#[derive(Debug)]
struct Followed {
    step_in: Intervention,
    /// When it was sent: later than it was asked for where it waited for the end of a call.
    sent: i64,
    /// What it asked for will not come any more: later events are not its own.
    overtaken: bool,
}

/// How the platform answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub outcome: Outcome,
    pub deferred: bool,
    pub holder: Option<String>,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        Answer { outcome, deferred: false, holder: None }
    }
}

/// Operations whose outcome changed, each as it is now.
pub type Changed = Vec<Intervention>;

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
        self.recall(intervention.clone());
        Some(intervention)
    }

    /// Takes up one that waits since before a restart, under the id that it has.
    pub fn recall(&mut self, intervention: Intervention) {
        let sent = intervention.requested_at;
        self.by_id.insert(intervention.id, Followed { step_in: intervention, sent, overtaken: false });
    }

    pub fn withdraw(&mut self, id: i64) -> Option<Intervention> {
        self.by_id.remove(&id).map(|followed| followed.step_in)
    }

    pub fn get(&self, id: i64) -> Option<&Intervention> {
        self.by_id.get(&id).map(|followed| &followed.step_in)
    }

    /// One that waited is sent now, or waits on.
    pub fn sends(&mut self, id: i64, sends: bool, now: i64) -> Option<Intervention> {
        let followed = self.by_id.get_mut(&id).filter(|followed| followed.step_in.outcome == Outcome::Requested)?;
        (followed.sent, followed.step_in.deferred) = (now, !sends);
        Some(followed.step_in.clone())
    }

    /// What was wanted is true, though no event said so.
    pub fn confirm(&mut self, id: i64, now: i64) -> Option<Intervention> {
        let intervention = &mut self.by_id.get_mut(&id)?.step_in;
        intervention.outcome = Outcome::Confirmed;
        intervention.finished_after = Some(elapsed(intervention.requested_at, now));
        Some(intervention.clone())
    }

    /// The platform answered, or the connection broke. An event that came first has the last word.
    pub fn answered(&mut self, id: i64, answer: Answer, now: i64) -> Option<Intervention> {
        let Answer { outcome, deferred, holder } = answer;
        let intervention = &mut self.by_id.get_mut(&id)?.step_in;
        let after = elapsed(intervention.requested_at, now);
        intervention.answered_after = Some(after);
        if intervention.outcome == Outcome::Requested {
            intervention.outcome = outcome;
            (intervention.deferred, intervention.holder) = (deferred, holder);
            intervention.finished_after = (outcome != Outcome::Accepted).then_some(after);
        }
        Some(intervention.clone())
    }

    /// Confirms what `event` proves, and ends what it overtakes. What was given up or unknown is still proved by its event.
    pub fn proved_by(&mut self, event: &Event, floor: &Floor, now: i64) -> Changed {
        let open = |outcome| matches!(outcome, Outcome::Requested | Outcome::Accepted | Outcome::Unknown | Outcome::Unconfirmed);
        let mut changed = Vec::new();
        for Followed { step_in: intervention, overtaken, .. } in self.by_id.values_mut() {
            if *overtaken {
                continue;
            }
            if open(intervention.outcome) && intervention.is_proved_by(event, floor) {
                intervention.outcome = Outcome::Confirmed;
            } else if intervention.outcome == Outcome::Accepted && intervention.deferred && is_overtaken_by(intervention, event) {
                intervention.outcome = Outcome::Unconfirmed;
                *overtaken = true;
            } else {
                continue;
            }
            intervention.finished_after = Some(elapsed(intervention.requested_at, now));
            changed.push(intervention.clone());
        }
        changed
    }

    /// Gives up on those that waited too long. The second list is those that need not be shown any more.
    pub fn expire(&mut self, now: i64) -> (Changed, Changed) {
        let mut changed = Vec::new();
        for Followed { step_in: intervention, sent, .. } in self.by_id.values_mut() {
            let patience = if intervention.deferred { LONGEST_CALL } else { PATIENCE };
            if intervention.outcome == Outcome::Accepted && now - *sent >= patience {
                intervention.outcome = Outcome::Unconfirmed;
                intervention.finished_after = Some(elapsed(intervention.requested_at, now));
                changed.push(intervention.clone());
            }
        }
        let ended = |i: &Intervention| now - i.requested_at - i64::from(i.finished_after.unwrap_or(0)) >= SHOWN;
        let gone: Vec<i64> = self.all().filter(|i| !i.outcome.pending() && ended(i)).map(|i| i.id).collect();
        (changed, gone.into_iter().filter_map(|id| self.withdraw(id)).collect())
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
        self.by_id.values().map(|followed| &followed.step_in)
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

/// A mode that was put off until the end of the call, and the agent is in another one by now.
fn is_overtaken_by(intervention: &Intervention, event: &Event) -> bool {
    let another = matches!(event.kind, EventKind::AgentReady | EventKind::AgentNotReady | EventKind::AgentLoggedOff);
    another && event.agent.is_some() && event.agent == intervention.agent
}

fn elapsed(from: i64, to: i64) -> u32 {
    u32::try_from(Duration::from_millis(u64::try_from(to - from).unwrap_or(0)).as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::DeviceId;

    fn ready(at: i64) -> Intervention {
        Intervention {
            id: 0,
            operation: Operation::Ready,
            agent: Some(AgentId::trusted("5001@test.cc")),
            device: Some(DeviceId::trusted("8001@test.cc")),
            call: None,
            by: AgentId::trusted("5000@test.cc"),
            by_device: DeviceId::trusted("8000@test.cc"),
            requested_at: at,
            answered_after: None,
            finished_after: None,
            outcome: Outcome::Requested,
            deferred: false,
            holder: None,
        }
    }

    fn proof() -> Event {
        Event::decode(br#"{"eventName":"agentReady","agentId":"5001@test.cc","eventTime":"2017.03.18 14:13:24"}"#, &|t| t.into()).unwrap()
    }

    #[test]
    fn an_event_before_the_answer_has_the_last_word() {
        let mut all = Interventions::after(41);
        let id = all.begin(ready(1_000)).unwrap().id;
        assert_eq!(id, 42);
        assert_eq!(all.proved_by(&proof(), &Floor::default(), 1_030)[0].finished_after, Some(30));
        let answered = all.answered(id, Outcome::Accepted.into(), 1_040).unwrap();
        assert_eq!((answered.outcome, answered.answered_after, answered.finished_after), (Outcome::Confirmed, Some(40), Some(30)));
    }

    #[test]
    fn an_accepted_one_is_given_up_after_ten_seconds_and_still_proved_later() {
        let mut all = Interventions::default();
        let id = all.begin(ready(0)).unwrap().id;
        all.answered(id, Outcome::Accepted.into(), 50);
        assert!(all.expire(9_999).0.is_empty());
        assert_eq!(all.expire(10_000).0[0].outcome, Outcome::Unconfirmed);
        assert_eq!(all.proved_by(&proof(), &Floor::default(), 12_000)[0].outcome, Outcome::Confirmed);
        assert!(all.expire(71_999).1.is_empty());
        assert_eq!(all.expire(72_000).1.len(), 1);
    }

    #[test]
    fn one_that_waits_for_the_end_of_a_call_is_not_given_up() {
        let mut all = Interventions::default();
        let id = all.begin(ready(0)).unwrap().id;
        all.answered(id, Answer { deferred: true, ..Outcome::Accepted.into() }, 50);
        assert!(all.expire(LONGEST_CALL - 1).0.is_empty());
        assert_eq!(all.proved_by(&proof(), &Floor::default(), LONGEST_CALL)[0].outcome, Outcome::Confirmed);
    }

    #[test]
    fn patience_counts_from_the_sending() {
        let mut all = Interventions::default();
        let id = all.begin(Intervention { deferred: true, ..ready(0) }).unwrap().id;
        assert!(all.expire(LONGEST_CALL * 9).0.is_empty(), "one that was never sent was given up");
        assert!(!all.sends(id, true, 500_000).unwrap().deferred);
        all.answered(id, Outcome::Accepted.into(), 500_050);
        assert!(all.expire(509_999).0.is_empty());
        assert_eq!(all.expire(510_000).0[0].finished_after, Some(510_000));
    }

    #[test]
    fn one_that_was_put_off_ends_where_another_mode_comes_instead() {
        let mut all = Interventions::default();
        let id = all.begin(ready(0)).unwrap().id;
        all.answered(id, Answer { deferred: true, ..Outcome::Accepted.into() }, 50);
        let other = br#"{"eventName":"agentNotReady","agentId":"5001@test.cc","eventTime":"2017.03.18 14:13:24"}"#;
        let other = Event::decode(other, &|t| t.into()).unwrap();
        let changed = all.proved_by(&other, &Floor::default(), 60_000);
        assert_eq!((changed.len(), changed[0].outcome, changed[0].finished_after), (1, Outcome::Unconfirmed, Some(60_000)));
        assert_eq!(all.proved_by(&proof(), &Floor::default(), 61_000), [], "that is somebody else's");
    }

    #[test]
    fn a_refused_one_is_not_proved_by_anything() {
        let mut all = Interventions::default();
        let id = all.begin(ready(0)).unwrap().id;
        all.answered(id, Outcome::Refused(460).into(), 50);
        assert!(all.proved_by(&proof(), &Floor::default(), 60).is_empty());
    }
}
