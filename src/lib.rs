//! Watch a call-centre floor live and step in.

pub mod api;
pub mod floor;
pub mod live;
pub mod page;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod simulator;
#[cfg(feature = "ssr")]
pub mod stomp;
