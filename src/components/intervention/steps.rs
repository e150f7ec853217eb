//! One intervention from the request to its end, step by step.

use crate::components::times::Times;
use crate::floor::{Intervention, Outcome};
use crate::i18n::{Outside, Texts, after};
use crate::ui::{Erased, erased};
use leptos::prelude::*;

/// Writes the intervention down, a line for each thing that is known of it.
pub fn steps(times: Times, action: &Intervention, texts: &'static Texts) -> Erased {
    let word = (texts.operation)(action.operation);
    let mut lines = vec![(
        times.of_day(action.requested_at, true),
        format!("{} · {}", (texts.requested)(word), (texts.by)(Outside(action.by.number()))),
    )];
    let answered = after(action.answered_after);
    match action.outcome {
        Outcome::Refused(status) if status != 0 => lines.push((answered, (texts.refused)(word, &status.to_string()))),
        _ if action.answered_after.is_none() => {}
        _ if action.deferred => lines.push((answered, (texts.deferred)(word))),
        _ => lines.push((answered, (texts.accepted)(word, "").trim().to_owned())),
    }
    let finished = after(action.finished_after);
    match action.outcome {
        Outcome::Confirmed => lines.push((finished, (texts.confirmed)(word, "").trim().to_owned())),
        Outcome::Unconfirmed => lines.push((finished, (texts.unconfirmed)(word))),
        Outcome::Unknown => lines.push((finished, (texts.unknown)(word))),
        _ => {}
    }
    let outcome = action.outcome.code();
    // The first line says when, the others how long after that.
    let mut asked = times.on_platform(action.requested_at, texts);
    let lines = lines
        .into_iter()
        .map(|(when, what)| {
            erased(view! {
                <li>
                    <span class="when" title=asked.take()>
                        {when}
                    </span>
                    <span>{what}</span>
                </li>
            })
        })
        .collect_view();
    erased(view! { <ol class="steps" data-steps=outcome>{lines}</ol> })
}
