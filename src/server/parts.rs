//! The tasks that the console cannot do without. A process that answers while one of them is gone would be trusted for nothing.

use super::StartError;
use std::collections::HashMap;
use tokio::runtime::Handle;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

pub struct Parts {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
    stop: CancellationToken,
}

impl Parts {
    /// They are to end with `stop`, and not before.
    pub fn new(stop: CancellationToken) -> Parts {
        Parts { tasks: JoinSet::new(), names: HashMap::new(), stop }
    }

    pub fn start(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.start_on(&Handle::current(), name, task);
    }

    /// Starts one that runs elsewhere.
    pub fn start_on(&mut self, tasks: &Handle, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn_on(task, tasks).id();
        self.names.insert(id, name);
    }

    /// Waits for the stop. Where a part ends before it, or the floor's owner or the database's thread does, everything stops, with an
    /// error.
    pub async fn until_stopped(
        &mut self,
        floor_ended: impl Future<Output = ()>,
        database_ended: impl Future<Output = ()>,
    ) -> Result<(), StartError> {
        let ended = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            () = floor_ended => Some("floor"),
            () = database_ended => Some("database"),
            Some(ended) = self.tasks.join_next_with_id() => {
                let id = ended.map_or_else(|failed| failed.id(), |(id, ())| id);
                Some(self.names.get(&id).copied().unwrap_or("task"))
            }
        };
        let stopped = self.stop.is_cancelled();
        self.stop.cancel();
        match ended {
            Some(name) if !stopped => Err(StartError::Ended(name)),
            _ => Ok(()),
        }
    }

    /// Waits until all of them have ended.
    pub async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    async fn outcome(part: impl Future<Output = ()> + Send + 'static, floor: impl Future<Output = ()>) -> (String, bool) {
        let stop = CancellationToken::new();
        let mut parts = Parts::new(stop.clone());
        parts.start("upkeep", pending());
        parts.start("link", part);
        let ended = parts.until_stopped(floor, pending()).await;
        (ended.map_or_else(|error| error.to_string(), |()| String::new()), stop.is_cancelled())
    }

    #[tokio::test]
    async fn a_part_that_ends_by_itself_ends_everything_with_an_error() {
        let (said, stopped) = outcome(async { panic!("a fault") }, pending()).await;
        assert!(said.contains("link ended by itself") && stopped, "{said}");
        assert!(outcome(async {}, pending()).await.0.contains("link ended by itself"));
        assert!(outcome(pending(), async {}).await.0.contains("floor ended by itself"));
    }

    #[tokio::test]
    async fn where_it_is_told_to_stop_that_is_no_fault() {
        let stop = CancellationToken::new();
        let mut parts = Parts::new(stop.clone());
        let until = stop.clone();
        parts.start("link", async move { until.cancelled().await });
        stop.cancel();
        assert!(parts.until_stopped(pending(), pending()).await.is_ok());
        parts.ended().await;
    }
}
