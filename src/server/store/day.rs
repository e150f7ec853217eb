//! Who was in which state since when, for the strip of the day over a restart.

use super::write::Statement;
use super::{Store, StoreError};
use crate::floor::{AgentId, PlatformTime, State};
use rusqlite::OptionalExtension;
use std::time::Duration;

/// From `since` in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateStart {
    pub since: PlatformTime,
    pub state: State,
}

/// What a strip of the day can show at most: the day on which the clocks are put back is the longest.
const SHOWN: Duration = Duration::from_secs(25 * 3600);
/// A little more, for what began before.
const LIFE: Duration = Duration::from_secs(36 * 3600);

pub(super) const KEEP: &str = "INSERT OR REPLACE INTO day (agent, since, state) VALUES (?1, ?2, ?3)";
pub(super) const ALIVE: &str = "INSERT OR REPLACE INTO moment (name, at) VALUES ('alive', ?1)";
pub(super) const FORGET: &str = "DELETE FROM day WHERE since < ?1";

impl Store {
    /// Keeps new marks, and that the console was alive `at`; all or none.
    pub fn keep_day(&self, state_starts: Vec<(AgentId, StateStart)>, at: PlatformTime) {
        let line = |(agent, state_start): (AgentId, StateStart)| {
            Statement::new(KEEP, [agent.to_string().into(), state_start.since.into(), state_start.state.code().to_owned().into()])
        };
        let alive = Statement::new(ALIVE, [at.into()]);
        self.keep("the day", state_starts.into_iter().map(line).chain([alive]).collect());
    }

    /// Removes what no strip can show any more.
    pub fn forget_days_before(&self, now: PlatformTime) {
        self.keep("the end of a day", vec![Statement::new(FORGET, [(now - LIFE).into()])]);
    }

    /// The marks of the last day by agent and time, and when the console was last alive.
    pub async fn day(&self, now: PlatformTime) -> Result<(Vec<(AgentId, StateStart)>, Option<PlatformTime>), StoreError> {
        self.ask(move |connection| {
            connection.execute(FORGET, [now - LIFE])?;
            let alive = connection.query_row("SELECT at FROM moment WHERE name = 'alive'", [], |row| row.get(0)).optional()?;
            let mut statement = connection.prepare("SELECT agent, since, state FROM day WHERE since >= ?1 ORDER BY agent, since")?;
            let rows = statement.query_map([now - SHOWN], |row| {
                let state = State::from_code(&row.get::<_, String>(2)?).unwrap_or(State::Unknown);
                Ok((AgentId::trusted(row.get::<_, String>(0)?), StateStart { since: row.get(1)?, state }))
            })?;
            Ok((rows.collect::<rusqlite::Result<_>>()?, alive))
        })
        .await
    }
}
