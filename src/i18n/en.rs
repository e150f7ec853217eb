//! English.

use super::{Outside, Refusal, TargetWords, Texts};
use crate::api::ApiError;
use crate::floor::{CallState, Direction, Effect, Obstacle, Operation, PartyRole, PartyState, State};
use crate::page::Theme;

pub static TEXTS: Texts = Texts {
    product: "Supervisor console",
    floor: "Floor",
    skip_to_board: "Skip to the board",
    need_script: "This page needs JavaScript to stay live. What you see is the floor as it was when the page was loaded; actions do not work.",
    script_failed: "The page's program could not be loaded, so the board is not live and actions do not work. Check your connection and reload the page.",

    other_language: "Switch to 简体中文",
    theme: |theme| match theme {
        Theme::Auto => "As the system",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    },
    switch_theme: "Theme",
    menu: "Menu",
    sign_out: "Sign out",
    sign_out_failed: "Signing out failed: the console could not be reached. Try again.",
    extension: |number| format!("ext {number}"),

    sign_in: "Sign in",
    signing_in: "Signing in …",
    number: "Number",
    number_hint: "Your agent number, for example 5000",
    password: "Password",
    domain: "Domain",
    domain_hint: "Your tenant, for example test.cc",
    own_extension: "Your extension",
    extension_hint: "The phone you listen, join and take calls with",
    log_phone_on: "Log this phone on too, not ready",
    wrong_credentials: "Number, password or domain is wrong. Check them and try again.",
    login_unreachable: "The platform cannot be reached, so nobody can sign in now. Try again in a moment; if it lasts, tell your administrator.",
    login_wait: "Too many attempts with this number. Wait a minute, then try again; each further wrong password makes the wait longer.",
    login_not_permitted: "This user may not use the console. Ask your administrator for the supervisor role.",
    console_unreachable: "The console cannot be reached. Check your network and try again.",
    login_refused: |status| format!("The platform refused the sign-in (status {status}). Try again; if it lasts, tell your administrator."),
    wrong_number: "Give the number alone, without “@” and the domain.",
    wrong_domain: "This console does not serve that domain. Check the spelling.",
    wrong_extension: "The extension must be digits only.",
    wrong_password: "Enter your password.",

    connecting: "Connecting …",
    live: "Live",
    no_event_yet: "no event yet",
    last_event: |age| format!("last event {age} ago"),
    catching_up: |age| format!("Catching up, {age} behind"),
    not_heard: |length, from, to| format!("Up to {length} not heard, {from} to {to}"),
    stale: "Not live",
    down: "No connection",
    platform_down: |since, age| {
        format!(
            "The console lost the platform at {since}. The board shows the floor as it was {age} ago. It reconnects by itself; if this lasts, tell your administrator."
        )
    },
    silent: |since, age| {
        format!(
            "Nothing heard from the console since {since}. The board shows the floor as it was {age} ago. Wait a moment; if this lasts, check your network."
        )
    },
    closed: |since, age| {
        format!(
            "No connection to the console since {since}. The board shows the floor as it was {age} ago. It reconnects by itself; until then actions are off."
        )
    },
    unwritten: |since| {
        format!(
            "Since {since} events cannot be written to the journal. The board stays live; what happens meanwhile may be missing after a restart and in reports. Tell your administrator."
        )
    },
    never_connected: "The console cannot be reached yet. The board shows the floor as it was when the page was loaded. It keeps trying; until then actions are off.",
    platform_time: |time, zone| format!("{time} in the platform's zone, {zone}"),
    age: |age| match age.as_secs() {
        seconds if seconds < 10 => format!("{seconds}.{} s", age.subsec_millis() / 100),
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds if seconds < 7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    },

    state: |state| match state {
        State::OnHold => "On hold",
        State::Conference => "Conference",
        State::OnCall => "On call",
        State::Ringing => "Ringing",
        State::Dialling => "Dialling",
        State::Allocated => "Allocated",
        State::AfterCall => "After call",
        State::NotReady => "Not ready",
        State::Ready => "Ready",
        State::LoggedOut => "Logged out",
        State::Unknown => "Unknown",
    },
    logged_on: "Logged on",
    filter_by_state: "Filter by state",
    search: "Search",
    search_hint: "Name, number, device, caller",
    team: "Team",
    all_teams: "All teams",
    clear_filters: "Clear filters",
    show_keys: "Keys",
    shown_of: |shown, all| format!("{shown} of {all} agents"),
    waiting: |count| if count == 1 { "1 row waits to move".to_owned() } else { format!("{count} rows wait to move") },
    waiting_title: "Rows keep their places while the pointer is over the list. Click to put them in order now.",
    board: "Agents",
    col_state: "State",
    col_time: "For",
    col_agent: "Agent",
    col_number: "No.",
    col_team: "Team",
    col_device: "Device",
    col_call: "Call",
    col_calls: "Calls",
    col_calls_title: "Calls today",
    col_handling: "AHT",
    col_handling_title: "Average handling time today: talking, holding and after-call work per call",
    col_actions: "Actions",
    sort_by: |column| format!("Sort by {column}"),
    sorted_by: |column| format!("Sorted by {column}"),
    trouble_first: "Trouble first",
    trouble_first_title: "What is past its threshold first, the furthest past on top. Again: the order before.",
    no_agents: "No agents yet",
    no_agents_hint: "Agents appear when the platform lists them or with their first event.",
    nothing_matches: "No agent matches these filters",
    remembered: "remembered",
    remembered_title: "From before the console restarted or its link to the platform broke; nothing has confirmed it since.",
    over_limit: |state, minutes| format!("{state} for more than {minutes} min"),

    calls: "Calls",
    all_calls: "All calls",
    call_state: |state| match state {
        CallState::Talking => "Talking",
        CallState::OnHold => "On hold",
        CallState::Conference => "Conference",
        CallState::Ringing => "Ringing",
        CallState::Dialling => "Dialling",
    },
    call_search_hint: "Number, device, queue",
    queue: "Queue",
    all_queues: "All queues",
    direction_label: "Direction",
    every_direction: "All directions",
    calls_shown_of: |shown, all| format!("{shown} of {all} calls"),
    col_answered: "Talk",
    col_with: "With",
    col_parties: "Parties",
    col_more: "Holds and more",
    no_calls: "No calls now",
    no_calls_hint: "Calls appear when a phone dials or rings.",
    no_call_matches: "No call matches these filters",
    holds_total: |count, total| format!("hold {count} · {total}"),
    doubtful: "doubtful",
    doubtful_title: "Nothing was heard of this call for 4 hours: it may have ended without its end being heard.",
    end_not_seen: "end not seen",
    end_not_seen_title: "Its end was not heard, but later events of its phones contradict it.",
    no_agent_in_call: "no agent is in this call",
    logged_off: "logged off",
    logged_off_in_call: "The agent logged off during the call; the phone goes on talking.",
    connected_with: |device| format!("with {device}"),
    choose_party: |who| format!("Step in at {who}"),

    direction: |direction| match direction {
        Direction::Inbound => "Inbound",
        Direction::Outbound => "Outbound",
        Direction::Internal => "Internal",
        Direction::Unknown => "Direction unknown",
    },
    unknown_party: "unknown number",
    holds: |count| format!("hold {count}"),
    parties: |count| format!("{count} parties"),
    listening: |who| format!("listening: {who}"),
    joined: |who| format!("joined: {who}"),
    recording: "recording",
    other_calls: |count| if count == 1 { "+1 call".to_owned() } else { format!("+{count} calls") },

    operation: |operation| match operation {
        Operation::Listen => "Listen",
        Operation::Join => "Join",
        Operation::Take => "Take",
        Operation::Drop => "Drop",
        Operation::Ready => "Ready",
        Operation::NotReady => "Not ready",
        Operation::Logout => "Log out",
        Operation::Phone(_) => "",
    },
    operation_title: |operation| match operation {
        Operation::Listen => "Listen silently with your phone",
        Operation::Join => "Join the call with your phone; everybody hears you",
        Operation::Take => "Take the call over to your phone",
        Operation::Drop => "Hang up for the agent",
        Operation::Ready => "Make the agent ready",
        Operation::NotReady => "Make the agent not ready",
        Operation::Logout => "Log the agent out",
        Operation::Phone(_) => "",
    },
    effect: |operation, effect, TargetWords { agent, own, others, .. }| {
        let then = match operation {
            Operation::Ready => "becomes ready",
            Operation::NotReady => "becomes not ready",
            Operation::Logout => "will log out",
            Operation::Listen | Operation::Join | Operation::Take | Operation::Drop | Operation::Phone(_) => {
                (TEXTS.operation_title)(operation)
            }
        };
        match effect {
            Effect::Listens => format!("{own} hears the call silently"),
            Effect::Joins => format!("{own} joins the call; everybody hears you"),
            Effect::ListenerJoins => format!("{own}, which listens now, joins the call; everybody hears you"),
            Effect::Takes => format!("the call moves to {own}; {agent} leaves it"),
            Effect::Leaves if *others == 2 => format!("hangs up {agent}; the call goes on between the other two"),
            Effect::Leaves => format!("hangs up {agent}; the call goes on between the other {others}"),
            Effect::EndsCall => format!("hangs up {agent}; the call ends"),
            Effect::Now if operation == Operation::Logout => format!("{agent} is logged out now"),
            Effect::Now => format!("{agent} {then} now"),
            Effect::AfterCall => format!("{agent} {then} after this call"),
        }
    },
    obstacle_here: |operation, obstacle, stake| match obstacle {
        Obstacle::OnHold => {
            let doing = if operation == Operation::Take { "taking" } else { "joining" };
            format!("{} is on hold: {doing} will fail", stake.device)
        }
        Obstacle::OwnBusy => format!("device {} (yours) is busy", stake.own),
        other => (TEXTS.obstacle)(other).to_owned(),
    },
    asked: |operation, who, seconds| {
        let what = match operation {
            Operation::Listen => "to listen",
            Operation::Join => "to join",
            Operation::Take => "to take the call",
            Operation::Drop => "to drop the call",
            Operation::Ready => "for ready",
            Operation::NotReady => "for not ready",
            Operation::Logout => "for the log-out",
            Operation::Phone(_) => "",
        };
        format!("{who} asked {what} {seconds} s ago")
    },
    is_listening: |who| format!("{who} is listening"),
    has_joined: |who| format!("{who} has joined"),
    obstacle: |obstacle| match obstacle {
        Obstacle::NotPermitted => "you may look but not step in",
        Obstacle::NotInCall => "not in a call",
        Obstacle::NotInThatCall => "no longer in that call",
        Obstacle::NotAnswered => "not answered yet",
        Obstacle::OnHold => "on hold: joining or taking would fail",
        Obstacle::OwnBusy => "your own phone is busy with another call",
        Obstacle::NoDevice => "the agent's device is not known",
        Obstacle::LoggedOut => "logged out",
        Obstacle::AlreadyReady => "ready already",
        Obstacle::AlreadyNotReady => "not ready already",
        Obstacle::AlreadyIn => "your phone is in that call already",
        Obstacle::OwnDevice => "this is your own phone",
        Obstacle::UnderWay => "already under way",
        Obstacle::OtherDevice => "the agent is at another device now",
        Obstacle::LoggedOn => "your phone is logged on already",
        Obstacle::NotRinging => "not ringing at your phone",
        Obstacle::NotOnHold => "not on hold at your phone",
        Obstacle::OnlyListens => "your phone only listens: join first",
        Obstacle::Recording => "the call is being recorded already",
        Obstacle::NotRecording => "the call is not being recorded",
    },
    action_while_down: "no connection to the console",
    requested: |operation| format!("{operation} requested"),
    waits: |operation| format!("{operation} after the call"),
    waits_title: "The platform refuses it during a call, so the console waits: it is sent when the call has ended, also after a restart.",
    requested_title: "Written to the audit log and on its way to the platform.",
    accepted: |operation, after| format!("{operation} accepted {after}"),
    deferred: |operation| format!("{operation} accepted, after the call"),
    deferred_title: "The platform took the request; it takes effect when the agent's call ends.",
    accepted_title: "The platform took the request; the event that proves it has not come yet.",
    confirmed: |operation, after| format!("{operation} confirmed {after}"),
    confirmed_title: "The platform's event proves that it took effect.",
    refused: |operation, why| format!("{operation} refused: {why}"),
    unknown: |operation| format!("{operation}: outcome unknown"),
    unknown_title: "The request was sent, but no answer of the platform came back: it may or may not have taken effect. It is not repeated by itself; look at the agent's state before you try again.",
    unconfirmed: |operation| format!("{operation} accepted, not confirmed"),
    unconfirmed_title: "The platform accepted it, but no event within ten seconds proved that it took effect. Look at the agent's state before you try again.",
    not_sent: |operation, why| format!("{operation} not possible: {why}"),
    changed: |operation, effect| format!("{operation} not sent: things have changed meanwhile. Now: {effect}"),
    changed_title: "It would do something else than what you were shown, so nothing was sent. Look again; repeat it if you still want it.",
    by: |who| format!("by {who}"),
    dismiss: "Dismiss",
    api_error: |error| match error {
        ApiError::SignedOut => "you are signed out; sign in again".to_owned(),
        ApiError::NotPermitted => "your role does not permit it, or it is not offered here".to_owned(),
        ApiError::WrongOrigin => "the request came from another site; reload the page".to_owned(),
        ApiError::BadArgument { field, problem } => format!("{field}: {problem}"),
        ApiError::Obstacle { obstacle } => (TEXTS.obstacle)(*obstacle).to_owned(),
        ApiError::Changed { .. } => "the floor changed meanwhile, so nothing was sent: look again before you repeat it".to_owned(),
        ApiError::WrongCredentials => TEXTS.wrong_credentials.to_owned(),
        ApiError::Refused { status, .. } => format!("the platform refused it ({status})"),
        ApiError::Unreachable => "the platform cannot be reached; nothing was sent. Try again in a moment".to_owned(),
        ApiError::OutcomeUnknown => "the platform's answer did not come; it may or may not have taken effect".to_owned(),
        ApiError::NotUnderstood { status } => format!("the platform's answer was not understood ({status}); tell your administrator"),
        ApiError::NoPlatformSession => "no supervisor is signed in whose session could be used; sign in and try again".to_owned(),
        ApiError::Busy => "too many requests; try again in a moment".to_owned(),
        ApiError::AuditFailed => "the audit log could not be written, so nothing was sent; tell your administrator".to_owned(),
        ApiError::Stopping => "the console is stopping; nothing was sent".to_owned(),
        ApiError::DatabaseAway => "the console's database cannot be reached, so nobody can sign in; try again in a moment".to_owned(),
        ApiError::DatabaseLost => {
            "the console's database file was deleted or replaced; nothing was sent. Tell your administrator".to_owned()
        }
        ApiError::Transport { .. } => {
            "the console cannot be reached; it may or may not have taken effect. Check your network, then look at the agent's state"
                .to_owned()
        }
    },
    refusal: |status, device, holder| {
        let device = if device.is_empty() { "The device".to_owned() } else { format!("Device {device}") };
        let (what, remedy) = match status {
            401 => ("Wrong password".to_owned(), "Sign out and in again."),
            403 => ("The platform does not permit it".to_owned(), "Ask your administrator for the right."),
            404 => ("The call or device is gone".to_owned(), "It may just have ended; look at the agent's state."),
            409 => (
                "The call or one of its phones is busy with something else".to_owned(),
                "Look whether your own phone is in another call, then try again.",
            ),
            423 => ("The agent is deleted or disabled".to_owned(), "Ask your administrator."),
            426 => ("Your session on the platform has ended".to_owned(), "Sign out and in again."),
            451 => (format!("{device} is not registered"), "The phone must be switched on and connected first."),
            452 => ("The platform does not know this agent".to_owned(), "Ask your administrator."),
            453 => (format!("{device} is not valid"), "Ask your administrator."),
            454 => (format!("Already logged in on {}", lower(&device)), "Nothing needs to be done."),
            455 => (format!("Already logged in on another device{}", named(holder)), "Log out there first."),
            456 => (format!("{device} is in a state that does not allow it"), "Wait until its state has changed, then try again."),
            457 => (format!("{device} is not authorised"), "Ask your administrator."),
            458 => ("The agent is logged out".to_owned(), "The agent must log in first."),
            459 => (format!("{device} is in use by another agent{}", named(holder)), "That agent must log out first."),
            460 => (format!("{device} is in a call"), "Wait for the call to end, or drop it first."),
            461 => ("Too many agents are online".to_owned(), "Somebody must log out first, or ask for more licences."),
            462 => ("Allocation failed".to_owned(), "Try again in a moment."),
            465 => ("The quota of automatic outbound calls is reached".to_owned(), "Wait, or ask your administrator for more."),
            483 => ("The task is not assigned to the agent".to_owned(), "Assign it first."),
            500..=599 => ("The platform failed".to_owned(), "Try again in a moment; if it lasts, tell your administrator."),
            _ => ("The platform refused it".to_owned(), "Look at the agent's state, then try again."),
        };
        Refusal { what: format!("{what} ({status})"), remedy }
    },
    device: |number| format!("device {number}"),

    key_phone: "Your phone: call, or choose somebody; its buttons with Alt",
    key_call: "Take the row's number to your phone",

    confirm_title: |operation, agent| match operation {
        Operation::Drop => format!("Drop {agent}'s call?"),
        Operation::Take => format!("Take {agent}'s call?"),
        Operation::Logout => format!("Log {agent} out?"),
        Operation::Listen | Operation::Join | Operation::Ready | Operation::NotReady | Operation::Phone(_) => {
            format!("{}: {agent}?", (TEXTS.operation_title)(operation))
        }
    },
    confirm_consequence: |operation, effect, TargetWords { agent, own, caller, others, .. }| {
        let caller = if caller.is_empty() { Outside(TEXTS.caller_unknown) } else { *caller };
        let end = match (effect, others) {
            (Effect::Leaves, 2) => ", which goes on between the other two".to_owned(),
            (Effect::Leaves, others) => format!(", which goes on between the other {others}"),
            _ => ", and the call ends".to_owned(),
        };
        match (operation, effect) {
            (Operation::Drop, _) => format!("{agent} is hung up on and leaves the call with {caller}{end}. This cannot be undone."),
            (Operation::Take, _) => {
                format!("The call with {caller} moves to your phone {own}, which rings now. {agent} leaves the call at once.")
            }
            (Operation::Logout, Effect::AfterCall) => {
                format!("{agent} will log out after this call, and gets no more calls until logging in again.")
            }
            (Operation::Logout, _) => format!("{agent} is logged out now, and gets no more calls until logging in again."),
            (Operation::Listen | Operation::Join | Operation::Ready | Operation::NotReady | Operation::Phone(_), _) => String::new(),
        }
    },
    confirm_changed: "This has changed since you asked.",
    no_longer: |why| format!("Not possible any more: {why}."),
    confirm_button: |operation| match operation {
        Operation::Drop => "Drop the call",
        Operation::Take => "Take the call",
        Operation::Logout => "Log out",
        Operation::Listen | Operation::Join | Operation::Ready | Operation::NotReady | Operation::Phone(_) => (TEXTS.operation)(operation),
    },
    cancel: "Cancel",
    caller_unknown: "an unknown number",

    select: "Select",
    select_agent: |name| format!("Select {name}"),
    select_all: |count| format!("Select all {count} shown"),
    select_most: |most| format!("At most {most} at once"),
    selected: |count| format!("{count} selected"),
    selected_agents: "Selected agents",
    all_shown: "All shown",
    clear_selection: "Clear",
    bulk_title: |operation, count| match operation {
        Operation::Ready => format!("Make {} ready?", agents(count)),
        Operation::NotReady => format!("Make {} not ready?", agents(count)),
        Operation::Logout => format!("Log {} out?", agents(count)),
        Operation::Listen | Operation::Join | Operation::Take | Operation::Drop | Operation::Phone(_) => {
            format!("{}: {}?", (TEXTS.operation)(operation), agents(count))
        }
    },
    dry_run: |now, after_call, not_possible| format!("{now} now, {after_call} after their call, {not_possible} not possible"),
    bulk_confirm: |operation, count| match operation {
        Operation::Ready => format!("Make {count} ready"),
        Operation::NotReady => format!("Make {count} not ready"),
        Operation::Logout => format!("Log {count} out"),
        Operation::Listen | Operation::Join | Operation::Take | Operation::Drop | Operation::Phone(_) => {
            format!("{}: {count}", (TEXTS.operation)(operation))
        }
    },
    how_long: "How long",
    until_changed: "until changed",
    for_minutes: |minutes| format!("{minutes} min, then ready again"),
    other_minutes: "other …",
    minutes: "minutes",
    run_label: "Progress",
    run: |operation, done, all, failed, after_call, cancelled| {
        let mut words = format!("{operation}: {done} of {all}");
        for (count, what) in [(failed, "failed"), (after_call, "after their call"), (cancelled, "cancelled")] {
            if count != 0 {
                words.push_str(&format!(", {count} {what}"));
            }
        }
        words
    },
    run_cancel: "Cancel the rest",
    run_retry: |count| format!("Retry the failed ({count})"),
    run_waiting: |operation| format!("{operation}: waiting"),
    run_not_sent: "it was not sent; try again",
    why: "Why",

    ready_again: |time| format!("ready again {time}").trim_end().to_owned(),
    ready_again_later: |minutes| format!("not ready for {minutes} min, then ready again"),
    logout_after_call: "logs out after the call",
    cancel_scheduled: "Take it back",

    open_as_page: "Open as a page",
    now: "Now",
    since: |time| format!("since {time}"),
    not_ready_minutes: "Not ready for minutes",
    not_ready_for: |minutes| format!("Not ready for {minutes} minutes, then ready again"),
    no_such_agent: |number| format!("There is no agent {number}"),
    no_such_agent_hint: "The number may be mistyped. Agents appear when the platform lists them or with their first event.",
    other_party: "With",
    call_direction: "Direction",
    recorded: "Recording",
    former_ids: "Former ids",
    on_hold: "Held",
    held: |count, total| format!("{} {total} in all", if count == 1 { "once,".to_owned() } else { format!("{count} times,") }),
    party_role: |role| match role {
        PartyRole::Caller => "caller",
        PartyRole::Called => "called",
        PartyRole::Transferred => "transferred",
        PartyRole::Joined => "joined",
        PartyRole::Listener => "listening",
    },
    party_state: |state| match state {
        PartyState::Initiated => "off the hook",
        PartyState::Dialling => "dialling",
        PartyState::Alerting => "ringing",
        PartyState::Connected => "connected",
        PartyState::Held => "on hold",
    },

    keys: "Keys",
    close: "Close",
    key_rows: "Previous, next row",
    key_open: "Open the agent",
    key_select: "Select the agent, or take the agent out",
    key_select_range: "Select all from the last one to here",
    key_ends: "First, last row",
    key_pages: "A page up, down",
    key_search: "Search",
    key_trouble: "Trouble first, or the order before",
    key_help: "Show these keys",
    row_gone: "That row has gone, so nothing was done. Choose a row first.",
    key_escape: "Close a dialog or the agent, clear the selection, leave the search",

    not_found: "There is no such page",
    not_found_hint: "The address may be mistyped, or the page has moved.",
    to_floor: "To the floor",
};

fn agents(count: usize) -> String {
    if count == 1 { "1 agent".to_owned() } else { format!("{count} agents") }
}

fn lower(device: &str) -> String {
    let mut chars = device.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn named(holder: Outside) -> String {
    if holder.is_empty() { String::new() } else { format!(" {holder}") }
}
