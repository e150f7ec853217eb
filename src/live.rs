//! What travels between the console and its browsers, and the browser's store of it.
//!
//! Every message about the board carries an epoch and a sequence. A browser that connects again names the last ones it has
//! (`/live?epoch=E&seq=S`) and is sent what it missed, or a snapshot if that is no longer kept. Messages are binary WebSocket frames,
//! encoded with postcard.

#![warn(missing_docs)]

pub mod browser;
pub mod message;
#[cfg(feature = "hydrate")]
pub mod socket;
pub mod store;

pub use message::{Down, Header, InitialState, Link, LinkState, Me};
