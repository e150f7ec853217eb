//! The sessions of those who are signed in. A session lives on the server: the browser holds a random id in an HttpOnly cookie, and the
//! platform's own session id never leaves.

use crate::floor::{AgentId, ConsoleTime, DeviceId, Namespace, Role};
use crate::live::Me;
use crate::server::auth::attempts::Attempts;
use crate::server::clock::now;
use crate::server::config::Config;
use crate::server::config::roles::role_of;
use crate::server::lock::lock;
use crate::server::sdk::PlatformSession;
use crate::server::store::{Store, StoreError, StoredSession};
use cookie::Cookie;
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub const COOKIE: &str = "console_session";
/// A working day and the night shift after it.
const LIFE: Duration = Duration::from_secs(16 * 3600);
const MOST_SESSIONS: usize = 10_000;
/// One person's browsers; with more, the oldest is signed out.
const MOST_OF_ONE: usize = 20;
/// How long signing in waits for the session to be written.
const WRITTEN_WITHIN: Duration = Duration::from_secs(1);
/// The same where other consoles are to know the session: without the database nobody can come in.
const SHARED_WITHIN: Duration = Duration::from_secs(5);
/// How long an ended session is told from one that another console began: by then its end is in the database.
const ENDED_FOR: Duration = Duration::from_secs(3600);

type IdHash = [u8; 32];

/// One signed-in browser.
#[derive(Debug)]
pub struct Session {
    id_hash: IdHash,
    pub agent: AgentId,
    pub device: DeviceId,
    pub name: String,
    pub role: Role,
    pub platform: PlatformSession,
    created: ConsoleTime,
    /// It is in the database: where it is not there any more, another console ended it.
    written: AtomicBool,
    /// Cancelled when the session ends: its live channels close.
    pub ended: CancellationToken,
}

impl Session {
    /// It has not run out by `now`.
    fn lives(&self, now: ConsoleTime) -> bool {
        now.since(self.created) < LIFE
    }

    pub fn me(&self, namespace: &Namespace) -> Me {
        Me {
            agent: self.agent.clone(),
            name: self.name.clone(),
            namespace: namespace.clone(),
            device: self.device.clone(),
            role: self.role,
        }
    }
}

/// All sessions. Lookups are short and never wait for anything while they hold the lock.
#[derive(Debug)]
pub struct Sessions {
    known: Mutex<Known>,
    pub attempts: Attempts,
    /// One has begun, here or at another console.
    pub begun: Notify,
    store: Store,
    config: Config,
}

#[derive(Debug, Default)]
struct Known {
    by_hash: HashMap<IdHash, Arc<Session>>,
    /// When each of those that ended did: what was read before does not bring them back.
    ended: HashMap<IdHash, Instant>,
}

impl Known {
    /// Adds one that has not ended and is not known; true where it was added.
    fn add(&mut self, session: Session) -> bool {
        let is_new = !self.ended.contains_key(&session.id_hash) && !self.by_hash.contains_key(&session.id_hash);
        if is_new {
            self.by_hash.insert(session.id_hash, Arc::new(session));
        }
        is_new
    }

    /// Ends one, wherever it is shown.
    fn end(&mut self, id_hash: IdHash) {
        if let Some(session) = self.by_hash.remove(&id_hash) {
            session.ended.cancel();
        }
        self.ended.insert(id_hash, Instant::now());
    }
}

impl Sessions {
    /// Brings back the sessions of before a restart, as far as their users may still come in.
    pub async fn open(store: Store, config: &Config) -> Result<Self, StoreError> {
        let sessions =
            Sessions { known: Mutex::default(), attempts: Attempts::default(), begun: Notify::new(), store, config: config.clone() };
        sessions.read().await?;
        Ok(sessions)
    }

    /// Reads all sessions from the database: those that another console began or ended meanwhile are known, or over.
    pub async fn read(&self) -> Result<(), StoreError> {
        // What begins while this reads may be missing in what it reads.
        let before: Vec<IdHash> =
            self.all().iter().filter(|session| session.written.load(Ordering::Relaxed)).map(|session| session.id_hash).collect();
        let stored = self.store.sessions(now() - LIFE).await?;
        let kept: HashSet<IdHash> = stored.iter().map(|stored| stored.id_hash).collect();
        let mut known = lock(&self.known);
        for gone in before.into_iter().filter(|id_hash| !kept.contains(id_hash)) {
            known.end(gone);
        }
        for session in stored.into_iter().filter_map(|stored| self.restored(stored)) {
            if known.add(session) {
                self.begun.notify_one();
            }
        }
        Ok(())
    }

