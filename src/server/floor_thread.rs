//! The thread of the floor: the link to the platform and the floor's owner take turns on it, so that an event waits for none of the
//! thousands of browsers, whatever they are doing.

use std::io;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The thread; it ends when this is dropped, and what still runs on it then with it.
pub struct FloorThread {
    tasks: Handle,
    _alive: oneshot::Sender<()>,
}

impl FloorThread {
    /// Starts the thread.
    pub fn start() -> io::Result<FloorThread> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let tasks = runtime.handle().clone();
        let (alive, gone) = oneshot::channel::<()>();
        std::thread::Builder::new().name("floor".to_owned()).spawn(move || runtime.block_on(gone).ok())?;
        Ok(FloorThread { tasks, _alive: alive })
    }

    /// What runs tasks on it.
    pub fn tasks(&self) -> &Handle {
        &self.tasks
    }
}
