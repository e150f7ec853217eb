//! The console's inside, which nobody may see with numbers whole.

use super::told::{Told, page, texts};
use crate::diagnostics::unpacked;
use crate::support::Browser;

/// Everything that an engineer may ask for.
pub async fn inside(engineer: &Browser, agents: &[String], calls: &[String]) -> Vec<Told> {
    let mut told = Vec::new();
    let overview = engineer.get("/api/diagnostics").await.json();
    let lists = ["frames", "requests"].into_iter().flat_map(|list| overview[list].as_array().unwrap());
    let ids: Vec<String> = lists.map(|line| line["id"].to_string()).collect();
    texts("/api/diagnostics", &overview, &mut told);
    let exchanges = ids.iter().map(|id| format!("/api/diagnostics/exchanges/{id}"));
    let memory = agents.iter().map(|agent| format!("agent={agent}")).chain(calls.iter().map(|call| format!("call={call}")));
    let memory: Vec<String> = memory.collect();
    for path in exchanges.chain(memory.iter().map(|query| format!("/api/diagnostics/memory?{query}"))) {
        let answer = engineer.get(&path).await;
        // Some calls are over meanwhile, and old frames are not kept.
        assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.body);
        texts(&path, &answer.json(), &mut told);
    }
    // A page says again what it was asked for: here only what has no number in it.
    for query in ids.iter().rev().take(20).map(|id| format!("open={id}")).chain(agents.iter().map(|agent| format!("agent={agent}"))) {
        let path = format!("/diagnostics?{query}");
        page(&path, &engineer.get(&path).await.body, &mut told);
    }
    for (name, text) in unpacked(&engineer.bytes("/api/diagnostics/bundle").await) {
        told.extend(text.lines().map(|line| Told { place: name.clone(), text: line.to_owned() }));
    }
    told
}
