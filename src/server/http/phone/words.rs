//! How far something with the own phone has come, or why it is not possible, in words.

use crate::api::ApiError;
use crate::floor::{AgentId, Effect, Intervention, Operation, Outcome, PhoneOperation};
use crate::i18n::{Outside, after};
use crate::page::Language;
use leptos::prelude::*;

/// What is said, and what it means or what to do.
pub struct Said {
    pub words: String,
    pub more: String,
}

/// How far the intervention has come.
pub fn progress(language: Language, operation: PhoneOperation, done: &Intervention) -> Said {
    let texts = language.texts();
    let word = (language.phone_texts().operation)(operation);
    let say = |words: String, more: &str| Said { words, more: more.to_owned() };
    match done.outcome {
        Outcome::Requested => say((texts.requested)(word), texts.requested_title),
        Outcome::Accepted if done.deferred => say((texts.deferred)(word), texts.deferred_title),
        Outcome::Accepted => say((texts.accepted)(word, &after(done.answered_after)), texts.accepted_title),
        Outcome::Confirmed => say((texts.confirmed)(word, &after(done.finished_after)), texts.confirmed_title),
        Outcome::Refused(status) => refused(language, word, status, done.by_device.number(), done.holder.as_deref()),
        Outcome::Unknown => say((texts.unknown)(word), texts.unknown_title),
        Outcome::Unconfirmed => say((texts.unconfirmed)(word), texts.unconfirmed_title),
        Outcome::NotSent(why) => error(language, word, &why.into()),
    }
}

/// Why it is not possible, as the piece of HTML that the bar shows.
pub fn failure(language: Language, operation: Option<PhoneOperation>, problem: &ApiError) -> String {
    let word = operation.map_or(language.phone_texts().phone, language.phone_texts().operation);
    let Said { words, more } = match problem {
        ApiError::BadArgument { field, .. } if field == "entries" => {
            Said { words: (language.texts().not_sent)(word, language.phone_texts().bad_data), more: String::new() }
        }
        ApiError::BadArgument { field, .. } if field == "phoneNumber" => {
            let texts = language.texts();
            Said { words: (texts.not_sent)(word, language.phone_texts().digits_only), more: String::new() }
        }
        // The line of the bar tells of it already, and stays longer.
        ApiError::Refused { .. } | ApiError::OutcomeUnknown => return String::new(),
        other => error(language, word, other),
    };
    view! { <p data-outcome="refused" title=more>{words}</p> }.to_html()
}

fn refused(language: Language, word: &'static str, status: u16, own: &str, holder: Option<&str>) -> Said {
    let texts = language.texts();
    let refusal = (texts.refusal)(status, Outside(own), Outside(holder.and_then(|holder| holder.split('@').next()).unwrap_or_default()));
    Said { words: (texts.refused)(word, &refusal.what), more: refusal.remedy.to_owned() }
}

fn error(language: Language, word: &'static str, problem: &ApiError) -> Said {
    let texts = language.texts();
    let words = match problem {
        ApiError::Changed { effect } => (texts.changed)(word, (language.phone_texts().effect)(*effect)),
        other => (texts.not_sent)(word, &(texts.api_error)(other)),
    };
    Said { words, more: String::new() }
}

/// Whether it was a log-on that somebody, or the own other phone, stood in the way of: the next one can be by force.
pub fn is_occupied(done: &Intervention) -> bool {
    done.operation == Operation::Phone(PhoneOperation::Login) && matches!(done.outcome, Outcome::Refused(454 | 455 | 459))
}

/// The name of what hanging up will do, which is said beforehand; of all else its own.
pub fn button(language: Language, operation: PhoneOperation, effect: Effect) -> &'static str {
    let words = language.phone_texts();
    match (operation, effect) {
        (PhoneOperation::Drop, Effect::Leaves) => words.leave,
        (PhoneOperation::Ready, Effect::AfterCall) => words.ready_after_call,
        (PhoneOperation::NotReady, Effect::AfterCall) => words.not_ready_after_call,
        _ => (words.operation)(operation),
    }
}

/// Whose phone it is where it is not one's own.
pub fn taken(language: Language, other: &AgentId) -> String {
    (language.phone_texts().taken)(Outside(other.number()))
}
