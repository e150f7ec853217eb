//! Clocks: ours in microseconds since the start, and the platform's as its events write it.

use std::sync::OnceLock;
use std::time::Instant;

/// Microseconds since the first call.
pub fn micros() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_micros() as u64
}

/// Milliseconds since 1970, as browsers tell them.
pub fn epoch_millis() -> f64 {
    jiff::Timestamp::now().as_nanosecond() as f64 / 1e6
}

/// Tells the time as events have it: now, or a past that goes on with each event as a backlog's does, so that a floor which is fed in
/// seconds has no more calls in ten minutes than a real one.
pub struct PlatformClock {
    zone: jiff::tz::TimeZone,
    /// How far back it is, in seconds, and how much less with each event.
    behind: f64,
    each: f64,
    told: i64,
    text: [u8; 19],
}

impl PlatformClock {
    pub fn new(behind: f64, each: f64) -> Result<PlatformClock, jiff::Error> {
        Ok(PlatformClock { zone: jiff::tz::TimeZone::get("Asia/Shanghai")?, behind, each, told: i64::MIN, text: [b' '; 19] })
    }

    pub fn next(&mut self) -> [u8; 19] {
        self.behind = (self.behind - self.each).max(0.0);
        let second = jiff::Timestamp::now().as_second() - self.behind as i64;
        // What is behind gets nearer in leaps, and our own clock goes on between them: it never goes back.
        if second > self.told {
            self.told = second;
            let time = jiff::Timestamp::from_second(second).unwrap_or_default().to_zoned(self.zone.clone());
            self.text = time.strftime("%Y.%m.%d %H:%M:%S").to_string().into_bytes().try_into().unwrap_or(self.text);
        }
        self.text
    }
}
