//! The signals of what is on screen: each fires when the content of its slot changes, and only then.

use crate::signal::set;
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// The signals of each slot.
type Signals<T> = HashMap<usize, Vec<RwSignal<Arc<T>>>>;

/// The signals that views have asked for, by slot. A copy of the struct is another handle to the same signals.
pub struct Watches<T: Send + Sync + 'static>(StoredValue<Signals<T>>);

impl<T: Send + Sync + 'static> Clone for Watches<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Watches<T> {}

impl<T: Send + Sync + 'static> Watches<T> {
    /// Makes a collection without signals.
    pub fn new() -> Self {
        Watches(StoredValue::new(HashMap::new()))
    }

    /// Returns a signal that starts with `value` and follows the slot for as long as the calling view lives.
    pub fn add(self, slot: usize, value: Arc<T>) -> RwSignal<Arc<T>> {
        let signal = RwSignal::new(value);
        self.0.update_value(|signals| signals.entry(slot).or_default().push(signal));
        on_cleanup(move || {
            _ = self.0.try_update_value(|signals| {
                signals.retain(|_, here| {
                    here.retain(|other| *other != signal);
                    !here.is_empty()
                });
            });
        });
        signal
    }

    /// Has the signal follow the slot `to`, whose value is given, in place of `from`; none for now where there is no such slot.
    pub fn turn(self, signal: RwSignal<Arc<T>>, from: usize, to: Option<(usize, Arc<T>)>) {
        let (to, value) = to.unzip();
        self.0.update_value(|signals| {
            if let Some(here) = signals.get_mut(&from) {
                here.retain(|other| *other != signal);
                if here.is_empty() {
                    signals.remove(&from);
                }
            }
            if let Some(slot) = to {
                signals.entry(slot).or_default().push(signal);
            }
        });
        if let Some(value) = value {
            set(signal, value);
        }
    }

    /// Sets the signals of these slots to what `get` returns for them; those of slots that are empty now tell their value again.
    pub fn fire(self, slots: &[usize], get: impl Fn(usize) -> Option<Arc<T>>) {
        let signals: Vec<(RwSignal<Arc<T>>, usize)> = self.0.with_value(|signals| {
            let here = |slot: &usize| signals.get(slot).into_iter().flatten().map(|signal| (*signal, *slot)).collect::<Vec<_>>();
            slots.iter().flat_map(here).collect()
        });
        for (signal, slot) in signals {
            set(signal, get(slot).unwrap_or_else(|| signal.get_untracked()));
        }
    }
}
