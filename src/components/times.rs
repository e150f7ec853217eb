//! Moments as a page writes them: in the reader's zone, with the platform's time in the tooltip.

use crate::floor::time::Time;
use crate::i18n::Texts;
use crate::ui::time::{date_in, time_of_day};
use leptos::prelude::*;

/// How the page writes moments.
#[derive(Clone, Copy)]
pub struct Times {
    /// The platform's time zone.
    zone: StoredValue<String>,
    /// The reader's time of day may be written: the page is live, and nothing has to look as the server drew it.
    local: RwSignal<bool>,
}

impl Times {
    /// Provides the times of a page; `zone` is the platform's.
    pub fn provide(zone: String) {
        let local = RwSignal::new(false);
        provide_context(Times { zone: StoredValue::new(zone), local });
        Effect::new(move |_| local.set(true));
    }

    /// Returns a moment as `14:45` in the reader's zone, or `14:45:10`; empty until the page is live; tracked. A clock at the reader's
    /// machine that is wrong does not change when it was: all times of a page agree with each other.
    pub fn of_day<C: Copy>(self, at: Time<C>, seconds: bool) -> String {
        if !self.is_local() {
            return String::new();
        }
        let mut time = time_of_day(at.as_millis());
        if !seconds {
            time.truncate(5);
        }
        time
    }

    /// Tracked until it is so: from then on nothing changes it.
    fn is_local(self) -> bool {
        self.local.get_untracked() || self.local.get()
    }

    /// Returns what the tooltip of a time says: the same moment where the platform is; `None` until the page is live; tracked.
    pub fn on_platform<C: Copy>(self, at: Time<C>, texts: &Texts) -> Option<String> {
        let zone = self.is_local().then(|| self.zone.get_value())?;
        Some((texts.platform_time)(&date_in(at.as_millis(), &zone)?, &zone))
    }
}

/// Returns the times of the page that is being drawn.
pub fn times() -> Times {
    expect_context::<Times>()
}
