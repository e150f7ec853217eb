//! The encoding of the server functions' arguments: the argument struct itself is the JSON body.

use leptos::server_fn::codec::Post;
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Deref;

/// The input encoding of a server function with one argument.
pub type JsonBody = Post<OneArgument>;

/// Encodes the only argument of a server function, without the struct that the `#[server]` macro wraps around it.
pub struct OneArgument;

impl ContentType for OneArgument {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for OneArgument {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<Function> Encodes<Function> for OneArgument
where
    Function: Deref,
    Function::Target: Serialize,
{
    type Error = serde_json::Error;

    fn encode(function: &Function) -> Result<axum::body::Bytes, serde_json::Error> {
        serde_json::to_vec(&**function).map(axum::body::Bytes::from)
    }
}

impl<Function> Decodes<Function> for OneArgument
where
    Function: Deref + From<<Function as Deref>::Target>,
    Function::Target: DeserializeOwned + Sized,
{
    type Error = serde_json::Error;

    fn decode(bytes: axum::body::Bytes) -> Result<Function, serde_json::Error> {
        serde_json::from_slice::<Function::Target>(&bytes).map(Function::from)
    }
}
