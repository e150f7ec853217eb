//! Roster, teams and queues (protocol, section 1), read leniently: numbers and truth values are taken as text, what is not understood is passed
//! over, and so is an agent of another domain.

use crate::floor::{AgentId, Namespace, Queue, RosterEntry, is_phone_number};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// A longer list of queues is cut.
const MOST_QUEUES: usize = 10_000;

/// `{"root":[{"loginName","code","userName","status","org":{"id","name"},"namespace"}]}`, the agents of `ours`; none where it is no such
/// list.
pub fn agents(body: &[u8], teams: &HashMap<String, String>, ours: &Namespace) -> Option<Vec<RosterEntry>> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let listed = json.deserialize_map(Answer { teams, ours }).ok()?;
    json.end().ok()?;
    listed
}

/// Reads one entry at a time: as a whole, the JSON of half a million agents takes a gigabyte.
struct Answer<'a> {
    teams: &'a HashMap<String, String>,
    ours: &'a Namespace,
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = Option<Vec<RosterEntry>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with the list of agents in its root")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut listed = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "root" {
                listed = Some(map.next_value_seed(Entries(&self))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(listed)
    }
}

struct Entries<'a>(&'a Answer<'a>);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = Vec<RosterEntry>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Vec<RosterEntry>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of agents")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut listed = Vec::new();
        while let Some(entry) = entries.next_element::<Value>()? {
            listed.extend(agent(&entry, self.0.teams, self.0.ours));
        }
        Ok(listed)
    }
}

fn agent(entry: &Value, teams: &HashMap<String, String>, ours: &Namespace) -> Option<RosterEntry> {
    let text = |name: &str| entry.get(name).and_then(text);
    let (login, namespace) = (text("loginName").or_else(|| text("code"))?, text("namespace"));
    if namespace.as_ref().is_some_and(|namespace| !ours.is_same(namespace)) || (namespace.is_none() && !login.contains('@')) {
        return None;
    }
    let org = |name: &str| entry.get("org")?.get(name).and_then(self::text);
    let team = org("id").and_then(|id| teams.get(&id).cloned()).or_else(|| org("name")).unwrap_or_default();
    Some(RosterEntry {
        agent: AgentId::named(&login, ours).ok()??,
        name: short(&text("userName").unwrap_or_default()),
        team: short(&team),
        status: text("status").as_deref().map(short),
    })
}

/// A scalar as text, without the blanks around it; none where nothing is left. A whole number has no fraction, however it is written.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => format!("{float}"),
            _ => number.to_string(),
        },
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// `{"root":[{"name","code"}]}`, those that can be dialled, by their numbers; none where it is no such list.
pub fn queues(body: &[u8]) -> Option<Vec<Queue>> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let queue = |entry: &Value| {
        let text = |name: &str| entry.get(name).and_then(text);
        let number = ["code", "number", "extension"].into_iter().find_map(text).filter(|number| is_phone_number(number))?;
        Some(Queue { name: short(&text("name").unwrap_or_default()), number })
    };
    let mut queues: Vec<Queue> = answer.get("root")?.as_array()?.iter().take(MOST_QUEUES).filter_map(queue).collect();
    queues.sort_by(|one, other| one.number.cmp(&other.number));
    Some(queues)
}

