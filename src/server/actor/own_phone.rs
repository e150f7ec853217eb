//! What a supervisor's page is told of the own phone, and who follows which.

use crate::floor::{AgentId, CallId, CallRow, DeviceId, Intervention, Phone, PhoneOperation};
use crate::server::actor::published::Delta;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;

/// The own phone now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPhone {
    pub phone: Phone,
    /// The mode that the platform put off until the call ends.
    pub pending_mode: Option<PhoneOperation>,
    /// Its calls, in the phone's order.
    pub calls: Vec<OwnCall>,
    /// What was done with it last, while it runs and for a short time after.
    pub last: Option<Intervention>,
    /// Whether it is to be asked what then, where that was refused because the phone is occupied.
    pub asks: bool,
}

/// A call of the own phone, with the others in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCall {
    pub row: CallRow,
    /// The other parties, each with the name of the agent there, if it is known.
    pub with: Vec<(DeviceId, Option<String>)>,
}

/// The phones that pages show, each with its supervisor.
#[derive(Debug, Default)]
pub struct OwnPhones {
    followed: HashMap<(DeviceId, AgentId), watch::Sender<Arc<OwnPhone>>>,
    /// What travels with their calls as the platform was last read, which no event tells.
    data: HashMap<CallId, Vec<(String, String)>>,
    /// The log-ons after which nothing is to be asked, the last one of each supervisor at each phone.
    stopped: HashMap<(DeviceId, AgentId), i64>,
    /// Something was done with one of them.
    used: bool,
}

impl OwnPhones {
    /// Returns where somebody is told of the phone from now on; `now` says how it is.
    pub fn follow(&mut self, device: DeviceId, by: AgentId, now: impl FnOnce() -> OwnPhone) -> watch::Receiver<Arc<OwnPhone>> {
        let tell = self.followed.entry((device, by)).or_insert_with(|| watch::channel(Arc::new(now())).0);
        let mut told = tell.subscribe();
        told.mark_changed();
        told
    }

    /// Marks that somebody did something with the own phone, which no row shows.
    pub fn use_one(&mut self) {
        self.used |= !self.followed.is_empty();
    }

    /// Marks a log-on after which nothing is to be asked.
    pub fn stop_at(&mut self, login: &Intervention) {
        self.stopped.insert((login.by_device.clone(), login.by.clone()), login.id);
    }

    /// Returns whether it is to be asked what then, where what was done last was refused.
    pub fn asks_after(&self, done: &Intervention) -> bool {
        self.stopped.get(&(done.by_device.clone(), done.by.clone())) != Some(&done.id)
    }

    /// Takes up what travels with a call.
    pub fn read_data(&mut self, call: CallId, data: Vec<(String, String)>) {
        let is_shown = |tell: &watch::Sender<Arc<OwnPhone>>| tell.borrow().calls.iter().any(|shown| shown.row.id == call);
        if self.followed.values().any(is_shown) {
            self.data.insert(call, data);
            self.use_one();
        }
    }

    /// Returns what is known to travel with the call besides what its events tell.
    pub fn data(&self, call: &CallId) -> Option<&Vec<(String, String)>> {
        self.data.get(call)
    }

    /// Returns whether something is to be told that no row shows.
    pub fn has_changes(&self) -> bool {
        self.used
    }

    /// Returns the phones that may be another way after these changes. Those that nobody follows any more are forgotten.
    #[expect(clippy::iter_over_hash_type, reason = "each phone is looked at by itself")]
    pub fn touched_by(&mut self, changes: &Delta) -> Vec<(DeviceId, AgentId)> {
        let used = std::mem::take(&mut self.used);
        self.followed.retain(|_, tell| tell.receiver_count() > 0);
        self.data.retain(|call, _| !changes.gone.contains(call));
        let mut touched: Vec<(DeviceId, AgentId)> = Vec::new();
        for ((device, by), tell) in &self.followed {
            let known = tell.borrow();
            let has = |id: &CallId| known.calls.iter().any(|call| call.row.id == *id);
            let is_touched = used
                || changes.rows.iter().any(|row| row.device.as_ref() == Some(device) || known.phone.agent.as_ref() == Some(&row.agent))
                || changes.calls.iter().any(|call| call.party(device).is_some() || has(&call.id))
                || changes.gone.iter().any(has);
            if is_touched {
                touched.push((device.clone(), by.clone()));
            }
        }
        touched
    }

    /// Tells those who follow the phone how it is now, if that is another way than before.
    pub fn tell(&self, whose: &(DeviceId, AgentId), now: OwnPhone) {
        if let Some(tell) = self.followed.get(whose) {
            tell.send_if_modified(|before| {
                let changed = **before != now;
                if changed {
                    *before = Arc::new(now);
                }
                changed
            });
        }
    }
}
