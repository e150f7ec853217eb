//! Roster and teams (protocol, section 1), read leniently: what is not understood is passed over.

use crate::floor::{AgentId, RosterEntry};
use serde_json::Value;
use std::collections::HashMap;

/// `{"root":[{"loginName","code","userName","status","org":{"id","name"},"namespace"}]}`; none where it is no such list.
pub fn agents(body: &[u8], teams: &HashMap<String, String>) -> Option<Vec<RosterEntry>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let entries = body.get("root")?.as_array()?;
    Some(entries.iter().filter_map(|entry| agent(entry, teams)).collect())
}

fn agent(entry: &Value, teams: &HashMap<String, String>) -> Option<RosterEntry> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let login = text("loginName").or_else(|| text("code"))?;
    let id = match login.contains('@') {
        true => AgentId::parse(login),
        false => AgentId::parse(&format!("{login}@{}", text("namespace")?)),
    };
    let org = entry.get("org");
    let of_org = |name: &str| org?.get(name)?.as_str();
    let team = of_org("id").and_then(|id| teams.get(id).map(String::as_str)).or_else(|| of_org("name")).unwrap_or_default();
    Some(RosterEntry {
        agent: id.ok()?,
        name: short(text("userName").unwrap_or_default()),
        team: short(team),
        status: text("status").map(short),
    })
}

/// Every team's name by its id, from the tree `{"id","name","children":[..]}`.
pub fn teams(body: &[u8]) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let Ok(tree) = serde_json::from_slice::<Value>(body) else { return names };
    let mut open = vec![&tree];
    while let Some(team) = open.pop() {
        let text = |name: &str| team.get(name).and_then(Value::as_str);
        if let (Some(id), Some(name)) = (text("id"), text("name")) {
            names.insert(id.to_owned(), name.to_owned());
        }
        if let Some(children) = team.get("children").and_then(Value::as_array) {
            open.extend(children);
        }
    }
    names
}

fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roster_is_read_leniently() {
        let teams = teams(br#"{"id":"1","name":"All","children":[{"id":"2","name":"Claims A"},{"id":3}]}"#);
        let body = br#"{"root":[
            {"code":"5001","loginName":"5001@test.cc","userName":"Zhang Min","status":"Ready","org":{"id":"2","name":"old name"}},
            {"code":"5002","namespace":"test.cc","org":{"name":"Claims B"},"agentQueues":7},
            {"code":"5003"}, {"loginName":"not an id@"}, 7],"total":5}"#;
        let roster = agents(body, &teams).unwrap();
        let told: Vec<_> = roster.iter().map(|e| (e.agent.as_str(), e.name.as_str(), e.team.as_str(), e.status.as_deref())).collect();
        assert_eq!(told, [("5001@test.cc", "Zhang Min", "Claims A", Some("Ready")), ("5002@test.cc", "", "Claims B", None)]);
        assert_eq!(agents(b"{}", &teams), None);
        assert_eq!(agents(b"<html>", &teams), None);
    }
}
