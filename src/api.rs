//! The server functions: public endpoints, one file for each subject, the same for pages and scripts. Each only calls its service, which
//! authorises. Pages call them through [`client`].

#![warn(missing_docs)]

pub mod arguments;
pub mod client;
mod error;

#[cfg(feature = "ssr")]
mod body;
#[cfg(feature = "ssr")]
pub mod bulk;
#[cfg(feature = "ssr")]
pub mod force;
#[cfg(feature = "ssr")]
pub mod phone;
#[cfg(feature = "ssr")]
pub mod problem;
#[cfg(feature = "ssr")]
pub mod scheduled;
#[cfg(feature = "ssr")]
mod session;

pub use error::{ApiError, ApiErrorKind};
