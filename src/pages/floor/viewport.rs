//! Which rows are in the document: those in view and up to a hundred on each side. A small board is whole.

use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// A row's height in pixels; `style/board.css` has the same.
pub const ROW: usize = 34;
/// A board of so many rows is in the document whole.
const WHOLE: usize = 150;
const BEYOND: usize = 100;
/// The window moves by so many rows at once, so that scrolling does not rebuild it at every pixel.
const STEP: usize = 25;

#[derive(Clone, Copy)]
pub struct Viewport {
    pub scroller: NodeRef<html::Div>,
    /// The first row in view, and how many there is room for.
    view: RwSignal<(usize, usize)>,
    /// First row in the document, and the one after the last.
    pub window: Memo<(usize, usize)>,
    /// The slot whose row has, or last had, the focus.
    pub focused: RwSignal<Option<usize>>,
    /// The slot to which the focus was carried because its own row had gone: nobody has chosen that row.
    strayed: StoredValue<Option<usize>>,
    /// The slot whose row the Tab key reaches.
    pub active: Memo<Option<usize>>,
    pub order: RwSignal<Arc<Vec<usize>>>,
}

impl Viewport {
    pub fn new(order: RwSignal<Arc<Vec<usize>>>) -> Self {
        let view = RwSignal::new((0, 30));
        let focused = RwSignal::new(None);
        let window = Memo::new(move |_| window(order.with(|order| order.len()), view.get()));
        let active = Memo::new(move |_| {
            let (start, end) = window.get();
            order.with(|order| {
                let shown = order.get(start..end).unwrap_or_default();
                let first = shown.get(view.get_untracked().0.saturating_sub(start)).or(shown.first());
                focused.get().filter(|slot| shown.contains(slot)).or(first.copied())
            })
        });
        Viewport { scroller: NodeRef::new(), view, window, focused, strayed: StoredValue::new(None), active, order }
    }

    /// The slots in the document.
    pub fn slots(self) -> Vec<usize> {
        let (start, end) = self.window.get();
        self.order.with(|order| order.get(start..end.min(order.len())).unwrap_or_default().to_vec())
    }

    /// Looks where the rows are scrolled to.
    pub fn measure(self) {
        if let Some(scroller) = self.scroller.get_untracked() {
            let first = usize::try_from(scroller.scroll_top()).unwrap_or(0) / ROW;
            let room = usize::try_from(scroller.client_height()).unwrap_or(0) / ROW;
            if self.view.get_untracked() != (first, room) {
                self.view.set((first, room));
            }
        }
    }

    /// A page for Page Up and Page Down.
    pub fn page(self) -> usize {
        self.view.get_untracked().1.saturating_sub(2).max(1)
    }

    /// Walks with the keys of a grid; false where the key is none of them.
    pub fn walk(self, key: &str) -> bool {
        let Some(here) = self.position() else { return false };
        let last = self.order.with_untracked(|order| order.len()).saturating_sub(1);
        self.focus(match key {
            "ArrowDown" => (here + 1).min(last),
            "ArrowUp" => here.saturating_sub(1),
            "PageDown" => (here + self.page()).min(last),
            "PageUp" => here.saturating_sub(self.page()),
            "Home" => 0,
            "End" => last,
            _ => return false,
        });
        true
    }

    /// Brings the row at `index` into view and gives it the focus.
    pub fn focus(self, index: usize) {
        let slot = self.order.with_untracked(|order| order.get(index).copied());
        let (Some(slot), Some(scroller)) = (slot, self.scroller.get_untracked()) else { return };
        // The head of the board covers one row's height.
        let (top, bottom) = (index * ROW, (index + 2) * ROW);
        let (seen_top, room) = (scroller.scroll_top(), scroller.client_height());
        if (top as i32) < seen_top {
            scroller.set_scroll_top(top as i32);
        } else if bottom as i32 > seen_top + room {
            scroller.set_scroll_top(bottom as i32 - room);
        }
        self.measure();
        self.strayed.set_value(None);
        self.focused.set(Some(slot));
        // The row may have come into the document with this very step.
        request_animation_frame(move || focus_slot(slot));
    }

    /// The focus goes to the row at `index` because the row that had it has gone.
    pub fn stray(self, index: usize) {
        self.strayed.set_value(self.order.with_untracked(|order| order.get(index).copied()));
        self.refocus(index);
    }

    /// Whether the row in `slot` has the focus without anybody having put it there: a key that acts would act on somebody else than was
    /// meant.
    pub fn is_astray(self, slot: usize) -> bool {
        self.strayed.get_value() == Some(slot)
    }

    /// Somebody points at a row.
    pub fn pointed(self) {
        self.strayed.set_value(None);
    }

    /// Gives the focus back without moving what is in view.
    pub fn refocus(self, index: usize) {
        if let Some(slot) = self.order.with_untracked(|order| order.get(index).copied()) {
            request_animation_frame(move || focus_slot(slot));
        }
    }

    /// Where the focused row, or the one that Tab reaches, stands.
    pub fn position(self) -> Option<usize> {
        let slot = self.active.get_untracked()?;
        self.order.with_untracked(|order| order.iter().position(|other| *other == slot))
    }
}

pub fn row_id(slot: usize) -> String {
    format!("row-{slot}")
}

fn focus_slot(slot: usize) {
    use leptos::wasm_bindgen::JsCast;
    let row = document().get_element_by_id(&row_id(slot));
    if let Some(row) = row.and_then(|row| row.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
        _ = row.focus();
    }
}

fn window(rows: usize, (first, room): (usize, usize)) -> (usize, usize) {
    if rows <= WHOLE {
        return (0, rows);
    }
    let first = first.min(rows);
    let start = first.saturating_sub(BEYOND).next_multiple_of(STEP).min(first);
    let end = (first + room + BEYOND) / STEP * STEP;
    (start, end.clamp(first + room.min(rows - first), rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_board_is_whole() {
        assert_eq!(window(150, (40, 20)), (0, 150));
        assert_eq!(window(0, (0, 20)), (0, 0));
    }

    #[test]
    fn a_large_board_shows_what_is_in_view_and_not_much_more() {
        for rows in [151, 1_000, 10_000] {
            for first in (0..rows + 50).step_by(7) {
                let (start, end) = window(rows, (first, 25));
                let seen = first.min(rows);
                assert!(start <= seen && end >= (seen + 25).min(rows) && end <= rows, "{rows} {first}: {start}..{end}");
                assert!(seen - start <= BEYOND && end - start <= 2 * BEYOND + 25, "{rows} {first}: {start}..{end}");
            }
        }
    }
}
