//! What is kept of a call that is over.

use super::call::{Call, Connection};
use super::event::EventKind;
use super::standing::Standing;
use super::{AgentId, CallId, DeviceId, Direction, Floor, Operation, PartyRole, PlatformTime};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A call that is over, with everybody who had a part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The id that the platform knew it by last.
    pub id: CallId,
    /// The ids that it had before, sorted.
    pub former: Vec<CallId>,
    /// Who called whom, seen from the floor.
    pub direction: Direction,
    /// The platform's `callType` word, if an event had one.
    pub kind: Option<String>,
    /// The queue that it came through, if an event named one.
    pub queue: Option<String>,
    /// When its first event happened; absent if only its end was heard of.
    pub started: Option<PlatformTime>,
    /// When it was first answered; absent if it was not.
    pub answered: Option<PlatformTime>,
    /// When the last of its parties left, or was last heard of.
    pub ended: PlatformTime,
    /// How it ended.
    pub ending: Ending,
    /// Who left first, if that was heard.
    pub ended_by: Option<DeviceId>,
    /// How often it was on hold.
    pub holds: u32,
    /// For how long it was on hold.
    pub held: Duration,
    /// How often it was transferred.
    pub transfers: u32,
    /// How often somebody joined by a conference.
    pub conferences: u32,
    /// Everybody who had a part in it, in the order in which they came.
    pub parties: Vec<PartyRecord>,
    /// Which supervisors stepped in, each step-in once, in the order in which they were asked for.
    pub stepped_in: Vec<StepIn>,
    /// Whether all of it was heard, from its beginning to its end: where not, times and counts may be short of the truth.
    pub certain: bool,
}

/// An operation about a call that took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepIn {
    /// The intervention's number.
    pub id: i64,
    /// What was done.
    pub operation: Operation,
    /// Who asked for it, as in [`Intervention::by`](super::Intervention::by).
    pub by: AgentId,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// It was answered, and somebody hung up.
    HungUp,
    /// Nobody answered.
    Unanswered,
    /// The platform could not connect it.
    Failed,
    /// Later events of its devices contradict it: its end was not heard.
    NotSeen,
}

impl Ending {
    /// Returns the ending's name in the database and the JSON views.
    pub fn code(self) -> &'static str {
        match self {
            Ending::HungUp => "hung-up",
            Ending::Unanswered => "unanswered",
            Ending::Failed => "failed",
            Ending::NotSeen => "not-seen",
        }
    }
}

/// One device's part in a call that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyRecord {
    /// The device; an outside party is one too.
    pub device: DeviceId,
    /// The agent who sat there.
    pub agent: Option<AgentId>,
    /// How it came into the call.
    pub role: PartyRole,
    /// When it last came into the call.
    pub entered: PlatformTime,
    /// When it was first connected; absent if it never was.
    pub connected: Option<PlatformTime>,
    /// When it left; absent if that was not heard.
    pub left: Option<PlatformTime>,
    /// How often it put the call on hold.
    pub holds: u32,
}

impl Floor {
    /// Returns what is to be kept of a call that is over, or `None` if it goes on or is not known. Who stepped in the floor does not know.
    pub fn call_record(&self, id: &CallId) -> Option<CallRecord> {
        let call = self.calls.get(id)?;
        let standing = self.standing(call);
        if !standing.over {
            return None;
        }
        let folded = call.folded();
        let left = |connection: &Connection| (!connection.live()).then_some(connection.left.happened);
        let parts = || call.connections().filter(|(index, ..)| standing.takes_part(*index));
        let mut parties: Vec<_> = parts()
            .map(|(_, device, connection)| {
                let agent = self.agent_at(device).cloned().or_else(|| self.logged_off_during(device, connection));
                let party = PartyRecord {
                    device: device.clone(),
                    agent,
                    role: connection.role.unwrap_or(PartyRole::Joined),
                    entered: connection.entered.happened,
                    connected: connection.connected,
                    left: left(connection),
                    holds: connection.holds,
                };
                (connection.entered, party)
            })
            .collect();
        parties.sort_unstable_by(|(a, first), (b, second)| (a, &first.device).cmp(&(b, &second.device)));
        let first_to_leave = parts().filter(|(_, _, connection)| !connection.live() && !connection.sent_on).min_by_key(|(_, _, c)| c.left);
        let ended = parts().filter_map(|(_, _, connection)| left(connection)).max().filter(|_| !standing.unseen);
        let ended = ended.unwrap_or_else(|| call.facts().last().map_or(call.touched, |fact| fact.at.happened));
        Some(CallRecord {
            id: id.clone(),
            former: call.former(),
            direction: self.direction(call),
            kind: call.origin().kind().cloned(),
            queue: call.origin().queue().cloned(),
            started: folded.started,
            answered: folded.answered,
            ended,
            ending: ending(call, &standing),
            ended_by: first_to_leave.filter(|_| !standing.unseen).map(|(_, device, _)| device.clone()),
            holds: folded.holding.holds.count,
            held: folded.holding.holds.total(ended),
            transfers: call.told(EventKind::Transferred),
            conferences: call.told(EventKind::Conferenced),
            parties: parties.into_iter().map(|(_, party)| party).collect(),
            stepped_in: Vec::new(),
            certain: !standing.unseen && BEGINNINGS.into_iter().any(|kind| call.told(kind) > 0),
        })
    }
}

/// The events with which a call begins.
const BEGINNINGS: [EventKind; 3] = [EventKind::ServiceInitiated, EventKind::Originated, EventKind::Delivered];

fn ending(call: &Call, standing: &Standing) -> Ending {
    match call.folded().answered {
        _ if standing.unseen => Ending::NotSeen,
        Some(_) => Ending::HungUp,
        None if call.told(EventKind::Failed) > 0 => Ending::Failed,
        None => Ending::Unanswered,
    }
}
