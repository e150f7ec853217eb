//! When something changes, it fades: a change is shown by one of two equal animations in turn, because changing over starts it anew.

use leptos::prelude::*;

/// With what it is now, which of the two runs: 1 or 2, and 0 for what was there from the beginning. Another `whose` is another beginning.
pub fn fading<T: PartialEq + Copy + Send + Sync + 'static>(now: Memo<T>, whose: RwSignal<usize>) -> Memo<(T, usize, usize)> {
    Memo::new(move |before: Option<&(T, usize, usize)>| {
        let (now, whose) = (now.get(), whose.get());
        match before {
            Some((then, turn, of)) if *of == whose => (now, if *then == now { *turn } else { turn % 2 + 1 }, whose),
            _ => (now, 0, whose),
        }
    })
}
