//! Tokens for scripts: `Authorization: Bearer svc_...`. The token itself is shown once; the database holds its hash, and is asked at every
//! request, so that a token that was taken back stops at once.

use crate::floor::Role;
use crate::server::clock::now;
use crate::server::store::{Store, StoreError, StoredToken};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

/// What every token begins with, so that it is known for one where it should not be.
const PREFIX: &str = "svc_";
/// Longer is no token of ours, and is not hashed.
const LONGEST: usize = 256;

/// Makes a token and keeps its hash; returns it, or `None` where the name is in use.
///
/// # Errors
/// Where the database cannot be written.
pub async fn make(store: &Store, name: &str, role: Role) -> Result<Option<String>, StoreError> {
    let token = fresh();
    let stored = StoredToken { name: name.to_owned(), role: role_code(role).to_owned(), made: now(), used: None };
    Ok(store.keep_token(stored, hash(&token)).await?.then_some(token))
}

/// The role's name, as command line and database have it.
pub fn role_code(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Supervisor => "supervisor",
    }
}

fn role_of_code(code: &str) -> Option<Role> {
    [Role::Viewer, Role::Supervisor].into_iter().find(|role| role_code(*role) == code)
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
    Ok(found.and_then(|(name, role)| Some((name, role_of_code(&role)?))))
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
