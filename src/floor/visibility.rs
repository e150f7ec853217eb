//! Who sees outside parties' numbers whole, and the filter for what is told beside what was published: answers, refusals, the day, the
//! audit log.

use crate::floor::calls::HistoryLine;
use crate::floor::ids::{CallId, DeviceId};
use crate::floor::intervention::Intervention;
use crate::floor::mask::Mask;
use std::borrow::Cow;

/// What somebody may see of outside parties' numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    Whole,
    Masked,
}

/// Masks the outside numbers in whatever is told to somebody, unless he may see them whole.
#[derive(Debug, Clone)]
pub struct NumberFilter(Option<Mask>);

impl NumberFilter {
    /// Hides nothing.
    pub fn none() -> NumberFilter {
        NumberFilter(None)
    }

    pub fn of(mask: Mask) -> NumberFilter {
        NumberFilter(Some(mask))
    }

    fn over<T>(&self, told: T, hide: impl FnOnce(&Mask, T) -> T) -> T {
        match &self.0 {
            Some(mask) => hide(mask, told),
            None => told,
        }
    }

    pub fn intervention(&self, intervention: Intervention) -> Intervention {
        self.over(intervention, Mask::intervention)
    }

    pub fn line(&self, line: HistoryLine) -> HistoryLine {
        self.over(line, Mask::line)
    }

    pub fn text(&self, text: String) -> String {
        self.over(text, Mask::text)
    }

    /// A call's id, in which a number may stand.
    pub fn call_id(&self, id: String) -> String {
        self.over(id, |mask, id| mask.call_id(&CallId::trusted(id)).to_string())
    }

    /// An id as the platform's answers name it.
    pub fn id(&self, id: String) -> String {
        self.over(id, |mask, id| mask.id(&id))
    }

    /// An own phone, as rows and calls name it.
    pub fn device(&self, device: DeviceId) -> DeviceId {
        self.over(device, |mask, device| mask.device(&device))
    }

    /// An event's body as it came; none where its numbers cannot be told from the rest.
    pub fn event<'a>(&self, body: &'a [u8]) -> Option<Cow<'a, str>> {
        match &self.0 {
            Some(mask) => mask.event(body).map(Cow::Owned),
            None => Some(String::from_utf8_lossy(body)),
        }
    }
}
