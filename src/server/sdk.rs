//! The platform, as the console speaks with it: HTTP for actions, STOMP over WebSocket for events.

mod backoff;
#[expect(clippy::disallowed_methods, reason = "here HTTP is sent")]
pub mod http;
pub mod link;
mod path;
pub mod requests;
pub mod roster;

pub use http::{CallError, LoginError, Platform, PlatformSession, Taken};
