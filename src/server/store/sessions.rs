//! Sessions outlive a restart of the console. The browser's id is kept as its hash only.

use super::{Store, StoreError, Written};
use rusqlite::params;

/// A session as it is kept. The role is not: it follows from the configuration at each start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    pub id_hash: [u8; 32],
    pub agent: String,
    pub device: String,
    pub name: String,
    pub platform_session: String,
    /// Milliseconds since 1970.
    pub created: i64,
}

impl Store {
    pub fn keep_session(&self, session: StoredSession) -> Written {
        self.keep_told("a session", move |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO session (id_hash, agent, device, name, platform_session, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![session.id_hash, session.agent, session.device, session.name, session.platform_session, session.created],
            )?;
            Ok(())
        })
    }

    pub fn forget_session(&self, id_hash: [u8; 32]) {
        self.keep("the end of a session", move |connection| {
            connection.execute("DELETE FROM session WHERE id_hash = ?1", params![id_hash])?;
            Ok(())
        });
    }

    /// The sessions made after `since`; older ones are removed.
    pub async fn sessions(&self, since: i64) -> Result<Vec<StoredSession>, StoreError> {
        self.ask(move |connection| {
            connection.execute("DELETE FROM session WHERE created < ?1", [since])?;
            let mut statement = connection.prepare("SELECT id_hash, agent, device, name, platform_session, created FROM session")?;
            let rows = statement.query_map([], |row| {
                Ok(StoredSession {
                    id_hash: row.get(0)?,
                    agent: row.get(1)?,
                    device: row.get(2)?,
                    name: row.get(3)?,
                    platform_session: row.get(4)?,
                    created: row.get(5)?,
                })
            })?;
            rows.collect()
        })
        .await
    }
}
