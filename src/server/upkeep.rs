//! What has to be done again and again, each by itself: the roster, the heart-beats that keep the platform's sessions alive, and the end of
//! sessions that have run out.

use crate::live::LinkState;
use crate::server::auth::session::Session;
use crate::server::clock::now;
use crate::server::console::Console;
use crate::server::sdk::CallError;
use crate::server::telemetry;
use futures_util::{StreamExt, stream};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// The platform wants a heart-beat every 60 s (protocol, section 1).
const HEARTBEAT: Duration = Duration::from_secs(60);
/// How many heart-beats are under way at a time.
const SIDE_BY_SIDE: usize = 128;
const ROSTER: Duration = Duration::from_secs(600);
const SWEEP: Duration = Duration::from_secs(10);

/// Until the console stops.
pub async fn run(console: Arc<Console>) {
    let never = async { tokio::join!(heartbeats(&console), rosters(&console), sweeps(&console)) };
    tokio::select! {
        () = console.stop.cancelled() => {}
        _ = never => {}
    }
}

#[expect(clippy::infinite_loop, reason = "it ends with the future of `run`")]
async fn heartbeats(console: &Console) {
    let mut ticks = every(HEARTBEAT);
    loop {
        ticks.tick().await;
        beat(console).await;
    }
}

#[expect(clippy::infinite_loop, reason = "it ends with the future of `run`")]
async fn sweeps(console: &Console) {
    let mut ticks = every(SWEEP);
    loop {
        ticks.tick().await;
        console.sessions.sweep(now());
        telemetry::upkeep();
    }
}

fn every(pause: Duration) -> Interval {
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn rosters(console: &Console) {
    let mut ticks = every(ROSTER);
    let mut link = console.floor.link_changes();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = console.roster_wanted.notified() => {}
            changed = link.changed() => {
                if changed.is_err() {
                    return;
                }
                if link.borrow_and_update().state != LinkState::Live {
                    continue;
                }
            }
        }
        fetch_roster(console).await;
    }
}

/// One for each session at the platform, which several browsers may share. One that the platform has forgotten ends here as well.
async fn beat(console: &Console) {
    let mut seen = HashSet::new();
    let sessions: Vec<Arc<Session>> =
        console.sessions.all().into_iter().filter(|session| seen.insert(session.platform.expose().to_owned())).collect();
    stream::iter(sessions)
        .for_each_concurrent(SIDE_BY_SIDE, |session| async move {
            if let Err(CallError::Refused { status: 426, .. }) = console.platform.heartbeat(&session.platform, &session.agent).await {
                tracing::info!(agent = session.agent.as_str(), "the platform ended the session");
                console.sessions.forgotten(&session.platform);
            }
        })
        .await;
}

/// The roster can be read with anybody's session; the latest is the likeliest to hold.
async fn fetch_roster(console: &Console) {
    for session in console.sessions.all().into_iter().take(3) {
        match console.platform.roster(&session.platform).await {
            Ok(roster) => {
                tracing::debug!(agents = roster.len(), "the roster was read");
                return console.floor.roster(roster).await;
            }
            Err(CallError::Refused { status: 426, .. }) => console.sessions.forgotten(&session.platform),
            Err(error) => {
                tracing::warn!(%error, "the roster could not be read: agents appear with their first event");
                return;
            }
        }
    }
}