    /// A session as it was kept, where its user may still come in.
    fn restored(&self, stored: StoredSession) -> Option<Session> {
        let StoredSession { id_hash, agent, device, name, platform_session, created } = stored;
        let config = &self.config;
        let agent = AgentId::own(&agent, &config.namespace).ok()??;
        let device = DeviceId::own(&device, &config.namespace).ok()??;
        let role = role_of(agent.number(), &config.supervisors, &config.viewers)?;
        let (platform, ended) = (PlatformSession::new(platform_session), CancellationToken::new());
        Some(Session { id_hash, agent, device, name, role, platform, created, written: AtomicBool::new(true), ended })
    }

    /// Looks up what another console did with the session of that hash: it has begun, or is over.
    pub async fn look_up(&self, id_hash: IdHash) {
        match self.store.session(id_hash).await {
            Ok(Some(stored)) => {
                if self.restored(stored).is_some_and(|session| lock(&self.known).add(session)) {
                    self.begun.notify_one();
                }
            }
            // One that begins here may not be written yet.
            Ok(None) => {
                let mut known = lock(&self.known);
                if known.by_hash.get(&id_hash).is_some_and(|session| session.written.load(Ordering::Relaxed)) {
                    known.end(id_hash);
                }
            }
            Err(error) => tracing::warn!(%error, "a session of another console could not be looked up"),
        }
    }

    /// The session of this request's cookie. One that is not known may have begun at another console a moment ago.
    pub async fn of(&self, headers: &HeaderMap) -> Option<Arc<Session>> {
        let id_hash = hash(&cookie_value(headers, COOKIE)?);
        let known = || lock(&self.known).by_hash.get(&id_hash).cloned();
        if known().is_none() && self.store.console().is_some() {
            self.look_up(id_hash).await;
        }
        let session = known()?;
        if session.lives(now()) {
            return Some(session);
        }
        self.end(&session);
        None
    }

    /// Ends the sessions that have run out by `now`.
    pub fn sweep(&self, now: ConsoleTime) {
        lock(&self.known).ended.retain(|_, at| at.elapsed() < ENDED_FOR);
        for session in self.all().iter().filter(|session| !session.lives(now)) {
            tracing::info!(agent = session.agent.as_str(), "a session has run out");
            self.end(session);
        }
    }

    /// Ends a session here and wherever it is shown.
    pub fn end(&self, session: &Session) {
        lock(&self.known).end(session.id_hash);
        self.store.forget_session(session.id_hash);
    }

    /// Ends every session that stands on this one of the platform's, which has forgotten it.
    pub fn forgotten(&self, platform: &PlatformSession) {
        for session in self.all().iter().filter(|session| session.platform.expose() == platform.expose()) {
            self.end(session);
        }
    }

    /// Every session now, the latest first.
    pub fn all(&self) -> Vec<Arc<Session>> {
        let mut all: Vec<_> = lock(&self.known).by_hash.values().cloned().collect();
        all.sort_by_key(|session| std::cmp::Reverse(session.created));
        all
    }

    /// The ids of all sessions at the platform, to be struck out wherever they may have got to.
    pub fn platform_ids(&self) -> Vec<String> {
        self.all().iter().map(|session| session.platform.expose().to_owned()).collect()
    }

    /// The supervisor who signed in last, for what scripts ask of the platform.
    pub fn latest_supervisor(&self) -> Option<Arc<Session>> {
        self.supervisors().into_iter().next()
    }

    /// The sessions of supervisors that have not run out, the latest first.
    pub fn supervisors(&self) -> Vec<Arc<Session>> {
        self.all().into_iter().filter(|session| session.role == Role::Supervisor && session.lives(now())).collect()
    }

    /// Ends the oldest sessions of whoever has too many: one more of `agent` costs those who have many, never the others.
    fn keep_bounds(&self, agent: &AgentId) {
        let all = self.all();
        let of = |agent: &AgentId| all.iter().filter(|session| session.agent == *agent).collect::<Vec<_>>();
        let own = of(agent);
        for session in own.iter().skip(MOST_OF_ONE) {
            self.end(session);
        }
        if all.len() > MOST_SESSIONS && own.len() <= MOST_OF_ONE {
            let mut counts: HashMap<&AgentId, usize> = HashMap::new();
            for session in &all {
                *counts.entry(&session.agent).or_default() += 1;
            }
            let greedy = counts.into_iter().max_by_key(|(_, count)| *count).map(|(agent, _)| of(agent));
            greedy.and_then(|sessions| sessions.last().map(|oldest| self.end(oldest)));
        }
    }

