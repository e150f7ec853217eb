//! Who is told of the own phone: the bar, whenever it looks another way.

use super::Bar;
use crate::floor::Role;
use crate::page::Language;
use crate::server::actor::{OwnPhone, Stopped};
use crate::server::auth::session::Session;
use crate::server::console::Console;
use crate::server::http::zone::Zones;
use http::HeaderMap;
use std::future::pending;
use std::sync::Arc;
use tokio::sync::watch;

pub struct Follower {
    pub console: Arc<Console>,
    pub session: Arc<Session>,
    language: Language,
    headers: HeaderMap,
    /// None for those who have no phone here.
    told: Option<watch::Receiver<Arc<OwnPhone>>>,
}

impl Follower {
    /// Somebody who is not told yet.
    pub fn new(console: Arc<Console>, session: Arc<Session>, language: Language, headers: HeaderMap) -> Follower {
        Follower { console, session, language, headers, told: None }
    }

    /// From now on a supervisor is told.
    pub async fn follow(&mut self) -> Result<(), Stopped> {
        if self.session.role == Role::Supervisor {
            let (device, agent) = (self.session.device.clone(), self.session.agent.clone());
            self.told = Some(self.console.floor.follow_phone(device, agent).await?);
        }
        Ok(())
    }

    /// Returns the bar once it looks another way than it did; never for those who have none.
    pub async fn next(&mut self) -> String {
        let Some(told) = &mut self.told else { return pending().await };
        if told.changed().await.is_err() {
            // The console is stopping.
            return pending().await;
        }
        let now = told.borrow_and_update().clone();
        let filter = self.console.floor.number_filter(self.console.config.visibility(self.session.role));
        let bar = Bar {
            config: &self.console.config,
            language: self.language,
            zones: Zones::of(&self.headers, &self.console.config.time_zone),
            device: &self.session.device,
            agent: &self.session.agent,
            filter: &filter,
        };
        bar.render(&now)
    }
}
