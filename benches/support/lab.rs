//! A console that is measured, with the platform before it and browsers behind it.

use super::Outcome;
use super::crowd::{Browser, Crowd};
use super::feed::{Feed, Paced, Sent};
use super::platform::Platform;
use super::process::Program;
use super::script::Script;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// How often many browsers are looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long the last events may be under way.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Lab {
    pub console: Program,
    pub address: String,
    pub cookie: String,
    pub platform: Platform,
    pub feed: Feed,
    pub crowd: Rc<Crowd>,
    /// The browser that was there first.
    pub watcher: Rc<Browser>,
    pub sent: Arc<Sent>,
    /// Absent only while events are paced.
    script: Option<Script>,
    flags: Vec<String>,
    /// Where its database is; removed with the lab, after the console.
    _database: TempDir,
}

impl Lab {
    /// A floor of so many agents, all in the midst of something, and one browser that has seen it.
    pub async fn start(agents: u32) -> Outcome<Lab> {
        Lab::with(Script::new(agents, 0)?).await
    }

    /// One that will be fed so many events as fast as it takes them.
    pub async fn for_backlog(agents: u32, events: u64) -> Outcome<Lab> {
        Lab::with(Script::new(agents, u64::from(agents) * 6 + events)?).await
    }

    async fn with(script: Script) -> Outcome<Lab> {
        let all = script.all_agents();
        let mut platform = Platform::start(all)?;
        let (sdk, events) = (format!("http://{}", platform.http), format!("ws://{}", platform.events));
        let database = tempfile::tempdir()?;
        let url = format!("sqlite:{}", database.path().join("console.db").display());
        let flags = ["serve", "--listen", "127.0.0.1:0", "--sdk-url", &sdk, "--events-url", &events, "--namespace", "test.cc"];
        let kept = ["--database-url", &url, "--log-format", "json"];
        let flags: Vec<String> = flags.iter().chain(&kept).map(|&flag| flag.to_owned()).collect();
        let (console, address) = serve(&flags).await?;
        let feed = platform.next_feed().await?;
        let cookie = sign_in(&address).await?;
        let sent = Sent::new(all);
        let crowd = Crowd::new(address.parse()?, cookie.clone(), all, sent.clone());
        let watcher = crowd.open(None).await?;
        crowd.until("the roster was read", || watcher.named() >= all).await?;
        let mut lab =
            Lab { console, address, cookie, platform, feed, crowd, watcher, sent, script: Some(script), _database: database, flags };
        let mut beginning = Vec::new();
        lab.script()?.write_beginning(&mut beginning);
        lab.feed.write(Arc::new(beginning)).await?;
        lab.until_known().await?;
        Ok(lab)
    }

    /// Kills the console once its journal has everything, and starts it anew; returns how long it took until it served, and until a browser
    /// had everything.
    pub async fn restart(&mut self) -> Outcome<(Duration, Duration)> {
        self.until_journalled().await?;
        let all = self.script()?.all_agents();
        self.console.kill()?;
        let begun = Instant::now();
        (self.console, self.address) = serve(&self.flags).await?;
        let serving = begun.elapsed();
        self.crowd = Crowd::new(self.address.parse()?, self.cookie.clone(), all, self.sent.clone());
        self.watcher = self.crowd.open(None).await?;
        self.until_known().await?;
        let back = begun.elapsed();
        self.feed = self.platform.next_feed().await?;
        Ok((serving, back))
    }

