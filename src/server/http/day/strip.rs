//! The strip of the day: the states of the reader's today, its scale, and the same as a list.

use super::Page;
use crate::floor::time::millis_of;
use crate::floor::{AgentId, PlatformTime, State as Doing};
use crate::i18n::Outside;
use crate::server::actor::history::StateStart;
use crate::server::http::zone::{name, zoned};
use crate::ui::time::duration;
use leptos::prelude::*;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Minutes between two marks on the strip's scale, so that there are at most a dozen.
const STEPS: [u32; 7] = [5, 10, 15, 30, 60, 120, 180];
const MOST_TICKS: u64 = 12;

/// A time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    state: Doing,
    from: PlatformTime,
    to: PlatformTime,
}

impl Page<'_> {
    /// What the section is, and in which zone the times are: the platform's where the reader's is not known.
    fn heading(&self) -> impl IntoView + use<> {
        let texts = self.language.day_texts();
        let zone = match &self.zones.reader {
            Some(zone) => (texts.zone)(name(zone)),
            None => (texts.platform_zone)(name(self.zones.platform)),
        };
        view! { <h3>{texts.today} " " <small class="day-zone">{zone}</small></h3> }
    }

    /// From when to when it was where the platform is.
    fn span_on_platform(&self, from: PlatformTime, to: PlatformTime) -> String {
        let (from, to) = (self.zones.on_platform(from), self.zones.on_platform(to));
        // The date once, where it is one.
        let to = match (from.split_once(' '), to.split_once(' ')) {
            (Some((date, _)), Some((same, time))) if date == same => time.to_owned(),
            _ => to,
        };
        (self.language.texts().platform_time)(&format!("{from} – {to}"), name(self.zones.platform))
    }

    pub(super) fn strip(
        &self,
        agent: &AgentId,
        state_starts: &[StateStart],
        gaps: &[(PlatformTime, PlatformTime)],
        now: PlatformTime,
    ) -> AnyView {
        let (texts, state) = (self.language.day_texts(), self.language.texts().state);
        // The reader's day, from midnight to midnight on the reader's clock.
        let midnight = zoned(now, self.zones.written()).start_of_day();
        let midnight = midnight.map_or(now, |midnight| PlatformTime::from_millis(midnight.timestamp().as_millisecond()));
        let segments = segments(state_starts, midnight, now);
        let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
            return view! { <section class="day-strip">{self.heading()}<p class="day-nothing">{texts.nothing_known}</p></section> }
                .into_any();
        };
        let (from, to) = (first.from, last.to);
        let place = move |at: PlatformTime| {
            let (at, all) = (millis_of(at.since(from)), millis_of(to.since(from)));
            format!("{:.3}%", at as f64 * 100.0 / all.max(1) as f64)
        };
        let words = |segment: &Segment| {
            let (from, to) = (self.time(segment.from), self.time(segment.to));
            let words = (texts.segment)(state(segment.state), &from, &to, &duration(segment.to.since(segment.from)));
            format!("{words} · {}", self.span_on_platform(segment.from, segment.to))
        };
        let bars = segments.iter().map(|segment| {
            let width = place(from + segment.to.since(segment.from));
            view! {
                <rect x=place(segment.from) y="0" width=width height="24" data-state=segment.state.code()>
                    <title>{words(segment)}</title>
                </rect>
            }
        });
        let scale = self.ticks(from, to).into_iter().map(|(at, label)| {
            view! {
                <line class="day-tick" x1=place(at) x2=place(at) y1="24" y2="29" stroke="currentColor"></line>
                <text class="day-hour" x=place(at) y="40" text-anchor="middle" font-size="11" fill="currentColor">
                    {label}
                    <title>{self.on_platform(at)}</title>
                </text>
            }
        });
        let list = segments.iter().rev().map(|segment| {
            view! {
                <tr data-state=segment.state.code()>
                    <td>{self.moment(segment.from)}</td>
                    <td>{state(segment.state)}</td>
                    <td>{duration(segment.to.since(segment.from))}</td>
                </tr>
            }
        });
        view! {
            <section class="day-strip">
                {self.heading()}
                <svg class="strip" width="100%" height="44" role="img" aria-label=(texts.strip)(Outside(agent.number()), &self.time(from), &self.time(to))>
                    {bars.collect::<Vec<_>>()}
                    {scale.collect::<Vec<_>>()}
                </svg>
                {self.gaps(gaps, from)}
                <details class="day-list">
                    <summary>{texts.as_list}</summary>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{texts.col_from}</th>
                                <th scope="col">{texts.col_state}</th>
                                <th scope="col">{texts.col_for}</th>
                            </tr>
                        </thead>
                        <tbody>{list.collect::<Vec<_>>()}</tbody>
                    </table>
                </details>
            </section>
        }
        .into_any()
    }

    /// When the platform was not heard after `since`, the latest first.
    fn gaps(&self, gaps: &[(PlatformTime, PlatformTime)], since: PlatformTime) -> impl IntoView + use<> {
        let texts = self.language.texts();
        let lines = gaps.iter().rev().filter(|(_, to)| *to > since).map(|(from, to)| {
            let (from, to) = (*from, *to);
            let length = (texts.age)(Duration::from_secs(to.since(from).as_secs_f64().ceil() as u64));
            let words = (texts.not_heard)(&length, &self.time(from), &self.time(to));
            view! { <li title=self.span_on_platform(from, to)>{words}</li> }
        });
        let lines: Vec<_> = lines.collect();
        (!lines.is_empty()).then(|| view! { <ul class="day-gaps">{lines}</ul> })
    }

    /// Whole hours where there is room, else what fits, each with its time of day; whole by the clock on the reader's wall, also where
    /// that differs from UTC by half an hour, and before and after it is put forward or back.
    fn ticks(&self, from: PlatformTime, to: PlatformTime) -> Vec<(PlatformTime, String)> {
        let zone = self.zones.written();
        let minutes = to.since(from).as_secs() / 60;
        let step = STEPS.into_iter().find(|step| minutes / u64::from(*step) <= MOST_TICKS).or(STEPS.last().copied());
        let step = MINUTE * step.unwrap_or(1);
        // How long ago the wall's clock showed a whole step.
        let beyond = |at: PlatformTime| {
            let wall = at.as_millis().saturating_add(i64::from(zoned(at, zone).offset().seconds()) * 1000);
            Duration::from_millis(wall.rem_euclid(millis_of(step)).unsigned_abs())
        };
        let mut ticks = Vec::new();
        let mut at = from;
        loop {
            at = at + step.saturating_sub(beyond(at));
            // The clock was put forward or back on the way: on to the next whole step by the new one.
            if !beyond(at).is_zero() {
                at = at + step.saturating_sub(beyond(at));
            }
            if at >= to || ticks.len() > MOST_TICKS as usize {
                return ticks;
            }
            ticks.push((at, zoned(at, zone).strftime("%H:%M").to_string()));
        }
    }
}

