//! Checks which tenant an event is of, and its ids, before the floor takes it: another tenant's agents get no rows here, nor do ids that
//! no agent can have.
//!
//! An event is of the domain that it names, or else its agent's, or else the source device's. One that names none came on our own topic
//! and is ours. Ids without a domain get ours, written in one way.
//!
//! An agent of another domain is not on our floor, whatever else the event says: an event about that agent is refused, one about a call
//! counts without the agent. The same goes for an agent id with two `@` or with control characters. A call id or an own device's id that
//! cannot be one counts as absent.

use super::event::{Event, EventKind, Series, Status};
use super::{AgentId, CallId, DeviceId, IdError, Namespace};

/// Why an event is not for this floor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// It is of another tenant, or about another tenant's agent.
    #[error("an event of another tenant")]
    OtherTenant,
    /// It is about an agent whose id cannot be one.
    #[error("an event of an agent: {0}")]
    NoAgent(#[from] IdError),
}

impl Event {
    /// Checks that the event is of the tenant `ours`, and writes its ids in one way.
    ///
    /// # Errors
    ///
    /// Returns a [`NotOurs`] if it is of another tenant, or about an agent whose id cannot be one.
    pub fn of_tenant(mut self, ours: &Namespace) -> Result<Event, NotOurs> {
        let foreign = |domain: &str| !domain.is_empty() && !ours.is_same(domain);
        // What cannot be an id has no domain.
        let of_agent = self.agent.as_ref().filter(|id| AgentId::parse(id.as_str()).is_ok()).map(AgentId::namespace);
        let said = self.namespace.as_ref().map(Namespace::as_str).or(of_agent);
        if said.or(self.source.as_ref().map(DeviceId::namespace)).is_some_and(foreign) {
            return Err(NotOurs::OtherTenant);
        }
        let agent =
            self.agent.take().map(|agent| if agent.is_plainly_of(ours) { Ok(Some(agent)) } else { AgentId::named(agent.as_str(), ours) });
        let about_agent = is_about_agent(self.kind);
        self.agent = match agent {
            Some(Ok(None)) if about_agent => return Err(NotOurs::OtherTenant),
            Some(Err(error)) if about_agent => return Err(error.into()),
            // What a copy says of the call counts without the agent.
            agent => agent.and_then(Result::ok).flatten(),
        };
        if let Some(status) = &mut self.status {
            if status.namespace.as_deref().is_some_and(foreign) {
                return Err(NotOurs::OtherTenant);
            }
            qualify_status(status, ours)?;
        }
        for device in self.parties() {
            qualify(device, ours, false);
        }
        qualify(&mut self.source, ours, true);
        qualify(&mut self.device, ours, about_agent);
        for call in [&mut self.call, &mut self.primary_old, &mut self.secondary_old, &mut self.new_call] {
            *call = call.take().filter(|id| CallId::parse(id.as_str()).is_ok());
        }
        Ok(self)
    }

    /// Returns the devices that it names besides source and subject; outside parties may be among them.
    fn parties(&mut self) -> [&mut Option<DeviceId>; 12] {
        [
            &mut self.initiated,
            &mut self.calling,
            &mut self.called,
            &mut self.alerting,
            &mut self.answering,
            &mut self.holding,
            &mut self.retrieving,
            &mut self.conferencing,
            &mut self.added,
            &mut self.transferring,
            &mut self.transferred_to,
            &mut self.releasing,
        ]
    }
}

/// Returns whether events of this kind are about an agent rather than a call.
fn is_about_agent(kind: EventKind) -> bool {
    kind.series() == Series::Agent || kind == EventKind::AgentStatus
}

/// Checks the ids of a status and writes them in one way.
fn qualify_status(status: &mut Status, ours: &Namespace) -> Result<(), NotOurs> {
    status.agent = AgentId::named(status.agent.as_str(), ours)?.ok_or(NotOurs::OtherTenant)?;
    qualify(&mut status.device, ours, true);
    Ok(())
}

