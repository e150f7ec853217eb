//! What the other consoles on the same database do: their operations at the rows, and what any of them was told to do later.

use super::FloorState;
use crate::floor::{AgentId, BulkItem, CallId, ConsoleTime, DeviceId, Intervention, Operation, Outcome};
use crate::server::clock::now;
use crate::server::database::Lead;
use crate::server::journal::{Entry, Said, What};
use crate::server::store::{ScheduledAction, console_of};
use std::collections::BTreeSet;

/// What the queues of all consoles together are called.
const ALL_QUEUES: &str = "all consoles'";

impl FloorState {
    /// Whether this console does what only one may do.
    pub(super) fn leads(&self) -> bool {
        *self.leads.borrow() == Lead::Ours
    }

    /// Another console's operation came a step further: shown here, followed there.
    pub fn elsewhere(&mut self, told: Intervention, item: Option<BulkItem>) {
        if told.outcome == Outcome::Requested {
            self.takes_part(&told);
        }
        self.has_stepped_in(&told);
        // What is read anew after a break was told before.
        let before = self.interventions.heard_of(told.clone());
        if before.is_none_or(|before| before.outcome != told.outcome) {
            self.tell(&told);
        }
        self.touch(&told);
        match item {
            Some(item) => self.runs.begun(item, &told),
            None => self.runs.followed(&told),
        }
    }

    /// The name under which the floor knows the queue that keeps events for this console. Each console has a queue of its own; what one missed
    /// the others wrote down, so that together they are one, but for a queue that is new: it kept nothing yet.
    pub(super) fn common_queue(&mut self, queue: String, source: &str, at: ConsoleTime) -> String {
        if self.store.console().is_none() {
            return queue;
        }
        if self.queues.insert(queue.clone()) {
            self.store.keep_queue(&queue, at);
            self.journal.append(Entry::new(at, What::Said(Said::Live(source.to_owned(), None))));
            let doubtful = self.fold.live(at, None);
            self.changed(doubtful);
        }
        ALL_QUEUES.to_owned()
    }

    /// From now on the phone of whoever steps in is expected to listen, or to take part as others do.
    pub(super) fn takes_part(&mut self, intervention: &Intervention) {
        match (&intervention.call, intervention.operation) {
            (_, Operation::Phone(_)) | (None, _) => {}
            (Some(call), operation) => self.expect_part(call, &intervention.by_device, operation == Operation::Listen),
        }
    }

    /// From now on the device is expected to listen to the call, or to take part as others do.
    pub(super) fn expect_part(&mut self, call: &CallId, device: &DeviceId, silently: bool) {
        if silently {
            self.fold.floor.expect_listener(call, device);
            self.journal.say(Said::Listens(call.clone(), device.clone()));
        } else {
            self.fold.floor.forget_listener(call, device);
            self.journal.say(Said::TakesPart(call.clone(), device.clone()));
        }
    }

    /// What was under way at consoles that are no more has ended there; the one that leads writes that down. What comes with an order
    /// has not: from now on the one that leads follows it.
    pub fn alive(&mut self, consoles: &BTreeSet<i64>) {
        let is_gone = |id: &i64| !consoles.contains(&console_of(*id));
        let schedule = &self.schedule;
        for ended in self.interventions.orphaned(now(), |id| is_gone(&id) && !schedule.has(id)) {
            self.tell(&ended);
            self.touch(&ended);
            self.runs.followed(&ended);
        }
        let here = self.leads();
        for id in self.schedule.ids().filter(is_gone) {
            self.interventions.take_over(id, here);
        }
    }

    /// How often this console changed what is to be done later.
    pub fn schedule_changes(&self) -> u64 {
        self.schedule_changes
    }

    /// Takes what is to be done later as the database had it when this console had changed it so often; false where it has changed it since:
    /// then it is to be read again.
    pub fn scheduled_elsewhere(&mut self, mut actions: Vec<ScheduledAction>, changes: u64) -> bool {
        if changes != self.schedule_changes {
            return false;
        }
        actions.retain(|action| matches!(AgentId::own(action.agent.as_str(), &self.ours), Ok(Some(_))));
        let ids: BTreeSet<i64> = actions.iter().map(|action| action.scheduled.id).collect();
        for gone in self.schedule.without(&ids) {
            self.dirty.insert(gone.agent.clone());
            if self.interventions.is_unsent(gone.scheduled.id)
                && let Some(withdrawn) = self.interventions.withdraw(gone.scheduled.id)
            {
                self.touch(&withdrawn);
            }
        }
        for action in actions {
            if self.schedule.renew(&action) {
                self.dirty.insert(action.agent);
            } else if !self.schedule.has(action.scheduled.id) {
                self.restore_scheduled(action);
            }
        }
        true
    }
}
