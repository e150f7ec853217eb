//! Who is logged in over HTTP: session ids that expire when they are not used.

use super::floor::Refusal;
use std::collections::HashMap;
use std::time::{Duration, Instant};

const UNUSED: Duration = Duration::from_secs(30 * 60);
/// More than anyone needs; the one that was not used for longest gives way.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub struct Logins {
    /// The agent's id and the latest use.
    sessions: HashMap<String, (String, Instant)>,
}

impl Logins {
    pub fn open(&mut self, agent: &str, now: Instant) -> String {
        if self.sessions.len() >= MOST {
            self.sessions.retain(|_, (_, used)| now.duration_since(*used) < UNUSED);
            let oldest = self.sessions.iter().min_by_key(|(_, (_, used))| *used).map(|(id, _)| id.clone());
            if let (true, Some(oldest)) = (self.sessions.len() >= MOST, oldest) {
                self.sessions.remove(&oldest);
            }
        }
        let id = uuid::Uuid::new_v4().to_string();
        self.sessions.insert(id.clone(), (agent.to_owned(), now));
        id
    }

    /// The agent whose session it is.
    pub fn enter(&mut self, id: Option<&str>, now: Instant) -> Result<String, Refusal> {
        let id = id.ok_or(Refusal::NoSession)?;
        let (agent, used) = self.sessions.get_mut(id).ok_or(Refusal::NoSession)?;
        if now.duration_since(*used) >= UNUSED {
            self.sessions.remove(id);
            return Err(Refusal::NoSession);
        }
        *used = now;
        Ok(agent.clone())
    }

    pub fn expire_all(&mut self) {
        self.sessions.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lives_by_being_used() {
        let (mut logins, start) = (Logins::default(), Instant::now());
        let minutes = |minutes: u64| start + Duration::from_secs(minutes * 60);
        let id = logins.open("5000@test.cc", start);
        assert_eq!(logins.enter(Some(&id), minutes(29)), Ok("5000@test.cc".into()));
        assert_eq!(logins.enter(Some(&id), minutes(58)), Ok("5000@test.cc".into()));
        assert_eq!(logins.enter(Some(&id), minutes(88)), Err(Refusal::NoSession));
        assert_eq!(logins.enter(Some(&id), minutes(88)), Err(Refusal::NoSession));
        assert_eq!(logins.enter(None, start), Err(Refusal::NoSession));
        let id = logins.open("5000@test.cc", start);
        logins.expire_all();
        assert_eq!(logins.enter(Some(&id), start), Err(Refusal::NoSession));
    }
}
