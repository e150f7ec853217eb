//! A console in this process, started with the flags of `serve`.

use super::{Answer, Browser, Database, PASSWORD, PATIENCE};
use clap::Parser;
use rust_embed::RustEmbed;
use supervisor_console::server::cli::{Cli, Command};
use supervisor_console::server::config::Config;
use supervisor_console::server::{self, Site, StartError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, sleep};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Of the files that browsers load those that are not compiled.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/public"]
struct Files;

pub struct Console {
    /// `HOST:PORT`
    pub address: String,
    served: JoinHandle<Result<(), StartError>>,
    stop: DropGuard,
}

impl Console {
    /// Serves the tenant `test.cc` of the platform at `sdk_url`.
    pub async fn start(sdk_url: &str, database: &Database, flags: &[&str]) -> Console {
        Console::of_tenant("test.cc", sdk_url, database, flags).await
    }

    /// Serves another tenant.
    pub async fn of_tenant(tenant: &str, sdk_url: &str, database: &Database, flags: &[&str]) -> Console {
        let database = database.url();
        let fixed = ["supervisor-console", "serve", "--sdk-url", sdk_url, "--namespace", tenant, "--database-url", &database];
        let Command::Serve(args) = Cli::try_parse_from(fixed.iter().chain(flags)).unwrap().command else { panic!("not serve") };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = CancellationToken::new();
        let served = tokio::spawn(server::serve(listener, Config::try_from(&*args).unwrap(), Site::new(Files::get), stop.clone()));
        Console { address, served, stop: stop.drop_guard() }
    }

    /// Until the link is live. Nobody can be signed in yet who would be told: this one asks.
    pub async fn until_ready(&self) {
        self.until("/readyz", |answer| answer.status == 200).await;
    }

    /// Asks for an address, which nobody is signed in for, until the answer is as it should be.
    pub async fn until(&self, path: &str, is_so: impl Fn(&Answer) -> bool) {
        let visitor = self.visitor();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = visitor.get(path).await;
            if is_so(&answer) {
                return;
            }
            assert!(Instant::now() < deadline, "{path} stayed {answer:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Browser {
        Browser::at(&self.address)
    }

    pub async fn sign_in(&self, number: &str, extension: &str) -> Browser {
        let mut browser = self.visitor();
        let answer = browser.sign_in(number, PASSWORD, "test.cc", extension).await;
        assert_eq!(answer.status, 200, "{number} could not sign in: {}", answer.body);
        assert!(browser.cookie.is_some(), "no cookie for {number}");
        browser
    }

    /// Ends it in an orderly way, as a restart does.
    pub async fn stop(self) {
        drop(self.stop);
        self.served.await.unwrap().unwrap();
    }
}
