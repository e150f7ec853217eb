//! The ids of the wire as types: agent `5001@test.cc`, device `8001@test.cc`, namespace `test.cc`, call id a UUID.
//!
//! An id is whatever the platform sends (protocol, section 5): it may hold letters, Chinese, `+`, `#`, spaces, even `/` and `%`, but no
//! control characters. So whoever puts an id into a path, a query or a list has to encode it (`server::sdk::requests`,
//! `ui::address`). `parse` refuses what cannot be an id at all; the domain is checked where ids come in ([`AgentId::named`],
//! `floor::tenant`).
//!
//! The server copies ids all over: into every table, row and message. There a short one (23 bytes) lies in the value itself, a longer one
//! is shared, so a copy never allocates.

use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use smol_str::{SmolStr as Text, format_smolstr as format_text};
use std::fmt;
// The browser copies few ids, and its program has no room for a library that makes that cheap.
#[cfg(not(feature = "ssr"))]
use std::{format as format_text, string::String as Text};

/// Why a text from outside is not an id; the message says what an id looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It is no agent or device id.
    #[error("not an agent or device id: expected NUMBER@NAMESPACE, for example 5001@test.cc, without control characters")]
    NotQualified,
    /// It is no call id.
    #[error("not a call id: expected up to 256 bytes without control characters, and neither . nor ..")]
    NotCall,
    /// It is no namespace.
    #[error("not a namespace: expected letters, digits, '-', '_' and '.', for example test.cc")]
    NotNamespace,
}

/// The longest id, in bytes. The platform's agent and device ids have about 20, its call ids 36; `floor::event` reads no longer ones.
pub const LONGEST_ID: usize = 256;
/// The longest namespace, in bytes; longer than any tenant has.
const LONGEST_NAMESPACE: usize = 64;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Text);

        impl $name {
            /// Makes an id of a text that the platform gave, without checking it.
            pub fn trusted(text: impl Into<Text>) -> Self {
                Self(text.into())
            }

            /// Returns the id as text.
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
    /// An agent's id: `5001@test.cc`.
    AgentId
);
id!(
    /// A device's id: a telephone of ours (`8001@test.cc`) or an outside party as the platform writes it (`917602176375@test.cc`).
    DeviceId
);
id!(
    /// A call's id: on the platform a UUID. A call may have had several ([`super::CallRow::former`]).
    CallId
);
id!(
    /// A tenant's name, which users know as the domain: `test.cc`.
    Namespace
);

macro_rules! qualified {
    ($name:ident) => {
        impl $name {
            /// Checks an id from outside: `NUMBER@NAMESPACE` with exactly one `@`, before it any characters but controls.
            ///
            /// # Errors
            ///
            /// Returns [`IdError::NotQualified`] if `text` is not that, or is longer than [`LONGEST_ID`].
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if is_qualified(text) { Ok(Self(text.into())) } else { Err(IdError::NotQualified) }
            }

            /// Returns the id that `text`, a whole id or a number alone, has in `namespace`, or `None` if it is of another domain. The
            /// domain is written as `namespace` is, however `text` spells it, so that one agent has one id.
            ///
            /// # Errors
            ///
            /// Returns [`IdError::NotQualified`] if it is no id.
            pub fn named(text: &str, namespace: &Namespace) -> Result<Option<Self>, IdError> {
                match text.split_once('@') {
                    None => Self::of(text, namespace).map(Some),
                    Some((number, domain)) if namespace.is_same(domain) => Self::of(number, namespace).map(Some),
                    Some(_) => Self::own(text, namespace),
                }
            }

            /// Checks a whole id that must be of exactly `namespace`, or returns `None` if it is not. Unlike [`Self::named`] it changes
            /// nothing: what goes to the platform is what was asked for, to the letter.
            ///
            /// # Errors
            ///
            /// Returns [`IdError::NotQualified`] if it is no whole id.
            pub fn own(text: &str, namespace: &Namespace) -> Result<Option<Self>, IdError> {
                Ok(Some(Self::parse(text)?).filter(|id| id.namespace() == namespace.as_str()))
            }

            /// Makes the id of `number` in `namespace`; only the number needs checking.
            ///
            /// # Errors
            ///
            /// Returns [`IdError::NotQualified`] if the number is empty, too long, or has an `@` or a control character.
            pub fn of(number: &str, namespace: &Namespace) -> Result<Self, IdError> {
                let text = format_text!("{number}@{namespace}");
                if is_qualified(&text) { Ok(Self(text)) } else { Err(IdError::NotQualified) }
            }

            /// Returns whether it is a whole id of `ours` in ASCII, written as [`Self::named`] writes it: nearly all are, and need no more
            /// checking.
            #[cfg(feature = "ssr")]
            pub(super) fn is_plainly_of(&self, ours: &Namespace) -> bool {
                let plain = |text: &str| text.len() <= LONGEST_ID && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
                let number = self.0.strip_suffix(ours.as_str()).and_then(|before| before.strip_suffix('@'));
                number.is_some_and(|number| !number.is_empty() && !number.contains('@')) && plain(&self.0)
            }

            /// Returns what is before the `@`: what people dial and say.
            pub fn number(&self) -> &str {
                self.0.split('@').next().unwrap_or(&self.0)
            }

            /// Returns what is behind the `@`; empty if the platform gave none.
            pub fn namespace(&self) -> &str {
                self.0.split_once('@').map_or("", |(_, namespace)| namespace)
            }
        }
    };
}
qualified!(AgentId);
qualified!(DeviceId);

