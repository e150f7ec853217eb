//! Tokens for scripts. The token itself is not here, only its hash.

use super::{Store, StoreError};
use crate::floor::ConsoleTime;
use crate::server::database::{Row, Value};
use std::time::Duration;

/// How old "last used" may be before it is written again: not every request of a script is worth a write.
const USED_STEP: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    pub name: String,
    pub role: String,
    pub made: ConsoleTime,
    pub used: Option<ConsoleTime>,
}

impl Store {
    /// Keeps a new token; false where its name is in use.
    pub async fn keep_token(&self, token: StoredToken, hash: [u8; 32]) -> Result<bool, StoreError> {
        self.ask(move |engine| {
            let StoredToken { name, role, made, .. } = token.clone();
            let keep = "INSERT INTO token (name, hash, role, made) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING";
            Ok(engine.execute(keep, [name.into(), hash.to_vec().into(), role.into(), made.into()])? == 1)
        })
        .await
    }

    /// Removes a token; false where there is none of that name.
    pub async fn forget_token(&self, name: String) -> Result<bool, StoreError> {
        self.ask(move |engine| Ok(engine.execute("DELETE FROM token WHERE name = ?1", [name.as_str().into()])? == 1)).await
    }

    /// Every token, by name.
    pub async fn tokens(&self) -> Result<Vec<StoredToken>, StoreError> {
        self.ask(|engine| {
            let rows = engine.query("SELECT name, role, made, used FROM token ORDER BY name", &[])?;
            let token = |row: &Row| Ok(StoredToken { name: row.get(0)?, role: row.get(1)?, made: row.get(2)?, used: row.get(3)? });
            rows.iter().map(token).collect()
        })
        .await
    }

    /// Name and role of the token with this hash, whose use is noted.
    pub async fn use_token(&self, hash: [u8; 32], now: ConsoleTime) -> Result<Option<(String, String)>, StoreError> {
        self.ask(move |engine| {
            let hash = Value::from(hash.to_vec());
            let found = engine.query_one("SELECT name, role, used FROM token WHERE hash = ?1", std::slice::from_ref(&hash))?;
            let Some(row) = found else { return Ok(None) };
            if row.get::<Option<ConsoleTime>>(2)?.is_none_or(|used| now.since(used) >= USED_STEP) {
                engine.execute("UPDATE token SET used = ?2 WHERE hash = ?1", [hash, now.into()])?;
            }
            Ok(Some((row.get(0)?, row.get(1)?)))
        })
        .await
    }
}
