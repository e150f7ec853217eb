//! Which event goes to which destination: the three families of topics, and AMQP's wildcards.

use serde_json::Value;

/// The text in a topic: dots separate words there.
fn word(id: &str) -> String {
    id.replace('.', "_")
}

/// What a destination asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// Matches an event with this key: the usual case, found without looking at the others.
    Key(String),
    /// Words, `*` for any one, `#` for any number.
    Pattern(Vec<String>),
    /// Nothing ever comes here.
    Nothing,
}

impl Topic {
    pub fn parse(destination: &str) -> Topic {
        let Some(name) = destination.strip_prefix("/topic/") else {
            return Topic::Nothing;
        };
        if let Some(rest) = name.strip_prefix("csta/") {
            return match rest.split_once('/') {
                Some(("agent", agent)) => Topic::Key(format!("agent.{}", word(agent))),
                Some(("device", device)) => Topic::Key(format!("device.{}", word(device))),
                Some(("namespace", namespace)) => Topic::Key(format!("tenant.{}", word(namespace))),
                _ => Topic::Nothing,
            };
        }
        let words: Vec<&str> = name.split('.').collect();
        match words[..] {
            ["event", "agent", "*", id] if !matches!(id, "*" | "#") => {
                Topic::Key(if id.contains('@') { format!("agent.{id}") } else { format!("tenant.{id}") })
            }
            _ => Topic::Pattern(words.into_iter().map(str::to_owned).collect()),
        }
    }

    /// Whether it asks for what happens in the whole tenant.
    pub fn is_tenant_wide(&self, namespace: &str) -> bool {
        Address { namespace: word(namespace), family: Family::Floor, name: "agentReady", agent: None, device: None }.matches(self)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Floor,
    AgentStatus,
    Calls,
}

/// Where one event goes. Ids with their dots as underscores.
#[derive(Debug, Clone)]
pub struct Address<'a> {
    namespace: String,
    family: Family,
    name: &'a str,
    agent: Option<String>,
    device: Option<String>,
}

impl<'a> Address<'a> {
    pub fn new(name: &'a str, namespace: &str, agent: Option<&str>, device: Option<&str>) -> Self {
        let family = match name {
            "AgentStatusEvent" => Family::AgentStatus,
            "CallEndEvent" => Family::Calls,
            _ => Family::Floor,
        };
        Address { namespace: word(namespace), family, name, agent: agent.map(word), device: device.map(word) }
    }

    /// Of an event given as JSON; what it does not say is the simulator's own namespace, no agent and no device.
    pub fn of(event: &'a Value, namespace: &str) -> Self {
        let text = |at: &str| event.pointer(at).and_then(Value::as_str);
        let agent = text("/agentId").or_else(|| text("/params/agent")).or_else(|| text("/agent/agentId"));
        let name = text("/eventName").unwrap_or("unknown");
        Address::new(name, text("/namespace").unwrap_or(namespace), agent, text("/srcDeviceId"))
    }

    /// The keys of [`Topic::Key`] that this event has.
    pub fn keys(&self) -> Vec<String> {
        if self.family != Family::Floor {
            return Vec::new();
        }
        let agent = self.agent.iter().map(|agent| format!("agent.{agent}"));
        let device = self.device.iter().map(|device| format!("device.{device}"));
        [format!("tenant.{}", self.namespace)].into_iter().chain(agent).chain(device).collect()
    }

    /// The routing keys that it is published with.
    fn routes(&self) -> Vec<Vec<&str>> {
        let namespace = self.namespace.as_str();
        match self.family {
            Family::AgentStatus => vec![vec!["event", "agent-status", self.agent.as_deref().unwrap_or("none"), namespace]],
            Family::Calls => vec![vec!["event", "call", namespace]],
            Family::Floor => {
                let tenant = vec!["event", "agent", self.name, namespace];
                let own = self.agent.as_deref().map(|agent| vec!["event", "agent", self.name, agent]);
                [tenant].into_iter().chain(own).collect()
            }
        }
    }

    pub fn matches(&self, topic: &Topic) -> bool {
        match topic {
            Topic::Key(key) => self.keys().contains(key),
            Topic::Pattern(pattern) => self.routes().iter().any(|route| fits(pattern, route)),
            Topic::Nothing => false,
        }
    }
}

/// AMQP's topic match. Linear in the pattern: a route has four words.
fn fits(pattern: &[String], route: &[&str]) -> bool {
    // reachable[i]: the words of the pattern so far can stand for the first i words of the route.
    let mut reachable: Vec<bool> = std::iter::once(true).chain(route.iter().map(|_| false)).collect();
    for word in pattern {
        reachable = if word == "#" {
            let mut any = false;
            let so_far = |here: &bool| {
                any |= *here;
                any
            };
            reachable.iter().map(so_far).collect()
        } else {
            let is_it = |(before, present): (&bool, &&str)| *before && (word == "*" || word == *present);
            std::iter::once(false).chain(reachable.iter().zip(route).map(is_it)).collect()
        };
    }
    reachable.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn goes(event: &Value, destination: &str) -> bool {
        Address::of(event, "test.cc").matches(&Topic::parse(destination))
    }

    #[test]
    fn the_three_families() {
        let event = json!({ "eventName": "delivered", "srcDeviceId": "8001@test.cc", "params": { "agent": "5001@test.cc" }, "namespace": "test.cc" });
        for destination in [
            "/topic/event.agent.*.5001@test_cc",
            "/topic/event.agent.*.test_cc",
            "/topic/event.agent.#",
            "/topic/event.#",
            "/topic/#.test_cc",
            "/topic/event.agent.delivered.test_cc",
            "/topic/event.agent.*.*",
            "/topic/csta/agent/5001@test.cc",
            "/topic/csta/device/8001@test.cc",
            "/topic/csta/namespace/test.cc",
        ] {
            assert!(goes(&event, destination), "{destination}");
        }
        for destination in [
            "/topic/event.agent.*.5002@test_cc",
            "/topic/event.agent.*.other_cc",
            "/topic/event.agent.*.test.cc",
            "/topic/event.agent",
            "/topic/event.agent-status.*.test_cc",
            "/topic/event.call.test_cc",
            "/topic/csta/device/8002@test.cc",
            "/topic/csta/else/8001@test.cc",
            "/queue/event.agent.*.test_cc",
            "",
        ] {
            assert!(!goes(&event, destination), "{destination}");
        }
    }

    #[test]
    fn figures_and_finished_calls_have_their_own() {
        let status = json!({ "eventName": "AgentStatusEvent", "agent": { "agentId": "5001@test.cc" } });
        assert!(goes(&status, "/topic/event.agent-status.*.test_cc"));
        assert!(!goes(&status, "/topic/event.agent.*.test_cc"));
        let call = json!({ "eventName": "CallEndEvent" });
        assert!(goes(&call, "/topic/event.call.test_cc"));
        assert!(!goes(&call, "/topic/event.agent.*.test_cc"));
        assert!(goes(&call, "/topic/event.#"));
    }

    #[test]
    fn who_listens_to_all() {
        assert!(Topic::parse("/topic/event.agent.*.test_cc").is_tenant_wide("test.cc"));
        assert!(Topic::parse("/topic/csta/namespace/test.cc").is_tenant_wide("test.cc"));
        assert!(Topic::parse("/topic/event.#").is_tenant_wide("test.cc"));
        assert!(!Topic::parse("/topic/event.agent.*.5001@test_cc").is_tenant_wide("test.cc"));
        assert!(!Topic::parse("/topic/event.call.test_cc").is_tenant_wide("test.cc"));
    }
}
