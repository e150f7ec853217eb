//! In which zone a page's times are written: the reader's, as the browser tells it in the cookie `zone` (`public/boot.js`), else the
//! platform's.

use crate::floor::PlatformTime;
use crate::server::auth::session::cookie_value;
use http::HeaderMap;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Names that browsers still go by, and those of today: not every system's database has the old ones.
const FORMER: [(&str, &str); 19] = [
    ("Africa/Asmera", "Africa/Asmara"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Catamarca", "America/Argentina/Catamarca"),
    ("America/Coral_Harbour", "America/Atikokan"),
    ("America/Cordoba", "America/Argentina/Cordoba"),
    ("America/Godthab", "America/Nuuk"),
    ("America/Indianapolis", "America/Indiana/Indianapolis"),
    ("America/Jujuy", "America/Argentina/Jujuy"),
    ("America/Louisville", "America/Kentucky/Louisville"),
    ("America/Mendoza", "America/Argentina/Mendoza"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Pacific/Enderbury", "Pacific/Kanton"),
    ("Pacific/Ponape", "Pacific/Pohnpei"),
    ("Pacific/Truk", "Pacific/Chuuk"),
];
const LONGEST: usize = 64;

/// The zones of a page's times.
#[derive(Debug, Clone)]
pub struct Zones<'a> {
    /// None where the browser has not said it, or a name that this system does not know.
    pub reader: Option<TimeZone>,
    pub platform: &'a TimeZone,
}

impl<'a> Zones<'a> {
    pub fn of(headers: &HeaderMap, platform: &'a TimeZone) -> Zones<'a> {
        Zones { reader: cookie_value(headers, "zone").and_then(|name| by_name(&name)), platform }
    }

    /// The one that the times are written in.
    pub fn written(&self) -> &TimeZone {
        self.reader.as_ref().unwrap_or(self.platform)
    }

    /// Date and time of `at` in the platform's zone.
    pub fn on_platform(&self, at: PlatformTime) -> String {
        zoned(at, self.platform).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

pub fn zoned(at: PlatformTime, zone: &TimeZone) -> jiff::Zoned {
    Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_zoned(zone.clone())
}

/// The name by which the zone is told to people.
pub fn name(zone: &TimeZone) -> &str {
    // Each was got by its name.
    zone.iana_name().unwrap_or_default()
}

fn by_name(name: &str) -> Option<TimeZone> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
    if name.len() > LONGEST || !name.bytes().all(is_name) {
        return None;
    }
    let today = FORMER.iter().find(|(former, _)| *former == name).map(|(_, today)| *today);
    let zone = today.and_then(|today| TimeZone::get(today).ok()).or_else(|| TimeZone::get(name).ok())?;
    (!zone.is_unknown()).then_some(zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_name_of_today_and_by_its_former_one() {
        for (told, known) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("Asia/Calcutta", Some("Asia/Kolkata")),
            ("UTC", Some("UTC")),
            ("Mars/Base", None),
            ("Etc/Unknown", None),
            ("../../etc/passwd", None),
            ("/etc/localtime", None),
            ("undefined", None),
            ("", None),
        ] {
            assert_eq!(by_name(told).as_ref().map(name), known, "{told}");
        }
        for (former, today) in FORMER {
            assert!(TimeZone::get(today).is_ok(), "{former} is not called {today}");
        }
    }
}
