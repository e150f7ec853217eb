//! The server functions: public endpoints, one file a subject. Each body authorises, then makes one service call. Pages ask them
//! through [`client`].

pub mod client;
mod error;

#[cfg(feature = "ssr")]
mod bulk;
#[cfg(feature = "ssr")]
mod force;
#[cfg(feature = "ssr")]
mod order;
#[cfg(feature = "ssr")]
mod session;

pub use error::ApiError;
