//! The signals of what is on screen: each fires when its slot changes, and only then.

use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

type Signals<T> = HashMap<usize, Vec<RwSignal<Arc<T>>>>;

pub struct Watches<T: Send + Sync + 'static>(StoredValue<Signals<T>>);

impl<T: Send + Sync + 'static> Clone for Watches<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Watches<T> {}

impl<T: Send + Sync + 'static> Watches<T> {
    pub fn new() -> Self {
        Watches(StoredValue::new(HashMap::new()))
    }

    /// A signal of the slot that holds `value` now, for as long as the calling view lives.
    pub fn add(self, slot: usize, value: Arc<T>) -> RwSignal<Arc<T>> {
        let signal = RwSignal::new(value);
        self.0.update_value(|signals| signals.entry(slot).or_default().push(signal));
        on_cleanup(move || {
            _ = self.0.try_update_value(|signals| {
                if let Some(here) = signals.get_mut(&slot) {
                    here.retain(|other| *other != signal);
                    if here.is_empty() {
                        signals.remove(&slot);
                    }
                }
            });
        });
        signal
    }

    /// The slots hold something new; `get` has it.
    pub fn fire(self, slots: &[usize], get: impl Fn(usize) -> Option<Arc<T>>) {
        let signals: Vec<(RwSignal<Arc<T>>, usize)> = self.0.with_value(|signals| {
            let here = |slot: &usize| signals.get(slot).into_iter().flatten().map(|signal| (*signal, *slot)).collect::<Vec<_>>();
            slots.iter().flat_map(here).collect()
        });
        for (signal, slot) in signals {
            if let Some(value) = get(slot) {
                signal.set(value);
            }
        }
    }
}