    /// Waits until the journal has everything; returns what [`Lab::journalled`] does.
    pub async fn until_journalled(&self) -> Outcome<(u64, u64)> {
        loop {
            let (entries, bytes) = self.journalled().await?;
            // Beside the events there are at least its start, what it forgot then, and the link.
            if entries >= self.metric("console_events_in_total ").await? + 3 {
                return Ok((entries, bytes));
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until the console has made history of all that it has in the journal, as it has at any time where events come as on a floor.
    pub async fn until_history_is_made(&self) -> Outcome<()> {
        let (entries, _) = self.until_journalled().await?;
        while self.metric("console_history_entries_total ").await? < entries {
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// How many entries the console has written to its journal since its start, and how many bytes they take there.
    pub async fn journalled(&self) -> Outcome<(u64, u64)> {
        Ok((self.metric("console_journal_entries_total ").await?, self.metric("console_journal_bytes_total ").await?))
    }

    async fn metric(&self, name: &str) -> Outcome<u64> {
        let told = self.metrics().await?;
        let value = told.lines().find_map(|line| line.strip_prefix(name)?.parse().ok());
        Ok(value.ok_or_else(|| format!("no {name}"))?)
    }

    async fn metrics(&self) -> Outcome<String> {
        Ok(reqwest::get(format!("http://{}/metrics", self.address)).await?.error_for_status()?.text().await?)
    }

    /// What the console says that it keeps in memory, by kind.
    pub async fn kept(&self) -> Outcome<Vec<(String, u64)>> {
        let told = self.metrics().await?;
        let kept = |line: &str| {
            let (what, how_much) = line.strip_prefix("console_kept{what=\"")?.split_once("\"} ")?;
            Some((what.to_owned(), how_much.parse().ok()?))
        };
        Ok(told.lines().filter_map(kept).collect())
    }

    /// The history of its floor.
    pub fn script(&mut self) -> Outcome<&mut Script> {
        self.script.as_mut().ok_or_else(|| "the script was lost".into())
    }

    /// Waits until the first browser knows everything that was published.
    pub async fn until_known(&mut self) -> Outcome<()> {
        let script = self.script.as_ref().ok_or("the script was lost")?;
        let known = || self.watcher.knows(script.truth()) && self.watcher.knows_calls(script.calls());
        let until = self.crowd.until("the first browser knows the truth", known).await;
        until.map_err(|error| format!("{error}: {}; {} calls are true", self.watcher.differs(script.truth()), script.calls().len()).into())
    }

    /// Waits until all of these know everything that was published; returns how long that took.
    pub async fn until_all_know(&mut self, browsers: &[Rc<Browser>]) -> Outcome<Duration> {
        let start = Instant::now();
        self.until_known().await?;
        let truth = self.script.as_ref().ok_or("the script was lost")?.truth();
        loop {
            self.crowd.check()?;
            let behind = browsers.iter().filter(|browser| !browser.knows(truth)).count();
            if behind == 0 {
                return Ok(start.elapsed());
            }
            if start.elapsed() > PATIENCE {
                let ended = browsers.iter().filter(|browser| browser.has_ended()).count();
                return Err(format!("{behind} of {} browsers do not know the truth, {ended} have lost their socket", browsers.len()).into());
            }
            sleep(LOOK).await;
        }
    }

    /// Lets events come at a cadence: until there were so many, or until [`Feed::stop`].
    pub async fn pace(&mut self, rate: f64, events: u64) -> Outcome<Paced<()>> {
        let script = self.script.take().ok_or("the script was lost")?;
        let Paced { script, events, late } = self.feed.pace(script, rate, events, &self.sent).await?;
        self.script = Some(script);
        Ok(Paced { script: (), events, late })
    }

    /// Lets events come at a cadence until `watch` is done; returns how many came, and what it has seen.
    pub async fn pace_while<T>(&mut self, rate: f64, watch: impl Future<Output = Outcome<T>>) -> Outcome<(u64, T)> {
        let script = self.script.take().ok_or("the script was lost")?;
        let (Paced { script, events, .. }, seen) = self.feed.pace_while(script, rate, &self.sent, watch).await?;
        self.script = Some(script);
        Ok((events, seen))
    }

    /// Browsers that have their whole boards.
    pub async fn browsers(&self, count: usize) -> Outcome<Vec<Rc<Browser>>> {
        // Half a second for each hundred: nobody hurries.
        let browsers = self.crowd.open_many(count, Duration::from_millis(count as u64 * 5), None).await?;
        self.crowd.until("all browsers have their boards", || browsers.iter().all(|browser| browser.whole_at().is_some())).await?;
        Ok(browsers)
    }
}

/// Starts a console; returns it with its address once it serves.
async fn serve(flags: &[String]) -> Outcome<(Program, String)> {
    let mut console = Program::console(flags)?;
    let said = console.until_logged("serving").await?;
    let address = said.get("address").and_then(|address| address.as_str()).ok_or("no address")?.to_owned();
    Ok((console, address))
}

/// Signs a supervisor in, and returns the cookie.
async fn sign_in(address: &str) -> Outcome<String> {
    // Whoever needs TLS first chooses.
    rustls::crypto::ring::default_provider().install_default().ok();
    let form = [("number", "9000"), ("password", "Aa123456"), ("domain", "test.cc"), ("extension", "9000")];
    let answer = reqwest::Client::new().post(format!("http://{address}/api/sign-in")).form(&form).send().await?.error_for_status()?;
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()?.split(';').next());
    Ok(cookie.ok_or("no cookie")?.to_owned())
}
