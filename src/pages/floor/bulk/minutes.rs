//! For how long a run makes agents not ready.

use crate::components::agent::MINUTES;
use crate::floor::bulk::MOST_MINUTES;
use crate::i18n::texts;
use crate::ui::erased;
use leptos::prelude::*;

/// How long not ready: until somebody changes it (`Some(None)`), or for so many minutes; none while what is typed is no such number.
#[component]
pub fn Minutes(minutes: RwSignal<Option<Option<u32>>>) -> impl IntoView {
    let texts = texts();
    let other = RwSignal::new(false);
    let chosen = move |event| {
        let value = event_target_value(&event);
        other.set(value == "other");
        minutes.set(match value.as_str() {
            "" => Some(None),
            "other" => None,
            number => number.parse().ok().map(Some),
        });
    };
    let typed = move |event| {
        let number = event_target_value(&event).trim().parse().ok();
        minutes.set(number.filter(|number| (1..=MOST_MINUTES).contains(number)).map(Some));
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
