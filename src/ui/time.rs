//! Durations and times of day as the board writes them. A time of day is in the reader's zone, which only the browser knows for
//! certain, and never part of what both sides render.

use core::time::Duration;

/// `04:12`, `1:04:12`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

/// `6:04`, as averages are written.
pub fn short_duration(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The reader's time of day, of a moment of whichever clock in milliseconds since 1970.
#[cfg(feature = "hydrate")]
pub fn time_of_day(millis: i64) -> String {
    let date = js_sys::Date::new(&(millis as f64).into());
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// The server has no business with a reader's time of day.
#[cfg(not(feature = "hydrate"))]
pub fn time_of_day(_millis: i64) -> String {
    String::new()
}

/// Date and time of the same in `zone`; none where the browser does not know that zone.
#[cfg(feature = "hydrate")]
pub fn date_in(millis: i64, zone: &str) -> Option<String> {
    use js_sys::{Date, Function, Object, Reflect};
    use leptos::wasm_bindgen::JsCast;

    let (date, options) = (Date::new(&(millis as f64).into()), Object::new());
    for (name, value) in [("timeZone", zone), ("dateStyle", "short"), ("timeStyle", "medium")] {
        _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let write = Reflect::get(&date, &"toLocaleString".into()).ok()?.dyn_into::<Function>().ok()?;
    // Sweden writes 2026-11-26 14:45:10.
    write.call2(&date, &"sv-SE".into(), &options).ok()?.as_string()
}

#[cfg(not(feature = "hydrate"))]
pub fn date_in(_millis: i64, _zone: &str) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration(Duration::ZERO), "00:00");
        assert_eq!(duration(Duration::from_millis(61_999)), "01:01");
        assert_eq!(duration(Duration::from_secs(3_600 + 62)), "1:01:02");
        assert_eq!(short_duration(364), "6:04");
    }
}
