//! Who sees outside parties' numbers whole, and the filter for everything that is told besides published rows: answers, refusals, an
//! agent's day, the audit log.

use crate::floor::calls::HistoryLine;
use crate::floor::ids::{CallId, DeviceId};
use crate::floor::intervention::Intervention;
use crate::floor::mask::Mask;
use std::borrow::Cow;

/// Whether somebody sees outside parties' numbers whole or masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// The numbers as they are.
    Whole,
    /// The numbers with their middle hidden; see [`Mask`].
    Masked,
}

/// Masks the outside numbers in what is told to somebody, or leaves it as it is for those who may see them whole.
#[derive(Debug, Clone)]
pub struct NumberFilter(Option<Mask>);

impl NumberFilter {
    /// Makes a filter that hides nothing, for [`Visibility::Whole`].
    pub fn none() -> NumberFilter {
        NumberFilter(None)
    }

    /// Makes a filter that hides what `mask` hides, for [`Visibility::Masked`].
    pub fn of(mask: Mask) -> NumberFilter {
        NumberFilter(Some(mask))
    }

    /// Hides in `told` what is to be hidden, if anything is.
    fn over<T>(&self, told: T, hide: impl FnOnce(&Mask, T) -> T) -> T {
        match &self.0 {
            Some(mask) => hide(mask, told),
            None => told,
        }
    }

    /// Masks the numbers in an intervention.
    pub fn intervention(&self, intervention: Intervention) -> Intervention {
        self.over(intervention, Mask::intervention)
    }

    /// Masks the numbers in a line of a call's history.
    pub fn line(&self, line: HistoryLine) -> HistoryLine {
        self.over(line, Mask::line)
    }

    /// Masks the numbers in any text.
    pub fn text(&self, text: String) -> String {
        self.over(text, Mask::text)
    }

    /// Returns a call's id, or its other name if there is a number in it; see [`Mask::call_id`].
    pub fn call_id(&self, id: String) -> String {
        self.over(id, |mask, id| mask.call_id(&CallId::trusted(id)).to_string())
    }

    /// Masks the number in an agent's or device's id, unless it is ours.
    pub fn id(&self, id: String) -> String {
        self.over(id, |mask, id| mask.id(&id))
    }

    /// Masks the number in a device's id, unless it is ours.
    pub fn device(&self, device: DeviceId) -> DeviceId {
        self.over(device, |mask, device| mask.device(&device))
    }

    /// Returns an event's body as it came, with its numbers masked, or `None` if it has to be masked and is not JSON.
    pub fn event<'a>(&self, body: &'a [u8]) -> Option<Cow<'a, str>> {
        match &self.0 {
            Some(mask) => mask.event(body).map(Cow::Owned),
            None => Some(String::from_utf8_lossy(body)),
        }
    }
}
