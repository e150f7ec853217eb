//! What has to be done again and again, each by itself: the roster, the heart-beats that keep the platform's sessions alive, and the end of
//! sessions that have run out.

use crate::floor::Queue;
use crate::live::LinkState;
use crate::server::actor::FloorHandle;
use crate::server::auth::session::{Session, Sessions};
use crate::server::clock::now;
use crate::server::database::Lead;
use crate::server::sdk::{CallError, Platform};
use crate::server::telemetry;
use futures_util::{StreamExt, stream};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// The platform wants a heart-beat every 60 s (protocol, section 1).
const HEARTBEAT: Duration = Duration::from_secs(60);
/// How many heart-beats are under way at a time.
const SIDE_BY_SIDE: usize = 128;
const ROSTER: Duration = Duration::from_secs(600);
/// How long the platform may take to list its queues.
const QUEUES_WITHIN: Duration = Duration::from_secs(2);
const SWEEP: Duration = Duration::from_secs(10);

/// What the upkeep works with.
#[derive(Clone, Copy)]
pub struct Upkeep<'a> {
    pub platform: &'a Platform,
    pub queues: &'a watch::Sender<Arc<Vec<Queue>>>,
    pub sessions: &'a Sessions,
    pub floor: &'a FloorHandle,
    /// Who of several consoles keeps the platform's sessions alive: each knows them all.
    pub leads: &'a watch::Receiver<Lead>,
}

/// Does all of it until `stop`.
pub async fn run(upkeep: Upkeep<'_>, stop: &CancellationToken) {
    let never = async { tokio::join!(heartbeats(upkeep), rosters(upkeep), sweeps(upkeep.sessions)) };
    tokio::select! {
        () = stop.cancelled() => {}
        _ = never => {}
    }
}

#[expect(clippy::infinite_loop, reason = "it ends with the future of `run`")]
async fn heartbeats(upkeep: Upkeep<'_>) {
    let mut ticks = every(HEARTBEAT);
    loop {
        ticks.tick().await;
        // Where nobody knows who leads, once too often is better than never.
        if *upkeep.leads.borrow() != Lead::Others {
            beat(upkeep).await;
        }
    }
}

#[expect(clippy::infinite_loop, reason = "it ends with the future of `run`")]
async fn sweeps(sessions: &Sessions) {
    let mut ticks = every(SWEEP);
    loop {
        ticks.tick().await;
        sessions.sweep(now());
        telemetry::upkeep();
    }
}

fn every(pause: Duration) -> Interval {
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn rosters(upkeep: Upkeep<'_>) {
    let mut ticks = every(ROSTER);
    let mut link = upkeep.floor.link_changes();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = upkeep.sessions.begun.notified() => {}
            changed = link.changed() => {
                if changed.is_err() {
                    return;
                }
                if link.borrow_and_update().state != LinkState::Live {
                    continue;
                }
            }
        }
        fetch_roster(upkeep).await;
    }
}

/// One for each session at the platform, which several browsers may share. One that the platform has forgotten ends here as well.
async fn beat(Upkeep { platform, sessions, .. }: Upkeep<'_>) {
    let mut seen = HashSet::new();
    let each: Vec<Arc<Session>> = sessions.all().into_iter().filter(|session| seen.insert(session.platform.expose().to_owned())).collect();
    stream::iter(each)
        .for_each_concurrent(SIDE_BY_SIDE, |session| async move {
            if let Err(CallError::Refused { status: 426, .. }) = platform.heartbeat(&session.platform, &session.agent).await {
                tracing::info!(agent = session.agent.as_str(), "the platform ended the session");
                sessions.forgotten(&session.platform);
            }
        })
        .await;
}

/// Roster and queues can be read with anybody's session; the latest is the likeliest to hold.
async fn fetch_roster(Upkeep { platform, queues, sessions, floor, .. }: Upkeep<'_>) {
    for session in sessions.all().into_iter().take(3) {
        // Side by side; the roster does not wait long for the other.
        let (roster, read) = tokio::join!(platform.roster(&session.platform), timeout(QUEUES_WITHIN, platform.queues(&session.platform)));
        match roster {
            Ok(roster) => {
                tracing::debug!(agents = roster.len(), "the roster was read");
                match read {
                    Ok(Ok(read)) => drop(queues.send_replace(Arc::new(read))),
                    Ok(Err(error)) => tracing::debug!(%error, "the queues could not be read: those of the calls are offered"),
                    Err(_) => tracing::debug!("the queues could not be read in time: those of the calls are offered"),
                }
                return floor.roster(roster).await;
            }
            Err(CallError::Refused { status: 426, .. }) => sessions.forgotten(&session.platform),
            Err(error) => {
                tracing::warn!(%error, "the roster could not be read: agents appear with their first event");
                return;
            }
        }
    }
}
