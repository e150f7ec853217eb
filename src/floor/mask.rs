//! Masks outside parties' numbers for those who may not see them whole: `13800002408` reads `138****2408`.
//!
//! Everything that leaves the server for such a reader goes through a [`Mask`] once. Each type is taken apart field by field, so that a new
//! field does not compile until it is decided about. Masking comes before searching and counting, so nobody finds a number who may not
//! see it.
//!
//! - **Ours stays whole**: agents' ids, a device that an agent is bound to, and whatever is as short as an extension. A supervisor's own
//!   device that no agent is bound to counts as outside if its number is long.
//! - **Texts** (names of agents, teams and queues, reasons, call data, the platform's answers) have the numbers in them masked; an agent's
//!   name keeps the agent's own number.
//! - **A call's id** stays as it is unless it holds an outside number; the platform's are UUIDs. Such a call gets another name, which works
//!   as well in links, keys and operations: the console knows whose it is.

mod digit;
mod event;
mod moment;
mod spelling;
mod text;

pub use text::{mask_number, mask_text};

use super::{AgentId, BulkRun, CallId, CallRow, CallView, DeviceId, HistoryLine, Intervention, Party, Row, Scheduled};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use text::{is_long, mask_text_but};

/// How many characters of a call's masked id are in its other name.
const NAMED_BY: usize = 64;

/// Hides outside parties' numbers; knows which ids are ours. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Mask(Arc<Known>);

/// The ids of ours that are long enough to look like outside numbers; shorter ones are never masked and need not be known.
#[derive(Debug, Clone, Default)]
struct Known {
    /// The domain of every agent.
    namespace: String,
    /// The agents with a long number.
    agents: HashSet<AgentId>,
    /// The devices with a long number that an agent is bound to.
    device_calls: HashMap<DeviceId, AgentId>,
    /// The key of the calls' other names, so that nobody finds a number by trying all.
    secret: [u64; 2],
}

impl Mask {
    /// Makes a mask that knows no ids of ours yet. Two with the same secret give calls the same names.
    pub fn new(secret: [u64; 2]) -> Mask {
        Mask(Arc::new(Known { secret, ..Known::default() }))
    }

