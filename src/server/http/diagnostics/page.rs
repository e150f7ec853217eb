//! The page itself.

mod wire;

use crate::app::phone_bar;
use crate::i18n::DiagnosticsTexts;
use crate::page::{Language, Theme};
use crate::server::http::zone::Zones;
use crate::server::service::diagnostics::{Diagnostics, Exchange, MOST_MINUTES};
use leptos::prelude::*;
use serde_json::Value;

/// For how long the log can be had in detail, in minutes.
const MINUTES: [u32; 4] = [5, 15, 30, MOST_MINUTES];

/// What a page is drawn with, for one reader.
pub struct Page<'a> {
    pub language: Language,
    pub theme: Theme,
    pub css: &'a str,
    pub zones: Zones<'a>,
    /// Whether the reader has a phone here.
    pub has_phone: bool,
}

/// What was found of whom the page asks for.
pub enum Found {
    NotAsked,
    /// The id cannot be one.
    Unreadable,
    Nothing,
    Held(Value),
}

/// The frame or request that is shown whole.
pub enum Opened {
    Nothing,
    /// It is not kept any more.
    Gone,
    Whole(Box<Exchange>),
}

impl Page<'_> {
    fn words(&self) -> &'static DiagnosticsTexts {
        self.language.diagnostics_texts()
    }

    /// For those who may not see it.
    pub fn refused(&self) -> String {
        self.message(self.words().not_permitted)
    }

    /// For what cannot be.
    pub fn bad_input(&self) -> String {
        self.message(self.words().bad_input)
    }

    fn message(&self, text: &'static str) -> String {
        let back = view! { <a href="/diagnostics">{self.words().title}</a> };
        self.document(back.into_any(), view! { <section><p>{text}</p></section> }.into_any())
    }

    pub fn render(&self, now: &Diagnostics, open: Opened, call: &str, agent: &str, found: &Found) -> String {
        let words = self.words();
        let body = view! {
            <div class="side-by-side">{self.link(now)} {self.broker(now)}</div>
            {self.odd(&now.odd)}
            {self.memory(call, agent, found)}
            {self.log(now)}
            {self.open(open)}
            {self.exchanges("requests", words.requests, &now.requests, true)}
            {self.exchanges("frames", words.frames, &now.frames, false)}
        };
        let tools = view! {
            <small>{(words.as_of)(&self.moment(&now.at))}</small>
            <a href="/diagnostics">{words.refresh}</a>
            <a href="/api/diagnostics/bundle" download>{words.bundle}</a>
        };
        self.document(tools.into_any(), body.into_any())
    }

    fn document(&self, tools: AnyView, inside: AnyView) -> String {
        let (texts, words) = (self.language.texts(), self.words());
        let theme = self.theme.code();
        let html = view! {
            <html lang=self.language.code() data-theme=theme>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content=match theme { "light" => "light", "dark" => "dark", _ => "light dark" } />
                    <title>{format!("{} · {}", words.title, texts.product)}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    <link rel="stylesheet" href=self.css.to_owned() />
                    <link rel="stylesheet" href="/diagnostics.css" />
                </head>
                <body class="inside">
                    <header>
                        <h1>{words.title}</h1>
                        {tools}
                        <a href="/">{words.floor}</a>
                    </header>
                    <main>{inside}</main>
                    {self.has_phone.then(|| {
                        view! {
                            {phone_bar(self.language, false)}
                            <script type="module" src="/phone-page.js"></script>
                        }
                    })}
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", html.to_html())
    }

    /// A moment in the reader's zone, or what was given where it is none.
    fn moment(&self, at: &str) -> String {
        let Ok(at) = at.parse::<jiff::Timestamp>() else { return at.to_owned() };
        at.to_zoned(self.zones.written().clone()).strftime("%m-%d %H:%M:%S%.3f").to_string()
    }

    fn moment_or_none(&self, at: Option<&String>) -> String {
        at.map_or_else(|| self.words().none.to_owned(), |at| self.moment(at))
    }

    fn link(&self, now: &Diagnostics) -> AnyView {
        let words = self.words();
        let is_live = now.link == "live";
        let waiting = &now.waiting;
        view! {
            <section id="link">
                <h2>{words.link}</h2>
                <dl>
                    <dt>{words.state}</dt>
                    <dd data-ok=is_live.to_string()>{if is_live { words.live } else { words.down }} " · " {self.moment(&now.link_since)}</dd>
                    <dt>{words.last_event}</dt>
                    <dd>{self.moment_or_none(now.last_event.as_ref())}</dd>
                    <dt>{words.clock_offset}</dt>
                    <dd>{now.clock_offset_ms} " ms"</dd>
                    <dt>{words.unwritten}</dt>
                    <dd>{self.moment_or_none(now.unwritten_since.as_ref())}</dd>
                    <dt>{words.waiting_floor}</dt>
                    <dd>{waiting.floor}</dd>
                    <dt>{words.waiting_database}</dt>
                    <dd>{waiting.database}</dd>
                    <dt>{words.waiting_journal}</dt>
                    <dd>{waiting.journal_bytes}</dd>
                    <dt>{words.waiting_operations}</dt>
                    <dd>{waiting.operations}</dd>
                    <dt>{words.version}</dt>
                    <dd>{now.version.clone()}</dd>
                </dl>
            </section>
        }
        .into_any()
    }

    fn broker(&self, now: &Diagnostics) -> AnyView {
        let words = self.words();
        let broker = &now.broker;
        let greeting =
            broker.greeting.iter().map(|header| view! { <dt>{header.name.clone()}</dt> <dd>{header.value.clone()}</dd> }).collect_view();
        let subscriptions = broker.subscriptions.iter().map(|subscription| {
            let confirmed = if subscription.confirmed { words.confirmed } else { words.not_confirmed };
            view! { <div>{subscription.destination.clone()} " · " {confirmed}</div> }
        });
        let subscriptions = subscriptions.collect_view();
        let ended = match (&broker.ended, &broker.ended_because) {
            (Some(at), Some(why)) => format!("{} · {why}", self.moment(at)),
            _ => words.none.to_owned(),
        };
        view! {
            <section id="broker">
                <h2>{words.broker}</h2>
                <dl>
                    <dt>{words.address}</dt>
                    <dd>{broker.url.clone()}</dd>
                    <dt>{words.connection}</dt>
                    <dd>"#" {broker.connection} " · " {self.moment_or_none(broker.since.as_ref())}</dd>
                    {greeting}
                    <dt>{words.subscriptions}</dt>
                    <dd>{subscriptions}</dd>
                    <dt>{words.queue}</dt>
                    <dd>{broker.durable_queue.clone().unwrap_or_else(|| words.none.to_owned())}</dd>
                    <dt>{words.beats}</dt>
                    <dd>{(words.beats_said)(broker.beats_every_ms, &self.moment_or_none(broker.beat_sent.as_ref()), &self.moment_or_none(broker.beat_heard.as_ref()))}</dd>
                    <dt>{words.heard}</dt>
                    <dd>{self.moment_or_none(broker.heard.as_ref())}</dd>
                    <dt>{words.ended}</dt>
                    <dd>{ended}</dd>
                </dl>
            </section>
        }
        .into_any()
    }

    fn memory(&self, call: &str, agent: &str, found: &Found) -> AnyView {
        let words = self.words();
        let said = match found {
            Found::NotAsked => ().into_any(),
            Found::Unreadable => view! { <p data-ok="false">{words.unreadable}</p> }.into_any(),
            Found::Nothing => view! { <p data-ok="false">{words.nothing_held}</p> }.into_any(),
            Found::Held(held) => {
                view! { <pre id="held" tabindex="0">{serde_json::to_string_pretty(held).unwrap_or_default()}</pre> }.into_any()
            }
        };
        view! {
            <section id="memory">
                <h2>{words.memory}</h2>
                <form action="/diagnostics#memory">
                    <label>{words.agent} " " <input name="agent" value=agent.to_owned() maxlength="256" autocomplete="off" /></label>
                    <button>{words.show}</button>
                </form>
                <form action="/diagnostics#memory">
                    <label>{words.call} " " <input name="call" value=call.to_owned() maxlength="256" autocomplete="off" size="40" /></label>
                    <button>{words.show}</button>
                </form>
                {said}
            </section>
        }
        .into_any()
    }

    fn log(&self, now: &Diagnostics) -> AnyView {
        let words = self.words();
        let state = match &now.detailed_until {
            Some(until) => (words.detailed_until)(&self.moment(until)),
            None => words.log_usual.to_owned(),
        };
        let minutes = MINUTES.map(|minutes| view! { <option value=minutes.to_string()>{(words.minutes)(minutes)}</option> });
        let usual = now.detailed_until.is_some().then(|| {
            view! { <form method="post" action="/diagnostics/log"><input type="hidden" name="minutes" value="0" /><button>{words.log_usual_again}</button></form> }
        });
        view! {
            <section id="log">
                <h2>{words.log}</h2>
                <p data-detailed=now.detailed_until.is_some().to_string()>{state}</p>
                <form method="post" action="/diagnostics/log">
                    <label>{words.log_in_detail} " " <select name="minutes">{minutes.collect_view()}</select></label>
                    <button>{words.begin}</button>
                </form>
                {usual}
                <form method="post" action="/diagnostics/note">
                    <label>{words.note} " " <input name="text" required maxlength="200" autocomplete="off" size="40" /></label>
                    <button>{words.write}</button>
                </form>
                <pre tabindex="0">{now.log.iter().rev().take(100).map(|line| format!("{line}\n")).collect::<String>()}</pre>
            </section>
        }
        .into_any()
    }
}
