//! Numbers of outside parties, hidden from those who have no right to see them: `13800002408` reads `138****2408`.
//!
//! This is the border: whatever is about to leave the server for such a reader goes through a [`Mask`] once, each type whole, field by
//! field, so that a new field does not compile until it is decided about. Masking comes before searching and counting: who may not see
//! a whole number does not find it either.
//!
//! - **Ours stays.** Agents' ids; a device at which an agent sits, by an event or the roster; whatever is as short as an extension.
//!   A supervisor's own phone at which no agent sits is an outside number where it is long.
//! - **Names and words** (of agents, teams and queues, reasons, call data by key and value, what the platform answers) are
//!   texts: numbers in them are hidden, but an agent's own in the name.
//! - **A call's id** stays what it is where it holds no such number; the platform's are UUIDs. Else it is told under another name, which
//!   is as good for links, keys and operations: the console knows whose it is.

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

/// How many characters of a call's id are told of one that has another name.
const NAMED_BY: usize = 64;

/// Knows what is ours, and hides the rest. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Mask(Arc<Known>);

/// The ids of ours that are long enough to be taken for numbers from outside: shorter ones need not be known.
#[derive(Debug, Clone, Default)]
struct Known {
    /// The domain of every agent.
    namespace: String,
    agents: HashSet<AgentId>,
    device_calls: HashMap<DeviceId, AgentId>,
    /// What the calls' other names are made with, so that nobody finds a number by trying all.
    secret: [u64; 2],
}

impl Mask {
    /// Knows nothing yet. The same secret gives calls the same names.
    pub fn new(secret: [u64; 2]) -> Mask {
        Mask(Arc::new(Known { secret, ..Known::default() }))
    }

    /// Learns where agents sit now: each row with where the agent sat before.
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

    /// Who has left the floor for good is not known any more.
    pub fn forget(&mut self, gone: &[AgentId]) {
        if gone.iter().any(|agent| self.0.agents.contains(agent)) {
            Arc::make_mut(&mut self.0).agents.retain(|agent| !gone.contains(agent));
        }
        if self.0.device_calls.values().any(|agent| gone.contains(agent)) {
            Arc::make_mut(&mut self.0).device_calls.retain(|_, agent| !gone.contains(agent));
        }
    }

    /// Surely ours: an agent's id, or where an agent sits; also without the domain.
    fn is_ours(&self, text: &str) -> bool {
        if self.0.agents.is_empty() && self.0.device_calls.is_empty() {
            return false;
        }
        let id = if text.contains('@') { text.to_owned() } else { format!("{text}@{}", self.0.namespace) };
        self.0.agents.contains(&AgentId::trusted(id.as_str())) || self.0.device_calls.contains_key(&DeviceId::trusted(id))
    }

    /// What people dial, or whom they name: an id without its domain.
    pub fn number(&self, number: &str) -> String {
        if self.is_ours(number) { number.to_owned() } else { mask_number(number).into_owned() }
    }

    /// An id of somebody or something: its number is hidden unless it is ours, its domain is no number of anybody.
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

    pub fn device(&self, device: &DeviceId) -> DeviceId {
        DeviceId::trusted(self.id(device.as_str()))
    }

    /// Whoever asked has named the agent: it may be anybody, unless it is surely one of ours.
    fn named(&self, agent: AgentId) -> AgentId {
        AgentId::trusted(self.id(agent.as_str()))
    }

    fn devices(&self, devices: Vec<DeviceId>) -> Vec<DeviceId> {
        devices.into_iter().map(|device| self.device(&device)).collect()
    }

    /// A name or a reason, whatever it says.
    pub fn text(&self, text: String) -> String {
        match mask_text(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => masked,
        }
    }

    /// A call by the name that those know it by who see no outside numbers.
    pub fn call_id(&self, id: &CallId) -> CallId {
        match mask_text(id.as_str()) {
            Cow::Borrowed(_) => id.clone(),
            Cow::Owned(masked) => {
                let mut hasher = DefaultHasher::new();
                (self.0.secret, id).hash(&mut hasher);
                let name = hasher.finish();
                // Letters alone: nobody is to take it for a number.
                let letter = |at: u32| char::from(b'a' + (name >> (at * 4) & 0xf) as u8);
                CallId::trusted(masked.chars().take(NAMED_BY).chain(['~']).chain((0..16).map(letter)).collect::<String>())
            }
        }
    }

    fn call_ids(&self, ids: Vec<CallId>) -> Vec<CallId> {
        ids.into_iter().map(|id| self.call_id(&id)).collect()
    }

    pub fn row(&self, row: Row) -> Row {
        let Row { agent, name, team, device, state, since, remembered, reason, call, figures, intervention, scheduled } = row;
        Row {
            name: if is_long(agent.number()) { mask_text_but(&name, agent.number()).into_owned() } else { self.text(name) },
            team: self.text(team),
            // Who sits there is ours.
            device,
            reason: reason.map(|reason| self.text(reason)),
            call: call.map(|call| self.call_view(call)),
            intervention: intervention.map(|intervention| self.intervention(intervention)),
            scheduled: scheduled.map(|scheduled| self.scheduled(scheduled)),
            agent,
            state,
            since,
            remembered,
            figures,
        }
    }

    /// Says what will be done, and by whom it was asked for.
    fn scheduled(&self, scheduled: Scheduled) -> Scheduled {
        let Scheduled { id, kind, by } = scheduled;
        Scheduled { id, kind, by }
    }

    fn call_view(&self, call: CallView) -> CallView {
        let CallView { id, direction, other, queue, started, answered, holds, parties, listeners, joined, recording, others } = call;
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
            recording,
            others,
        }
    }

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
            intervention: intervention.map(|intervention| self.intervention(intervention)),
            direction,
            started,
            answered,
            holds,
            recording,
            touched,
            end_not_seen,
        }
    }

    fn party(&self, party: Party) -> Party {
        let Party { device, agent, logged_off, role, state, since } = party;
        // Whose agent sits there, or sat there during the call, is ours.
        let device = if agent.is_some() || logged_off.is_some() { device } else { self.device(&device) };
        Party { device, agent, logged_off, role, state, since }
    }

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
        // At a call the floor has found the agent at the device; else whoever asked has named both.
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

    pub fn run(&self, run: BulkRun) -> BulkRun {
        let BulkRun { id, by, operation, minutes, items, cancelled } = run;
        let items = items.into_iter().map(|(agent, step)| (self.named(agent), step)).collect();
        BulkRun { id, by, operation, minutes, items, cancelled }
    }

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
