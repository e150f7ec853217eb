//! The flags that take one of a few words.

use crate::floor::Role;
use crate::server::config::{LogFormat, WholeNumbers};
use clap::ValueEnum;
use clap::builder::PossibleValue;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TokenRole {
    Viewer,
    Supervisor,
}

impl From<TokenRole> for Role {
    fn from(role: TokenRole) -> Role {
        match role {
            TokenRole::Viewer => Role::Viewer,
            TokenRole::Supervisor => Role::Supervisor,
        }
    }
}

impl ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [LogFormat] {
        &[LogFormat::Text, LogFormat::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            LogFormat::Text => PossibleValue::new("text").help("Lines for people"),
            LogFormat::Json => PossibleValue::new("json").help("One JSON object a line"),
        })
    }
}

impl ValueEnum for WholeNumbers {
    fn value_variants<'a>() -> &'a [WholeNumbers] {
        &[WholeNumbers::Everybody, WholeNumbers::Supervisors, WholeNumbers::Nobody]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            WholeNumbers::Everybody => "everybody",
            WholeNumbers::Supervisors => "supervisors",
            WholeNumbers::Nobody => "nobody",
        }))
    }
}
