//! For how long a run makes agents not ready.

use crate::components::agent::MINUTES;
use crate::floor::bulk::MOST_MINUTES;
use crate::i18n::texts;
use crate::ui::erased;
use leptos::prelude::*;

/// How long agents are to be not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    UntilChanged,
    Minutes(u32),
}

impl Length {
    /// The minutes after which they are ready again, where there are any.
    pub fn minutes(self) -> Option<u32> {
        match self {
            Length::UntilChanged => None,
            Length::Minutes(minutes) => Some(minutes),
        }
    }
}

/// Asks how long not ready; none while what is typed is no such number.
#[component]
pub fn Minutes(length: RwSignal<Option<Length>>) -> impl IntoView {
    let texts = texts();
    let other = RwSignal::new(false);
    let chosen = move |event| {
        let value = event_target_value(&event);
        other.set(value == "other");
        length.set(match value.as_str() {
            "" => Some(Length::UntilChanged),
            "other" => None,
            number => number.parse().ok().map(Length::Minutes),
        });
    };
    let typed = move |event| {
        let number = event_target_value(&event).trim().parse().ok();
        length.set(number.filter(|number| (1..=MOST_MINUTES).contains(number)).map(Length::Minutes));
    };
    let options = MINUTES.map(|number| erased(view! { <option value=number.to_string()>{(texts.for_minutes)(number)}</option> }));
    erased(view! {
        <div class="minutes">
            <label>
                {texts.how_long} " "
                <select name="minutes" on:change=chosen>
                    <option value="">{texts.until_changed}</option>
                    {options.into_iter().collect_view()}
                    <option value="other">{texts.other_minutes}</option>
                </select>
            </label>
            <Show when=move || other.get()>
                <input
                    name="other-minutes"
                    type="number"
                    min="1"
                    max=MOST_MINUTES.to_string()
                    aria-label=texts.minutes
                    placeholder=texts.minutes
                    on:input=typed
                />
            </Show>
        </div>
    })
}
