//! The elements of the rows in the document. They are made once: one whose row is out of view is given to a row that came into view, so that
//! scrolling through thousands makes nothing and throws nothing away.

use crate::signal;
use crate::ui::Erased;
use crate::ui::erased::Shown;
use leptos::html;
use leptos::prelude::*;
use leptos::tachys::view::{Mountable, Render};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// Is told that an element shows the row in another slot, or none for now.
type Follower = Box<dyn Fn(usize, Option<usize>) + Send + Sync>;

/// An element for a row, and which row it shows.
#[derive(Clone, Copy)]
pub struct Place {
    /// The root of the row's view.
    pub element: NodeRef<html::Div>,
    /// The slot whose row is shown, or was last.
    pub slot: RwSignal<usize>,
    /// The row's place in the list, from 0.
    pub index: RwSignal<usize>,
    followers: StoredValue<Vec<Follower>>,
}

impl Place {
    fn new(slot: usize, index: usize) -> Place {
        let (slot, index) = (RwSignal::new(slot), RwSignal::new(index));
        Place { element: NodeRef::new(), slot, index, followers: StoredValue::new(Vec::new()) }
    }

    /// Tells `follower` whenever the element is given to another row: which slot it had, and which it has now, if any.
    pub fn on_move(self, follower: impl Fn(usize, Option<usize>) + Send + Sync + 'static) {
        self.followers.update_value(|followers| followers.push(Box::new(follower)));
    }

    /// Gives the element to a row, or to none. A focus in it was another row's: it goes to `park`.
    fn give(self, slot: Option<usize>, park: Option<&HtmlElement>) {
        let before = self.slot.get_untracked();
        self.followers.with_value(|followers| followers.iter().for_each(|follower| follower(before, slot)));
        let focused = document().active_element();
        if self.element().is_some_and(|here| here.contains(focused.as_deref()))
            && let Some(park) = park
        {
            _ = park.focus();
        }
        if let Some(slot) = slot {
            signal::set(self.slot, slot);
        }
    }

    fn element(self) -> Option<Element> {
        self.element.get_untracked().map(Into::into)
    }
}

/// The elements of a list.
pub struct Pool {
    places: Vec<Place>,
    /// Those that are in the document, in its order, by their numbers.
    shown: Vec<usize>,
    /// What was drawn after the page was: it lives as long as it is kept.
    drawn: Vec<Shown>,
    draw: fn(Place) -> Erased,
}

impl Pool {
    /// Makes the elements that come with the page, of the rows in these slots.
    pub fn new(slots: &[usize], draw: fn(Place) -> Erased) -> Pool {
        let places: Vec<Place> = slots.iter().enumerate().map(|(index, slot)| Place::new(*slot, index)).collect();
        let shown = (0..places.len()).collect();
        Pool { places, shown, drawn: Vec::new(), draw }
    }

    /// Returns what comes with the page.
    pub fn view(&self) -> Vec<Erased> {
        self.places.iter().map(|place| (self.draw)(*place)).collect()
    }

