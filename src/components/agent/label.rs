//! An agent in a list.

use crate::components::workspace::Workspace;
use crate::floor::AgentId;
use crate::ui::{Erased, erased};
use leptos::prelude::*;

/// Draws the name, and the number by which the agent is told from another of that name.
pub fn agent_label(workspace: Workspace, agent: &AgentId) -> Erased {
    let name = workspace.store.row_of(agent).map(|row| row.name.clone()).filter(|name| !name.is_empty());
    let number = agent.number().to_owned();
    erased(view! {
        {name.map(|name| erased(view! { <bdi>{name}</bdi> " " }))}
        <bdi class="number">{number}</bdi>
    })
}
