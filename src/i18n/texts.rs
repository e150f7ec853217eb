//! Every text that there is, by its name; the tables hold them in each language.

use super::outside::Outside;
use crate::api::ApiError;
use crate::floor::{CallState, Direction, Effect, Obstacle, Operation, PartyRole, PartyState, State};
use core::time::Duration;

/// What a status of the platform means (protocol, section 1) and what the user can do about it.
pub struct Refusal {
    pub what: String,
    pub remedy: &'static str,
}

/// Whom and what an operation touches, as its words name them.
pub struct TargetWords<'a> {
    /// A number, in a question the name with it.
    pub agent: Outside<'a>,
    pub device: Outside<'a>,
    /// The supervisor's own phone.
    pub own: Outside<'a>,
    /// The other party's number; empty where unknown.
    pub caller: Outside<'a>,
    /// How many others are in the call.
    pub others: u32,
}

pub type Text = &'static str;

pub struct Texts {
    pub product: Text,
    pub floor: Text,
    pub skip_to_board: Text,
    pub need_script: Text,
    pub script_failed: Text,

    // Preferences
    pub other_language: Text,
    pub theme: fn(crate::page::Theme) -> Text,
    pub switch_theme: Text,
    pub menu: Text,
    pub sign_out: Text,
    pub sign_out_failed: Text,
    pub extension: fn(Outside) -> String,

    // Sign-in
    pub sign_in: Text,
    pub signing_in: Text,
    pub number: Text,
    pub number_hint: Text,
    pub password: Text,
    pub domain: Text,
    pub domain_hint: Text,
    pub own_extension: Text,
    pub extension_hint: Text,
    pub log_phone_on: Text,
    pub wrong_credentials: Text,
    pub login_unreachable: Text,
    pub login_wait: &'static str,
    pub login_not_permitted: Text,
    pub console_unreachable: Text,
    pub login_refused: fn(u16) -> String,
    pub wrong_number: Text,
    pub wrong_domain: Text,
    pub wrong_extension: Text,
    pub wrong_password: Text,

    // Link
    pub connecting: Text,
    pub live: Text,
    pub no_event_yet: Text,
    pub last_event: fn(&str) -> String,
    /// How far behind.
    pub catching_up: fn(&str) -> String,
    /// How long at most, from when, until when.
    pub not_heard: fn(&str, &str, &str) -> String,
    pub stale: Text,
    pub down: Text,
    pub platform_down: fn(&str, &str) -> String,
    pub silent: fn(&str, &str) -> String,
    pub closed: fn(&str, &str) -> String,
    pub never_connected: Text,
    /// Since when.
    pub unwritten: fn(&str) -> String,
    /// A moment, date and time, and the platform's zone that it is in.
    pub platform_time: fn(&str, &str) -> String,
    /// Tenths of a second below ten seconds, else whole seconds, minutes, hours.
    pub age: fn(Duration) -> String,

    // Board
    pub state: fn(State) -> Text,
    pub logged_on: Text,
    pub filter_by_state: Text,
    pub search: Text,
    pub search_hint: Text,
    pub team: Text,
    pub all_teams: Text,
    pub clear_filters: Text,
    pub show_keys: Text,
    pub shown_of: fn(u32, u32) -> String,
    pub waiting: fn(u32) -> String,
    pub waiting_title: Text,
    pub board: Text,
    pub col_state: Text,
    pub col_time: Text,
    pub col_agent: Text,
    pub col_number: Text,
    pub col_team: Text,
    pub col_device: Text,
    pub col_call: Text,
    pub col_calls: Text,
    pub col_calls_title: Text,
    pub col_handling: Text,
    pub col_handling_title: Text,
    pub col_actions: Text,
    pub sort_by: fn(&str) -> String,
    pub sorted_by: fn(&str) -> String,
    pub trouble_first: Text,
    pub trouble_first_title: Text,
    pub no_agents: Text,
    pub no_agents_hint: Text,
    pub nothing_matches: Text,
    pub remembered: Text,
    pub remembered_title: Text,
    pub over_limit: fn(Text, u32) -> String,

    // Calls
    pub calls: Text,
    pub all_calls: Text,
    pub call_state: fn(CallState) -> Text,
    pub call_search_hint: Text,
    pub queue: Text,
    pub all_queues: Text,
    pub direction_label: Text,
    pub every_direction: Text,
    pub calls_shown_of: fn(u32, u32) -> String,
    pub col_answered: Text,
    pub col_with: Text,
    pub col_parties: Text,
    pub col_more: Text,
    pub no_calls: Text,
    pub no_calls_hint: Text,
    pub no_call_matches: Text,
    /// How often, and how long in all.
    pub holds_total: fn(u32, &str) -> String,
    pub doubtful: Text,
    pub doubtful_title: Text,
    pub end_not_seen: Text,
    pub end_not_seen_title: Text,
    pub no_agent_in_call: Text,
    /// Of an agent whose telephone goes on talking; short, and whole.
    pub logged_off: Text,
    pub logged_off_in_call: Text,
    /// Whom a call names that has no part in it: whom its only party listens to, or calls.
    pub connected_with: fn(Outside) -> String,
    pub choose_party: fn(Outside) -> String,

