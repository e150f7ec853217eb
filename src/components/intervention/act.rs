//! From a click or a key to the server function.

use super::context::{Confirmation, Interventions};
use super::line::line;
use super::note::Note;
use super::target::Target;
use crate::api::client;
use crate::floor::{AgentId, CallId, DeviceId, Effect, Operation};
use crate::i18n::Texts;
use leptos::prelude::*;
use std::time::Duration;

/// What a failure stays for.
const SHOWN_FOR: Duration = Duration::from_secs(15);

impl Interventions {
    /// Carries out `operation` at the agent in `slot`, as the user wants it.
    pub fn act_in_slot(self, operation: Operation, slot: usize, texts: &'static Texts) {
        if let Some(row) = self.workspace.store.row(slot) {
            self.act_at(operation, Target::of_row(row, self.workspace.store), texts);
        }
    }

    /// Carries out `operation` at `target`, as the user wants it: at once, after the user's word, or not at all.
    pub fn act_at(self, operation: Operation, target: Target, texts: &'static Texts) {
        if !self.workspace.offers(operation) {
            return;
        }
        match untrack(|| self.prospect(operation, &target)) {
            Err(barrier) => {
                // What is under way stays in sight; why it cannot be done twice is at the button.
                if !untrack(|| self.is_sending(&target)) {
                    let why = self.barrier_words(operation, barrier, &target, texts);
                    self.note(&target, Note::Blocked { operation, why }, texts);
                }
            }
            Ok(effect) if operation.destructive() => self.confirmation.set(Some(Confirmation { operation, target, effect })),
            Ok(effect) => self.send(operation, target, effect, texts),
        }
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
        let now = target.again(self.workspace.store);
        if let Some(line) = line(self, &now, Some(&note), texts) {
            self.workspace.announce(line.spoken(&now));
        }
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

    /// Puts aside what the row of `target` tells: the user has seen it.
    pub fn dismiss(self, target: &Target) {
        self.notes.update(|notes| {
            match target.told() {
                Some(action) => notes.insert(target.key(), Note::Dismissed(action.id)),
                None => notes.remove(&target.key()),
            };
        });
    }
}

/// Returns the operation that a key asks for, in capitals or not.
pub fn operation_of_key(key: &str) -> Option<Operation> {
    Operation::ALL.into_iter().find(|operation| operation.key().eq_ignore_ascii_case(key))
}
