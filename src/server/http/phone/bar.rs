//! The phone as it is now: who is logged on, its calls side by side, and a button for everything that can be done at this moment.

use super::{ASK, words};
use crate::floor::visibility::NumberFilter;
use crate::floor::{AgentId, CallId, Control, DeviceId, Effect, Operation, PartyState, PhoneCall, PhoneOperation};
use crate::i18n::listed;
use crate::page::Language;
use crate::server::actor::{OwnCall, OwnPhone};
use crate::server::config::Config;
use crate::server::http::zone::{Zones, zoned};
use leptos::prelude::*;

/// What a bar is drawn with, for one reader.
pub struct Bar<'a> {
    pub config: &'a Config,
    pub language: Language,
    pub zones: Zones<'a>,
    pub device: &'a DeviceId,
    pub agent: &'a AgentId,
    /// What the reader may see of numbers.
    pub filter: &'a NumberFilter,
}

impl Bar<'_> {
    pub fn render(&self, own: &OwnPhone) -> String {
        let calls: Vec<AnyView> = own.calls.iter().map(|call| self.call(own, call)).collect();
        let said = own.last.as_ref().map(|done| self.said(done));
        view! {
            <div class="phone-mode" data-no-number=self.config.hides(Control::Number)>{self.who(own)} {self.buttons(own, None)}</div>
            {self.log_on(own)}
            {calls}
            {said}
        }
        .to_html()
    }

    fn who(&self, own: &OwnPhone) -> AnyView {
        let (texts, words) = (self.language.texts(), self.language.phone_texts());
        let number = self.device.number().to_owned();
        match (&own.phone.agent, own.phone.state) {
            (Some(agent), _) if agent != self.agent => {
                view! { <b>{number}</b> <span>{words::taken(self.language, agent)}</span> }.into_any()
            }
            (Some(_), Some(state)) => {
                let pending = own.pending_mode.map(|mode| {
                    let word = words::button(self.language, mode, Effect::AfterCall);
                    view! { <span data-pending-mode=mode.action()>{format!("· {word}")}</span> }
                });
                view! { <b>{number}</b> <span data-mode=state.code()>{(texts.state)(state)}</span> {pending} }.into_any()
            }
            _ => view! { <b>{number}</b> <span>{words.nobody}</span> }.into_any(),
        }
    }

    /// Everything that can be done with `call`, or without one.
    fn buttons(&self, own: &OwnPhone, call: Option<&CallId>) -> Vec<AnyView> {
        let possible = own.phone.possible(call, self.device, self.agent).into_iter();
        let offered = possible.filter(|(operation, _)| {
            // A log-on and call data have fields of their own.
            let is_asked_for = own.pending_mode == Some(*operation);
            let has_fields = matches!(operation, PhoneOperation::Login | PhoneOperation::SetData);
            self.config.offers(*operation) && !is_asked_for && !has_fields
        });
        // Without the field there is nobody to call.
        let offered = offered.filter(|(operation, _)| !(operation.dials() && self.config.hides(Control::Number)));
        let mut offered: Vec<(PhoneOperation, Effect)> = offered.collect();
        // The first one is what Enter in the number's field does.
        offered.sort_by_key(|(operation, _)| *operation != PhoneOperation::Call);
        let mut buttons = Vec::new();
        let call_first = offered.first().is_some_and(|(operation, _)| *operation == PhoneOperation::Call);
        if call.is_none() && !call_first {
            // Enter in the number's field must not press another one.
            let name = (self.language.phone_texts().operation)(PhoneOperation::Call);
            let hidden = !self.config.offers(PhoneOperation::Call);
            let disabled = view! { <button class="plain" form="phone-dial" disabled hidden=hidden>{name}</button> };
            buttons.push(disabled.into_any());
        }
        for (operation, effect) in offered {
            let button = self.button(own, call, Offered { operation, effect, silently: false });
            buttons.push(if operation == PhoneOperation::NotReady { self.with_reason(button) } else { button });
            if operation == PhoneOperation::Conference {
                buttons.push(self.button(own, call, Offered { operation, effect, silently: true }));
            }
        }
        buttons
    }

    fn button(&self, own: &OwnPhone, call: Option<&CallId>, Offered { operation, effect, silently }: Offered) -> AnyView {
        let name = if silently { self.language.phone_texts().bring_in_silently } else { words::button(self.language, operation, effect) };
        let mut ask = form_urlencoded::Serializer::new(String::new());
        ask.append_pair("do", operation.action()).append_pair("expect", effect.code());
        if let Some(call) = call {
            ask.append_pair("callId", &self.filter.call_id(call.to_string()));
        }
        let consult = call.and_then(|call| own.phone.consultation_beside(call)).filter(|_| operation.ends_consultation());
        if let Some(consult) = consult {
            ask.append_pair("consultCallId", &self.filter.call_id(consult.to_string()));
        }
        if silently {
            ask.append_pair("type", "Silent");
        }
        let key = self.key_at(own, call, operation, silently);
        let class = if operation == PhoneOperation::Drop { "danger" } else { "plain" };
        view! {
            <button
                class=class
                form=(operation != PhoneOperation::NotReady).then_some("phone-dial")
                name=ASK
                value=ask.finish()
                formnovalidate=!operation.dials()
                data-phone=operation.action()
                data-effect=effect.code()
                data-key=key.map(Key::code)
                aria-keyshortcuts=key.map(Key::shortcut)
            >
                {name}
                {key.map(Key::shown)}
            </button>
        }
        .into_any()
    }

    /// The key of something at a call. The calls stand one after the other, and what they share has the same letter; one that rings has letters
    /// of its own, for there may be two besides.
    fn key_at(&self, own: &OwnPhone, call: Option<&CallId>, operation: PhoneOperation, silently: bool) -> Option<Key> {
        let rings = |call: &PhoneCall| call.state == PartyState::Alerting;
        let this = own.phone.calls.iter().find(|other| Some(&other.id) == call);
        let is_alike = |other: &&PhoneCall| this.is_some_and(|this| rings(this) == rings(other));
        let has = |other: &&PhoneCall| {
            let possible = || own.phone.possible(Some(&other.id), self.device, self.agent);
            operation == PhoneOperation::SetData || possible().iter().any(|(possible, _)| *possible == operation)
        };
        let before = own.phone.calls.iter().take_while(|other| Some(&other.id) != call).filter(is_alike).filter(has);
        Key::new(letter_of(operation, silently, this.is_some_and(rings)), before.count())
    }

    /// Not ready, with a field for why.
    fn with_reason(&self, button: AnyView) -> AnyView {
        let reason = self.language.phone_texts().reason;
        let key = Key { letter: 'm', shift: false };
        view! {
            <form class="phone-reason">
                {button} " "
                <input
                    name="reason"
                    maxlength="100"
                    autocomplete="off"
                    aria-label=reason
                    placeholder=reason
                    data-key=key.code()
                    aria-keyshortcuts=key.shortcut()
                />
                {key.shown()}
            </form>
        }
        .into_any()
    }

    /// The log-on, where nobody sits at the phone, or somebody else, or where the last attempt found it occupied.
    fn log_on(&self, own: &OwnPhone) -> Option<AnyView> {
        let words = self.language.phone_texts();
        let is_possible =
            own.phone.possible(None, self.device, self.agent).iter().any(|(operation, _)| *operation == PhoneOperation::Login);
        if !is_possible || !self.config.offers(PhoneOperation::Login) {
            return None;
        }
        let occupied = own.asks && own.last.as_ref().is_some_and(words::is_occupied);
        let ask = form_urlencoded::Serializer::new(String::new()).append_pair("do", PhoneOperation::Login.action()).finish();
        let key = self.key_at(own, None, PhoneOperation::Login, false);
        let modes = [("ask", words.login_ask), ("force", words.login_force), ("stop", words.login_stop)];
        let modes = modes.map(|(mode, word)| {
            view! { <option value=mode selected=mode == if occupied { "force" } else { "ask" }>{word}</option> }
        });
        Some(
            view! {
                <details class="phone-login" open=occupied>
                    <summary data-key=key.map(Key::code) aria-keyshortcuts=key.map(Key::shortcut)>
                        {(words.operation)(PhoneOperation::Login)} {key.map(Key::shown)}
                    </summary>
                    <form class="phone-fields">
                        <label>{self.language.texts().password} <input name="password" type="password" required autocomplete="current-password" /></label>
                        <label>
                            {words.mode}
                            <select name="agentMode">
                                <option value="NotReady">{(words.operation)(PhoneOperation::NotReady)}</option>
                                <option value="Ready">{(words.operation)(PhoneOperation::Ready)}</option>
                            </select>
                        </label>
                        <label>{words.if_occupied} <select name="loginMode">{modes.collect_view()}</select></label>
                        <button class="primary" name=ASK value=ask data-phone=PhoneOperation::Login.action()>
                            {(words.operation)(PhoneOperation::Login)}
                        </button>
                    </form>
                </details>
            }
            .into_any(),
        )
    }

    fn call(&self, own: &OwnPhone, call: &OwnCall) -> AnyView {
        let texts = self.language.texts();
        let OwnCall { row, with } = call;
        let party = row.party(self.device);
        let state = party.map_or(PartyState::Connected, |party| party.state);
        let listens = own.phone.calls.iter().any(|call| call.id == row.id && call.listens);
        let since = party.map(|party| zoned(party.since, self.zones.written()).strftime("%H:%M:%S").to_string());
        let others: Vec<String> = with
            .iter()
            .map(|(device, name)| {
                let device = self.filter.device(device.clone());
                listed([name.as_deref().unwrap_or_default(), device.number()].into_iter().filter(|part| !part.is_empty()), " ")
            })
            .collect();
        let word = if listens { (texts.party_role)(crate::floor::PartyRole::Listener) } else { (texts.party_state)(state) };
        view! {
            <div class="phone-call" data-phone-call=self.filter.call_id(row.id.to_string()) data-phone-state=state.code()>
                <p>
                    <span class="phone-state">{word}</span>
                    " "
                    <bdi>{others.join(", ")}</bdi>
                    " "
                    <small>{since.map(|since| (texts.since)(&since))}</small>
                    {row.recording.then(|| view! { " " <small>{texts.recording}</small> })}
                    {row.remembered.then(|| view! { " " <small class="phone-remembered" title=texts.remembered_title>{texts.remembered}</small> })}
                </p>
                <div class="phone-buttons">{self.buttons(own, Some(&row.id))}</div>
                {self.data(own, call)}
            </div>
        }
        .into_any()
    }

    /// What travels with the call, and a field to add to it.
    fn data(&self, own: &OwnPhone, call: &OwnCall) -> AnyView {
        let words = self.language.phone_texts();
        let key = self.key_at(own, Some(&call.row.id), PhoneOperation::SetData, false);
        let ask = form_urlencoded::Serializer::new(String::new())
            .append_pair("do", PhoneOperation::SetData.action())
            .append_pair("callId", &self.filter.call_id(call.row.id.to_string()))
            .finish();
        let possible = own.phone.possible(Some(&call.row.id), self.device, self.agent);
        let can_be_set = possible.iter().any(|(operation, _)| *operation == PhoneOperation::SetData);
        let known = call.row.data.iter().map(|(key, value)| {
            view! { <dt>{self.filter.text(key.clone())}</dt> <dd>{self.filter.text(value.clone())}</dd> }
        });
        view! {
            <details class="phone-data">
                <summary data-key=key.map(Key::code) aria-keyshortcuts=key.map(Key::shortcut)>
                    {words.data} {key.map(Key::shown)}
                </summary>
                <div class="phone-fields">
                    <dl>{known.collect::<Vec<_>>()}</dl>
                    <form hidden=!can_be_set>
                        <label>{words.key} <input name="key" required maxlength="100" /></label>
                        <label>{words.value} <input name="value" maxlength="1000" /></label>
                        <button class="plain" name=ASK value=ask data-phone=PhoneOperation::SetData.action()>
                            {(words.operation)(PhoneOperation::SetData)}
                        </button>
                    </form>
                </div>
            </details>
        }
        .into_any()
    }

    fn said(&self, done: &crate::floor::Intervention) -> AnyView {
        let Operation::Phone(operation) = done.operation else { return ().into_any() };
        let done = self.filter.intervention(done.clone());
        let said = words::progress(self.language, operation, &done);
        view! { <p class="phone-last" data-outcome=done.outcome.code() data-phone-last=operation.action() title=said.more>{said.words}</p> }
            .into_any()
    }
}

