//! Words and schemas of the JSON interface that several of its files need.

use utoipa::openapi::schema::{ObjectBuilder, Type};

/// `NotInCall` as `not-in-call`.
pub fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

/// The schema of a text that is one of `codes`.
pub fn one_of(codes: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes))
}
