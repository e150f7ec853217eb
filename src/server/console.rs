//! What the parts of one running console are, in one place: handlers and use cases find there what they work with.

use crate::floor::Queue;
use crate::server::actor::FloorHandle;
use crate::server::auth::session::Sessions;
use crate::server::config::Config;
use crate::server::journal::{JournalWatch, Tail};
use crate::server::pace::Pace;
use crate::server::sdk::Platform;
use crate::server::site::Site;
use crate::server::store::Store;
use crate::server::telemetry::wire::Wire;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// All that a request may need.
pub struct Console {
    pub config: Config,
    pub floor: FloorHandle,
    pub platform: Platform,
    /// The platform's queues, as they were read last.
    pub queues: watch::Sender<Arc<Vec<Queue>>>,
    pub sessions: Sessions,
    pub store: Store,
    /// The events as they come, for who follows them.
    pub tail: Tail,
    pub journal: JournalWatch,
    /// What went over the wire lately.
    pub wire: Wire,
    /// What browsers load.
    pub site: Site,
    /// What the console asks for by itself or for many agents goes at this pace.
    pub pace: Pace,
    /// Operations on their way: they come to their end, whoever asked for them.
    pub under_way: TaskTracker,
    pub stop: CancellationToken,
}
