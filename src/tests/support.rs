//! What every test stands on: [`Lab`] is a platform, a console and its database; [`Browser`] and [`Live`] are who looks at it.

mod broker;
mod browser;
mod console;
mod database;
mod fault_proxy;
mod following;
mod live;
mod nginx;
mod postgres;
mod program;
mod receiver;
pub mod rounds;
mod simulator;
mod system;

pub use broker::{Broker, Publisher};
pub use browser::{Answer, Browser, path_of};
pub use console::Console;
pub use database::{AuditLine, Database, Lock, without_file};
pub use fault_proxy::FaultProxy;
pub use following::{Following, Message};
pub use live::{Board, Live};
pub use nginx::Nginx;
pub use postgres::Server as PostgresServer;
pub use program::{BINARY, Program, run};
pub use receiver::Receiver;
pub use simulator::{Request, Simulator, agent_event, event_time};
pub use system::System;

use std::io::Write;
use std::time::Duration;
use supervisor_console::floor::State;
use supervisor_console::simulator::Ways;
use tempfile::TempDir;

/// Everybody's on the simulated platform.
pub const PASSWORD: &str = "Aa123456";
/// How many agents the silent floor has: 5001.. at 8001..
pub const AGENTS: u32 = 10;
/// Nothing that a test waits for takes longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A silent floor of ten ready agents and a console that hears it.
pub struct Lab {
    pub simulator: Simulator,
    pub console: Console,
    pub database: Database,
    pub folder: TempDir,
}

impl Lab {
    pub async fn new() -> Lab {
        Lab::with(&[]).await
    }

    /// With further flags of `serve`.
    pub async fn with(flags: &[&str]) -> Lab {
        Lab::on(Simulator::start().await, flags).await
    }

    /// With a platform of such ways.
    pub async fn of(ways: Ways) -> Lab {
        Lab::on(Simulator::of(ways, 5_000).await, &[]).await
    }

    /// With a platform of one's own.
    pub async fn on(simulator: Simulator, flags: &[&str]) -> Lab {
        Lab::in_folder(tempfile::tempdir().unwrap(), simulator, flags).await
    }

    /// With its database in that folder.
    pub async fn in_folder(folder: TempDir, simulator: Simulator, flags: &[&str]) -> Lab {
        let database = Database::at(folder.path().join("console.db"));
        let console = Console::start(&simulator.url(), &database, flags).await;
        console.until_ready().await;
        Lab { simulator, console, database, folder }
    }

    /// Supervisor 5000 at 8000, and a live channel that has seen all ten agents ready and named: whatever the console asks of the
    /// platform by itself has been asked by then.
    pub async fn supervisor(&self) -> (Browser, Live) {
        let browser = self.console.sign_in("5000", "8000").await;
        let live = all_ready(&browser).await;
        (browser, live)
    }

    /// Asks the console for an address until the answer is as it should be.
    pub async fn until(&self, path: &str, is_so: impl Fn(&Answer) -> bool) {
        self.console.until(path, is_so).await;
    }

    /// The database's work so far is written: it is done in order, and signing in waits for its own.
    pub async fn settled(&self) {
        self.console.sign_in("5909", "8909").await;
    }
}

/// Says aloud that a test could not be tried here, also where the output of tests that pass is not shown.
pub fn skipped(why: &str) {
    std::io::stderr().write_all(format!("\nSKIPPED: {why}\n\n").as_bytes()).unwrap();
}

/// A live channel of `browser` that has seen all ten agents ready and named.
pub async fn all_ready(browser: &Browser) -> Live {
    all_ready_of(browser, AGENTS as usize).await
}

/// The same of a floor of another size.
pub async fn all_ready_of(browser: &Browser, agents: usize) -> Live {
    let mut live = browser.live().await;
    live.until("all agents are ready", |board| {
        let ready = board.rows.values().filter(|row| row.state == State::Ready && row.device.is_some() && !row.name.is_empty());
        ready.count() == agents
    })
    .await;
    live
}
