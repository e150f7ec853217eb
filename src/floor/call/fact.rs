//! What one copy of one event says of a call, kept small: devices, ids and recordings are named by their places in the call.

use crate::floor::DeviceId;
use crate::floor::event::{Event, EventKind};
use crate::floor::stamp::Stamp;
use serde::{Deserialize, Serialize};

/// The place that stands for no device, id or recording.
pub const NOBODY: u8 = u8::MAX;

/// What one copy of one event says of a call. Devices, ids and recordings are places in the call, or [`NOBODY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// When it happened.
    pub at: Stamp,
    /// The kind of event.
    pub kind: EventKind,
    /// The id that the copy gave the call.
    pub under: u8,
    /// The device whose copy it is.
    pub source: u8,
    /// The device that did it, or to which it happened.
    pub device: u8,
    /// The other device that is named: who calls, who was added, to whom it was transferred.
    pub other: u8,
    /// The device that was called.
    pub third: u8,
    /// The recording that began or ended.
    pub record: u8,
    /// Which calls became one; set only if a conference or transfer merged calls.
    pub merges: Option<Merge>,
}

/// The ids of a conference or transfer, by their places in the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The call that was held for the other, if the event says so.
    pub primary: u8,
    /// The other call, if the event says so.
    pub secondary: u8,
    /// The id under which both go on.
    pub new: u8,
}

impl Fact {
    /// Makes a fact that names no device.
    pub fn new(kind: EventKind, under: u8, at: Stamp) -> Self {
        Fact { at, kind, under, source: NOBODY, device: NOBODY, other: NOBODY, third: NOBODY, record: NOBODY, merges: None }
    }

    /// Makes the fact that `event` tells, or returns `None` if it says nothing of a call. `place` gives a device its place.
    ///
    /// Whose copy it is does not tell whose state changed (protocol, section 5), except for off-hook and dialling, of which only the caller
    /// gets copies.
    pub fn of(event: &Event, under: u8, at: Stamp, mut place: impl FnMut(&DeviceId) -> u8) -> Option<Fact> {
        let source = event.source.as_ref();
        let subject = event.subject();
        let (device, other, third) = match event.kind {
            EventKind::ServiceInitiated => (subject.or(source), None, None),
            EventKind::Originated => (subject.or(source), None, event.called.as_ref()),
            EventKind::Delivered | EventKind::Established => (subject, event.calling.as_ref(), event.called.as_ref()),
            EventKind::Conferenced => (event.conferencing.as_ref(), subject, None),
            EventKind::Transferred => (subject, event.transferred_to.as_ref(), None),
            EventKind::Held | EventKind::Retrieved | EventKind::ConnectionCleared | EventKind::Failed => (subject, None, None),
            EventKind::RecordStarted | EventKind::RecordStopped | EventKind::CallEnd => (None, None, None),
            _ => return None,
        };
        let mut place = |device: Option<&DeviceId>| device.map_or(NOBODY, &mut place);
        // The caller first: devices get their places in the order in which they are named.
        let (other, third) = (place(other), place(third));
        Some(Fact { source: place(source), device: place(device), other, third, ..Fact::new(event.kind, under, at) })
    }
}

/// Returns whether a conference or transfer merges calls: it names one besides the one that goes on. A single-step one does not.
pub fn becomes_another(event: &Event) -> bool {
    let Some(new) = event.new_call.as_ref().filter(|_| matches!(event.kind, EventKind::Conferenced | EventKind::Transferred)) else {
        return false;
    };
    [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten().any(|old| old != new)
}
