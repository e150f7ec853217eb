//! Calls that nobody asked for: they arrive, are answered, take their course and end.

use super::super::floor::{CallType, Floor, Id, Millis, Mode, Outcome, QUEUES, Waiting, queue_at};
use super::{MINUTE, SECOND};
use crate::simulator::due::Due;
use rand::Rng;

impl Floor {
    pub(super) fn next_arrival(&mut self) {
        let an_hour = self.rate * self.simulated as f64;
        if an_hour > 0.0 {
            let delay = self.exponential((60 * MINUTE) as f64 / an_hour);
            self.later(delay, Due::Arrival);
        }
    }

    pub(super) fn happen_in_call(&mut self, due: Due) {
        // Between the decision and now people may have hung up or stepped in: what cannot be done any more is let be.
        let done = match self.up_to_date(due) {
            Due::Answer(call, device) => self.answer(&call, &device),
            Due::NoAnswer(call, device) => return self.no_answer(&call, &device),
            Due::Fail(call, code) => return self.fail(&call, code),
            Due::Arrival => return self.arrival(),
            Due::Offer => return self.offer_waiting(),
            Due::Hangup(call) => return self.hang_up(&call),
            Due::Leave(call, device) => self.drop_connection(&call, &device),
            Due::Hold(call, device) => return self.hold_a_while(call, device),
            Due::Retrieve(call, device) => self.retrieve(&call, &device),
            Due::Consult(call, device) => return self.ask_a_colleague(call, device),
            Due::EndConsult(call, device, consult) => return self.end_consult(&call, &device, &consult),
            Due::Transfer(call, device) => return self.hand_over(&call, &device),
            Due::Conference(call, device) => return self.invite(call, device),
            Due::Requeue(call, queue) => return self.requeue(&call, queue),
            Due::Dial(index, turn) => return self.dial_or_release(index, turn),
            _ => return,
        };
        done.ok();
    }

    /// What is due, at the calls as they are called by now.
    fn up_to_date(&self, due: Due) -> Due {
        match due {
            Due::Answer(call, device) => Due::Answer(self.current(call), device),
            Due::NoAnswer(call, device) => Due::NoAnswer(self.current(call), device),
            Due::Hangup(call) => Due::Hangup(self.current(call)),
            Due::Leave(call, device) => Due::Leave(self.current(call), device),
            Due::Hold(call, device) => Due::Hold(self.current(call), device),
            Due::Retrieve(call, device) => Due::Retrieve(self.current(call), device),
            Due::Consult(call, device) => Due::Consult(self.current(call), device),
            Due::EndConsult(call, device, consult) => Due::EndConsult(self.current(call), device, self.current(consult)),
            Due::Transfer(call, device) => Due::Transfer(self.current(call), device),
            Due::Conference(call, device) => Due::Conference(self.current(call), device),
            Due::Requeue(call, queue) => Due::Requeue(self.current(call), queue),
            other => other,
        }
    }

    /// When the device answers by itself, if it does.
    pub(in crate::simulator) fn answers_after(&mut self, device: &str) -> Option<Millis> {
        let phone = self.devices.get(device)?;
        if phone.supervisor {
            return Some(self.rng.random_range(200..400));
        }
        let index = phone.agent?;
        if self.agents[index].manual.is_some() {
            return None;
        }
        if self.silent() {
            return Some(300);
        }
        // A few are not at their desks.
        self.rng.random_bool(0.97).then(|| self.rng.random_range(1500..7000))
    }

    fn arrival(&mut self) {
        self.next_arrival();
        match self.rng.random_range(0..100) {
            0..62 => {
                let (queue, number) = (self.rng.random_range(0..QUEUES.len()), self.customer(""));
                let until = self.now + self.log_normal(90 * SECOND, 0.6);
                // A busy signal keeps the queue from growing without end.
                if self.waiting.len() < self.simulated / 4 + 10 {
                    self.waiting.push_back(Waiting { queue, number, until });
                    self.offer_waiting();
                }
            }
            62..88 => {
                let Some(index) = self.someone_ready(None) else { return };
                if self.rng.random_bool(0.4) {
                    self.change_mode(index, Mode::Allocated, None);
                } else {
                    self.call_customer(index);
                }
            }
            _ => {
                let (Some(index), Some(other)) = (self.someone_ready(None), self.someone_ready(None)) else {
                    return;
                };
                if let (true, Some(from), Some(to)) = (index != other, self.agents[index].device.clone(), self.agents[other].device.clone())
                {
                    self.dial(&from, &to, Outcome::Answered { after: 0 });
                }
            }
        }
    }

    /// A ready agent, by preference one of a team that serves the queue.
    fn someone_ready(&mut self, queue: Option<usize>) -> Option<usize> {
        let mut found = None;
        for _ in 0..8 {
            if self.ready.is_empty() {
                return None;
            }
            let index = *self.ready.get(self.rng.random_range(0..self.ready.len()))?;
            found = Some(index);
            if queue.is_none_or(|queue| queue_at(queue).teams.contains(&self.agents[index].team)) {
                break;
            }
        }
        found
    }

    pub(in crate::simulator) fn agent_is_free(&mut self) {
        if !self.waiting.is_empty() {
            self.later(100, Due::Offer);
        }
    }

    fn offer_waiting(&mut self) {
        let now = self.now;
        self.waiting.retain(|customer| customer.until > now);
        while let Some(queue) = self.waiting.front().map(|customer| customer.queue) {
            let Some(device) = self.someone_ready(Some(queue)).and_then(|index| self.agents[index].device.clone()) else {
                return;
            };
            let Some(customer) = self.waiting.pop_front() else { return };
            let group = self.ring_group(device, queue);
            match group.as_slice() {
                [device] => drop(self.offer(&customer.number, device, queue)),
                group => drop(self.offer_group(&customer.number, group, queue)),
            }
        }
    }

