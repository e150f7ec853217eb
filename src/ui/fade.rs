//! When something changes, it fades: a change is shown by one of two equal animations in turn, because changing over starts it anew.

use leptos::prelude::*;

/// With what it is now, which of the two runs: 1 or 2, and 0 for what was there from the beginning.
pub fn fading<T: PartialEq + Copy + Send + Sync + 'static>(now: Memo<T>) -> Memo<(T, usize)> {
    Memo::new(move |before: Option<&(T, usize)>| {
        let now = now.get();
        match before {
            None => (now, 0),
            Some((then, turn)) if *then == now => (now, *turn),
            Some((_, turn)) => (now, turn % 2 + 1),
        }
    })
}
