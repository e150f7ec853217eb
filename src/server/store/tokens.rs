//! Tokens for scripts. The token itself is not here, only its hash.

use super::{Store, StoreError};
use crate::floor::ConsoleTime;
use rusqlite::{OptionalExtension, params};
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
        self.ask(move |connection| {
            let kept = connection.execute(
                "INSERT INTO token (name, hash, role, made) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
                params![token.name, hash, token.role, token.made],
            )?;
            Ok(kept == 1)
        })
        .await
    }

    /// Removes a token; false where there is none of that name.
    pub async fn forget_token(&self, name: String) -> Result<bool, StoreError> {
        self.ask(move |connection| Ok(connection.execute("DELETE FROM token WHERE name = ?1", [name.as_str()])? == 1)).await
    }

    /// Every token, by name.
    pub async fn tokens(&self) -> Result<Vec<StoredToken>, StoreError> {
        self.ask(|connection| {
            let mut statement = connection.prepare("SELECT name, role, made, used FROM token ORDER BY name")?;
            let rows = statement
                .query_map([], |row| Ok(StoredToken { name: row.get(0)?, role: row.get(1)?, made: row.get(2)?, used: row.get(3)? }))?;
            rows.collect()
        })
        .await
    }

    /// Name and role of the token with this hash, whose use is noted.
    pub async fn use_token(&self, hash: [u8; 32], now: ConsoleTime) -> Result<Option<(String, String)>, StoreError> {
        self.ask(move |connection| {
            let found: Option<(String, String, Option<ConsoleTime>)> = connection
                .prepare_cached("SELECT name, role, used FROM token WHERE hash = ?1")?
                .query_row(params![hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((name, role, used)) = found else { return Ok(None) };
            if used.is_none_or(|used| now.since(used) >= USED_STEP) {
                connection.prepare_cached("UPDATE token SET used = ?2 WHERE hash = ?1")?.execute(params![hash, now])?;
            }
            Ok(Some((name, role)))
        })
        .await
    }
}
