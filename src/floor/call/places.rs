//! The places of ids, devices and recordings in a call; facts name them by their places.

use super::fact::NOBODY;
use super::{Call, Connection, MOST_DEVICES, MOST_IDS, MOST_RECORDS, Origin};
use crate::floor::table::Slot;
use crate::floor::{CallId, DeviceId};

impl Call {
    /// Returns the id at that place, or the call's own if there is none.
    pub fn id_at(&self, index: u8) -> &CallId {
        self.ids.get(usize::from(index)).unwrap_or(self.ids.first())
    }

    /// Returns the device at that place, or `None` if there is none.
    pub fn device_at(&self, index: u8) -> Option<&DeviceId> {
        self.devices.get(usize::from(index))
    }

    /// Returns the place of a device, or `None` if it was never named in the call.
    pub fn position(&self, device: &DeviceId) -> Option<u8> {
        self.devices.iter().position(|known| known == device).and_then(|index| u8::try_from(index).ok())
    }

    /// Returns the connection that the device with that slot has or had, with its place, or `None` if it never had one.
    pub fn connection_at(&self, slot: Slot) -> Option<(u8, &Connection)> {
        let place = self.slots.iter().position(|known| *known == slot).and_then(|index| u8::try_from(index).ok())?;
        Some((place, self.folded.connection(place)?))
    }

    /// Returns the place of an id, which is new if not known yet, or `None` if there is no room.
    pub(super) fn index_of_id(&mut self, id: &CallId) -> Option<u8> {
        let known = self.ids.iter().position(|known| known == id);
        let index = known.or_else(|| {
            (self.ids.len() < MOST_IDS).then(|| {
                self.origins.push(Origin::default());
                self.ids.push(id.clone())
            })
        })?;
        u8::try_from(index).ok()
    }

    /// Returns the place of a device, which is new if not known yet, or [`NOBODY`] if there is no room.
    pub(super) fn index_of(&mut self, device: &DeviceId) -> u8 {
        if let Some(index) = self.position(device) {
            return index;
        }
        if self.devices.len() >= MOST_DEVICES {
            return NOBODY;
        }
        self.devices.push(device.clone());
        u8::try_from(self.devices.len() - 1).unwrap_or(NOBODY)
    }

    /// Returns the place of a recording, which is new if not known yet, or [`NOBODY`] if there is no room.
    pub(super) fn index_of_record(&mut self, record: &String) -> u8 {
        let index = self.records.iter().position(|known| known == record).or_else(|| {
            (self.records.len() < MOST_RECORDS).then(|| {
                self.records.push(record.clone());
                self.records.len() - 1
            })
        });
        index.and_then(|index| u8::try_from(index).ok()).unwrap_or(NOBODY)
    }
}
