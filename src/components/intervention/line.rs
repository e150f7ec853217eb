//! How far the latest intervention at a target has come, as one line of words.

use super::context::Interventions;
use super::note::Note;
use super::prospect::Barrier;
use super::target::Target;
use crate::api::ApiError;
use crate::floor::{Intervention, NotSent, Operation, Outcome};
use crate::i18n::{Outside, Texts, after};
use leptos::prelude::*;

/// One line of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressLine {
    /// [`Outcome::code`].
    pub outcome: &'static str,
    pub operation: Operation,
    pub words: String,
    /// What it means or what to do.
    pub more: String,
    pub dismissible: bool,
}

impl ProgressLine {
    /// Returns what a screen reader speaks of it.
    pub fn spoken(&self, target: &Target) -> String {
        format!("{}: {}. {}", Outside(&target.name()), self.words, self.more)
    }
}

/// Returns what to show of what the row and the page's own note tell: the newer, or where both tell of the same, the further.
pub fn line(interventions: Interventions, target: &Target, note: Option<&Note>, texts: &Texts) -> Option<ProgressLine> {
    let told = target.told();
    let of_intervention = |action| of_intervention(interventions, action, target, texts);
    match note {
        None => told.map(of_intervention),
        Some(Note::Dismissed(seen)) => told.filter(|action| action.id > *seen).map(of_intervention),
        Some(Note::Sent { operation, before }) => Some(match told {
            Some(action) if Some(action.id) != *before && action.operation == *operation => of_intervention(action),
            _ => ProgressLine {
                outcome: Outcome::Requested.code(),
                operation: *operation,
                words: (texts.requested)((texts.operation)(*operation)),
                more: String::new(),
                dismissible: false,
            },
        }),
        Some(Note::Answered { operation, answer }) => Some(match told {
            Some(action) if action.id > answer.id || (action.id == answer.id && step(action.outcome) >= step(answer.outcome)) => {
                of_intervention(action)
            }
            _ => {
                let word = (texts.operation)(*operation);
                let words = match answer.outcome {
                    Outcome::Confirmed => (texts.confirmed)(word, ""),
                    Outcome::Requested => (texts.requested)(word),
                    _ => (texts.accepted)(word, ""),
                };
                let words = words.trim_end().to_owned();
                ProgressLine { outcome: answer.outcome.code(), operation: *operation, words, more: String::new(), dismissible: false }
            }
        }),
        Some(Note::Failed { operation, error, before }) => Some(match told {
            Some(action) if is_followed(error) && Some(action.id) != *before && is_end_of(*operation, action) => of_intervention(action),
            _ => of_error(interventions, *operation, error, target, texts),
        }),
        Some(Note::Blocked { operation, why }) => Some(not_possible(*operation, why, texts)),
    }
}

/// Returns whether the row tells of the end of the operation. It may be later than the answer: what is still under way there says less than the error.
fn is_end_of(operation: Operation, action: &Intervention) -> bool {
    action.operation == operation && !action.outcome.pending()
}

/// Returns whether there may be an intervention in spite of the error: then its row knows more.
fn is_followed(error: &ApiError) -> bool {
    use ApiError::{AuditFailed, OutcomeUnknown, Refused, Transport, Unreachable};
    matches!(error, Refused { .. } | OutcomeUnknown | Unreachable | AuditFailed | Transport { .. })
}

fn step(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Requested => 0,
        Outcome::Accepted => 1,
        _ => 2,
    }
}

fn of_intervention(interventions: Interventions, action: &Intervention, target: &Target, texts: &Texts) -> ProgressLine {
    let operation = (texts.operation)(action.operation);
    let (mut words, mut more) = match action.outcome {
        Outcome::Requested if action.deferred => ((texts.waits)(operation), texts.waits_title.to_owned()),
        Outcome::Requested => ((texts.requested)(operation), texts.requested_title.to_owned()),
        Outcome::Accepted if action.deferred => ((texts.deferred)(operation), texts.deferred_title.to_owned()),
        Outcome::Accepted => ((texts.accepted)(operation, &after(action.answered_after)), texts.accepted_title.to_owned()),
        Outcome::Confirmed => ((texts.confirmed)(operation, &after(action.finished_after)), texts.confirmed_title.to_owned()),
        Outcome::NotSent(why) => return of_error(interventions, action.operation, &why.into(), target, texts),
        Outcome::Refused(status) => {
            return refused(action.operation, status, action.holder.as_deref().unwrap_or_default(), target, texts);
        }
        Outcome::Unknown => ((texts.unknown)(operation), texts.unknown_title.to_owned()),
        Outcome::Unconfirmed => ((texts.unconfirmed)(operation), texts.unconfirmed_title.to_owned()),
    };
    if interventions.workspace.me.with_value(|me| action.by != me.agent) {
        words = format!("{words} · {}", (texts.by)(Outside(action.by.number())));
    } else if action.outcome == Outcome::Confirmed && action.operation.uses_own_phone() {
        more = format!("{more} ({})", (texts.device)(Outside(action.by_device.number())));
    }
    ProgressLine { outcome: action.outcome.code(), operation: action.operation, words, more, dismissible: !action.outcome.pending() }
}

fn refused(operation: Operation, status: u16, holder: &str, target: &Target, texts: &Texts) -> ProgressLine {
    let device = target.device.as_ref().map(|device| device.number()).unwrap_or_default();
    let refusal = (texts.refusal)(status, Outside(device), Outside(holder.split('@').next().unwrap_or_default()));
    ProgressLine {
        outcome: Outcome::Refused(status).code(),
        operation,
        words: (texts.refused)((texts.operation)(operation), &refusal.what),
        more: refusal.remedy.to_owned(),
        dismissible: true,
    }
}

fn not_possible(operation: Operation, why: &str, texts: &Texts) -> ProgressLine {
    ProgressLine {
        outcome: Outcome::NotSent(NotSent::Unreachable).code(),
        operation,
        words: (texts.not_sent)((texts.operation)(operation), why),
        more: String::new(),
        dismissible: true,
    }
}

fn of_error(interventions: Interventions, operation: Operation, error: &ApiError, target: &Target, texts: &Texts) -> ProgressLine {
    match error {
        ApiError::Refused { status, holder } => refused(operation, *status, holder.as_deref().unwrap_or_default(), target, texts),
        ApiError::OutcomeUnknown | ApiError::Transport { .. } => ProgressLine {
            outcome: Outcome::Unknown.code(),
            operation,
            words: (texts.unknown)((texts.operation)(operation)),
            more: (texts.api_error)(error),
            dismissible: true,
        },
        ApiError::Obstacle { obstacle } => {
            not_possible(operation, &interventions.barrier_words(operation, Barrier::Obstacle(*obstacle), target, texts), texts)
        }
        ApiError::Changed { effect } => ProgressLine {
            words: (texts.changed)((texts.operation)(operation), &interventions.effect_words(operation, *effect, target, texts)),
            more: texts.changed_title.to_owned(),
            ..not_possible(operation, "", texts)
        },
        other => not_possible(operation, &(texts.api_error)(other), texts),
    }
}
