//! What call events do to their call, to calls that become one and to the calls that they contradict; and how calls are forgotten.

use super::Changes;
use crate::floor::call::Call;
use crate::floor::event::{Event, EventKind};
use crate::floor::stamp::{CLOCKS_APART, Stamp};
use crate::floor::state::Recording;
use crate::floor::{CallId, DeviceId, Floor, PlatformTime};
use std::collections::BTreeSet;
use std::time::Duration;

/// The most calls, and the most of each list about calls, that a floor keeps.
const MOST_CALLS: usize = 200_000;
/// How long an ended call is kept whole, by event time.
const KEEP_ENDED: Duration = Duration::from_secs(10 * 60);
/// How long a call is kept that went on elsewhere (in a queue, at an outside number), and how long it is remembered that a call ended, so
/// that a late event does not begin it anew.
const KEEP_AWAY: Duration = Duration::from_secs(70 * 60);

impl Floor {
    /// Applies a call event.
    pub(super) fn call_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let Some(named) = &event.call else { return Changes::default() };
        let mut changes = Changes::default();
        self.agent_of_copy(event, at, &mut changes);
        let id = match (&event.new_call, event.kind) {
            (Some(new), EventKind::Conferenced | EventKind::Transferred) => self.merge(event, new, &mut changes),
            _ => self.successor(named),
        };
        // Only our own devices get copies.
        if let Some(source) = &event.source {
            self.own(source, &mut changes);
        }
        if self.ended_before(&id, at) || !self.has_room_for(&id) {
            return changes;
        }
        self.take_into(&id, event, named, at, &mut changes);
        if let Some(watched) = self.listened_to_call(&id) {
            changes.agents.extend(self.calls.get(&watched).into_iter().flat_map(|call| self.agents_at_devices(call)).cloned());
            changes.calls.push(watched);
        }
        let olds = [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten();
        changes.calls.extend(olds.filter(|old| **old != id).cloned());
        changes.calls.push(id);
        changes.tidy();
        changes
    }

    /// Gives `event`, which names the call as `named`, to the call `id`, and adds to `changes` the agents in it, and the other calls of its
    /// devices that it contradicts.
    fn take_into(&mut self, id: &CallId, event: &Event, named: &CallId, at: Stamp, changes: &mut Changes) {
        let slot = self.calls.slot_or(id, || Call::new(id.clone()));
        if let Some(call) = self.calls.at_mut(slot) {
            call.take(event, named, at);
        }
        self.refresh(slot, changes);
        changes.agents.extend(self.calls.at(slot).into_iter().flat_map(|call| self.agents_at_devices(call)).cloned());
    }

    /// Returns whether an event of that time is a late one of a call that ended and is not kept any more.
    fn ended_before(&mut self, id: &CallId, at: Stamp) -> bool {
        match self.ended.get(id) {
            Some(end) if at.time <= *end + CLOCKS_APART => true,
            Some(_) => {
                self.ended.remove(id);
                false
            }
            None => false,
        }
    }

    /// Returns whether the call is known or there is room for one more, after forgetting old ones if need be.
    fn has_room_for(&mut self, id: &CallId) -> bool {
        if self.calls.len() >= MOST_CALLS && !self.calls.contains_key(id) {
            self.prune();
        }
        self.calls.len() < MOST_CALLS || self.calls.contains_key(id)
    }

    /// Applies recordStarted or recordStopped. The latter may name its recording only; recordStarted said which call that is.
    pub(super) fn record_event(&mut self, event: &Event, at: Stamp) -> Changes {
        let known = event.record.as_ref().and_then(|record| self.recordings.get(record)).cloned().unwrap_or_default();
        let room = self.recordings.len() < MOST_CALLS;
        let Some(id) = event.call.clone().or(known.call).map(|call| self.successor(&call)) else {
            // Its beginning may still come.
            if let Some(record) = event.record.clone().filter(|_| room && event.kind == EventKind::RecordStopped) {
                self.recordings.insert(record, Recording { call: None, stopped: Some(at), time: at.time });
            }
            return Changes::default();
        };
        if self.ended_before(&id, at) || !self.has_room_for(&id) {
            return Changes::default();
        }
        let mut changes = Changes::default();
        self.take_into(&id, event, &id, at, &mut changes);
        if let (Some(record), EventKind::RecordStarted) = (&event.record, event.kind) {
            if let (Some(stopped), Some(slot)) = (known.stopped, self.calls.slot(&id)) {
                if let Some(call) = self.calls.at_mut(slot) {
                    call.stop_recording(record, stopped);
                }
                self.refresh(slot, &mut changes);
            }
            if room {
                self.recordings.insert(record.clone(), Recording { call: Some(id.clone()), stopped: None, time: at.time });
            }
        }
        changes.calls.push(id);
        changes.tidy();
        changes
    }