/// What can be done now.
struct Offered {
    operation: PhoneOperation,
    effect: Effect,
    /// Whether who is brought in only listens.
    silently: bool,
}

/// What presses a button: Alt and a letter, with Shift at the second call. A third has none.
#[derive(Clone, Copy)]
struct Key {
    letter: char,
    shift: bool,
}

impl Key {
    /// The key of what so many calls before offer as well.
    fn new(letter: char, before: usize) -> Option<Key> {
        (before < 2).then_some(Key { letter, shift: before == 1 })
    }

    /// As the page's script looks for it.
    fn code(self) -> String {
        if self.shift { self.letter.to_uppercase().to_string() } else { self.letter.to_string() }
    }

    fn shortcut(self) -> String {
        format!("Alt+{}{}", if self.shift { "Shift+" } else { "" }, self.letter.to_uppercase())
    }

    fn shown(self) -> AnyView {
        view! { " " <kbd>{self.shift.then_some("⇧")} {self.letter}</kbd> }.into_any()
    }
}

fn letter_of(operation: PhoneOperation, silently: bool, rings: bool) -> char {
    match operation {
        PhoneOperation::Login => 'u',
        PhoneOperation::Logout => 'q',
        PhoneOperation::Ready => 'y',
        PhoneOperation::NotReady => 'n',
        PhoneOperation::Call => 'c',
        PhoneOperation::Answer => 'a',
        PhoneOperation::Hold => 'h',
        PhoneOperation::Retrieve => 'r',
        PhoneOperation::Drop if rings => 'k',
        PhoneOperation::Drop => 'x',
        PhoneOperation::Transfer => 't',
        PhoneOperation::Conference if silently => 'l',
        PhoneOperation::Conference => 'j',
        PhoneOperation::Consult => 's',
        PhoneOperation::ConsultConference => 'g',
        PhoneOperation::ConsultCancel => 'b',
        PhoneOperation::ConsultTransfer => 'w',
        PhoneOperation::StartRecording | PhoneOperation::StopRecording => 'o',
        PhoneOperation::SetData if rings => 'i',
        PhoneOperation::SetData => 'v',
    }
}
