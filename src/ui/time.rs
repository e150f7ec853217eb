//! Durations and times of day as the board writes them. The time of day is the browser's own and never part of what both sides render.

/// `04:12`, `1:04:12`; never negative.
pub fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

/// `6:04`, as averages are written.
pub fn short_duration(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The time of day of `local`, milliseconds since 1970 on this machine's clock.
#[cfg(feature = "hydrate")]
pub fn time_of_day(local: i64) -> String {
    let date = js_sys::Date::new(&leptos::wasm_bindgen::JsValue::from_f64(local as f64));
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// The server has no business with a reader's time of day.
#[cfg(not(feature = "hydrate"))]
pub fn time_of_day(_local: i64) -> String {
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration(-5), "00:00");
        assert_eq!(duration(61_999), "01:01");
        assert_eq!(duration(3_600_000 + 62_000), "1:01:02");
        assert_eq!(short_duration(364), "6:04");
    }
}
