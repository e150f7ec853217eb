//! Reads a JSON text in one pass into the places for what is wanted of it, and builds nothing of the rest.
//!
//! What is no JSON to `serde_json::Value` is none here: the rest is walked through value by value. (`IgnoredAny` would let pass what is
//! nested too deeply, numbers out of range and halves of surrogate pairs.)

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::fmt;

/// A place for one JSON value. What the place has no use for leaves it as it is.
pub(super) trait Place<'a> {
    /// Takes a text.
    fn text(&mut self, _text: &str) {}

    /// Takes a text that stands in the body as it is, without escapes.
    fn borrowed(&mut self, text: &'a str) {
        self.text(text);
    }

    /// Takes a number.
    fn number(&mut self, _number: &Number) {}

    /// Takes an array; all of it has to be read.
    fn array<A: SeqAccess<'a>>(&mut self, mut array: A) -> Result<(), A::Error> {
        while array.next_element_seed(Into(&mut Nowhere))?.is_some() {}
        Ok(())
    }

    /// Takes an object; all of it has to be read.
    fn object<A: MapAccess<'a>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while object.next_key_seed(Named(|_: &str| ()))?.is_some() {
            object.next_value_seed(Into(&mut Nowhere))?;
        }
        Ok(())
    }
}

/// The place for what is not wanted.
pub(super) struct Nowhere;

impl Place<'_> for Nowhere {}

/// Reads a field's value into its place. If the field occurs twice, the last value counts, as in a map.
pub(super) fn read<'a, P: Place<'a> + Default, A: MapAccess<'a>>(object: &mut A, place: &mut P) -> Result<(), A::Error> {
    *place = P::default();
    object.next_value_seed(Into(place))
}

/// Reads one value into its place.
pub(super) struct Into<'p, P>(pub &'p mut P);

impl<'a, P: Place<'a>> DeserializeSeed<'a> for Into<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a, P: Place<'a>> Visitor<'a> for Into<'_, P> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.number(&number.into());
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.0.number(&number.into());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        if let Some(number) = Number::from_f64(number) {
            self.0.number(&number);
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.text(text);
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<(), E> {
        self.0.borrowed(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, array: A) -> Result<(), A::Error> {
        self.0.array(array)
    }

    fn visit_map<A: MapAccess<'a>>(self, object: A) -> Result<(), A::Error> {
        self.0.object(object)
    }
}

/// Reads a field's name, and returns what the function makes of it.
pub(super) struct Named<F>(pub F);

impl<'a, T, F: FnOnce(&str) -> T> DeserializeSeed<'a> for Named<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Named<F> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<T, E> {
        Ok((self.0)(name))
    }
}