/// Writes a device's id in one way, or makes it absent if it cannot be one. An outside party's may be any text without control
/// characters; one of ours (`own`) must be a whole id, for it has to be named to the platform.
fn qualify(device: &mut Option<DeviceId>, ours: &Namespace, own: bool) {
    let Some(id) = device.take_if(|id| !id.is_plainly_of(ours)) else { return };
    *device = match DeviceId::named(id.as_str(), ours) {
        Ok(Some(named)) => Some(named),
        Ok(None) => Some(id),
        Err(_) if own || id.as_str().chars().any(char::is_control) => None,
        Err(_) => Some(id),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::Instant;
    use serde_json::{Value, json};

    fn taken(event: &Value) -> Result<Event, NotOurs> {
        Event::decode(event.to_string().as_bytes(), &Instant::in_utc).unwrap().of_tenant(&Namespace::trusted("test.cc"))
    }

    fn agent(event: &Value) -> Result<Option<String>, NotOurs> {
        taken(event).map(|event| event.agent.map(|agent| agent.to_string()))
    }

    #[test]
    fn an_agents_event_is_of_the_agents_domain_whatever_else_it_says() {
        let ready = |id: Value, namespace: Value| json!({ "eventName": "agentReady", "agentId": id, "namespace": namespace });
        for namespace in [json!("test.cc"), json!("TEST.cc"), Value::Null] {
            for id in [json!("张伟@test.cc"), json!("张伟"), json!("张伟@Test.CC")] {
                assert_eq!(agent(&ready(id, namespace.clone())), Ok(Some("张伟@test.cc".to_owned())));
            }
            assert_eq!(agent(&ready(json!(5001), namespace.clone())), Ok(Some("5001@test.cc".to_owned())));
            assert_eq!(agent(&ready(json!("5001@other.cc"), namespace.clone())), Err(NotOurs::OtherTenant));
            for bad in ["5001@a@b", "5001@", "@test.cc", "50\u{7}01@test.cc", "5001@test.cc@test.cc"] {
                assert!(matches!(agent(&ready(json!(bad), namespace.clone())), Err(NotOurs::NoAgent(_))), "{bad}");
            }
        }
        assert_eq!(agent(&ready(json!("5001"), json!("other.cc"))), Err(NotOurs::OtherTenant));
        let without = json!({ "eventName": "agentReady", "namespace": "test.cc" });
        assert_eq!(agent(&without), Ok(None));
    }

    #[test]
    fn a_status_is_of_its_own_agent() {
        let status =
            |agent: Value| json!({ "eventName": "AgentStatusEvent", "namespace": "test.cc", "agentId": "5001@test.cc", "agent": agent });
        let of = |id: &str, namespace: &str| status(json!({ "agentId": id, "agentStatus": "Ready", "namespace": namespace }));
        assert_eq!(taken(&of("5001@test.cc", "test.cc")).unwrap().status.unwrap().agent.as_str(), "5001@test.cc");
        assert_eq!(taken(&of("5001", "test.cc")).unwrap().status.unwrap().agent.as_str(), "5001@test.cc");
        for (id, namespace) in [("5001@other.cc", "test.cc"), ("5001@test.cc", "other.cc"), ("5001", "other.cc")] {
            assert_eq!(taken(&of(id, namespace)), Err(NotOurs::OtherTenant), "{id} {namespace}");
        }
        assert!(matches!(taken(&of("50@01@test.cc", "test.cc")), Err(NotOurs::NoAgent(_))));
    }

    #[test]
    fn a_calls_event_keeps_the_call_without_an_agent_who_is_none_of_ours() {
        let copy = |agent: &str| {
            json!({ "eventName": "established", "namespace": "test.cc", "callId": "a/b", "srcDeviceId": "8001",
            "deviceId": "8001@TEST.CC", "callingDevice": "sip:x@10.0.0.1@test.cc", "calledDevice": "13\u{0}8@test.cc", "newCall": "..",
            "params": { "agent": agent } })
        };
        for foreign in ["5001@other.cc", "50@01@test.cc"] {
            let event = taken(&copy(foreign)).unwrap();
            assert_eq!((event.agent, event.call), (None, Some(CallId::trusted("a/b"))), "{foreign}");
            let devices = [&event.source, &event.device, &event.calling, &event.called].map(|device| device.as_ref().map(DeviceId::as_str));
            assert_eq!(devices, [Some("8001@test.cc"), Some("8001@test.cc"), Some("sip:x@10.0.0.1@test.cc"), None]);
            assert_eq!(event.new_call, None, "a call that cannot be asked for");
        }
        let mut foreign = copy("5001@other.cc");
        foreign["namespace"] = Value::Null;
        assert_eq!(taken(&foreign), Err(NotOurs::OtherTenant));
        let unsaid = json!({ "eventName": "delivered", "callId": "c", "srcDeviceId": "8001@other.cc" });
        assert_eq!(taken(&unsaid), Err(NotOurs::OtherTenant));
    }
}
