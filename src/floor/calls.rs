//! What the floor says of calls: who is in one, whether it is over, its row, its history.
//!
//! An end that nobody heard is found by contradiction (protocol, section 5): a device of ours has left if it was busy in another call, or
//! its agent changed mode, after the last event of it in this call. That is worked out anew each time, so a later event of the call
//! shows it alive again.

use super::call::{COPIES_APART, Call, Connection, ConnectionState, NOBODY, data};
use super::device::{Device, ListenRequest, Parts};
use super::event::EventKind;
use super::stamp::Stamp;
use super::standing::Standing;
use super::{AgentId, CallId, CallRow, Changes, DeviceId, Direction, Floor, Party, PartyRole, PartyState, PlatformTime};

/// One thing that happened to a call, its copies counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// When it happened.
    pub at: PlatformTime,
    /// The kind of event that told it.
    pub kind: EventKind,
    /// The device that did it, or to which it happened, if one was named.
    pub device: Option<DeviceId>,
    /// The other device that was named: who calls, who was added, to whom it was transferred.
    pub other: Option<DeviceId>,
    /// The id that the call had then.
    pub under: CallId,
}

impl Floor {
    /// Expects `device` as a silent listener of `call`, so that it counts as one when it turns up there.
    pub fn expect_listener(&mut self, call: &CallId, device: &DeviceId) {
        let (id, from) = (self.successor(call), self.latest);
        if let Some(at) = self.calls.slot(&id) {
            if let Some(call) = self.calls.at_mut(at) {
                call.expect_listener(device);
            }
            self.refresh(at, &mut Changes::default());
            self.listen_requests.insert(device.clone(), ListenRequest { call: id, from });
        }
    }

    /// Expects `device` as an ordinary party of `call` from now on, no longer as a listener.
    pub fn forget_listener(&mut self, call: &CallId, device: &DeviceId) {
        let id = self.successor(call);
        if let Some(at) = self.calls.slot(&id) {
            if let Some(call) = self.calls.at_mut(at) {
                call.forget_listener(device);
            }
            self.refresh(at, &mut Changes::default());
        }
        self.listen_requests.remove(device);
    }

    /// Returns the id under which a call goes on after conferences and transfers: its own if it had none.
    pub fn successor(&self, call: &CallId) -> CallId {
        let mut id = call;
        for _ in 0..16 {
            match self.successors.get(id) {
                Some((next, _)) if next != call => id = next,
                _ => break,
            }
        }
        id.clone()
    }

    /// Returns every id by which the platform knows or knew the call that goes on as `call`, or nothing if the floor does not know it.
    pub fn ids_of(&self, call: &CallId) -> Vec<CallId> {
        let Some(known) = self.calls.get(call) else { return Vec::new() };
        let former = known.former_ids().iter().filter(|former| self.successor(former) == *call);
        former.chain([call]).cloned().collect()
    }

    /// Returns how a call stands, seen from the whole floor.
    pub(super) fn standing(&self, call: &Call) -> Standing {
        let (mut left, mut absent, mut talkers, mut heard_talkers) = (0, 0, 0, 0);
        let (mut gone, mut hung_up, mut ringing_only) = (false, false, true);
        // A call that has none of our devices any more is not the floor's: nobody will hear of it again.
        let (mut ours, mut heard_ours) = (false, false);
        for (index, device, connection) in self.connections(call) {
            let parts = device.and_then(|device| Some((&device.binding.as_ref()?.parts, device.evidence())));
            let is_ours = parts.is_some();
            if parts.is_some_and(|(parts, _)| is_absent(connection, parts)) {
                absent |= 1 << index;
                continue;
            }
            let contradicted = parts.is_some_and(|(parts, evidence)| parts.contradicted(call.at, evidence));
            left |= u64::from(contradicted) << index;
            let is_ours = connection.live() && is_ours;
            (ours, heard_ours) = (ours || (is_ours && !contradicted), heard_ours || is_ours);
            if connection.listens() {
                continue;
            }
            gone |= !connection.live();
            hung_up |= !connection.live() && !connection.sent_on;
            heard_talkers += u32::from(connection.live());
            talkers += u32::from(connection.live() && !contradicted);
            ringing_only &= !connection.live() || connection.state == Some(ConnectionState::Alerting);
        }
        // Nothing rings for somebody who hung up. Who sent the call on leaves it ringing.
        let rings_for_nobody = ringing_only && (hung_up || left != 0);
        let over = (gone || left != 0) && (talkers <= 1 || !ours || rings_for_nobody);
        Standing { left, absent, over, unseen: over && !(gone && (heard_talkers <= 1 || !heard_ours || rings_for_nobody)) }
    }