    // A call
    pub direction: fn(Direction) -> Text,
    pub unknown_party: Text,
    pub holds: fn(u32) -> String,
    pub parties: fn(u32) -> String,
    pub listening: fn(Outside) -> String,
    pub joined: fn(Outside) -> String,
    pub recording: &'static str,
    pub other_calls: fn(u32) -> String,

    // Operations
    /// Empty for what is done with the own phone: rows show nothing of it.
    pub operation: fn(Operation) -> Text,
    pub operation_title: fn(Operation) -> Text,
    /// What it will do here and now.
    pub effect: fn(Operation, Effect, &TargetWords) -> String,
    pub obstacle: fn(Obstacle) -> Text,
    /// The same with the numbers that it is about.
    pub obstacle_here: fn(Operation, Obstacle, &TargetWords) -> String,
    /// Who asked for what, how many seconds ago.
    pub asked: fn(Operation, Outside, u64) -> String,
    pub is_listening: fn(Outside) -> String,
    pub has_joined: fn(Outside) -> String,
    pub action_while_down: Text,
    pub requested: fn(Text) -> String,
    pub requested_title: Text,
    pub waits: fn(Text) -> String,
    pub waits_title: Text,
    pub accepted: fn(Text, &str) -> String,
    pub accepted_title: Text,
    pub deferred: fn(Text) -> String,
    pub deferred_title: Text,
    pub confirmed: fn(Text, &str) -> String,
    pub confirmed_title: Text,
    pub refused: fn(Text, &str) -> String,
    pub unknown: fn(Text) -> String,
    pub unknown_title: Text,
    pub unconfirmed: fn(Text) -> String,
    pub unconfirmed_title: Text,
    pub not_sent: fn(Text, &str) -> String,
    /// Nothing was sent, because it would do something else now.
    pub changed: fn(Text, &str) -> String,
    pub changed_title: Text,
    pub by: fn(Outside) -> String,
    pub dismiss: Text,
    pub api_error: fn(&ApiError) -> String,
    /// Status, the target's device, and the agent or device that the platform named in its answer; either may be empty.
    pub refusal: fn(u16, Outside, Outside) -> Refusal,
    pub device: fn(Outside) -> String,

    // The own phone
    pub key_phone: Text,
    pub key_call: Text,

    // Confirmation
    pub confirm_title: fn(Operation, Outside) -> String,
    pub confirm_consequence: fn(Operation, Effect, &TargetWords) -> String,
    pub confirm_changed: Text,
    pub no_longer: fn(&str) -> String,
    pub confirm_button: fn(Operation) -> Text,
    pub cancel: Text,
    pub caller_unknown: Text,

    // Many at once
    pub select: Text,
    pub select_agent: fn(Outside) -> String,
    pub select_all: fn(usize) -> String,
    pub select_most: fn(usize) -> String,
    pub selected: fn(usize) -> String,
    pub selected_agents: Text,
    pub all_shown: Text,
    pub clear_selection: Text,
    pub bulk_title: fn(Operation, usize) -> String,
    /// How many now, after their call, not at all.
    pub dry_run: fn(usize, usize, usize) -> String,
    pub bulk_confirm: fn(Operation, usize) -> String,
    pub how_long: Text,
    pub until_changed: Text,
    pub for_minutes: fn(u32) -> String,
    pub other_minutes: Text,
    pub minutes: Text,
    pub run_label: Text,
    /// Operation; done, of how many; failed, after their call, cancelled.
    pub run: fn(Text, usize, usize, usize, usize, usize) -> String,
    pub run_cancel: Text,
    pub run_retry: fn(usize) -> String,
    pub run_waiting: fn(Text) -> String,
    pub run_not_sent: Text,
    pub why: Text,

    // What the console does by itself
    pub ready_again: fn(&str) -> String,
    pub ready_again_later: fn(u32) -> String,
    pub logout_after_call: Text,
    pub cancel_scheduled: Text,

    // One agent
    pub open_as_page: Text,
    pub now: Text,
    pub since: fn(&str) -> String,
    pub not_ready_minutes: Text,
    pub not_ready_for: fn(u32) -> String,
    pub no_such_agent: fn(Outside) -> String,
    pub no_such_agent_hint: Text,
    pub other_party: Text,
    pub call_direction: Text,
    pub recorded: Text,
    pub former_ids: Text,
    pub on_hold: Text,
    /// How often, and how long in all.
    pub held: fn(u32, &str) -> String,
    pub party_role: fn(PartyRole) -> Text,
    pub party_state: fn(PartyState) -> Text,

    // Keys
    pub keys: Text,
    pub close: Text,
    pub key_rows: Text,
    pub key_open: Text,
    pub key_select: Text,
    pub key_select_range: Text,
    pub key_ends: Text,
    pub key_pages: Text,
    pub key_search: Text,
    pub key_trouble: Text,
    pub key_help: Text,
    pub row_gone: Text,
    pub key_escape: Text,

    // Not found
    pub not_found: Text,
    pub not_found_hint: Text,
    pub to_floor: Text,
}
