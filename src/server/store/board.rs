//! What is kept of the board, so that a console that starts again knows who sat where.

use super::{Store, StoreError};
use crate::floor::{AgentId, DeviceId, Memory};
use crate::server::now;
use rusqlite::params;

/// Who was last heard of longer ago has gone home.
const LIFE: i64 = 16 * 3600 * 1000;

impl Store {
    /// Keeps the newest of these agents; all or none.
    pub fn keep_board(&self, kept: Vec<Memory>) {
        let at = now();
        self.keep("the board", move |connection| {
            let transaction = connection.transaction()?;
            {
                let mut statement = transaction.prepare_cached(
                    "INSERT OR REPLACE INTO board (agent, device, mode, since, reason, kept_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?;
                for memory in &kept {
                    let device = memory.device.as_ref().map(DeviceId::as_str);
                    statement.execute(params![memory.agent.as_str(), device, memory.mode, memory.since, memory.reason, at])?;
                }
            }
            transaction.commit()
        });
    }

    /// Removes who was last heard of longer ago than that.
    pub fn forget_board(&self) {
        let horizon = now() - LIFE;
        self.keep("the end of an agent", move |connection| {
            connection.execute("DELETE FROM board WHERE kept_at < ?1", [horizon]).map(|_| ())
        });
    }

    /// What was kept within the last working day; older lines are removed.
    pub async fn board(&self) -> Result<Vec<Memory>, StoreError> {
        let horizon = now() - LIFE;
        self.ask(move |connection| {
            connection.execute("DELETE FROM board WHERE kept_at < ?1", [horizon])?;
            let mut statement = connection.prepare("SELECT agent, device, mode, since, reason FROM board")?;
            let rows = statement.query_map([], |row| {
                Ok(Memory {
                    agent: AgentId::trusted(row.get::<_, String>(0)?),
                    device: row.get::<_, Option<String>>(1)?.map(DeviceId::trusted),
                    mode: row.get(2)?,
                    since: row.get(3)?,
                    reason: row.get(4)?,
                })
            })?;
            rows.collect()
        })
        .await
    }
}