    /// Learns which devices agents are bound to, from rows, each with the agent's device of before.
    pub fn learn<'a>(&mut self, rows: impl Iterator<Item = (&'a Row, Option<&'a DeviceId>)> + Clone) {
        if let Some((row, _)) = rows.clone().next().filter(|_| self.0.namespace.is_empty()) {
            Arc::make_mut(&mut self.0).namespace = row.agent.namespace().to_owned();
        }
        let long = |device: &&DeviceId| is_long(device.as_str());
        for (row, before) in rows.clone() {
            let left = before.filter(|before| self.0.device_calls.get(*before) == Some(&row.agent));
            if let Some(left) = left.filter(|left| row.device.as_ref() != Some(*left)) {
                Arc::make_mut(&mut self.0).device_calls.remove(left);
            }
        }
        for (row, _) in rows {
            if is_long(row.agent.as_str()) && !self.0.agents.contains(&row.agent) {
                Arc::make_mut(&mut self.0).agents.insert(row.agent.clone());
            }
            if let Some(at_device) =
                row.device.as_ref().filter(long).filter(|at_device| self.0.device_calls.get(*at_device) != Some(&row.agent))
            {
                Arc::make_mut(&mut self.0).device_calls.insert(at_device.clone(), row.agent.clone());
            }
        }
    }

    /// Forgets agents who have no row any more, and their devices.
    pub fn forget(&mut self, gone: &[AgentId]) {
        if gone.iter().any(|agent| self.0.agents.contains(agent)) {
            Arc::make_mut(&mut self.0).agents.retain(|agent| !gone.contains(agent));
        }
        if self.0.device_calls.values().any(|agent| gone.contains(agent)) {
            Arc::make_mut(&mut self.0).device_calls.retain(|_, agent| !gone.contains(agent));
        }
    }

    /// Returns whether it is a long id of ours: an agent's, or a device's that an agent is bound to; with or without the domain.
    fn is_ours(&self, text: &str) -> bool {
        if self.0.agents.is_empty() && self.0.device_calls.is_empty() {
            return false;
        }
        let id = if text.contains('@') { text.to_owned() } else { format!("{text}@{}", self.0.namespace) };
        self.0.agents.contains(&AgentId::trusted(id.as_str())) || self.0.device_calls.contains_key(&DeviceId::trusted(id))
    }

    /// Masks a number as people dial it, without a domain, unless it is ours.
    pub fn number(&self, number: &str) -> String {
        if self.is_ours(number) { number.to_owned() } else { mask_number(number).into_owned() }
    }

    /// Masks the number in an agent's or device's id unless it is ours, and any number in a domain other than ours.
    pub fn id(&self, id: &str) -> String {
        if self.is_ours(id) {
            return id.to_owned();
        }
        match id.split_once('@') {
            Some((number, domain)) if domain == self.0.namespace => format!("{}@{domain}", mask_number(number)),
            Some((number, domain)) => format!("{}@{}", mask_number(number), mask_text(domain)),
            None => mask_number(id).into_owned(),
        }
    }

    /// Masks the number in a device's id, unless it is ours.
    pub fn device(&self, device: &DeviceId) -> DeviceId {
        DeviceId::trusted(self.id(device.as_str()))
    }

    /// Masks the number in an agent's id that somebody typed in and that may be none of ours.
    fn named(&self, agent: AgentId) -> AgentId {
        AgentId::trusted(self.id(agent.as_str()))
    }

    fn devices(&self, devices: Vec<DeviceId>) -> Vec<DeviceId> {
        devices.into_iter().map(|device| self.device(&device)).collect()
    }

    /// Masks the numbers in any text, such as a name or a reason.
    pub fn text(&self, text: String) -> String {
        match mask_text(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => masked,
        }
    }

    /// Returns a call's id as it is, or its other name if it holds an outside number.
    pub fn call_id(&self, id: &CallId) -> CallId {
        match mask_text(id.as_str()) {
            Cow::Borrowed(_) => id.clone(),
            Cow::Owned(masked) => {
                let mut hasher = DefaultHasher::new();
                (self.0.secret, id).hash(&mut hasher);
                let name = hasher.finish();
                // Letters only, so that it does not look like a number.
                let letter = |at: u32| char::from(b'a' + (name >> (at * 4) & 0xf) as u8);
                CallId::trusted(masked.chars().take(NAMED_BY).chain(['~']).chain((0..16).map(letter)).collect::<String>())
            }
        }
    }

    /// Returns whether [`Mask::call_id`] may have made this name of another id. That it looks like one proves nothing: ids are the platform's.
    pub fn may_be_another_name(id: &CallId) -> bool {
        id.as_str().rsplit_once('~').is_some_and(|(_, letters)| letters.len() == 16 && letters.bytes().all(|b| (b'a'..=b'p').contains(&b)))
    }

    fn call_ids(&self, ids: Vec<CallId>) -> Vec<CallId> {
        ids.into_iter().map(|id| self.call_id(&id)).collect()
    }

    /// Masks the numbers in an agent's row.
    pub fn row(&self, row: Row) -> Row {
        let Row { agent, name, team, device, state, since, remembered, reason, call, figures, intervention, scheduled } = row;
        Row {
            name: if is_long(agent.number()) { mask_text_but(&name, agent.number()).into_owned() } else { self.text(name) },
            team: self.text(team),
            // A device that an agent is bound to is ours.
            device,
            reason: reason.map(|reason| self.text(reason)),
            call: call.map(|call| Box::new(self.call_view(*call))),
            intervention: intervention.map(|intervention| Box::new(self.intervention(*intervention))),
            scheduled: scheduled.map(|scheduled| Box::new(self.scheduled(*scheduled))),
            agent,
            state,
            since,
            remembered,
            figures,
        }
    }

    /// Leaves what is scheduled as it is: it holds no outside number.
    fn scheduled(&self, scheduled: Scheduled) -> Scheduled {
        let Scheduled { id, kind, by } = scheduled;
        Scheduled { id, kind, by }
    }

    fn call_view(&self, call: CallView) -> CallView {
        let CallView { id, direction, other, queue, started, answered, holds, parties, stay, listeners, joined, recording, others } = call;
        CallView {
            id: self.call_id(&id),
            other: self.number(&other),
            queue: queue.map(|queue| self.text(queue)),
            listeners: self.devices(listeners),
            joined: self.devices(joined),
            direction,
            started,
            answered,
            holds,
            parties,
            stay,
            recording,
            others,
        }
    }

    /// Masks the numbers in a call's row.
    pub fn call(&self, call: CallRow) -> CallRow {
        let CallRow {
            id,
            former,
            direction,
            kind,
            queue,
            started,
            answered,
            holds,
            recording,
            data,
            parties,
            named,
            touched,
            end_not_seen,
            remembered,
            intervention,
        } = call;
        CallRow {
            id: self.call_id(&id),
            former: self.call_ids(former),
            kind: kind.map(|kind| self.text(kind)),
            queue: queue.map(|queue| self.text(queue)),
            data: data.into_iter().map(|(key, value)| (self.text(key), self.text(value))).collect(),
            parties: parties.into_iter().map(|party| self.party(party)).collect(),
            named: named.map(|named| self.device(&named)),
            intervention: intervention.map(|intervention| Box::new(self.intervention(*intervention))),
            direction,
            started,
            answered,
            holds,
            recording,
            touched,
            end_not_seen,
            remembered,
        }
    }

    fn party(&self, party: Party) -> Party {
        let Party { device, agent, logged_off, role, state, since } = party;
        // A device that an agent is bound to, or was during the call, is ours.
        let device = if agent.is_some() || logged_off.is_some() { device } else { self.device(&device) };
        Party { device, agent, logged_off, role, state, since }
    }

    /// Masks the numbers in an intervention.
    pub fn intervention(&self, intervention: Intervention) -> Intervention {
        let Intervention {
            id,
            operation,
            agent,
            device,
            call,
            by,
            by_device,
            requested_at,
            answered_after,
            finished_after,
            outcome,
            deferred,
            holder,
        } = intervention;
        // At a call the floor found the agent at the device; otherwise both are as whoever asked typed them in.
        let seated = agent.is_some() && operation.on_call();
        Intervention {
            agent: agent.map(|agent| if seated { agent } else { self.named(agent) }),
            device: device.map(|device| if seated { device } else { self.device(&device) }),
            call: call.map(|call| self.call_id(&call)),
            by_device: self.device(&by_device),
            holder: holder.map(|holder| self.id(&holder)),
            id,
            operation,
            by,
            requested_at,
            answered_after,
            finished_after,
            outcome,
            deferred,
        }
    }

    /// Masks the numbers in a bulk run: its agents are as whoever asked named them.
    pub fn run(&self, run: BulkRun) -> BulkRun {
        let BulkRun { id, by, operation, minutes, items, cancelled } = run;
        let items = items.into_iter().map(|(agent, step)| (self.named(agent), step)).collect();
        BulkRun { id, by, operation, minutes, items, cancelled }
    }

    /// Masks the numbers in a line of a call's history.
    pub fn line(&self, line: HistoryLine) -> HistoryLine {
        let HistoryLine { at, kind, device, other, under } = line;
        HistoryLine {
            device: device.map(|device| self.device(&device)),
            other: other.map(|other| self.device(&other)),
            under: self.call_id(&under),
            at,
            kind,
        }
    }
}

#[cfg(test)]
mod tests;
