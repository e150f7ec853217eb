//! Signing in. A plain form that works without a program in the page; with it, an error keeps what was typed (the password aside)
//! and says in words what went wrong.

use crate::address::local::local_path;
use crate::api::client;
use crate::components::preferences::Preferences;
use crate::i18n::texts;
use crate::page::{FormError, PageContext};
use crate::ui::{address, dynamic, erased};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn SignInPage() -> impl IntoView {
    let page = expect_context::<PageContext>();
    let texts = texts();
    let address = address();
    // What the server said about a form that a browser without scripts sent.
    let error = RwSignal::new(page.form_error.clone());
    let busy = RwSignal::new(false);

    let number = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let domain = NodeRef::<html::Input>::new();
    let extension = NodeRef::<html::Input>::new();
    let phone = NodeRef::<html::Input>::new();
    let message = NodeRef::<html::P>::new();
    let typed = |input: NodeRef<html::Input>| input.get_untracked().map(|input| input.value()).unwrap_or_default();

    let next = move || untrack(|| address.param("next")).unwrap_or_else(|| "/".to_owned());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let next = next();
        let (number, secret) = (typed(number).trim().to_owned(), typed(password));
        let phone = phone.get_untracked().filter(|phone| phone.checked()).map(|phone| phone.value()).unwrap_or_default();
        let (domain, extension) = (typed(domain).trim().to_owned(), typed(extension).trim().to_owned());
        leptos::task::spawn_local(async move {
            let fields = [
                ("number", &number),
                ("password", &secret),
                ("domain", &domain),
                ("extension", &extension),
                ("next", &next),
                ("phone", &phone),
            ];
            match client::submit("sign-in", &fields.map(|(name, value)| (name, value.as_str()))).await {
                Ok(()) => {
                    // The whole page anew: another person may see other things.
                    _ = location().assign(local_path(&next));
                }
                Err(problem) => {
                    busy.set(false);
                    if let Some(input) = password.get_untracked() {
                        input.set_value("");
                    }
                    error.set(Some(FormError::of(&problem, texts)));
                    request_animation_frame(move || {
                        if let Some(message) = message.get_untracked() {
                            _ = message.focus();
                        }
                    });
                }
            }
        });
    };

    erased(view! {
        <main class="sign-in">
            <form class="card" method="post" action="/api/sign-in" on:submit=submit aria-labelledby="sign-in-title">
                <h1 id="sign-in-title">{texts.product}</h1>
                <p
                    class="form-error"
                    role="alert"
                    tabindex="-1"
                    node_ref=message
                    hidden=dynamic(move || error.with(Option::is_none))
                    data-error=dynamic(move || error.with(|error| error.as_ref().map(|error| error.kind.clone())))
                >
                    {dynamic(move || error.with(|error| error.as_ref().map(|error| error.words.clone())))}
                </p>
                <Field name="number" label=texts.number hint=texts.number_hint input=number value="" autocomplete="username" />
                <label class="field">
                    <span>{texts.password}</span>
                    <input name="password" type="password" required autocomplete="current-password" node_ref=password />
                </label>
                <Field
                    name="domain"
                    label=texts.domain
                    hint=texts.domain_hint
                    input=domain
                    value=page.namespace.as_str().to_owned()
                    autocomplete="organization"
                />
                <Field
                    name="extension"
                    label=texts.own_extension
                    hint=texts.extension_hint
                    input=extension
                    value=""
                    autocomplete="tel-extension"
                    digits=true
                />
                <label class="tick">
                    <input name="phone" type="checkbox" value="1" node_ref=phone />
                    {texts.log_phone_on}
                </label>
                <input type="hidden" name="next" value=next() />
                <button class="primary" type="submit" disabled=busy data-sign-in>
                    {dynamic(move || if busy.get() { texts.signing_in } else { texts.sign_in })}
                </button>
            </form>
            <nav class="page-preferences">
                <Preferences language=page.language theme=page.theme />
            </nav>
        </main>
    })
}

#[component]
fn Field(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    input: NodeRef<html::Input>,
    #[prop(into)] value: String,
    autocomplete: &'static str,
    #[prop(optional)] digits: bool,
) -> impl IntoView {
    let hint_id = format!("{name}-hint");
    erased(view! {
        <label class="field">
            <span>{label}</span>
            <input
                name=name
                type="text"
                required
                spellcheck="false"
                autocapitalize="none"
                autocomplete=autocomplete
                inputmode=digits.then_some("numeric")
                value=value
                aria-describedby=hint_id.clone()
                node_ref=input
            />
            <small id=hint_id>{hint}</small>
        </label>
    })
}
