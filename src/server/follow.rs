//! What the other consoles on the same database do, taken up here as they tell of it.

use crate::server::actor::RunNews;
use crate::server::clock::now;
use crate::server::console::Console;
use crate::server::database::Lead;
use crate::server::peers::{Heard, Peers};
use crate::server::service::bulk;
use crate::server::store::{Notice, StoreError, Told};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Takes up what the other consoles on the same database do, until the console stops.
pub async fn follow(console: Arc<Console>, mut peers: Peers) {
    let mut closed = BTreeSet::new();
    loop {
        let heard = tokio::select! {
            () = console.stop.cancelled() => return,
            heard = peers.heard.recv() => match heard {
                Some(heard) => heard,
                // Alone: there is nobody to follow.
                None => return console.stop.cancelled().await,
            },
        };
        let followed = match heard {
            Heard::Told(Told { notice: Notice::Session(id_hash), .. }) => {
                console.sessions.look_up(id_hash).await;
                Ok(())
            }
            Heard::Told(Told { notice: Notice::Intervention(intervention, item), .. }) => {
                console.floor.elsewhere(*intervention, item).await;
                Ok(())
            }
            Heard::Told(Told { notice: Notice::Run(id), .. }) => read_run(&console, id).await,
            Heard::Told(Told { notice: Notice::RunCancelled(id), .. }) => {
                console.floor.run_news(RunNews::Cancelled(id)).await;
                Ok(())
            }
            Heard::Told(Told { notice: Notice::RunSettled(item, step, withdrawn), .. }) => {
                console.floor.run_news(RunNews::Settled(item, step, withdrawn)).await;
                Ok(())
            }
            Heard::Told(Told { notice: Notice::Scheduled, .. }) => console.floor.read_schedule(&console.store).await,
            Heard::Told(Told { notice: Notice::Everything, .. }) | Heard::Joined => read_everything(&console).await,
            Heard::Alive(consoles) => {
                console.floor.alive(consoles.clone()).await;
                let closing = *peers.leads.borrow() == Lead::Ours && closed != consoles;
                let taken_over = if closing { take_over(&console, &consoles).await } else { Ok(()) };
                if closing && taken_over.is_ok() {
                    closed = consoles;
                }
                taken_over
            }
        };
        if let Err(error) = followed {
            tracing::warn!(%error, "what another console did could not be taken up");
        }
    }
}

/// Reads what any console wrote down: sessions, what is to be done later, what is under way, bulk runs.
pub async fn read_everything(console: &Arc<Console>) -> Result<(), StoreError> {
    console.sessions.read().await?;
    console.floor.read_schedule(&console.store).await?;
    for intervention in console.store.under_way_elsewhere().await? {
        console.floor.elsewhere(intervention, None).await;
    }
    bulk::restore(console, None).await
}

async fn read_run(console: &Console, id: u64) -> Result<(), StoreError> {
    if let Some(stored) = console.store.run(id).await? {
        console.floor.run_news(RunNews::Read { stored: Box::new(stored), own: false }).await;
    }
    Ok(())
}

/// Ends what was under way at consoles that are not among the living, and goes on with their bulk runs.
async fn take_over(console: &Arc<Console>, alive: &BTreeSet<i64>) -> Result<(), StoreError> {
    console.store.close_open_operations(now(), alive).await?;
    bulk::restore(console, Some(alive)).await
}
