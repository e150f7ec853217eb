//! Words and schemas of the JSON interface that several of its files need.

use crate::floor::State;
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// The schema of a text that is one of `codes`.
pub fn one_of(codes: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes))
}

/// The schema of an agent's state.
pub fn states() -> ObjectBuilder {
    one_of(State::ALL.map(State::code))
}
