//! How calls begin: somebody dials, or a customer who came through a queue rings.

use super::*;
use serde_json::json;

/// What becomes of a call to a number outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        after: Millis,
    },
    /// The platform's `failedCode`.
    Failed {
        after: Millis,
        code: u8,
    },
}

impl Floor {
    /// A call as somebody asks for it over HTTP: a number outside answers after half a second, one that ends in 0000 is busy.
    pub fn make_call(&mut self, from: &str, to: &str) -> Result<Id, Refusal> {
        let (from, to) = (self.qualified(from), self.qualified(to));
        let gap = self.real(2_000);
        let phone = self.devices.get(&from).ok_or_else(|| Refusal::NotRegistered(from.to_string()))?;
        if phone.last_dialled.is_some_and(|latest| self.now - latest < gap) {
            return Err(Refusal::TooSoon);
        }
        if from == to {
            return Err(Refusal::WrongState("a device cannot call itself"));
        }
        self.check_free(&from)?;
        let now = self.now;
        if let Some(phone) = self.devices.get_mut(&from) {
            phone.last_dialled = Some(now);
        }
        let outcome = Self::outside_outcome(&to);
        Ok(self.dial(&from, &to, outcome))
    }

    pub(super) fn outside_outcome(number: &str) -> Outcome {
        let number = number.split('@').next().unwrap_or(number);
        if number.ends_with("0000") { Outcome::Failed { after: 500, code: 1 } } else { Outcome::Answered { after: 500 } }
    }

    /// `from` is free. `outcome` counts for numbers outside only.
    pub(in crate::simulator) fn dial(&mut self, from: &Id, to: &Id, outcome: Outcome) -> Id {
        let ours = self.devices.contains_key(to);
        let id = self.open_call(if ours { CallType::Internal } else { CallType::Outbound }, from, to, None);
        if let Some(agent) = self.agent_at(from) {
            self.agents[agent].counters.dialled += 1;
        }
        self.enter(&id, from, PartState::Initiated, false, from, None);
        self.emit_copy(
            "serviceInitiated",
            from,
            &id,
            from,
            "Initiate",
            vec![("cause", json!("NORMAL")), ("initiatedDevice", json!(&**from))],
        );
        let fields = vec![("cause", json!("NEWCALL")), ("callingDevice", json!(&**from)), ("calledDevice", json!(&**to))];
        self.emit_copy("originated", from, &id, from, "Initiate", fields);
        match outcome {
            _ if ours => match self.check_free(to) {
                Ok(()) => self.ring(&id, to, from, false, None),
                Err(_) => self.later(500, Due::Fail(id.clone(), 1)),
            },
            Outcome::Answered { after } => {
                self.ring(&id, to, from, false, None);
                self.later(after, Due::Answer(id.clone(), to.clone()));
            }
            Outcome::Failed { after, code } => self.later(after, Due::Fail(id.clone(), code)),
        }
        id
    }

    /// A customer who came through a queue rings at an agent.
    pub fn offer(&mut self, customer: &Id, device: &Id, queue: usize) -> Id {
        let id = self.open_call(CallType::Inbound, customer, device, Some(queue));
        self.enter(&id, customer, PartState::Initiated, false, customer, None);
        self.ring(&id, device, customer, false, None);
        id
    }

    /// A customer rings at several agents at once.
    pub fn offer_group(&mut self, customer: &Id, devices: &[Id], queue: usize) -> Option<Id> {
        let id = self.open_call(CallType::Inbound, customer, devices.first()?, Some(queue));
        if let Some(call) = self.calls.get_mut(&id) {
            call.group = true;
        }
        self.enter(&id, customer, PartState::Initiated, false, customer, None);
        devices.iter().for_each(|device| self.ring(&id, device, customer, false, None));
        Some(id)
    }

    pub(super) fn open_call(&mut self, kind: CallType, caller: &Id, called: &Id, queue: Option<usize>) -> Id {
        let id = self.new_call_id();
        self.calls_opened += 1;
        let worker = u16::try_from(self.calls_opened % self.call_serials.len()).unwrap_or(0);
        let call = Call {
            id: id.clone(),
            former: Vec::new(),
            kind,
            caller: caller.clone(),
            called: called.clone(),
            queue,
            connections: Vec::with_capacity(2),
            data: BTreeMap::new(),
            started: self.now,
            delivered: None,
            answered: None,
            held: 0,
            holds: 0,
            conferenced: false,
            transfers: 0,
            planned: false,
            worker,
            group: false,
            waits_in: None,
            monitors: None,
        };
        self.calls.insert(id.clone(), call);
        id
    }

    pub(super) fn new_call_id(&mut self) -> Id {
        let bytes: [u8; 16] = rand::Rng::random(&mut self.rng);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string().into()
    }
}
