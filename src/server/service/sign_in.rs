//! Signing in through the platform's login. The password is passed on and never kept.

use crate::api::ApiError;
use crate::floor::{AgentId, DeviceId, is_phone_number};
use crate::live::Me;
use crate::server::auth::session::Session;
use crate::server::clock::now;
use crate::server::config::roles::role_of;
use crate::server::console::Console;
use crate::server::sdk::{LoginError, PlatformSession};
use secrecy::SecretString;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// What somebody gives to sign in, as it was typed.
pub struct Credentials {
    pub number: String,
    pub password: SecretString,
    pub domain: String,
    /// The own phone, digits only.
    pub extension: String,
}

/// Why somebody did not get in.
pub enum SignInError {
    /// Too many attempts: the next one is heard after so long.
    Wait(Duration),
    Failed(ApiError),
}

impl From<ApiError> for SignInError {
    fn from(error: ApiError) -> SignInError {
        SignInError::Failed(error)
    }
}

/// Signs in whoever asks from `address`. Returns the new session with its id, which is for the browser's cookie only.
pub async fn sign_in(console: &Arc<Console>, address: IpAddr, given: Credentials) -> Result<(String, Arc<Session>), SignInError> {
    let wrong = |field: &str, problem: &str| ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() };
    let namespace = &console.config.namespace;
    let (number, extension) = (given.number.trim(), given.extension.trim());
    let agent = AgentId::of(number, namespace).map_err(|_| wrong("number", "give your agent number, for example 5000"))?;
    if !namespace.is_same(given.domain.trim()) {
        return Err(wrong("domain", &format!("this console serves {namespace}")).into());
    }
    if !is_phone_number(extension) {
        return Err(wrong("extension", "digits only, for example 8000").into());
    }
    let device = DeviceId::of(extension, namespace).map_err(|_| wrong("extension", "digits only, for example 8000"))?;
    let platform = log_in(console, address, &agent, given.password).await?;
    let role = role_of(number, &console.config.supervisors, &console.config.viewers).ok_or(ApiError::NotPermitted)?;
    let name = console.platform.own_name(&platform).await.unwrap_or_default();
    let me = Me { agent, name, namespace: namespace.clone(), device, role };
    tracing::info!(agent = me.agent.as_str(), device = me.device.as_str(), ?role, "signed in");
    console.sessions.begin(me, platform).await.map_err(|error| {
        tracing::error!(%error, "somebody could not sign in");
        ApiError::DatabaseAway.into()
    })
}

/// Asks the platform whether the password is right, where this address may ask now.
async fn log_in(console: &Arc<Console>, address: IpAddr, agent: &AgentId, password: SecretString) -> Result<PlatformSession, SignInError> {
    let attempt = console.sessions.attempts.begin(address, agent).await.map_err(SignInError::Wait)?;
    let (console, number) = (console.clone(), agent.number().to_owned());
    // Whoever leaves meanwhile must not count as one who guessed.
    let asked = tokio::spawn(async move {
        let attempts = &console.sessions.attempts;
        let Some(_turn) = attempts.turn(address).await else {
            attempts.end(&attempt, None, now());
            return None;
        };
        let answer = console.platform.login(&number, &password, &console.config.namespace).await;
        let password_was = match &answer {
            Ok(_) => Some(true),
            Err(LoginError::Refused) => Some(false),
            Err(_) => None,
        };
        attempts.end(&attempt, password_was, now());
        Some(answer)
    });
    let answer = asked.await.ok().flatten().ok_or(SignInError::Wait(Duration::ZERO))?;
    answer.map_err(|error| {
        SignInError::Failed(match error {
            LoginError::Refused => ApiError::WrongCredentials,
            LoginError::Unreachable => ApiError::Unreachable,
            LoginError::NotUnderstood(status) => ApiError::NotUnderstood { status },
        })
    })
}
