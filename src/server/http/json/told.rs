//! What programs are told: the platform's events as they came and the console's own, by filter, as far as the reader may see them.

use super::interventions::InterventionView;
use crate::api::problem::Problem;
use crate::floor::visibility::NumberFilter;
use crate::floor::{AgentId, CallId, Event, Intervention, Namespace};
use crate::server::actor::Stopped;
use crate::server::clock::{in_utc, rfc3339};
use crate::server::console::Console;
use crate::server::journal::{Line, Told};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;

/// What the names of the console's own events begin with.
const OWN: &str = "console.";
pub const INTERVENTION: &str = "console.intervention";
pub const LINK: &str = "console.link";
pub const JOURNAL: &str = "console.journal";

/// One of them as its reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's name, without what could end a line.
    pub name: String,
    /// A JSON object on one line.
    pub data: String,
}

/// How the link is; an event for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkNews {
    state: &'static str,
    /// Until when everything was heard, where it broke.
    heard_until: Option<String>,
}

/// What the journal could not keep, so that nobody who follows will get it; an event for programs.
#[derive(Serialize)]
struct JournalNews {
    since: String,
    until: String,
    entries: u64,
}

/// So many ids of calls one filter has at most.
const MOST_CALLS: usize = 10_000;

/// Which events somebody wants; what is empty does not matter.
#[derive(Debug, Default)]
pub struct Filter {
    names: Vec<Pattern>,
    agents: BTreeSet<AgentId>,
    teams: BTreeSet<String>,
    calls: BTreeSet<String>,
}

/// A name, or how names begin.
#[derive(Debug)]
enum Pattern {
    Whole(String),
    Beginning(String),
}

impl Pattern {
    fn of(text: &str) -> Pattern {
        match text.strip_suffix('*') {
            Some(beginning) => Pattern::Beginning(beginning.to_owned()),
            None => Pattern::Whole(text.to_owned()),
        }
    }

    fn takes(&self, name: &str) -> bool {
        match self {
            Pattern::Whole(whole) => name == whole,
            Pattern::Beginning(beginning) => name.starts_with(beginning),
        }
    }
}

/// The values of that name that are not empty.
pub fn of<'a>(params: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    params.iter().filter(move |(of, value)| of == name && !value.is_empty()).map(|(_, value)| value.as_str())
}

impl Filter {
    /// Reads `name`, `agent`, `team` and `call`, each as often as it comes; the error names what is wrong.
    pub fn of(params: &[(String, String)], namespace: &Namespace) -> Result<Filter, Problem> {
        let texts = |name: &'static str| of(params, name).map(str::to_owned).collect::<BTreeSet<_>>();
        let agent = |text: &str| match AgentId::named(text, namespace) {
            Ok(Some(agent)) => Ok(agent),
            Ok(None) => Err(Problem::bad("agent", "an agent of this console's tenant")),
            Err(error) => Err(Problem::bad("agent", &error.to_string())),
        };
        Ok(Filter {
            names: of(params, "name").map(Pattern::of).collect(),
            agents: of(params, "agent").map(agent).collect::<Result<_, _>>()?,
            teams: texts("team"),
            calls: texts("call"),
        })
    }

    /// Wants the calls under all ids that the floor knows of them too.
    ///
    /// # Errors
    ///
    /// The console is stopping.
    pub async fn follow_calls(&mut self, console: &Console, masked: &NumberFilter) -> Result<(), Stopped> {
        for call in self.calls.clone().iter().filter_map(|call| CallId::parse(call).ok()) {
            let ids = console.floor.call_ids(call).await?;
            self.calls.extend(ids.into_iter().map(|id| masked.call_id(id.to_string())));
        }
        Ok(())
    }