/// Every team's name by its id, from the tree `{"id","name","children":[..]}`.
pub fn teams(body: &[u8]) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let Ok(tree) = serde_json::from_slice::<Value>(body) else { return names };
    let mut open = vec![&tree];
    while let Some(team) = open.pop() {
        let text = |name: &str| team.get(name).and_then(text);
        if let (Some(id), Some(name)) = (text("id"), text("name")) {
            names.insert(id, name);
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
        let ours = Namespace::trusted("test.cc");
        let roster = agents(body, &teams, &ours).unwrap();
        let told: Vec<_> = roster.iter().map(|e| (e.agent.as_str(), e.name.as_str(), e.team.as_str(), e.status.as_deref())).collect();
        assert_eq!(told, [("5001@test.cc", "Zhang Min", "Claims A", Some("Ready")), ("5002@test.cc", "", "Claims B", None)]);
        assert_eq!(agents(b"{}", &teams, &ours), None);
        assert_eq!(agents(b"<html>", &teams, &ours), None);
        assert_eq!(agents(br#"{"root":{"code":"5001"}}"#, &teams, &ours), None);
        assert_eq!(agents(br#"{"root":[]} more"#, &teams, &ours), None);
        assert_eq!(agents(br#"[{"code":"5001"}]"#, &teams, &ours), None);
        assert_eq!(agents(br#"{"total":0,"root":[]}"#, &teams, &ours), Some(Vec::new()));
    }

    /// Who is left of such a roster: id, name, team and status.
    fn told(entries: &str) -> Vec<[String; 4]> {
        let teams = teams(br#"{"id":1,"name":"All","children":[{"id":2,"name":"Claims A"},{"id":"3","name":7}]}"#);
        let roster = agents(format!(r#"{{"root":[{entries}]}}"#).as_bytes(), &teams, &Namespace::trusted("test.cc")).unwrap();
        roster.into_iter().map(|e| [e.agent.to_string(), e.name, e.team, e.status.unwrap_or_default()]).collect()
    }

    fn ids(entries: &str) -> Vec<String> {
        told(entries).into_iter().map(|[id, ..]| id).collect()
    }

    #[test]
    fn scalars_are_taken_as_text() {
        let entries = r#"{"code":5001,"namespace":"test.cc","userName":8,"status":true,"org":{"id":2}},
            {"loginName":5002,"code":9,"namespace":"test.cc","org":{"id":"3"}},
            {"code":5003.0,"namespace":"test.cc","org":{"id":4,"name":12}},
            {"code":18446744073709551615,"loginName":null,"namespace":"test.cc"},
            {"code":[5005],"namespace":"test.cc"}, {"code":{},"loginName":"","namespace":"test.cc"}"#;
        let row = |row: [&str; 4]| row.map(str::to_owned);
        assert_eq!(
            told(entries),
            [
                row(["5001@test.cc", "8", "Claims A", "true"]),
                row(["5002@test.cc", "", "7", ""]),
                row(["5003@test.cc", "", "12", ""]),
                row(["18446744073709551615@test.cc", "", "", ""]),
            ]
        );
    }

    #[test]
    fn queues_are_those_that_can_be_dialled() {
        let body =
            br#"{"root":[{"name":"Sales","code":7003},{"id":"a","code":"7001","name":"Claims"},{"name":"none"},{"code":"x7"},7,null]}"#;
        let queue = |name: &str, number: &str| Queue { name: name.to_owned(), number: number.to_owned() };
        assert_eq!(queues(body), Some(vec![queue("Claims", "7001"), queue("Sales", "7003")]));
        assert_eq!((queues(b"{}"), queues(b"[")), (None, None));
    }

    #[test]
    fn whoever_the_platform_lists_is_listed_whatever_the_id() {
        let entries = r#"{"loginName":"张伟@test.cc"}, {"code":"50+01","namespace":"test.cc"}, {"loginName":"50#01@test.cc"},
            {"loginName":"50 01@test.cc"}, {"loginName":"a/b@test.cc"}, {"loginName":"5'\"<x>@test.cc"},
            {"loginName":"50@01@test.cc"}, {"code":"50\u000001","namespace":"test.cc"}"#;
        let listed = ["张伟@test.cc", "50+01@test.cc", "50#01@test.cc", "50 01@test.cc", "a/b@test.cc", "5'\"<x>@test.cc"];
        assert_eq!(ids(entries), listed);
    }

    #[test]
    fn an_agent_of_another_domain_is_not_listed() {
        let entries = r#"{"loginName":"5001@other.cc"}, {"loginName":"5002@other.cc","namespace":"test.cc"},
            {"loginName":"5003@test.cc","namespace":"other.cc"}, {"code":"5004","namespace":"other.cc"},
            {"code":5005,"namespace":"nottest.cc"}, {"code":"5006","namespace":"TEST.CC"}, {"loginName":"5007@Test.cc"}"#;
        assert_eq!(ids(entries), ["5006@test.cc", "5007@test.cc"]);
    }
}
