//! The values of an event's fields: what counts as a text, a number or an id, and what counts as absent.

use super::read::{Into, Place};
use super::time::{LocalTime, local_time};
use crate::floor::ids::LONGEST_ID;
use crate::floor::{AgentId, CallId, DeviceId, Namespace};
use serde::de::{MapAccess, SeqAccess};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// The longest text in bytes; longer ones are no ids, names or times of this protocol and count as absent.
pub(super) const LONGEST: usize = LONGEST_ID;

/// Returns a text without the space around it, or `None` if it is empty or too long.
fn word(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

/// What is made of a word, or of a number as text.
trait OfWord {
    fn of_word(word: &str) -> Self;
}

impl OfWord for String {
    fn of_word(word: &str) -> Self {
        word.to_owned()
    }
}

macro_rules! of_word {
    ($($id:ident)*) => {
        $(impl OfWord for $id {
            fn of_word(word: &str) -> Self {
                $id::trusted(word)
            }
        })*
    };
}
of_word!(AgentId CallId DeviceId Namespace);

impl<T: OfWord> Place<'_> for Option<T> {
    fn text(&mut self, text: &str) {
        *self = word(text).map(T::of_word);
    }

    fn number(&mut self, number: &Number) {
        *self = Some(T::of_word(&number.to_string()));
    }
}

/// A word that is looked at before anything is made of it.
#[derive(Default)]
pub(super) struct Word<'a>(pub Option<Cow<'a, str>>);

impl<'a> Place<'a> for Word<'a> {
    fn text(&mut self, text: &str) {
        self.0 = word(text).map(|word| Cow::Owned(word.to_owned()));
    }

    fn borrowed(&mut self, text: &'a str) {
        self.0 = word(text).map(Cow::Borrowed);
    }

    fn number(&mut self, number: &Number) {
        self.0 = Some(Cow::Owned(number.to_string()));
    }
}

/// A whole number, or a word that is one.
#[derive(Default)]
pub(super) struct Integer(pub Option<i64>);

impl Place<'_> for Integer {
    fn text(&mut self, text: &str) {
        self.0 = word(text).and_then(|word| word.parse().ok());
    }

    fn number(&mut self, number: &Number) {
        self.0 = number.as_i64();
    }
}

/// A local time.
#[derive(Default)]
pub(super) struct When(pub Option<LocalTime>);

impl Place<'_> for When {
    fn text(&mut self, text: &str) {
        self.0 = word(text).and_then(local_time);
    }
}

/// A text of any length as it came.
#[derive(Default)]
pub(super) struct Verbatim(pub Option<String>);

impl Place<'_> for Verbatim {
    fn text(&mut self, text: &str) {
        self.0 = Some(text.to_owned());
    }
}

/// A count or a time in whole seconds, with nothing around it; what is behind a point does not count.
#[derive(Default)]
pub(super) struct Count(pub Option<u32>);

impl Place<'_> for Count {
    fn text(&mut self, text: &str) {
        *self = Count(text.split('.').next().and_then(|whole| whole.parse().ok()));
    }

    fn number(&mut self, number: &Number) {
        self.text(&number.to_string());
    }
}

/// The component that wrote the event: one of its `topics` names it.
#[derive(Default)]
pub(super) struct Component(pub Option<String>);

impl<'a> Place<'a> for Component {
    fn array<A: SeqAccess<'a>>(&mut self, mut topics: A) -> Result<(), A::Error> {
        while topics.next_element_seed(Into(&mut Topic(&mut self.0)))?.is_some() {}
        Ok(())
    }
}

/// One of the topics.
struct Topic<'c>(&'c mut Option<String>);

impl Place<'_> for Topic<'_> {
    fn text(&mut self, topic: &str) {
        let names = topic.starts_with("CtiRouter_") || topic.starts_with("CtiWorker_");
        if self.0.is_none() && names && topic.len() <= LONGEST {
            *self.0 = Some(topic.to_owned());
        }
    }
}

/// An object that is kept whole.
#[derive(Default)]
pub(super) struct Entries(pub Map<String, Value>);

impl<'a> Place<'a> for Entries {
    fn object<A: MapAccess<'a>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some((key, value)) = object.next_entry()? {
            self.0.insert(key, value);
        }
        Ok(())
    }
}
