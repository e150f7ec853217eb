//! The figures of the day: ours, by what the console heard, and the platform's beside them where it sends some.

use super::Page;
use crate::floor::{Figure, Workday};
use crate::server::actor::history::DayFigures;
use crate::ui::time::duration;
use leptos::prelude::*;
use std::time::Duration;

impl Page<'_> {
    pub(super) fn figures(&self, day: &Workday, theirs: Option<&DayFigures>) -> AnyView {
        let texts = self.language.day_texts();
        let line = |name: String, ours: String, theirs: Option<Option<String>>| {
            let theirs = theirs.map(|theirs| view! { <td>{theirs}</td> });
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td>{ours}</td>
                    {theirs}
                </tr>
            }
        };
        let told = |figure: Figure| {
            theirs.map(|theirs| theirs.figures.iter().find(|(known, _)| *known == figure).map(|(_, value)| written(figure, *value)))
        };
        let known = |figure: Figure| told(figure).flatten().is_some();
        let mut lines = Vec::new();
        for figure in Figure::ALL {
            let ours = ours(figure, day);
            if ours.is_some() || known(figure) {
                lines.push(line((texts.figure)(figure).to_owned(), ours.unwrap_or_default(), told(figure)));
            }
            if figure == Figure::NotReadyTime {
                let reasons = day.not_ready.iter().filter(|(reason, _)| !reason.is_empty());
                let blank = || theirs.map(|_| None);
                lines.extend(
                    reasons.map(|(reason, time)| line(format!("· {}", self.filter.text(reason.clone())), duration(*time), blank())),
                );
            }
        }
        let blank = || theirs.map(|_| None);
        let occupancy = day.occupancy().map(|share| line(texts.occupancy.to_owned(), format!("{:.0} %", share * 100.0), blank()));
        let uncertain = (!day.uncertain.is_zero()).then(|| line(texts.uncertain.to_owned(), duration(day.uncertain), blank()));
        let heads = theirs.map(|theirs| {
            let as_of = (texts.figures_as_of)(&self.time(theirs.at));
            view! {
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{texts.heard_here}</th>
                        <th scope="col" title=self.on_platform(theirs.at)>
                            {as_of}
                        </th>
                    </tr>
                </thead>
            }
        });
        view! {
            <section class="day-figures">
                <h3>{texts.figures}</h3>
                <table>{heads} <tbody>{lines} {occupancy} {uncertain}</tbody></table>
            </section>
        }
        .into_any()
    }
}

/// What the console counts itself; `None` for what it does not.
fn ours(figure: Figure, day: &Workday) -> Option<String> {
    Some(match figure {
        Figure::Calls => day.calls.to_string(),
        Figure::TalkTime => duration(day.talking),
        Figure::HoldTime => duration(day.holding),
        Figure::AfterCallTime => duration(day.after_call),
        Figure::NotReadyTime => duration(day.not_ready.iter().map(|(_, time)| *time).sum()),
        Figure::HandlingTime => day.average_handling().map_or_else(|| "–".to_owned(), duration),
        Figure::Inbound | Figure::Outbound | Figure::Internal | Figure::AfterCallCount | Figure::NotReadyCount => return None,
    })
}

fn written(figure: Figure, value: u32) -> String {
    if figure.is_time() { duration(Duration::from_secs(value.into())) } else { value.to_string() }
}
