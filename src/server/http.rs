//! Everything that speaks HTTP: the router, what every request passes through, pages, the live channel, the JSON interface.

mod assets;
mod caller;
pub mod connections;
mod day;
mod diagnostics;
mod form;
pub mod functions;
mod health;
mod inflating;
pub mod json;
mod live;
mod middleware;
mod pages;
mod phone;
mod policy;
mod preferences;
mod request_log;
pub mod router;
mod server_functions;
mod zone;
