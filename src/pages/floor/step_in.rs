//! From a click or a key to the server function, and what the page itself knows of it: sent and not yet heard of, failed, put aside.
//!
//! The rows carry the truth (`Row::action`, from the server, there again after a reload). A note bridges the time until the row says
//! it, and holds what no row will ever say: why nothing was sent.

use super::Floor;
use super::progress::announce;
use crate::api::{self, ApiError};
use crate::floor::{AgentId, Intervention, Operation, Row, Scene, forecast};
use crate::i18n::{Texts, texts};
use crate::live::store::Liveness;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// What the page knows of the latest step-in at an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Sent; `before` is the step-in that the row told of at that time.
    Sent {
        operation: Operation,
        before: Option<i64>,
    },
    /// The server function's answer.
    Answered(Intervention),
    Failed {
        operation: Operation,
        error: ApiError,
    },
    /// Not even sent, with the reason in words.
    Blocked {
        operation: Operation,
        why: &'static str,
    },
    /// The user has seen the row's step-in with this id, and put it aside.
    Dismissed(i64),
}

/// A destructive operation that waits for the user's word.
#[derive(Debug, Clone)]
pub struct Asking {
    pub operation: Operation,
    /// As it was when the question was put: what is named is what will be sent.
    pub row: Arc<Row>,
}

/// What a failure stays for.
const SHOWN_FOR: Duration = Duration::from_secs(15);

impl Floor {
    /// Why `operation` cannot be done at `row` now, in words; tracked.
    pub fn blocked(self, operation: Operation, row: &Row, texts: &'static Texts) -> Option<&'static str> {
        if matches!(self.store.liveness.get(), Liveness::Closed | Liveness::Connecting) {
            return Some(texts.action_while_down);
        }
        if self.notes.with(|notes| matches!(notes.get(&row.agent), Some(Note::Sent { .. }))) {
            return Some((texts.obstacle)(crate::floor::Obstacle::UnderWay));
        }
        self.me.with_value(|me| {
            let device = row.device.as_ref();
            let scene = Scene { role: me.role, own_device: &me.device, own_call: None, row: Some(row), device, part: row.part() };
            forecast(operation, &scene).err().map(texts.obstacle)
        })
    }

    /// The user wants `operation` at the agent in `slot`.
    pub fn act(self, operation: Operation, slot: usize, texts: &'static Texts) {
        if self.hidden.with_value(|hidden| hidden.contains(&operation)) {
            return;
        }
        let Some(row) = self.store.row(slot) else { return };
        if let Some(why) = untrack(|| self.blocked(operation, &row, texts)) {
            // What is under way stays in sight; why it cannot be done twice is at the button.
            if !self.notes.with_untracked(|notes| matches!(notes.get(&row.agent), Some(Note::Sent { .. }))) {
                self.note(&row.agent, Note::Blocked { operation, why }, texts);
            }
        } else if operation.destructive() {
            self.asking.set(Some(Asking { operation, row }));
        } else {
            self.send(operation, row, texts);
        }
    }

    /// Sends it. What the platform did with it is then told by the row.
    pub fn send(self, operation: Operation, row: Arc<Row>, texts: &'static Texts) {
        let before = row.action.as_ref().map(|action| action.id);
        self.notes.update(|notes| {
            notes.insert(row.agent.clone(), Note::Sent { operation, before });
        });
        leptos::task::spawn_local(async move {
            let agent = row.agent.to_string();
            let device = row.device.as_ref().map(ToString::to_string).unwrap_or_default();
            let call = row.call.as_ref().map(|call| call.id.to_string()).unwrap_or_default();
            let answer = match operation {
                Operation::Listen => api::force_listen(call, None, None).await,
                Operation::Join => api::force_join(device, call, None, None).await,
                Operation::Take => api::force_take(device, call, None, None).await,
                Operation::Drop => api::force_drop(device, call, None).await,
                Operation::Ready => api::force_ready(agent, device, None).await,
                Operation::NotReady => api::force_not_ready(agent, device, None, None).await,
                Operation::Logout => api::force_logout(agent, device, None).await,
            };
            let note = match answer {
                Ok(intervention) => Note::Answered(intervention),
                Err(error) => Note::Failed { operation, error },
            };
            self.note(&row.agent, note, texts);
        });
    }

    /// Keeps a note for a while and has it spoken.
    fn note(self, agent: &AgentId, note: Note, texts: &'static Texts) {
        if let Some(row) = self.store.row_of(agent) {
            announce(self, &row, &note, texts);
        }
        self.notes.update(|notes| {
            notes.insert(agent.clone(), note.clone());
        });
        let agent = agent.clone();
        set_timeout(
            move || {
                let still = self.notes.with_untracked(|notes| notes.get(&agent) == Some(&note));
                if still {
                    self.notes.update(|notes| {
                        notes.remove(&agent);
                    });
                }
            },
            SHOWN_FOR,
        );
    }

    /// The user has seen what `row` tells.
    pub fn dismiss(self, row: &Row) {
        self.notes.update(|notes| {
            match &row.action {
                Some(action) => notes.insert(row.agent.clone(), Note::Dismissed(action.id)),
                None => notes.remove(&row.agent),
            };
        });
    }
}

/// Called where an operation is wanted and the page's language is at hand.
pub fn act_here(floor: Floor) -> impl Fn(Operation, usize) + Copy {
    let texts = texts();
    move |operation, slot| floor.act(operation, slot, texts)
}