impl CallId {
    /// Checks a call's id from outside.
    ///
    /// # Errors
    ///
    /// Returns [`IdError::NotCall`] if it is empty, longer than [`LONGEST_ID`], has a control character, or is `.` or `..`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        // A dot segment (RFC 3986, section 3.3) cannot be sent in a path, encoded or not: it would lead upwards.
        let is_call = !text.is_empty() && is_plain(text) && !matches!(text, "." | "..");
        if is_call { Ok(Self(text.into())) } else { Err(IdError::NotCall) }
    }
}

impl Namespace {
    /// Checks a namespace from outside: 1 to 64 ASCII letters, digits, `-`, `_` and `.`, not dots alone.
    ///
    /// # Errors
    ///
    /// Returns [`IdError::NotNamespace`] if `text` is not that.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if is_namespace(text) { Ok(Self(text.into())) } else { Err(IdError::NotNamespace) }
    }

    /// Returns whether `domain` is this one, regardless of case.
    pub fn is_same(&self, domain: &str) -> bool {
        self.0.eq_ignore_ascii_case(domain)
    }

    /// Returns it as topics have it: dots as underscores (protocol, section 2).
    pub fn in_topic(&self) -> String {
        self.0.replace('.', "_")
    }
}

/// Returns whether `text` may be before an agent id's `@`.
pub fn is_agent_number(text: &str) -> bool {
    !text.is_empty() && is_plain(text) && !text.contains('@')
}

/// Returns whether `text` is a telephone number as the SDK's `isPhoneNumber` has it: digits only, here 1 to 32 of them.
pub fn is_phone_number(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Returns whether `text` is `NUMBER@NAMESPACE` with exactly one `@`, before it any characters but controls.
fn is_qualified(text: &str) -> bool {
    text.split_once('@').is_some_and(|(number, namespace)| !number.is_empty() && is_plain(text) && is_namespace(namespace))
}

/// Returns whether `text` is short enough for an id and has no control characters.
fn is_plain(text: &str) -> bool {
    let has_controls = if text.is_ascii() { text.bytes().any(|b| b.is_ascii_control()) } else { text.chars().any(char::is_control) };
    text.len() <= LONGEST_ID && !has_controls
}

/// Returns whether `text` is a namespace. Dots alone are none: in a path they would lead upwards.
fn is_namespace(text: &str) -> bool {
    (1..=LONGEST_NAMESPACE).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !text.bytes().all(|b| b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the field has, and what would break a path, a query, a list, a selector or a page.
    const ODD: [&str; 13] =
        ["张伟", "50+01", "50#01", "50 01", "50%2F01", "a/b", "..", ".", "5'\"<x>", "a|b?c=d&e", "a,b", "a\\b", "\u{202e}1005\u{200b}"];

    #[test]
    fn whatever_the_platform_calls_an_id_is_one() {
        for number in ODD {
            let text = format!("{number}@test.cc");
            assert_eq!(AgentId::parse(&text).map(|id| (id.number().to_owned(), id.to_string())), Ok((number.to_owned(), text.clone())));
            assert_eq!(DeviceId::parse(&text).map(|id| id.to_string()), Ok(text));
        }
        let long = format!("{}@test.cc", "9".repeat(LONGEST_ID - 8));
        assert!(AgentId::parse(&long).is_ok() && AgentId::parse(&format!("9{long}")).is_err());
        for bad in ["", "5001", "@test.cc", "5001@", "5001@a@b", "5001@test.cc/..", "50\n01@test.cc", "50\u{85}01@test.cc", "\0@test.cc"] {
            assert_eq!(DeviceId::parse(bad), Err(IdError::NotQualified), "{bad}");
            assert_eq!(AgentId::parse(bad), Err(IdError::NotQualified), "{bad}");
        }
        for call in ["37db6efe-57cc-4053-b0ce-24c96eba66b0", "a/b", "a|b", "a b", "é", "8001@test.cc|7", "%2e%2e", "..."] {
            assert_eq!(CallId::parse(call).map(|id| id.to_string()), Ok(call.to_owned()));
        }
        for bad in ["", ".", "..", "a\nb", &"c".repeat(LONGEST_ID + 1)] {
            assert_eq!(CallId::parse(bad), Err(IdError::NotCall), "{bad}");
        }
    }

    #[test]
    fn one_agent_is_one_id() {
        let ours = Namespace::trusted("test.cc");
        for text in ["50 01", "50 01@test.cc", "50 01@Test.CC"] {
            assert_eq!(AgentId::named(text, &ours), Ok(Some(AgentId::trusted("50 01@test.cc"))), "{text}");
        }
        assert_eq!(AgentId::named("5001@other.cc", &ours), Ok(None));
        assert_eq!(AgentId::own("5001", &ours), Err(IdError::NotQualified));
        assert_eq!(AgentId::own("5001@Test.CC", &ours), Ok(None));
        for bad in ["", "@", "@test.cc", "5001@a@b", "5001@test.cc@test.cc", "50\t01"] {
            assert_eq!(AgentId::named(bad, &ours), Err(IdError::NotQualified), "{bad}");
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
