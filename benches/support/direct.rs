//! A board by hand that listens to the broker itself, and the platform that feeds it.

use super::Outcome;
use super::chromium::{Chromium, Page};
use super::feed::{Feed, Sent};
use super::platform::Platform;
use super::script::{FIRST_DEVICE, Script};
use super::wire::FIRST_AGENT;
use std::sync::Arc;

pub struct Direct {
    pub feed: Feed,
    pub script: Script,
    pub sent: Arc<Sent>,
    _platform: Platform,
}

impl Direct {
    /// A floor of so many agents, all in the midst of something, on a page that has heard of all of it.
    pub async fn open(agents: u32, chromium: &mut Chromium) -> Outcome<Direct> {
        let mut script = Script::new(agents, 0)?;
        let all = script.all_agents();
        let mut platform = Platform::start(all)?;
        let path = format!("?events=ws://{}&first={FIRST_AGENT}&agents={agents}&device={FIRST_DEVICE}", platform.events);
        chromium.open_at(&platform.http.to_string(), None, Page::OfBroker, &path, 1).await?;
        let feed = platform.next_feed().await?;
        let mut beginning = Vec::new();
        script.write_beginning(&mut beginning);
        feed.write(Arc::new(beginning)).await?;
        Ok(Direct { feed, script, sent: Sent::new(all), _platform: platform })
    }
}
