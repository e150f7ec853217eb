//! What the parts that have to do with runs over many agents share.

use crate::api::arguments::BulkArguments;
use crate::api::client;
use crate::components::workspace::Workspace;
use crate::floor::{AgentId, Operation};
use crate::i18n::Texts;
use leptos::prelude::*;

/// The bulk operations of a page.
#[derive(Clone, Copy)]
pub struct Bulk {
    pub workspace: Workspace,
    /// The operation that is about to be done at all selected.
    pub asked: RwSignal<Option<Operation>>,
    /// Why what was wanted of the run with this id did not happen.
    pub failure: RwSignal<Option<(u64, String)>>,
}

impl Bulk {
    /// Provides it to the page's parts.
    pub fn provide(workspace: Workspace) -> Bulk {
        let bulk = Bulk { workspace, asked: RwSignal::new(None), failure: RwSignal::new(None) };
        provide_context(bulk);
        bulk
    }

    /// Returns whether the dialog asks about an operation; tracked.
    pub fn is_asking(self) -> bool {
        self.asked.get().is_some()
    }

    /// Starts a run; `done` is told how that went, in words where it failed.
    pub fn start(
        self,
        operation: Operation,
        agents: &[AgentId],
        minutes: Option<u32>,
        texts: &'static Texts,
        done: impl FnOnce(Result<(), String>) + 'static,
    ) {
        let agents = agents.iter().map(ToString::to_string).collect();
        let arguments = BulkArguments { operation: operation.action().to_owned(), agents, minutes };
        leptos::task::spawn_local(async move {
            done(match client::call("bulk/start", &arguments).await {
                Ok(begun) => {
                    // The run itself comes over the live channel.
                    self.workspace.store.runs.begun(begun.id.unsigned_abs());
                    Ok(())
                }
                Err(error) => Err((texts.api_error)(&error)),
            });
        });
    }
}

/// Returns the bulk operations of the page that is being drawn.
pub fn bulk() -> Bulk {
    expect_context::<Bulk>()
}