    /// Shows the rows in `slots`, the first of them at `start` in the list, as the children of `container`. Each keeps its element if it has
    /// one; the focus of a row that loses its own goes to `park`. `owner`: of what is drawn.
    pub fn show(&mut self, container: &Element, park: Option<&HtmlElement>, owner: &Owner, start: usize, slots: &[usize]) {
        let Pool { places, shown: before, drawn, draw } = self;
        let slot_of = |number: usize| places.get(number).map(|place| place.slot.get_untracked());
        // The elements that stay, each for the slot at the same place in `slots`.
        let known: Vec<Option<usize>> =
            slots.iter().map(|slot| before.iter().copied().find(|number| slot_of(*number) == Some(*slot))).collect();
        let mut free: Vec<usize> = (0..places.len()).filter(|number| !known.contains(&Some(*number))).collect();
        let mut after = Vec::with_capacity(slots.len());
        for ((index, slot), known) in (start..).zip(slots).zip(known) {
            let number = match known {
                Some(number) => number,
                None => match free.pop() {
                    Some(number) => {
                        if let Some(place) = places.get(number) {
                            place.give(Some(*slot), park);
                        }
                        number
                    }
                    None => {
                        let place = owner.with(|| Place::new(*slot, index));
                        let mut row = owner.with(|| draw(place)).build();
                        row.mount(container, None);
                        drawn.push(row);
                        places.push(place);
                        places.len() - 1
                    }
                },
            };
            if let Some(place) = places.get(number).filter(|place| place.index.get_untracked() != index) {
                signal::set(place.index, index);
            }
            after.push(number);
        }
        for place in free.iter().filter(|number| before.contains(number)).filter_map(|number| places.get(*number)) {
            place.give(None, park);
            if let Some(element) = place.element() {
                element.remove();
            }
        }
        put_in_order(container, places, before, &after);
        *before = after;
    }
}

/// Moves as few elements as possible; one with the focus keeps it.
fn put_in_order(container: &Element, places: &[Place], before: &[usize], after: &[usize]) {
    let was_at = |number: &usize| before.iter().position(|other| other == number);
    let stays = longest_run(&after.iter().map(was_at).collect::<Vec<_>>());
    let mut next: Option<Element> = None;
    let focused = document().active_element();
    for (number, stays) in after.iter().zip(stays).rev() {
        let Some(element) = places.get(*number).and_then(|place| place.element()) else { continue };
        if !stays {
            let has_focus = element.contains(focused.as_deref());
            // Fails only where somebody else has taken `next` out of the container.
            _ = container.insert_before(&element, next.as_deref());
            // The browser takes it from whatever is moved, and keys that are pressed until it is back would be lost.
            if let Some(focused) = focused.as_ref().filter(|_| has_focus).and_then(|focused| focused.dyn_ref::<HtmlElement>()) {
                _ = focused.focus();
            }
        }
        next = Some(element);
    }
}

/// Returns which of these places belong to the longest run that ascends; those without a place do not.
fn longest_run(places: &[Option<usize>]) -> Vec<bool> {
    // The last of the best run of each length, and which came before each.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut links: Vec<Option<usize>> = vec![None; places.len()];
    for (at, place) in places.iter().enumerate() {
        let Some(place) = *place else { continue };
        let length = ends.partition_point(|(end, _)| *end < place);
        if let (Some(link), Some((_, previous))) = (links.get_mut(at), length.checked_sub(1).and_then(|last| ends.get(last))) {
            *link = Some(*previous);
        }
        match ends.get_mut(length) {
            Some(end) => *end = (place, at),
            None => ends.push((place, at)),
        }
    }
    let mut stays = vec![false; places.len()];
    let mut next = ends.last().map(|(_, at)| *at);
    while let Some(at) = next {
        if let Some(stays) = stays.get_mut(at) {
            *stays = true;
        }
        next = links.get(at).copied().flatten();
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_as_possible_move() {
        let stays = |places: &[Option<usize>]| longest_run(places).iter().filter(|stays| **stays).count();
        assert_eq!(stays(&[Some(0), Some(1), Some(2)]), 3);
        // Scrolled down, and up: those that were given to other rows move.
        assert_eq!(stays(&[Some(2), Some(3), Some(0), Some(1)]), 2);
        assert_eq!(longest_run(&[Some(2), Some(3), Some(4), Some(0), Some(1)]), [true, true, true, false, false]);
        assert_eq!(stays(&[Some(3), Some(4), Some(0), Some(1), Some(2)]), 3);
        assert_eq!(longest_run(&[Some(4), Some(0), Some(1), None, Some(2), Some(3)]), [false, true, true, false, true, true]);
        assert_eq!(stays(&[]), 0);
        assert_eq!(stays(&[None, None]), 0);
    }
}
