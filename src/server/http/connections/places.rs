//! How many connections there may be: in all as many as the system's limit of open files leaves, and of one address half of them, so that
//! whoever opens more leaves the others served.

use crate::server::auth::visitor::network_of;
use crate::server::lock::lock;
use ipnet::IpNet;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

/// Files that are no connections: the database, the platform, the log.
const OTHER_FILES: u64 = 128;
/// More are of no use to anybody.
const MOST: u64 = 100_000;
/// With fewer files than this a call centre of some size does not find room.
const FEW: u64 = 4_096;

#[derive(Debug, Clone)]
pub struct Places {
    most: usize,
    most_of_one: usize,
    /// Everybody's connections come from these.
    proxies: Arc<[IpNet]>,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// One connection's place; free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    address: IpAddr,
    /// It is one of a trusted proxy's.
    pub is_proxys: bool,
    taken: Arc<Mutex<Taken>>,
}

impl Places {
    /// As many as the limit of open files allows, which is raised as far as it goes.
    pub fn new(proxies: Vec<IpNet>) -> Places {
        let files = raise_files();
        if files < FEW {
            tracing::warn!(files, "the limit of open files is low: raise it (ulimit -n, LimitNOFILE) to serve more browsers than that");
        }
        Places::of(usize::try_from(files.saturating_sub(OTHER_FILES).clamp(16, MOST)).unwrap_or(16), proxies)
    }

    fn of(most: usize, proxies: Vec<IpNet>) -> Places {
        Places { most, most_of_one: most / 2, proxies: proxies.into(), taken: Arc::default() }
    }

    /// A place for a connection from `address`; none where it has too many, or there are too many in all.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let is_proxys = self.proxies.iter().any(|net| net.contains(&address));
        let address = network_of(address);
        let mut taken = lock(&self.taken);
        let Taken { all, of } = &mut *taken;
        let its = of.get(&address).copied().unwrap_or(0);
        if *all >= self.most || (its >= self.most_of_one && !is_proxys) {
            return None;
        }
        *all += 1;
        of.insert(address, its + 1);
        Some(Place { address, is_proxys, taken: self.taken.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all = taken.all.saturating_sub(1);
        if let Some(its) = taken.of.get_mut(&self.address) {
            *its -= 1;
            if *its == 0 {
                taken.of.remove(&self.address);
            }
        }
    }
}

/// Raises the limit of open files to what the system allows this process, and says how many they are.
fn raise_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // Where it cannot be raised, what there is serves.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    if raised { maximum } else { current }.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_never_has_them_all_and_a_proxy_may() {
        let places = Places::of(8, vec!["10.0.0.0/8".parse().unwrap()]);
        let [greedy, other, proxy]: [IpAddr; 3] = ["192.0.2.1", "192.0.2.2", "10.1.2.3"].map(|address| address.parse().unwrap());
        let held: Vec<Place> = std::iter::from_fn(|| places.take(greedy)).collect();
        assert_eq!(held.len(), 4);
        assert!(places.take(other).is_some(), "nobody else came in");
        let more: Vec<Place> = std::iter::from_fn(|| places.take(proxy)).collect();
        assert_eq!((more.len(), places.take(other).is_none()), (4, true));
        drop(held);
        assert!(places.take(greedy).is_some() && lock(&places.taken).of.len() == 1, "what is free stays taken");
    }
}
