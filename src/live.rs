//! What travels between the console and its browsers, and the browser's store of it.
//!
//! Every message carries epoch and sequence: a browser either proves that it missed nothing (`/live?epoch=E&seq=S`) or is sent a
//! snapshot. Messages are binary WebSocket frames, postcard-encoded.

pub mod browser;
pub mod message;
#[cfg(feature = "hydrate")]
pub mod socket;
pub mod store;

pub use message::{Down, Header, InitialState, Link, LinkState, Me};
