//! What one copy of one event says of a call, as small as it can be kept: devices and ids by their places in the call.

use crate::floor::DeviceId;
use crate::floor::event::{Event, EventKind};
use crate::floor::stamp::Stamp;

/// The place of no device, id or recording.
pub const NOBODY: u8 = u8::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    pub at: Stamp,
    pub kind: EventKind,
    /// The id that the copy gave.
    pub under: u8,
    /// Whose copy it is.
    pub source: u8,
    /// Who did it, or to whom it happened.
    pub device: u8,
    /// Who else is named: who calls, who was added, to whom it was transferred.
    pub other: u8,
    /// Who was called.
    pub third: u8,
    pub record: u8,
    /// Of a conference or transfer by which two calls become one: which calls those were, and which goes on.
    pub merges: Option<Merge>,
}

/// The ids of a conference or transfer, by their places in the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// The call that was held for the other, as far as the event says.
    pub primary: u8,
    pub secondary: u8,
    pub new: u8,
}

impl Fact {
    pub fn new(kind: EventKind, under: u8, at: Stamp) -> Self {
        Fact { at, kind, under, source: NOBODY, device: NOBODY, other: NOBODY, third: NOBODY, record: NOBODY, merges: None }
    }

    /// None for an event that says nothing of a call. `place` gives a device its place. Where the event does not name whose state
    /// changed, that is its `deviceId`; whose copy it is says nothing of that (protocol, section 5), but only a caller gets copies of
    /// his own dialling.
    pub fn of<'e>(event: &'e Event, under: u8, at: Stamp, mut place: impl FnMut(&DeviceId) -> u8) -> Option<Fact> {
        let source = event.source.as_ref();
        let or_device = |named: &'e Option<DeviceId>| named.as_ref().or(event.device.as_ref());
        let (device, other, third) = match event.kind {
            EventKind::ServiceInitiated => (or_device(&event.initiated).or(source), None, None),
            EventKind::Originated => (or_device(&event.calling).or(source), None, event.called.as_ref()),
            EventKind::Delivered => (or_device(&event.alerting), event.calling.as_ref(), event.called.as_ref()),
            EventKind::Established => (or_device(&event.answering), event.calling.as_ref(), event.called.as_ref()),
            EventKind::Held => (or_device(&event.holding), None, None),
            EventKind::Retrieved => (or_device(&event.retrieving), None, None),
            // Here the added party is whose state changed.
            EventKind::Conferenced => (event.conferencing.as_ref(), or_device(&event.added), None),
            EventKind::Transferred => (or_device(&event.transferring), event.transferred_to.as_ref(), None),
            EventKind::ConnectionCleared => (or_device(&event.releasing), None, None),
            EventKind::Failed => (event.called.as_ref().or(event.device.as_ref()), None, None),
            EventKind::RecordStarted | EventKind::RecordStopped | EventKind::CallEnd => (None, None, None),
            _ => return None,
        };
        let mut place = |device: Option<&DeviceId>| device.map_or(NOBODY, &mut place);
        // The caller first: parties stand in the order in which they are named.
        let (other, third) = (place(other), place(third));
        Some(Fact { source: place(source), device: place(device), other, third, ..Fact::new(event.kind, under, at) })
    }
}

/// Of the calls that a conference or transfer names, one is not the one that goes on. In a single step there is only one.
pub fn becomes_another(event: &Event) -> bool {
    let Some(new) = event.new_call.as_ref().filter(|_| matches!(event.kind, EventKind::Conferenced | EventKind::Transferred)) else {
        return false;
    };
    [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten().any(|old| old != new)
}
