//! From a click or a key to the server function.

use super::context::{Confirmation, Interventions};
use super::line::line;
use super::note::Note;
use super::target::Target;
use crate::api::ApiError;
use crate::api::arguments::{AgentArguments, ConnectionArguments, ListenArguments, NotReadyArguments, PhoneArguments};
use crate::api::client::{Answer, call};
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
            let answer = ask(operation, &target, effect).await;
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

/// Calls the operation's server function; each takes what it needs. What the page does not know the function finds missing.
async fn ask(operation: Operation, target: &Target, effect: Effect) -> Result<Answer, ApiError> {
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let call_id = text(target.call_id.as_ref().map(CallId::as_str));
    let agent_id = text(target.agent.as_ref().map(AgentId::as_str));
    let device_id = text(target.device.as_ref().map(DeviceId::as_str));
    let (path, expect) = (operation.path(), Some(effect.code().to_owned()));
    match operation {
        Operation::Drop => call(path, &ConnectionArguments { device_id, call_id, expect }).await,
        Operation::Join | Operation::Take => call(path, &PhoneArguments { device_id, call_id, phone_number: None, expect }).await,
        // The device would be the listener's, which is one's own unless named.
        Operation::Listen => call(path, &ListenArguments { call_id, device_id: None, expect }).await,
        Operation::Ready | Operation::Logout => call(path, &AgentArguments { agent_id, device_id, expect }).await,
        Operation::NotReady => call(path, &NotReadyArguments { agent_id, device_id, minutes: None, expect }).await,
        // Rows do not offer it.
        Operation::Phone(_) => Err(ApiError::NotPermitted),
    }
}

/// Returns the operation that a key asks for, in capitals or not.
pub fn operation_of_key(key: &str) -> Option<Operation> {
    Operation::ALL.into_iter().find(|operation| operation.key().eq_ignore_ascii_case(key))
}
