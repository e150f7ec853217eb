//! The console over real sockets: the platform's stand-in on one side, browsers on the other, nothing in between replaced.
//!
//! Each test starts its own platform, console and database, and waits for what the live channel says, never for the clock.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, speaks HTTP as a browser would, and has the clock of this machine"
)]

mod access;
mod bulk;
mod calls;
mod checks;
mod command_line;
mod day;
mod diagnostics;
mod event_stream;
mod events;
mod evidence;
mod failures;
mod faults;
mod history;
mod ids;
mod journal;
mod json;
mod layers;
mod link;
mod live;
mod load;
mod masks;
mod operations;
mod pages;
mod peers;
mod peers_under_load;
mod phone;
mod program;
mod rabbitmq;
mod scheduled;
mod sessions;
mod sign_in;
mod strangers;
mod support;
mod tokens;
mod under_way;
mod webhooks;
