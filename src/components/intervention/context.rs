//! What the parts of a page that have to do with interventions share.

use super::note::Note;
use super::target::Target;
use crate::components::workspace::Workspace;
use crate::floor::{self, Operation};
use crate::signal;
use leptos::prelude::*;
use std::collections::HashMap;

/// The interventions that a page asks for.
#[derive(Clone, Copy)]
pub struct Interventions {
    pub workspace: Workspace,
    /// What this page knows of interventions before, or beyond, what the rows say; by [`Target::key`].
    pub(super) notes: RwSignal<HashMap<String, Note>>,
    /// The destructive operation that waits for the user's word.
    pub(super) confirmation: RwSignal<Option<Confirmation>>,
}

/// A destructive operation that waits for the user's word.
#[derive(Debug, Clone)]
pub(super) struct Confirmation {
    pub(super) operation: Operation,
    /// As it was when the question was put: what is named is what will be sent.
    pub(super) target: Target,
    /// What it would have done then.
    pub(super) effect: floor::Effect,
}

impl Interventions {
    /// Provides them to the page's parts.
    pub fn provide(workspace: Workspace) {
        provide_context(Interventions { workspace, notes: RwSignal::new(HashMap::new()), confirmation: RwSignal::new(None) });
    }

    /// Has the signals of the page that hardly ever change forget the calling view with all its parts, once it is gone.
    pub fn forget_with_view(self) {
        // In the browser alone, and after the view is gone: by then its parts do not follow any more.
        Effect::new(move |_| {
            on_cleanup(move || {
                request_animation_frame(move || {
                    signal::retell(self.notes);
                    self.workspace.store.forget_gone();
                });
            });
        });
    }

    /// Returns whether the user is being asked to confirm something; tracked.
    pub fn is_confirming(self) -> bool {
        self.confirmation.with(Option::is_some)
    }
}

/// Returns the interventions of the page that is being drawn.
pub fn interventions() -> Interventions {
    expect_context::<Interventions>()
}
