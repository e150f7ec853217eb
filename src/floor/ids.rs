//! The ids of the wire as types: agent `5001@test.cc`, device `8001@test.cc`, namespace `test.cc`, call id a UUID.
//!
//! What comes from the platform is taken as it is (an id is a name, we do not judge it); what comes from a browser goes through
//! `parse`, which refuses anything that could not be an id, so that nothing else ever reaches a path or a body.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a text from outside is not an id. The text says what an id looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("not an agent or device id: expected NUMBER@NAMESPACE, for example 5001@test.cc")]
    NotQualified,
    #[error("not a call id: expected 1 to 64 letters, digits, '-', '_' or '.'")]
    NotCall,
    #[error("not a namespace: expected letters, digits, '-', '_' and '.', for example test.cc")]
    NotNamespace,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// An id as the platform gave it; not checked.
            pub fn trusted(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// An agent: `5001@test.cc`.
    AgentId
);
id!(
    /// A device (extension), or an outside party as the platform writes it: `8001@test.cc`, `917602176375@test.cc`.
    DeviceId
);
id!(
    /// A call: a UUID on the platform.
    CallId
);
id!(
    /// A tenant, which users know as the domain: `test.cc`.
    Namespace
);

macro_rules! qualified {
    ($name:ident) => {
        impl $name {
            /// `NUMBER@NAMESPACE` from outside; the number is 1 to 32 of letters, digits, `-`, `_`, `.`.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let (number, namespace) = text.split_once('@').ok_or(IdError::NotQualified)?;
                if !is_word(number, 32) || Namespace::parse(namespace).is_err() {
                    return Err(IdError::NotQualified);
                }
                Ok(Self(text.to_owned()))
            }

            /// The id of `number` in `namespace`; the number is checked, the namespace is ours.
            pub fn of(number: &str, namespace: &Namespace) -> Result<Self, IdError> {
                Self::parse(&format!("{number}@{namespace}"))
            }

            /// What stands before the `@`: what people dial and say.
            pub fn number(&self) -> &str {
                self.0.split('@').next().unwrap_or(&self.0)
            }

            /// What stands behind the `@`; empty where the platform gave none.
            pub fn namespace(&self) -> &str {
                self.0.split_once('@').map_or("", |(_, namespace)| namespace)
            }
        }
    };
}
qualified!(AgentId);
qualified!(DeviceId);

impl CallId {
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if is_word(text, 64) { Ok(Self(text.to_owned())) } else { Err(IdError::NotCall) }
    }
}

impl Namespace {
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if is_word(text, 64) { Ok(Self(text.to_owned())) } else { Err(IdError::NotNamespace) }
    }

    /// As it stands in a topic: dots as underscores (protocol, section 2).
    pub fn in_topic(&self) -> String {
        self.0.replace('.', "_")
    }
}

/// A telephone number as the SDK's `isPhoneNumber` has it: digits only, here 1 to 32 of them.
pub fn is_phone_number(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// `.` and `..` are no words: they would climb in a path.
fn is_word(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !text.bytes().all(|b| b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_from_outside_are_checked() {
        assert_eq!(AgentId::parse("5001@test.cc").map(|id| id.number().to_owned()), Ok("5001".to_owned()));
        for bad in ["", "5001", "@test.cc", "5001@", "50 01@test.cc", "5001@a@b", "../x@test.cc", "5001@test.cc/..", "5001%7C@t"] {
            assert_eq!(DeviceId::parse(bad), Err(IdError::NotQualified), "{bad}");
        }
        assert!(CallId::parse("37db6efe-57cc-4053-b0ce-24c96eba66b0").is_ok());
        for bad in ["", "..", "a/b", "a|b", "a b", "é"] {
            assert_eq!(CallId::parse(bad), Err(IdError::NotCall), "{bad}");
        }
    }

    #[test]
    fn phone_numbers_are_digits_only() {
        assert!(is_phone_number("8001"));
        for bad in ["", "+8613800000000", "80 01", "8001@test.cc", "８００１"] {
            assert!(!is_phone_number(bad), "{bad}");
        }
    }
}