    /// Begins the session of somebody who has just signed in at the platform; returns it with the id for the browser's cookie.
    /// Where other consoles have to know it, an error says that the database cannot be written.
    pub async fn begin(&self, me: Me, platform: PlatformSession) -> Result<(String, Arc<Session>), StoreError> {
        let id: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
        let id_hash = hash(&id);
        let stored = StoredSession {
            id_hash,
            agent: me.agent.to_string(),
            device: me.device.to_string(),
            name: me.name.clone(),
            platform_session: platform.expose().to_owned(),
            created: now(),
        };
        let agent = me.agent.clone();
        let session = Arc::new(Session {
            id_hash,
            agent: me.agent,
            device: me.device,
            name: me.name,
            role: me.role,
            platform,
            created: stored.created,
            written: AtomicBool::new(false),
            ended: CancellationToken::new(),
        });
        let written = self.store.keep_session(stored);
        lock(&self.known).by_hash.insert(id_hash, session.clone());
        self.keep_bounds(&agent);
        let within = if self.store.console().is_some() { SHARED_WITHIN } else { WRITTEN_WITHIN };
        if matches!(timeout(within, written).await, Ok(Ok(()))) {
            session.written.store(true, Ordering::Relaxed);
        } else if self.store.console().is_some() {
            self.end(&session);
            return Err(StoreError::Stuck);
        }
        // Alone, where that takes long, it is written later.
        self.begun.notify_one();
        Ok((id, session))
    }
}

fn hash(id: &str) -> IdHash {
    Sha256::digest(id.as_bytes()).into()
}

/// The value of the request's cookie `name`.
pub fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(Cookie::split_parse).flatten().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::cli::{Cli, Command};
    use crate::server::config::Database;
    use clap::Parser;

    async fn signed_in() -> (Sessions, Arc<Session>) {
        let store = Store::open(&Database::Memory).unwrap();
        let flags = ["supervisor-console", "serve", "--sdk-url", "http://x", "--namespace", "test.cc"];
        let Command::Serve(args) = Cli::parse_from(flags).command else { panic!("not serve") };
        let sessions = Sessions::open(store, &Config::try_from(&*args).unwrap()).await.unwrap();
        let me = Me {
            agent: AgentId::trusted("5000@test.cc".to_owned()),
            name: String::new(),
            namespace: Namespace::trusted("test.cc"),
            device: DeviceId::trusted("8000@test.cc"),
            role: Role::Supervisor,
        };
        sessions.begin(me, PlatformSession::new("one".to_owned())).await.unwrap();
        sessions.begun.notified().await;
        let session = sessions.all().remove(0);
        (sessions, session)
    }

    fn written(session: &Session) -> StoredSession {
        StoredSession {
            id_hash: session.id_hash,
            agent: session.agent.to_string(),
            device: session.device.to_string(),
            name: session.name.clone(),
            platform_session: "one".to_owned(),
            created: session.created,
        }
    }

    #[tokio::test]
    async fn what_has_run_out_ends_wherever_it_is_shown() {
        let (sessions, session) = signed_in().await;
        sessions.sweep(session.created + LIFE - Duration::from_millis(1));
        assert!(!session.ended.is_cancelled());
        sessions.sweep(session.created + LIFE);
        assert!(session.ended.is_cancelled() && sessions.all().is_empty());
        assert_eq!(sessions.store.sessions(ConsoleTime::default()).await.unwrap(), []);
    }

    #[tokio::test]
    async fn one_that_another_console_began_is_told_of_whoever_looks_it_up() {
        let (sessions, session) = signed_in().await;
        let mut other = written(&session);
        other.id_hash[0] ^= 1;
        sessions.store.keep_session(other.clone()).await.unwrap();
        sessions.look_up(other.id_hash).await;
        sessions.begun.notified().await;
        other.id_hash[1] ^= 1;
        sessions.store.keep_session(other).await.unwrap();
        sessions.read().await.unwrap();
        sessions.begun.notified().await;
        assert_eq!(sessions.all().len(), 3);
    }

    #[tokio::test]
    async fn one_that_another_console_ended_is_over_however_young_it_is() {
        let (sessions, session) = signed_in().await;
        sessions.store.forget_session(session.id_hash);
        sessions.read().await.unwrap();
        assert!(session.ended.is_cancelled() && sessions.all().is_empty());
    }

    #[tokio::test]
    async fn one_that_has_ended_does_not_come_back_from_what_was_read_before() {
        let (sessions, session) = signed_in().await;
        sessions.end(&session);
        sessions.store.keep_session(written(&session)).await.unwrap();
        sessions.look_up(session.id_hash).await;
        sessions.read().await.unwrap();
        assert!(sessions.all().is_empty());
    }
}
