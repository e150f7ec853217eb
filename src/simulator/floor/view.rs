//! The floor as the platform's catalogue and the tests read it: JSON, nothing changes.

use super::*;
use serde_json::{Value, json};

/// An id for a team: the platform's are UUIDs, these only look like it, and stay the same from start to start.
pub fn team_id(team: usize) -> String {
    format!("b833eb7b-309c-11e7-98a2-{:012x}", team + 1)
}

impl Floor {
    /// The roster, or one team's part of it.
    pub fn roster(&self, team: Option<&str>) -> Value {
        let root: Vec<Value> = self
            .staff()
            .into_iter()
            .map(|index| (index, &self.agents[index]))
            .filter(|(_, agent)| team.is_none_or(|team| team == team_id(agent.team)))
            .map(|(index, agent)| {
                let queues: Vec<Value> =
                    (0..QUEUES.len()).filter(|queue| queue_at(*queue).teams.contains(&agent.team)).map(queue_json).collect();
                let (code, domain) = agent.id.split_once('@').unwrap_or((&agent.id, ""));
                json!({
                    "id": format!("a6d1c0de-0000-4000-8000-{index:012x}"),
                    "code": code,
                    "loginName": &*agent.id,
                    "userName": agent.name,
                    "status": agent.status,
                    "org": { "id": team_id(agent.team), "name": team_name(agent.team) },
                    "agentQueues": queues,
                    "namespace": domain,
                })
            })
            .chain(self.listed().iter().filter(|_| team.is_none()).cloned())
            .collect();
        json!({ "total": root.len(), "root": root })
    }

    pub fn teams(&self) -> Value {
        let children: Vec<Value> = TEAMS
            .iter()
            .enumerate()
            .map(|(team, name)| json!({ "id": team_id(team), "name": name, "treePos": format!("0-{team}"), "children": [] }))
            .collect();
        json!({ "id": "b833eb7b-309c-11e7-98a2-000000000000", "name": self.namespace, "treePos": "0", "children": children })
    }

    pub fn queues(&self) -> Value {
        let root: Vec<Value> = (0..QUEUES.len()).map(queue_json).collect();
        json!({ "total": root.len(), "root": root })
    }

    /// `client-state` of one agent; `time` writes a moment as the platform does.
    pub fn client_state(&self, agent: &str, time: impl Fn(Millis) -> String) -> Result<Value, Refusal> {
        let agent = &self.agents[self.agent_index(agent)?];
        let device = agent.device.as_ref();
        let phone = device.and_then(|device| self.devices.get(device));
        let call = phone.and_then(|phone| phone.calls.last()).and_then(|call| self.calls.get(call));
        let active = device.zip(call).and_then(|(device, call)| call.connection(device).map(|connection| (device, call, connection))).map(
            |(device, call, connection)| {
                let other = call.connections.iter().find(|other| other.device != *device && !other.silent).map(|other| &*other.device);
                json!({
                    "callId": &*call.id,
                    "ani": &*call.caller,
                    "dnis": &*call.called,
                    "otherSide": other,
                    "direction": if call.kind == CallType::Inbound || call.caller != *device { "In" } else { "Out" },
                    "state": connection.state.as_str(),
                    "ringTime": call.delivered.map(&time),
                    "answerTime": call.answered.map(&time),
                })
            },
        );
        let mut state = json!({
            "agent": {
                "agentId": &*agent.id,
                "extensionId": device.map(|device| &**device),
                "agentMode": agent.mode.as_str(),
                "agentName": agent.name,
                "namespace": self.namespace,
            },
            "extension": { "extensionId": device.map(|device| &**device), "calls": phone.map_or(0, |phone| phone.calls.len()) },
        });
        if let (Some(active), Some(agent)) = (active, state.pointer_mut("/agent").and_then(Value::as_object_mut)) {
            agent.insert("activeCall".to_owned(), active);
        }
        Ok(state)
    }

    /// The whole truth, for tests.
    pub fn truth(&self) -> Value {
        let agents: Vec<Value> = self
            .agents
            .iter()
            .map(|agent| {
                let calls = agent
                    .device
                    .as_ref()
                    .and_then(|device| self.devices.get(device))
                    .map(|device| device.calls.as_slice())
                    .unwrap_or_default();
                json!({
                    "agentId": &*agent.id,
                    "name": agent.name,
                    "team": team_name(agent.team),
                    "supervisor": agent.supervisor,
                    "device": agent.device.as_deref(),
                    "mode": agent.mode.as_str(),
                    "reason": agent.reason,
                    "pendingMode": agent.pending.as_ref().map(|(mode, _)| mode.as_str()),
                    "status": agent.status,
                    "calls": calls.iter().map(|call| &**call).collect::<Vec<_>>(),
                })
            })
            .collect();
        let mut calls: Vec<&Call> = self.calls.values().collect();
        calls.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
        let calls: Vec<Value> = calls
            .into_iter()
            .map(|call| {
                let party = |connection: &Connection| json!({ "device": &*connection.device, "state": connection.state.as_str(), "silent": connection.silent });
                let heard_by = |own: Id| self.calls.get(&own).and_then(|own| own.connections.first()).map(party);
                let monitors = self.monitors_of(&call.id).into_iter().filter_map(heard_by);
                json!({
                    "callId": &*call.id,
                    "formerCallIds": call.former.iter().map(|id| &**id).collect::<std::collections::BTreeSet<_>>(),
                    "callType": call.kind.as_str(),
                    "caller": &*call.caller,
                    "called": &*call.called,
                    "queue": call.queue.map(|queue| queue_at(queue).name),
                    "answered": call.answered.is_some(),
                    "holds": call.holds,
                    "recorded": self.devices.values().any(|phone| phone.recording.as_ref().is_some_and(|(_, of)| *of == call.id)),
                    "monitors": call.monitors.as_deref(),
                    "parties": call.connections.iter().map(party).collect::<Vec<_>>(),
                    "waitsIn": call.waits_in.as_deref(),
                    // By calls of their own.
                    "heardBy": monitors.collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({ "floorMillis": self.now, "waiting": self.waiting.len(), "agents": agents, "calls": calls })
    }
}

fn queue_json(queue: usize) -> Value {
    let Queue { name, code, .. } = queue_at(queue);
    json!({ "id": format!("9ce1e5a0-309c-11e7-98a2-{:012x}", queue + 1), "name": name, "code": code })
}
