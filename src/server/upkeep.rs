//! What has to be done again and again: the roster, and the heart-beats that keep the platform's sessions alive.

use crate::live::LinkState;
use crate::server::Console;
use crate::server::sdk::CallError;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// The platform wants a heart-beat every 60 s (protocol, section 1).
const HEARTBEAT: Duration = Duration::from_secs(60);
const ROSTER: Duration = Duration::from_secs(600);

pub async fn run(console: Arc<Console>) {
    let mut heartbeats = interval(HEARTBEAT);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rosters = interval(ROSTER);
    rosters.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut link = console.owner.link_changes();
    loop {
        tokio::select! {
            () = console.stop.cancelled() => return,
            _ = heartbeats.tick() => beat(&console).await,
            _ = rosters.tick() => fetch_roster(&console).await,
            () = console.roster_wanted.notified() => fetch_roster(&console).await,
            changed = link.changed() => {
                if changed.is_err() {
                    return;
                }
                if link.borrow_and_update().state == LinkState::Live {
                    fetch_roster(&console).await;
                }
            }
        }
    }
}

/// A session that the platform has forgotten ends here as well.
async fn beat(console: &Console) {
    for session in console.sessions.all() {
        if let Err(CallError::Refused { status: 426, .. }) = console.platform.heartbeat(&session.platform, &session.agent).await {
            tracing::info!(agent = session.agent.as_str(), "the platform ended the session");
            console.sessions.end(&session);
        }
    }
}

/// The roster can be read with anybody's session; the latest is the likeliest to hold.
async fn fetch_roster(console: &Console) {
    for session in console.sessions.all().into_iter().take(3) {
        match console.platform.roster(&session.platform).await {
            Ok(roster) => {
                tracing::debug!(agents = roster.len(), "the roster was read");
                return console.owner.roster(roster).await;
            }
            Err(CallError::Refused { status: 426, .. }) => console.sessions.end(&session),
            Err(error) => {
                tracing::warn!(%error, "the roster could not be read: agents appear with their first event");
                return;
            }
        }
    }
}
