//! How the signals of a page that is open all day are set.
//!
//! A signal of reactive_graph 0.2 keeps each view that ever read it in its list of subscribers, also one that is long gone: the list grows
//! with every row that is drawn anew, and each change goes through all of it. What is set here tells whoever is in the list and empties it;
//! whoever is still there subscribes again as it runs.

use leptos::prelude::*;
use leptos::reactive::graph::{ReactiveNode, ToAnySource};

/// Sets the signal; does nothing if its owner is gone.
pub fn set<T: Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    update(signal, |now| *now = value);
}

/// Changes the signal's value in place; does nothing if its owner is gone.
pub fn update<T: Send + Sync + 'static>(signal: RwSignal<T>, change: impl FnOnce(&mut T)) {
    if signal.try_update_untracked(change).is_some() {
        // By way of the source itself: the signal's own way leaves the list as it is.
        signal.to_any_source().mark_dirty();
    }
}

/// Tells whoever follows the signal although it has not changed, so that it forgets who is gone. For signals that hardly ever change, where
/// many views have gone at once.
pub fn retell<T: Send + Sync + 'static>(signal: RwSignal<T>) {
    update(signal, |_| ());
}

/// Sets the signal only if its value differs, so that it does not fire without need.
pub fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|now| *now != value) == Some(true) {
        set(signal, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::reactive::graph::{AnySource, AnySubscriber, Subscriber, WithObserver};
    use std::sync::{Arc, Weak};

    /// A view that was drawn and does not run again.
    struct Gone;

    impl ReactiveNode for Gone {
        fn mark_dirty(&self) {}
        fn mark_check(&self) {}
        fn mark_subscribers_check(&self) {}
        fn update_if_necessary(&self) -> bool {
            false
        }
    }

    impl Subscriber for Gone {
        fn add_source(&self, _: AnySource) {}
        fn clear_sources(&self, _: &AnySubscriber) {}
    }

    #[test]
    fn whoever_is_gone_is_not_kept() {
        let owner = Owner::new();
        owner.set();
        let number = RwSignal::new(1);
        let view = Arc::new(Gone);
        let weak: Weak<dyn Subscriber + Send + Sync> = Arc::<Gone>::downgrade(&view);
        AnySubscriber(Arc::as_ptr(&view) as usize, weak).with_observer(|| number.get());
        assert_eq!(Arc::weak_count(&view), 1, "it did not subscribe");
        set(number, 2);
        assert_eq!(Arc::weak_count(&view), 0);
    }

    #[test]
    fn whoever_follows_hears_of_each_change() {
        let owner = Owner::new();
        owner.set();
        let number = RwSignal::new(1);
        let double = Memo::new(move |_| number.get() * 2);
        assert_eq!(double.get_untracked(), 2);
        set(number, 2);
        assert_eq!(double.get_untracked(), 4);
        // Twice before anybody looks.
        set(number, 3);
        update(number, |number| *number += 1);
        assert_eq!(double.get_untracked(), 8);
        set_if_new(number, 5);
        assert_eq!(double.get_untracked(), 10);
    }

    #[test]
    fn a_signal_whose_owner_is_gone_is_left_alone() {
        let owner = Owner::new();
        let number = owner.with(|| RwSignal::new(1));
        owner.cleanup();
        set(number, 2);
        set_if_new(number, 2);
        assert_eq!(number.try_get_untracked(), None);
    }
}