/// The states of today: from the log-on, where that was after midnight, to now.
fn segments(state_starts: &[StateStart], midnight: PlatformTime, now: PlatformTime) -> Vec<Segment> {
    // The platform's clock is known to half a second: what has just begun has begun.
    let now = state_starts.last().map_or(now, |last| now.max(last.since + Duration::from_millis(1)));
    let ends = state_starts.iter().skip(1).map(|state_start| state_start.since).chain([now]);
    let all = state_starts.iter().zip(ends).map(|(state_start, to)| Segment {
        state: state_start.state,
        from: state_start.since.max(midnight),
        to,
    });
    let today = all.filter(|segment| segment.to > segment.from);
    today.skip_while(|segment| matches!(segment.state, Doing::LoggedOut | Doing::Unknown)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::visibility::NumberFilter;
    use crate::page::Language;
    use crate::server::http::zone::Zones;
    use jiff::tz::TimeZone;

    fn state_start(since: i64, state: Doing) -> StateStart {
        StateStart { since: PlatformTime::from_millis(since), state }
    }

    fn labels(zone: &str, from: &str, hours: u64) -> Vec<String> {
        let platform = TimeZone::get("Asia/Shanghai").unwrap();
        let zones = Zones { reader: TimeZone::get(zone).ok(), platform: &platform };
        let page = Page { language: Language::En, filter: &NumberFilter::none(), zones };
        let from = PlatformTime::from_millis(from.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        page.ticks(from, from + Duration::from_secs(hours * 3600)).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn a_day_begins_at_midnight_or_with_the_log_on() {
        let state_starts = [state_start(-5, Doing::LoggedOut), state_start(10, Doing::Ready), state_start(30, Doing::OnCall)];
        let told = |state_starts: &[StateStart], midnight| {
            let segments = segments(state_starts, PlatformTime::from_millis(midnight), PlatformTime::from_millis(50));
            segments.iter().map(|s| (s.state, s.from.as_millis(), s.to.as_millis())).collect::<Vec<_>>()
        };
        assert_eq!(told(&state_starts, 0), [(Doing::Ready, 10, 30), (Doing::OnCall, 30, 50)]);
        assert_eq!(told(&state_starts, 20), [(Doing::Ready, 20, 30), (Doing::OnCall, 30, 50)]);
        assert_eq!(told(&state_starts[..1], 0), []);
        assert_eq!(told(&[], 0), []);
        assert_eq!(told(&[state_start(60, Doing::Ready)], 0), [(Doing::Ready, 60, 61)]);
    }

    #[test]
    fn the_scale_has_whole_hours_of_the_readers_zone_and_never_too_many() {
        for (zone, hours) in [("Asia/Shanghai", 9), ("Asia/Kolkata", 9), ("Australia/Eucla", 9), ("UTC", 24)] {
            let ticks = labels(zone, "1970-01-01T00:00:01Z", hours);
            assert!((4..=12).contains(&ticks.len()) && ticks.iter().all(|label| label.ends_with(":00")), "{zone} {ticks:?}");
        }
        assert_eq!(
            labels("Asia/Kolkata", "2026-11-26T03:20:00Z", 4),
            ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00", "12:30"]
        );
    }

    #[test]
    fn today_is_the_readers_day_and_its_times_are_the_readers() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let platform = TimeZone::get("Asia/Shanghai").unwrap();
        let state_starts =
            [state_start(at("2026-11-24T22:00:00Z"), Doing::Ready), state_start(at("2026-11-25T08:00:00Z"), Doing::NotReady)];
        let drawn = |zone: &str| {
            let zones = Zones { reader: TimeZone::get(zone).ok(), platform: &platform };
            let page = Page { language: Language::En, filter: &NumberFilter::none(), zones };
            page.strip(&AgentId::trusted("5001@test.cc"), &state_starts, &[], PlatformTime::from_millis(at("2026-11-25T22:30:00Z")))
                .to_html()
        };
        // In Berlin it is the 25th from midnight to half past eleven; in Shanghai the 26th has begun at 16:00 UTC, in Kolkata at 18:30.
        for (zone, heading, now) in [
            ("Europe/Berlin", "times in Europe/Berlin<", "Ready, 00:00:00 to 09:00:00 (9:00:00)"),
            ("Asia/Kolkata", "times in Asia/Kolkata<", "Not ready, 00:00:00 to 04:00:00 (4:00:00)"),
            ("Mars/Base", "times in Asia/Shanghai, the platform's zone<", "Not ready, 00:00:00 to 06:30:00 (6:30:00)"),
        ] {
            let html = drawn(zone).replace("&#x27;", "'");
            assert!(html.contains(heading) && html.contains(now), "{zone}: {html}");
        }
        let html = drawn("Europe/Berlin").replace("&#x27;", "'");
        for there in [
            "title=\"2026-11-25 16:00:00 in the platform's zone, Asia/Shanghai\">09:00:00</time>",
            "· 2026-11-25 16:00:00 – 2026-11-26 06:30:00 in the platform's zone, Asia/Shanghai</title>",
            "· 2026-11-25 07:00:00 – 16:00:00 in the platform's zone, Asia/Shanghai</title>",
        ] {
            assert!(html.contains(there), "no {there} in {html}");
        }
    }

    #[test]
    fn the_scale_is_whole_before_and_after_the_clock_is_put_forward_or_back() {
        // Forward at 02:00, back at 03:00.
        assert_eq!(labels("Europe/Berlin", "2026-03-28T23:00:00Z", 8), ["01:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00"]);
        assert_eq!(labels("Europe/Berlin", "2026-10-24T22:00:00Z", 8), ["01:00", "02:00", "02:00", "03:00", "04:00", "05:00", "06:00"]);
        let whole_day = labels("Europe/Berlin", "2026-03-28T23:00:00Z", 23);
        assert_eq!(whole_day[..3], ["04:00", "06:00", "08:00"], "two hours apart");
        // By half an hour.
        assert_eq!(labels("Australia/Lord_Howe", "2026-04-04T12:00:00Z", 8)[..5], ["00:00", "01:00", "02:00", "03:00", "04:00"]);
    }
}
