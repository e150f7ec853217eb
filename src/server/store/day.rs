//! Who was in which state since when, for the strip of the day over a restart.

use super::{Store, StoreError};
use crate::floor::{AgentId, PlatformTime, State};
use crate::server::database::{EngineError, Statement};
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

pub(super) const KEEP: &str =
    "INSERT INTO day (agent, since, state) VALUES (?1, ?2, ?3) ON CONFLICT (agent, since) DO UPDATE SET state = excluded.state";
pub(super) const ALIVE: &str = "INSERT INTO moment (name, at) VALUES ('alive', ?1) ON CONFLICT (name) DO UPDATE SET at = excluded.at";
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
        self.ask(move |engine| {
            engine.execute(FORGET, [(now - LIFE).into()])?;
            let alive = engine.query_one("SELECT at FROM moment WHERE name = 'alive'", &[])?.map(|row| row.get(0)).transpose()?;
            let rows =
                engine.query("SELECT agent, since, state FROM day WHERE since >= ?1 ORDER BY agent, since", &[(now - SHOWN).into()])?;
            let starts = rows.iter().map(|row| {
                let state = State::from_code(&row.get::<String>(2)?).unwrap_or(State::Unknown);
                Ok((AgentId::trusted(row.get::<String>(0)?), StateStart { since: row.get(1)?, state }))
            });
            Ok((starts.collect::<Result<_, EngineError>>()?, alive))
        })
        .await
    }
}
