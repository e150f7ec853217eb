//! Sessions outlive a restart of the console. The browser's id is kept as its hash only.

use super::{Notice, Store, StoreError, Written};
use crate::floor::ConsoleTime;
use crate::server::database::{EngineError, Row, Statement};

/// A session as it is kept. The role is not: it follows from the configuration at each start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    pub id_hash: [u8; 32],
    pub agent: String,
    pub device: String,
    pub name: String,
    pub platform_session: String,
    pub created: ConsoleTime,
}

pub(super) const KEEP: &str =
    "INSERT INTO session (id_hash, agent, device, name, platform_session, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (id_hash) DO NOTHING";
pub(super) const FORGET: &str = "DELETE FROM session WHERE id_hash = ?1";

impl Store {
    pub fn keep_session(&self, session: StoredSession) -> Written {
        let StoredSession { id_hash, agent, device, name, platform_session, created } = session;
        let values = [id_hash.to_vec().into(), agent.into(), device.into(), name.into(), platform_session.into(), created.into()];
        self.keep_told("a session", self.telling(vec![Statement::new(KEEP, values)], Notice::Session(id_hash)))
    }

    pub fn forget_session(&self, id_hash: [u8; 32]) {
        let forget = Statement::new(FORGET, [id_hash.to_vec().into()]);
        self.keep("the end of a session", self.telling(vec![forget], Notice::Session(id_hash)));
    }

    /// The session whose id has this hash.
    pub async fn session(&self, id_hash: [u8; 32]) -> Result<Option<StoredSession>, StoreError> {
        self.ask(move |engine| {
            let sql = "SELECT id_hash, agent, device, name, platform_session, created FROM session WHERE id_hash = ?1";
            engine.query_one(sql, &[id_hash.to_vec().into()])?.map(|row| stored(&row)).transpose()
        })
        .await
    }

    /// The sessions made after `since`; older ones are removed.
    pub async fn sessions(&self, since: ConsoleTime) -> Result<Vec<StoredSession>, StoreError> {
        self.ask(move |engine| {
            engine.execute("DELETE FROM session WHERE created < ?1", [since.into()])?;
            let rows = engine.query("SELECT id_hash, agent, device, name, platform_session, created FROM session", &[])?;
            rows.iter().map(stored).collect()
        })
        .await
    }
}

fn stored(row: &Row) -> Result<StoredSession, EngineError> {
    Ok(StoredSession {
        id_hash: row.get(0)?,
        agent: row.get(1)?,
        device: row.get(2)?,
        name: row.get(3)?,
        platform_session: row.get(4)?,
        created: row.get(5)?,
    })
}
