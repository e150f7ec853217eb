//! What every figure stands on.

pub mod chromium;
pub mod crowd;
pub mod direct;
pub mod exchange;
pub mod feed;
pub mod lab;
mod opening;
pub mod platform;
pub mod process;
pub mod reader;
pub mod script;
pub mod stats;
pub mod template;
pub mod time;
pub mod wire;

pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
