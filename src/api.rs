//! The server functions: public endpoints, one file a subject, the same for pages and scripts. Each body authorises, then makes one
//! service call. Pages ask them through [`client`].

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
pub mod problem;
#[cfg(feature = "ssr")]
pub mod scheduled;
#[cfg(feature = "ssr")]
mod session;

pub use error::{ApiError, ApiErrorKind};