    /// Merges the calls that a conference or transfer names into `new`, and returns the id under which that call goes on.
    fn merge(&mut self, event: &Event, new: &CallId, changes: &mut Changes) -> CallId {
        let new = self.successor(new);
        for old in [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten() {
            let old = self.successor(old);
            if old == new {
                continue;
            }
            let slot = self.calls.slot(&old);
            if let Some((slot, call)) = slot.zip(self.calls.remove(&old)) {
                self.unlist(slot, &call);
                let devices = call.devices().to_vec();
                for former in call.former_ids() {
                    self.go_on(former.clone(), &new);
                }
                let slot = self.calls.slot_or(&new, || Call::new(new.clone()));
                if let Some(merged) = self.calls.at_mut(slot) {
                    merged.absorb(call);
                }
                self.refresh(slot, changes);
                self.settle_devices(devices, changes);
            }
            self.go_on(old, &new);
        }
        new
    }

    /// Records that the call `old` goes on as `new`.
    fn go_on(&mut self, old: CallId, new: &CallId) {
        if self.successors.len() < MOST_CALLS || self.successors.contains_key(&old) {
            self.successors.insert(old, (new.clone(), self.latest));
        }
    }

    /// Forgets calls that ended long ago; if that does not make room, also those that were not heard of for longest.
    pub(super) fn prune(&mut self) {
        let (horizon, far) = (self.latest - KEEP_ENDED, self.latest - KEEP_AWAY);
        let goes_on = |call: &Call| call.connections().filter(|(_, _, connection)| connection.live()).count() > 1;
        let over = |call: &Call| call.connections().next().is_none() || self.standing(call).over;
        let old = |call: &Call| call.touched < horizon && (call.touched < far || !goes_on(call)) && over(call);
        let mut gone: Vec<CallId> = self.calls.iter().filter(|(_, call)| old(call)).map(|(id, _)| id.clone()).collect();
        if self.calls.len() - gone.len() >= MOST_CALLS {
            let mut by_age: Vec<(PlatformTime, &CallId)> = self.calls.iter().map(|(id, call)| (call.touched, id)).collect();
            by_age.sort_unstable();
            gone.extend(by_age.into_iter().take(MOST_CALLS / 10).map(|(_, id)| id.clone()));
        }
        let mut left = BTreeSet::new();
        for id in &gone {
            left.extend(self.remove_call(id));
        }
        self.settle_devices(left, &mut Changes::default());
        self.ended.retain(|_, end| *end >= far);
        let (calls, ended) = (&self.calls, &self.ended);
        self.successors.retain(|_, (to, time)| *time >= horizon || calls.contains_key(to) || ended.contains_key(to));
        self.listen_requests.retain(|_, watch| calls.contains_key(&watch.call) || watch.from >= horizon);
        self.recordings.retain(|_, known| known.time >= horizon || known.call.as_ref().is_some_and(|call| calls.contains_key(call)));
    }

    /// Forgets a call, except that it ended and until when its devices were busy in it. Returns its devices, which are then to be settled.
    pub(in crate::floor) fn remove_call(&mut self, id: &CallId) -> Vec<DeviceId> {
        let slot = self.calls.slot(id);
        let Some((slot, call)) = slot.zip(self.calls.remove(id)) else { return Vec::new() };
        if self.ended.len() < MOST_CALLS {
            self.ended.insert(id.clone(), call.touched);
        }
        self.unlist(slot, &call);
        for (place, slot) in (0u8..).zip(call.slots()) {
            // The calls that it contradicted stay over.
            if let Some(device) = self.devices.at_mut(*slot) {
                device.busy = device.busy.max(call.folded().connection(place).and_then(|connection| connection.busy));
            }
        }
        call.devices().to_vec()
    }
}
