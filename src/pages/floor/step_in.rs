//! From a click or a key to the server function, and what the page itself knows of it: sent and not yet heard of, failed, put aside.
//!
//! The rows carry the truth (`Row::action`, from the server, there again after a reload). A note bridges the time until the row says
//! it, and holds what no row will ever say: why nothing was sent.

use super::Floor;
use super::progress::announce;
use super::target::Target;
use crate::api::ApiError;
use crate::api::client::{self, Answer};
use crate::floor::{AgentId, CallId, DeviceId, Effect, Operation};
use crate::i18n::{Texts, texts};
use leptos::prelude::*;
use std::time::Duration;

/// What the page knows of the latest step-in at a target ([`Target::key`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Sent; `before` is the step-in that the row told of at that time.
    Sent { operation: Operation, before: Option<i64> },
    /// The server function's answer.
    Answered { operation: Operation, answer: Answer },
    /// With `before` as in `Sent`: where the row tells of a newer one, the failure is that one's, and so is what comes of it later.
    Failed { operation: Operation, error: ApiError, before: Option<i64> },
    /// Not even sent, with the reason in words.
    Blocked { operation: Operation, why: String },
    /// The user has seen the row's step-in with this id, and put it aside.
    Dismissed(i64),
}

/// A destructive operation that waits for the user's word.
#[derive(Debug, Clone)]
pub struct Asking {
    pub operation: Operation,
    /// As it was when the question was put: what is named is what will be sent.
    pub target: Target,
    /// What it would have done then.
    pub effect: Effect,
}

/// What a failure stays for.
const SHOWN_FOR: Duration = Duration::from_secs(15);

impl Floor {
    /// The user wants `operation` at the agent in `slot`.
    pub fn act(self, operation: Operation, slot: usize, texts: &'static Texts) {
        if let Some(row) = self.store.row(slot) {
            self.act_at(operation, Target::of_row(row, self.store), texts);
        }
    }

    /// The user wants `operation` at `target`.
    pub fn act_at(self, operation: Operation, target: Target, texts: &'static Texts) {
        if self.hidden.with_value(|hidden| hidden.contains(&operation)) {
            return;
        }
        match untrack(|| self.prospect(operation, &target)) {
            Err(bar) => {
                // What is under way stays in sight; why it cannot be done twice is at the button.
                if !untrack(|| self.is_sending(&target)) {
                    let why = self.barred(operation, bar, &target, texts);
                    self.note(&target, Note::Blocked { operation, why }, texts);
                }
            }
            Ok(effect) if operation.destructive() => self.asking.set(Some(Asking { operation, target, effect })),
            Ok(effect) => self.send(operation, target, effect, texts),
        }
    }

    /// Sent from this page, and not yet heard of; tracked.
    pub fn is_sending(self, target: &Target) -> bool {
        self.notes.with(|notes| matches!(target.note(notes), Some(Note::Sent { .. })))
    }

    /// Sends it, with the effect that the user was shown. What the platform did with it is then told by the row.
    pub fn send(self, operation: Operation, target: Target, effect: Effect, texts: &'static Texts) {
        let before = target.told().map(|action| action.id);
        self.notes.update(|notes| {
            notes.insert(target.key(), Note::Sent { operation, before });
        });
        leptos::task::spawn_local(async move {
            // Each takes what it needs; for listening the device would be the listener's, which is one's own unless named.
            let of_call = operation.on_call();
            let call = target.call_id.as_ref().filter(|_| of_call).map(CallId::as_str);
            let agent = target.agent.as_ref().filter(|_| !of_call).map(AgentId::as_str);
            let device = target.device.as_ref().filter(|_| operation != Operation::Listen).map(DeviceId::as_str);
            let fields = [("callId", call), ("agentId", agent), ("deviceId", device), ("expect", Some(effect.code()))];
            let answer = client::post(operation.path(), &fields).await;
            let note = match answer {
                Ok(answer) => Note::Answered { operation, answer },
                Err(error) => Note::Failed { operation, error, before },
            };
            self.note(&target, note, texts);
        });
    }

    /// Keeps a note for a while and has it spoken.
    fn note(self, target: &Target, note: Note, texts: &'static Texts) {
        let now = target.again(self.store);
        announce(self, &now, &note, texts);
        // The call may have got another id since it was sent.
        let (sent, key) = (target.key(), now.key());
        self.notes.update(|notes| {
            notes.remove(&sent);
            notes.insert(key.clone(), note.clone());
        });
        set_timeout(
            move || {
                let still = self.notes.with_untracked(|notes| notes.get(&key) == Some(&note));
                if still {
                    self.notes.update(|notes| {
                        notes.remove(&key);
                    });
                }
            },
            SHOWN_FOR,
        );
    }

    /// The user has seen what the row of `target` tells.
    pub fn dismiss(self, target: &Target) {
        self.notes.update(|notes| {
            match target.told() {
                Some(action) => notes.insert(target.key(), Note::Dismissed(action.id)),
                None => notes.remove(&target.key()),
            };
        });
    }
}

/// Called where an operation is wanted and the page's language is at hand.
pub fn act_here(floor: Floor) -> impl Fn(Operation, usize) + Copy {
    let texts = texts();
    move |operation, slot| floor.act(operation, slot, texts)
}
