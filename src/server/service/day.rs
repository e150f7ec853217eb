//! An agent's day: what the floor's owner knows of it since the console's start, and before that what history has.

use crate::floor::AgentId;
use crate::server::actor::history::MOST_STATE_STARTS;
use crate::server::actor::{DayView, Stopped};
use crate::server::console::Console;
use std::time::Duration;

/// What a strip of the day can show at most: the day on which the clocks are put back is the longest.
const SHOWN: Duration = Duration::from_secs(25 * 3600);

/// Returns the agent's day, or `None` if the floor does not know the agent. Without its database it begins with the console's start.
///
/// # Errors
///
/// The console is stopping.
pub async fn day(console: &Console, agent: &AgentId) -> Result<Option<DayView>, Stopped> {
    let Some(mut view) = console.floor.day(agent.clone()).await? else { return Ok(None) };
    match console.store.intervals(agent.clone(), view.now - SHOWN, MOST_STATE_STARTS).await {
        Ok(intervals) => view.day.begin_with(&intervals),
        Err(error) => tracing::warn!(%error, "what history has of an agent's day could not be read"),
    }
    Ok(Some(view))
}