    /// Returns what is told of that line, with the numbers that the reader may see; none where it is not wanted. A call that gets another id
    /// with it is wanted under that one from then on.
    pub fn message(&mut self, line: &Line, console: &Console, masked: &NumberFilter) -> Option<Message> {
        match &line.told {
            Told::Event(body) => {
                let config = &console.config;
                let event = Event::decode(body, &|local| in_utc(&config.time_zone, local)).ok()?.of_tenant(&config.namespace).ok()?;
                let shown = |call: &CallId| masked.call_id(call.to_string());
                let mut call = event.call.as_ref().map(shown);
                if let Some(new) = event.new_call.as_ref().map(shown).filter(|_| !self.calls.is_empty()) {
                    let olds = [&event.call, &event.primary_old, &event.secondary_old].into_iter().flatten().map(shown);
                    if olds.into_iter().any(|old| self.calls.contains(&old)) && self.calls.len() < MOST_CALLS {
                        self.calls.insert(new.clone());
                        call = Some(new);
                    }
                }
                // Not every edition of the platform names the agent in the events of calls.
                let here = || event.source.as_ref().or(event.device.as_ref()).and_then(|device| console.floor.agent_at(device));
                let agent = event.agent.clone().or_else(here);
                self.wants(&event.name, agent.as_ref(), call.as_deref(), console).then_some(())?;
                let name = masked.text(event.name.to_string()).chars().filter(|character| !character.is_control()).collect();
                // A line end would end the message's line. In JSON it can only stand where a blank can.
                Some(Message { name, data: masked.event(body)?.replace(['\r', '\n'], " ") })
            }
            Told::Intervention(intervention) => {
                let agent = intervention.agent.as_ref();
                let is_ours = |agent: &AgentId| console.config.namespace.is_same(agent.namespace());
                agent.is_none_or(is_ours).then_some(())?;
                let shown: Intervention = masked.intervention((**intervention).clone());
                let call = shown.call.as_ref().map(ToString::to_string);
                self.wants(INTERVENTION, agent, call.as_deref(), console).then_some(())?;
                own(INTERVENTION, &InterventionView::of(shown))
            }
            Told::Live => self.alert(LINK, LinkNews { state: "live", heard_until: None }, console),
            Told::Down(heard) => self.alert(LINK, LinkNews { state: "down", heard_until: Some(rfc3339(*heard)) }, console),
            Told::NotKept { since, entries } => {
                self.alert(JOURNAL, JournalNews { since: rfc3339(*since), until: rfc3339(line.at), entries: *entries }, console)
            }
        }
    }

    /// What concerns the whole floor, and no agent or call.
    fn alert(&self, name: &'static str, news: impl Serialize, console: &Console) -> Option<Message> {
        self.wants(name, None, None, console).then_some(())?;
        own(name, &news)
    }

    /// Who names no event wants the platform's.
    fn wants(&self, name: &str, agent: Option<&AgentId>, call: Option<&str>, console: &Console) -> bool {
        let is_named = if self.names.is_empty() { !name.starts_with(OWN) } else { self.names.iter().any(|pattern| pattern.takes(name)) };
        let team = || agent.and_then(|agent| console.floor.team(agent));
        is_named
            && (self.agents.is_empty() || agent.is_some_and(|agent| self.agents.contains(agent)))
            && (self.calls.is_empty() || call.is_some_and(|call| self.calls.contains(call)))
            && (self.teams.is_empty() || team().is_some_and(|team| self.teams.contains(&team)))
    }
}

/// One of the console's own.
fn own(name: &str, data: &impl Serialize) -> Option<Message> {
    Some(Message { name: name.to_owned(), data: serde_json::to_string(data).ok()? })
}

/// Says that its reader was too slow.
pub fn cut(after: i64) -> Message {
    Message { name: "console.cut".to_owned(), data: json!({ "reason": "too slow", "after": after }).to_string() }
}

/// Says that events behind that place are not kept any more.
pub fn gap(after: i64) -> Message {
    Message { name: "console.gap".to_owned(), data: json!({ "after": after }).to_string() }
}
