//! What is kept of the board, so that a console that starts again knows who sat where.

use super::write::Statement;
use super::{Store, StoreError};
use crate::floor::{AgentId, DeviceId, Memory};
use crate::server::clock::now;
use std::time::Duration;

/// Who was last heard of longer ago has gone home.
const LIFE: Duration = Duration::from_secs(16 * 3600);

pub(super) const KEEP: &str = "INSERT OR REPLACE INTO board (agent, device, mode, since, reason, kept_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
pub(super) const FORGET: &str = "DELETE FROM board WHERE kept_at < ?1";

impl Store {
    /// Keeps the newest of these agents; all or none.
    pub fn keep_board(&self, kept: Vec<Memory>) {
        let at = now();
        let line = |memory: Memory| {
            let (agent, device) = (memory.agent.to_string(), memory.device.map(|device| device.to_string()));
            Statement::new(KEEP, [agent.into(), device.into(), memory.mode.into(), memory.since.into(), memory.reason.into(), at.into()])
        };
        self.keep("the board", kept.into_iter().map(line).collect());
    }

    /// Removes who was last heard of longer ago than that.
    pub fn forget_board(&self) {
        let horizon = now() - LIFE;
        self.keep("the end of an agent", vec![Statement::new(FORGET, [horizon.into()])]);
    }

    /// What was kept within the last working day; older lines are removed.
    pub async fn board(&self) -> Result<Vec<Memory>, StoreError> {
        let horizon = now() - LIFE;
        self.ask(move |connection| {
            connection.execute(FORGET, [horizon])?;
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