    /// Returns every connection of the call with its place and its device, which is absent if the floor has not listed it.
    fn connections<'a>(&'a self, call: &'a Call) -> impl Iterator<Item = (usize, Option<&'a Device>, &'a Connection)> {
        let device = |index: usize| call.slots().get(index).and_then(|slot| self.devices.at(*slot));
        call.connections().map(move |(index, _, connection)| (index, device(index), connection))
    }

    /// Returns whether `device` has a live connection in `call` now.
    pub fn in_call(&self, device: &DeviceId, call: &CallId) -> bool {
        let Some(call) = self.calls.get(&self.successor(call)) else { return false };
        let Some(index) = call.position(device) else { return false };
        let standing = self.standing(call);
        !standing.over && call.connection(device).is_some_and(|connection| standing.counts(usize::from(index), connection))
    }

    /// Returns whether `call` is known and not over.
    pub fn call_is_live(&self, call: &CallId) -> bool {
        self.calls.get(&self.successor(call)).is_some_and(|call| call.connections().next().is_some() && !self.standing(call).over)
    }

    /// Returns whether `call` is known and over: its end was heard, or later events contradict it.
    pub fn is_over(&self, call: &CallId) -> bool {
        self.calls.get(&self.successor(call)).is_some_and(|call| self.standing(call).over)
    }

    /// Returns the agents in `call`, listeners not counted, each with the device, sorted by device.
    pub fn agents_in(&self, call: &CallId) -> Vec<(AgentId, DeviceId)> {
        let Some(call) = self.calls.get(&self.successor(call)) else { return Vec::new() };
        let standing = self.standing(call);
        let in_it = call.connections().filter(|(index, _, connection)| standing.counts(*index, connection) && !connection.listens());
        let mut agents: Vec<(AgentId, DeviceId)> =
            in_it.filter_map(|(_, device, _)| Some((self.agent_at(device)?.clone(), device.clone()))).collect();
        agents.sort_unstable_by(|(_, a), (_, b)| a.cmp(b));
        agents
    }

    /// Returns the ids of the calls that are known, lately ended ones included.
    pub fn calls(&self) -> impl Iterator<Item = &CallId> {
        self.calls.iter().map(|(id, _)| id)
    }

    /// Returns the row of the call, or `None` if it is over, not known or known by a newer id. Its intervention is absent: the floor does
    /// not know interventions, and it never counts as remembered. A call whose end was not heard has a row too, with its last parties.
    pub fn call_row(&self, id: &CallId) -> Option<CallRow> {
        let call = self.calls.get(id)?;
        let standing = self.standing(call);
        if standing.over && !standing.unseen {
            return None;
        }
        let named = self.named_end(call, &standing);
        let watched = self.listened_to_by(call, &standing);
        let mut parties: Vec<(Stamp, Party)> = Vec::new();
        for (index, device, connection) in call.connections() {
            let Some(state) = connection.state.and_then(party_state) else { continue };
            if standing.counts(index, connection) || (standing.over && standing.takes_part(index)) {
                let role = match watched {
                    Some(_) => PartyRole::Listener,
                    None => connection.role.unwrap_or(PartyRole::Joined),
                };
                let agent = self.agent_at(device).cloned();
                let logged_off = agent.is_none().then(|| self.logged_off_during(device, connection)).flatten();
                parties
                    .push((connection.entered, Party { device: device.clone(), agent, logged_off, role, state, since: connection.since }));
            }
        }
        for (device, connection) in self.listeners_from_elsewhere(call, &standing) {
            let Some(state) = connection.state.and_then(party_state) else { continue };
            let agent = self.agent_at(&device).cloned();
            let party = Party { device, agent, logged_off: None, role: PartyRole::Listener, state, since: connection.since };
            parties.push((connection.entered, party));
        }
        parties.sort_unstable_by(|(a, first), (b, second)| (first.role, a, &first.device).cmp(&(second.role, b, &second.device)));
        if parties.is_empty() {
            return None;
        }
        let folded = call.folded();
        Some(CallRow {
            id: id.clone(),
            former: call.former(),
            direction: self.direction(call),
            kind: call.origin().kind().cloned(),
            queue: call.origin().queue().cloned(),
            started: folded.started,
            answered: folded.answered,
            holds: folded.holding.holds,
            recording: folded.recording(),
            data: data(call.origins()),
            parties: parties.into_iter().map(|(_, party)| party).collect(),
            named: named.cloned(),
            touched: call.facts().last().map_or(call.touched, |fact| fact.at.happened),
            end_not_seen: standing.unseen,
            remembered: false,
            intervention: None,
        })
    }

    /// Returns the first agent who logged off at `device` while it was in this call: not surely before it entered.
    pub(super) fn logged_off_during(&self, device: &DeviceId, connection: &Connection) -> Option<AgentId> {
        let during = |(at, _): &&(Stamp, AgentId)| !connection.entered.surely_after(at);
        self.binding(device)?.left.iter().filter(during).min_by_key(|(at, _)| *at).map(|(_, agent)| agent.clone())
    }

    /// Returns what happened to a call, oldest first; of a very long history the oldest lines are missing.
    pub fn call_history(&self, id: &CallId) -> Vec<HistoryLine> {
        let Some(call) = self.calls.get(&self.successor(id)) else { return Vec::new() };
        let mut lines: Vec<HistoryLine> = Vec::new();
        let device = |index: u8| if index == NOBODY { None } else { call.device_at(index).cloned() };
        for fact in call.facts() {
            let (who, other) = (device(fact.device), device(fact.other));
            let near = lines.iter().rev().take_while(|line| fact.at.happened.abs_diff(line.at) <= COPIES_APART);
            let same = |line: &HistoryLine| line.kind == fact.kind && line.device == who && line.other == other;
            // A copy, unless something else happened to the same device in between.
            let copy = near.take_while(|line| same(line) || line.device != who || line.device.is_none()).any(same);
            if !copy {
                let under = call.id_at(fact.under).clone();
                lines.push(HistoryLine { at: fact.at.happened, kind: fact.kind, device: who, other, under });
            }
        }
        lines
    }

    /// Returns the direction by `callType`, or else by whose devices called and were called.
    pub(super) fn direction(&self, call: &Call) -> Direction {
        let end = |index: Option<u8>| index.and_then(|index| call.device_at(index));
        match call.origin().kind().map(String::as_str) {
            Some("Inbound" | "SMART_IVR") => Direction::Inbound,
            Some("Outbound" | "PreOccupied" | "PreDictive" | "AgentAutoCall" | "PreView") => Direction::Outbound,
            Some("Internal") => Direction::Internal,
            _ => match (end(call.folded().calling), end(call.folded().called)) {
                (Some(calling), Some(called)) if self.is_ours(calling) && self.is_ours(called) => Direction::Internal,
                (Some(calling), _) if self.is_ours(calling) => Direction::Outbound,
                (Some(_), _) => Direction::Inbound,
                (None, _) => Direction::Unknown,
            },
        }
    }

    /// Returns whom `device` talks to: the caller or called one that is still there, or else another party, one from outside before ours.
    /// If nobody is left, whom it talked to last.
    pub(super) fn other_party<'a>(&self, call: &'a Call, standing: &Standing, device: &DeviceId) -> Option<&'a DeviceId> {
        let folded = call.folded();
        let named = |index: Option<u8>| index.and_then(|index| Some((index, call.device_at(index)?)));
        let gone = |index: u8| folded.connection(index).is_some_and(|connection| !standing.counts(usize::from(index), connection));
        let ends = || [named(folded.calling), named(folded.called)].into_iter().flatten().filter(|(_, end)| *end != device);
        let parties = call
            .connections()
            .filter(|(index, party, connection)| standing.counts(*index, connection) && !connection.listens() && *party != device);
        let present: Vec<&DeviceId> =
            ends().filter(|(index, _)| !gone(*index)).map(|(_, end)| end).chain(parties.map(|(_, party, _)| party)).collect();
        let outside = present.iter().find(|party| !self.is_ours(party));
        outside.or(present.first()).copied().or_else(|| ends().next().map(|(_, end)| end))
    }
}

/// Returns whether a device of ours, with these parts in its calls, has no connection although others' copies name it: it would get copies
/// of its own. Only that it rings may be known from others first, unless it is busy in another call.
fn is_absent(connection: &Connection, parts: &Parts) -> bool {
    use ConnectionState::{Connected, Held};
    let unheard = !connection.heard && connection.live();
    unheard && (connection.named_only || matches!(connection.state, Some(Connected | Held)) || parts.is_busy())
}

/// Returns the state of a party by its connection, or `None` if it has left.
fn party_state(state: ConnectionState) -> Option<PartyState> {
    match state {
        ConnectionState::Initiated => Some(PartyState::Initiated),
        ConnectionState::Dialling => Some(PartyState::Dialling),
        ConnectionState::Alerting => Some(PartyState::Alerting),
        ConnectionState::Connected => Some(PartyState::Connected),
        ConnectionState::Held => Some(PartyState::Held),
        ConnectionState::Cleared => None,
    }
}
