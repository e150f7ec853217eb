//! Why the platform says no, with the status codes of the protocol's section 1.

use super::Id;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("wrong number, password or domain")]
    WrongPassword,
    #[error("session unknown or expired: log in again")]
    NoSession,
    #[error("device {0} is not registered")]
    NotRegistered(String),
    #[error("illegal agent id {0:?}")]
    IllegalAgent(String),
    #[error("illegal device {0:?}")]
    IllegalDevice(String),
    #[error("agent is already logged in on this device")]
    LoggedInHere,
    #[error("agent is already logged in on {0}")]
    LoggedInElsewhere(Id),
    #[error("agent is logged out")]
    LoggedOut,
    #[error("device is in use by {0}")]
    DeviceInUse(Id),
    #[error("device is in a call")]
    InCall,
    #[error("no such call: {0}")]
    NoCall(String),
    #[error("{0} has no connection to this call")]
    NoConnection(String),
    #[error("no such call data: {0}")]
    NoData(String),
    #[error("{0}")]
    WrongState(&'static str),
    #[error("at most one call in 2 seconds for a device")]
    TooSoon,
    #[error("bad request: {0}")]
    BadRequest(String),
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::BadRequest(_) => 400,
            Refusal::WrongPassword => 401,
            Refusal::NoCall(_) | Refusal::NoConnection(_) | Refusal::NoData(_) => 404,
            Refusal::WrongState(_) => 409,
            Refusal::NoSession => 426,
            Refusal::TooSoon => 429,
            Refusal::NotRegistered(_) => 451,
            Refusal::IllegalAgent(_) => 452,
            Refusal::IllegalDevice(_) => 453,
            Refusal::LoggedInHere => 454,
            Refusal::LoggedInElsewhere(_) => 455,
            Refusal::LoggedOut => 458,
            Refusal::DeviceInUse(_) => 459,
            Refusal::InCall => 460,
        }
    }
}