    /// Who else is free and rings along with `first`.
    fn ring_group(&mut self, first: Id, queue: usize) -> Vec<Id> {
        let mut group = vec![first];
        for _ in 1..self.ways.ring_group {
            let next = self.someone_ready(Some(queue)).and_then(|index| self.agents[index].device.clone());
            group.extend(next.filter(|next| !group.contains(next)));
        }
        group
    }

    fn dial_or_release(&mut self, index: usize, turn: u32) {
        if self.agents[index].turn != turn || self.agents[index].mode != Mode::Allocated || self.in_call(index) {
            return;
        }
        if self.rng.random_bool(0.12) {
            self.change_mode(index, Mode::Ready, None);
        } else {
            self.call_customer(index);
        }
    }

    fn call_customer(&mut self, index: usize) {
        let Some(device) = self.agents[index].device.clone() else { return };
        let number = self.customer("9");
        let outcome = match self.rng.random_range(0..100) {
            0..6 => Outcome::Failed { after: self.rng.random_range(800..2500), code: 1 },
            6..9 => Outcome::Failed { after: self.rng.random_range(800..2500), code: 3 },
            // Longer than anyone lets it ring.
            9..17 => Outcome::Answered { after: 10 * MINUTE },
            _ => Outcome::Answered { after: self.rng.random_range(3 * SECOND..18 * SECOND) },
        };
        self.dial(&device, &number, outcome);
    }

    /// The first answer decides a call's course, except where somebody outside the simulation runs it.
    pub(in crate::simulator) fn call_established(&mut self, id: &Id) {
        if self.silent() {
            return;
        }
        let Some(call) = self.calls.get_mut(id) else { return };
        if call.answered.is_none() || std::mem::replace(&mut call.planned, true) {
            return;
        }
        let devices: Vec<Id> =
            call.connections.iter().filter(|connection| !connection.silent).map(|connection| connection.device.clone()).collect();
        let Some(device) = devices.into_iter().find(|device| self.agent_at(device).is_some_and(|index| self.driven(index))) else {
            return;
        };
        let length = self.log_normal(170 * SECOND, 0.75).clamp(8 * SECOND, 40 * MINUTE);
        self.later(length, Due::Hangup(id.clone()));
        let customer = self.calls.get(id).is_some_and(|call| call.kind != CallType::Internal);
        let midway = length * self.rng.random_range(20..70) / 100;
        let due = match self.rng.random_range(0..100) {
            0..18 => Due::Hold(id.clone(), device),
            18..23 if customer => Due::Consult(id.clone(), device),
            23..27 if customer => Due::Transfer(id.clone(), device),
            27..30 if customer => Due::Conference(id.clone(), device),
            _ => return,
        };
        self.later(midway, due);
    }

    fn hang_up(&mut self, call: &Id) {
        let Some(found) = self.calls.get(call) else { return };
        let talkers: Vec<Id> =
            found.connections.iter().filter(|connection| !connection.silent).map(|connection| connection.device.clone()).collect();
        // A supervisor's phone is in a person's hand: who is left with him hangs up.
        let able: Vec<Id> = talkers.into_iter().filter(|device| self.devices.get(device).is_none_or(|phone| !phone.supervisor)).collect();
        if able.is_empty() {
            return;
        }
        let Some(device) = able.get(self.rng.random_range(0..able.len())).cloned() else { return };
        self.drop_connection(call, &device).ok();
        // In a conference one leaves after the other.
        if self.calls.contains_key(call) {
            let delay = self.rng.random_range(SECOND..20 * SECOND);
            self.later(delay, Due::Hangup(call.clone()));
        }
    }

    fn hold_a_while(&mut self, call: Id, device: Id) {
        if self.hold(&call, &device).is_ok() {
            let delay = self.log_normal(30 * SECOND, 0.6).clamp(5 * SECOND, 4 * MINUTE);
            self.later(delay, Due::Retrieve(call, device));
        }
    }

    fn colleague(&mut self) -> Option<Id> {
        let index = self.someone_ready(None)?;
        self.agents[index].device.clone()
    }

    fn ask_a_colleague(&mut self, call: Id, device: Id) {
        let Some(colleague) = self.colleague() else { return };
        if let Ok(consult) = self.consult(&call, &device, &colleague) {
            let delay = self.rng.random_range(12 * SECOND..50 * SECOND);
            self.later(delay, Due::EndConsult(call, device, consult));
        }
    }

    fn end_consult(&mut self, call: &Id, device: &Id, consult: &Id) {
        let done = match self.rng.random_range(0..100) {
            0..45 => self.transfer(call, device, consult),
            45..65 => self.conference(call, device, consult),
            _ => self.cancel_consult(call, device, consult),
        };
        // The colleague has left, or the customer: whichever call is left goes on.
        if done.is_err() && self.cancel_consult(call, device, consult).is_err() && self.retrieve(call, device).is_err() {
            self.drop_connection(consult, device).ok();
        }
    }

    fn hand_over(&mut self, call: &Id, device: &Id) {
        if let Some(colleague) = self.colleague() {
            self.single_step_transfer(call, device, &colleague).ok();
        }
    }

    fn invite(&mut self, call: Id, device: Id) {
        let Some(colleague) = self.colleague() else { return };
        if self.single_step_conference(&call, &device, &colleague, false).is_ok() {
            let delay = self.rng.random_range(20 * SECOND..2 * MINUTE);
            self.later(delay, Due::Leave(call, colleague));
        }
    }
}
