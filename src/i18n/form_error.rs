//! What the sign-in form says of an error.

use super::texts::Texts;
use crate::api::ApiError;
use crate::page::FormError;

impl FormError {
    pub fn of(error: &ApiError, texts: &Texts) -> FormError {
        FormError { kind: kind(error).to_owned(), words: words(texts, error) }
    }
}

/// For scripts and tests; the reader gets [`words`].
fn kind(error: &ApiError) -> &'static str {
    match error {
        ApiError::WrongCredentials => "wrong-credentials",
        ApiError::Unreachable | ApiError::OutcomeUnknown => "platform-unreachable",
        ApiError::NotPermitted => "not-permitted",
        ApiError::BadArgument { .. } => "bad-argument",
        ApiError::Transport { .. } => "console-unreachable",
        _ => "refused",
    }
}

fn words(texts: &Texts, error: &ApiError) -> String {
    match error {
        ApiError::WrongCredentials => texts.wrong_credentials.to_owned(),
        ApiError::Unreachable | ApiError::OutcomeUnknown => texts.login_unreachable.to_owned(),
        ApiError::Busy => texts.login_wait.to_owned(),
        ApiError::NotPermitted => texts.login_not_permitted.to_owned(),
        ApiError::BadArgument { field, .. } => match field.as_str() {
            "number" => texts.wrong_number.to_owned(),
            "domain" => texts.wrong_domain.to_owned(),
            "extension" => texts.wrong_extension.to_owned(),
            "password" => texts.wrong_password.to_owned(),
            _ => (texts.api_error)(error),
        },
        ApiError::Refused { status, .. } | ApiError::NotUnderstood { status } => (texts.login_refused)(*status),
        ApiError::Transport { .. } => texts.console_unreachable.to_owned(),
        other => (texts.api_error)(other),
    }
}
