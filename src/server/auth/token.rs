//! Tokens for scripts: `Authorization: Bearer svc_...`. Made and taken back by the command `token`, which works on the same database
//! as the running console. The token itself is shown once; the database holds its hash, and is asked at every request, so that a
//! token that was taken back stops at once.

use crate::floor::Role;
use crate::server::clock::now;
use crate::server::config::{Database, TokenArgs, TokenRole};
use crate::server::store::{Store, StoreError, StoredToken};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

/// What every token begins with, so that it is known for one where it should not be.
const PREFIX: &str = "svc_";
/// Longer is no token of ours, and is not hashed.
const LONGEST: usize = 256;

/// Why the command did nothing: one line, the remedy in it.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("--database-url sqlite::memory: keeps nothing: give the file that serve uses, for example sqlite:supervisor-console.db")]
    Memory,
    #[error("--name {0} is in use: take that token back first (token --revoke --name {0}), or choose another name")]
    InUse(String),
    #[error("--name {0} names no token in this database: token --list shows them")]
    Unknown(String),
    #[error("--name is missing: say what the token is for, for example --name nightly-report")]
    NoName,
    #[error("--role is missing: viewer only reads, supervisor may step in as well")]
    NoRole,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the command says: `out` for the program that called it, `note` for people.
#[derive(Debug, Default)]
pub struct Said {
    pub out: String,
    pub note: String,
}

/// Carries out the command.
pub async fn command(args: TokenArgs) -> Result<Said, TokenError> {
    let database = args.database();
    if database == Database::Memory {
        return Err(TokenError::Memory);
    }
    let (name, role) = (args.name.ok_or(TokenError::NoName), args.role.ok_or(TokenError::NoRole));
    // Nothing is made where it cannot be used.
    let wanted = if args.list || args.revoke { None } else { Some(role?) };
    let name = if args.list { None } else { Some(name?) };
    let store = Store::open(&database)?;
    match (name, wanted) {
        (None, _) => Ok(Said { out: table(&store.tokens().await?), note: String::new() }),
        (Some(name), None) if store.forget_token(name.clone()).await? => {
            Ok(Said { out: String::new(), note: format!("{name} is taken back: requests with its token are refused from now on") })
        }
        (Some(name), None) => Err(TokenError::Unknown(name)),
        (Some(name), Some(role)) => {
            let token = fresh();
            let kept = StoredToken { name: name.clone(), role: role.code().to_owned(), made: now(), used: None };
            if !store.keep_token(kept, hash(&token)).await? {
                return Err(TokenError::InUse(name));
            }
            let note = format!("{name} ({}): keep the token now, it is not shown again", role.code());
            Ok(Said { out: token, note })
        }
    }
}

/// One line a token: name, role, when it was made, when it was last used; tabs between them.
fn table(tokens: &[StoredToken]) -> String {
    let line = |token: &StoredToken| {
        let used = token.used.map_or_else(|| "never used".to_owned(), crate::server::http::json::rfc3339);
        format!("{}\t{}\t{}\t{used}", token.name, token.role, crate::server::http::json::rfc3339(token.made))
    };
    tokens.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A new token: 256 random bits.
fn fresh() -> String {
    let digits: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{PREFIX}{digits}")
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The token of this request; empty where the header holds none that could be one. None where it asks with no token at all.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Name and role of a token, as the database has them now.
pub async fn known(store: &Store, token: &str) -> Result<Option<(String, Role)>, StoreError> {
    if !token.starts_with(PREFIX) || token.len() > LONGEST {
        return Ok(None);
    }
    let found = store.use_token(hash(token), now()).await?;
    Ok(found.and_then(|(name, role)| Some((name, TokenRole::from_code(&role)?.role()))))
}

/// What a token may be called.
pub fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, other) = (fresh(), fresh());
        assert_ne!(one, other);
        assert!(one.len() >= PREFIX.len() + 43 && one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    }

    #[test]
    fn only_the_bearer_scheme_is_a_token() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer svc_1").as_deref(), Some("svc_1"));
        assert_eq!(of("bearer  svc_1 ").as_deref(), Some("svc_1"));
        assert_eq!(of("Bearer").as_deref(), Some(""));
        assert_eq!(of("Basic dXNlcjpwYXNz"), None);
    }

    #[test]
    fn names_are_words() {
        assert!(is_name("nightly-report_2.x") && is_name(&"a".repeat(64)));
        assert!(!is_name("") && !is_name("a b") && !is_name("é") && !is_name(&"a".repeat(65)));
    }
}
