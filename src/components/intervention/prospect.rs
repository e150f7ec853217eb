//! What would come of an operation here and now, or why it cannot be done.

use super::context::Interventions;
use super::note::Note;
use super::target::Target;
use crate::floor::{Effect, Obstacle, Operation, Row, Situation, forecast};
use crate::i18n::Texts;
use leptos::prelude::*;
use std::sync::Arc;

/// Why an operation cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// No connection to the console.
    Down,
    /// No agent has a part in the call.
    NoAgent,
    Obstacle(Obstacle),
}

impl Interventions {
    /// Returns whether an operation was sent there from this page, and is not yet heard of; tracked.
    pub fn is_sending(self, target: &Target) -> bool {
        self.notes.with(|notes| matches!(target.note(notes), Some(Note::Sent { .. })))
    }

    /// Returns what `operation` would do at `target` now, or why it cannot be done; tracked.
    pub fn prospect(self, operation: Operation, target: &Target) -> Result<Effect, Barrier> {
        if self.workspace.is_down() {
            return Err(Barrier::Down);
        }
        if self.is_sending(target) {
            return Err(Barrier::Obstacle(Obstacle::UnderWay));
        }
        // Whose agent logged off during the call can still be dropped, joined and taken: that is done at the telephone.
        if target.agent.is_none() && (target.device.is_none() || !operation.on_call()) {
            return Err(Barrier::NoAgent);
        }
        let connection = target.connection();
        if operation.on_call() && target.call_id.is_some() && connection.is_none() {
            return Err(Barrier::Obstacle(Obstacle::NotInThatCall));
        }
        let own = self.workspace.store.own_call();
        self.workspace.me.with_value(|me| {
            let situation = Situation {
                role: me.role,
                own_device: &me.device,
                own_call: own.as_ref().map(|own| own.as_connection()),
                row: target.row.as_deref(),
                device: target.device.as_ref(),
                connection,
            };
            forecast(operation, &situation).map_err(Barrier::Obstacle)
        })
    }

    /// Returns why `operation` cannot be done at `row` now, in words, or `None` if it can; tracked.
    pub fn blocked(self, operation: Operation, row: &Arc<Row>, texts: &Texts) -> Option<String> {
        let target = Target::of_row(row.clone(), self.workspace.store);
        self.prospect(operation, &target).err().map(|barrier| self.barrier_words(operation, barrier, &target, texts))
    }

    /// Puts in words what stands in the way.
    pub fn barrier_words(self, operation: Operation, barrier: Barrier, target: &Target, texts: &Texts) -> String {
        match barrier {
            Barrier::Down => texts.action_while_down.to_owned(),
            Barrier::NoAgent => texts.no_agent_in_call.to_owned(),
            Barrier::Obstacle(obstacle) => self
                .workspace
                .me
                .with_value(|me| target.stake(target.number(), &me.device, |stake| (texts.obstacle_here)(operation, obstacle, stake))),
        }
    }

    /// Puts in words what the operation will do.
    pub fn effect_words(self, operation: Operation, effect: Effect, target: &Target, texts: &Texts) -> String {
        self.workspace.me.with_value(|me| target.stake(target.number(), &me.device, |stake| (texts.effect)(operation, effect, stake)))
    }
}
