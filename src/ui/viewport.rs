//! Which rows are in the document: those in view and a few on each side. A small board is whole.

use crate::signal;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::js_sys::Date;
use leptos::web_sys::{Element, HtmlElement};
use std::sync::Arc;
use std::time::Duration;

/// A row's height in pixels where the document does not tell it. What it is, the style decides (`--row`): in a narrow window rows are cards.
const ROW: i32 = 34;
/// A board of so many rows is in the document whole.
const WHOLE: usize = 150;
/// How many rows on each side of those in view are in the document, for the time until scrolling is heard of.
const BEYOND: usize = 4;
/// The window moves by so many rows at once, so that scrolling does not rebuild it at every pixel.
const STEP: usize = 2;
/// While somebody scrolls, at least so many rows come into the document with each frame, and more where the computer is fast enough for that: on
/// an old one more would hold up the scrolling itself.
const AT_ONCE: usize = 4;
/// More rows come with the next frame where this one took less than the first of these milliseconds, and fewer where it took more than the second.
const EASY: (f64, f64) = (8.0, 16.0);

#[derive(Clone, Copy)]
pub struct Viewport {
    pub scroller: NodeRef<html::Div>,
    /// As high as all rows are together.
    pub rows: NodeRef<html::Div>,
    /// The rows that are in the document.
    pub shown: NodeRef<html::Div>,
    /// The first row in view, and how many there is room for.
    view: RwSignal<(usize, usize)>,
    /// A row's height when it was last measured.
    height: StoredValue<i32>,
    /// First row in the document, and the one after the last.
    pub window: Memo<(usize, usize)>,
    /// As far as the window has come since somebody scrolled; `None` where it is where it should be.
    reached: RwSignal<Option<(usize, usize)>>,
    /// Whether it comes nearer with the next frame.
    frame: StoredValue<bool>,
    /// By how many rows at the most.
    at_once: StoredValue<usize>,
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
        let reached = RwSignal::new(None);
        let window = Memo::new(move |_| {
            let wanted = window(order.with(|order| order.len()), view.get());
            reached.get().map_or(wanted, |reached| within(reached, wanted))
        });
        let active = Memo::new(move |_| {
            let (start, end) = window.get();
            order.with(|order| {
                let shown = order.get(start..end).unwrap_or_default();
                let first = shown.get(view.get_untracked().0.saturating_sub(start)).or(shown.first());
                focused.get().filter(|slot| shown.contains(slot)).or(first.copied())
            })
        });
        Viewport {
            scroller: NodeRef::new(),
            rows: NodeRef::new(),
            shown: NodeRef::new(),
            view,
            height: StoredValue::new(ROW),
            window,
            reached,
            frame: StoredValue::new(false),
            at_once: StoredValue::new(AT_ONCE),
            focused,
            strayed: StoredValue::new(None),
            active,
            order,
        }
    }

    /// Returns the slots in the document.
    pub fn slots(self) -> Vec<usize> {
        let (start, end) = self.window.get();
        self.order.with(|order| order.get(start..end.min(order.len())).unwrap_or_default().to_vec())
    }

    /// Keeps the rows where they belong, and measures again with every change of the window's size, for as long as the calling view
    /// lives. What was at the top stays there where rows become cards, or cards rows.
    pub fn follow_window(self) {
        Effect::new(move |_| {
            if self.scroller.get().is_some() {
                self.measure();
            }
        });
        // Not in the document's text, where the content policy has no styles. There the first rows stand where they belong by themselves.
        Effect::new(move |_| set_style(self.rows, "height", &self.whole_height()));
        Effect::new(move |_| set_style(self.shown, "transform", &self.offset()));
        let resized = window_event_listener(leptos::ev::resize, move |_| {
            let before = self.height.get_value();
            let Some(scroller) = self.scroller.get_untracked() else { return };
            let height = row_height(&scroller);
            if height != before {
                let first = i32::try_from(self.view.get_untracked().0).unwrap_or(0);
                scroller.set_scroll_top(first.saturating_mul(height));
            }
            self.measure();
        });
        on_cleanup(move || resized.remove());
    }

    /// Looks where the rows are scrolled to, and how high they are.
    pub fn measure(self) {
        signal::set_if_new(self.reached, None);
        if let Some(view) = self.seen() {
            signal::set_if_new(self.view, view);
        }
    }

    /// The same after somebody has scrolled: rows that came into view come into the document a few with each frame.
    pub fn scrolled(self) {
        if !self.frame.get_value() {
            self.frame.set_value(true);
            request_animation_frame(move || self.come_nearer());
        }
    }

    fn come_nearer(self) {
        // The page may be another one by now.
        if self.frame.try_set_value(false).is_some() {
            return;
        }
        let Some(view) = self.seen() else { return };
        let rows = self.order.with_untracked(|order| order.len());
        let wanted = window(rows, view);
        let at_once = self.at_once.get_value();
        let reached = if rows <= WHOLE { wanted } else { nearer(self.window.get_untracked(), wanted, view.0, at_once) };
        signal::set_if_new(self.view, view);
        signal::set_if_new(self.reached, (reached != wanted).then_some(reached));
        if reached != wanted {
            self.scrolled();
        }
        // The rows are drawn by the time that anything else has its turn.
        let (begun, all) = (Date::now(), reached == wanted);
        set_timeout(move || self.learn(Date::now() - begun, all), Duration::ZERO);
    }

    /// Has more or fewer rows come with the next frame, by how long this one took, and whether it brought all that were wanted.
    fn learn(self, millis: f64, all: bool) {
        let (easy, hard) = EASY;
        _ = self.at_once.try_update_value(|at_once| {
            if millis < easy && !all {
                *at_once = (*at_once * 2).min(WHOLE);
            } else if millis > hard {
                *at_once = (*at_once / 2).max(AT_ONCE);
            }
        });
    }

    /// Returns the first row in view and how many there is room for, by how high they are now.
    fn seen(self) -> Option<(usize, usize)> {
        let scroller = self.scroller.get_untracked()?;
        let height = row_height(&scroller);
        self.height.set_value(height);
        let rows = |pixels: i32| usize::try_from(pixels / height).unwrap_or(0);
        Some((rows(scroller.scroll_top()), rows(scroller.client_height())))
    }

    /// Gives the focus back to a row that moved in the document, or else to the row now in its place, for as long as the calling view
    /// lives.
    pub fn keep_focus(self) {
        Effect::new(move |_| self.unpark());
        Effect::new(move |before: Option<Option<usize>>| {
            let order = self.order.get();
            let slot = self.focused.get();
            let place = slot.and_then(|slot| order.iter().position(|other| *other == slot));
            let Some(before) = before else { return place };
            let target = match (place, before) {
                (Some(place), Some(_)) => Some(place),
                (None, Some(before)) if slot.is_some() && !order.is_empty() => Some(before.min(order.len() - 1)),
                _ => None,
            };
            if let Some(target) = target {
                // The rows move after this effect: whether the focus went with them shows in the next frame.
                request_animation_frame(move || {
                    // It was in the row until now.
                    if is_nowhere() || (place.is_none() && self.is_parked()) {
                        if place.is_some() { self.refocus(target) } else { self.stray(target) }
                    }
                });
            }
            place
        });
    }

    /// Returns whether the click is a tap on a card, and on nothing in it that has a purpose of its own: it opens what the card is about.
    pub fn opens(self, event: &MouseEvent) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        // Cards are higher than rows.
        self.height.get_value() > ROW && target.is_some_and(|target| matches!(target.closest("a, button, .pick"), Ok(None)))
    }

    /// Returns how high all rows are together, for the style.
    fn whole_height(self) -> String {
        format!("calc(var(--row) * {})", self.order.with(|order| order.len()))
    }

    /// Returns where the first row of the document stands, for the style.
    fn offset(self) -> String {
        format!("translateY(calc(var(--row) * {}))", self.window.get().0)
    }

    /// Returns how many rows a page is for Page Up and Page Down.
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
        // The head, where there is one, stays above the rows and covers them.
        let (height, head) = (row_height(&scroller), head_height(&scroller));
        let top = i32::try_from(index).unwrap_or(i32::MAX).saturating_mul(height);
        let (seen_top, room) = (scroller.scroll_top(), scroller.client_height());
        if top < seen_top {
            scroller.set_scroll_top(top);
        } else if top + head + height > seen_top + room {
            scroller.set_scroll_top(top + head + height - room);
        }
        self.measure();
        self.strayed.set_value(None);
        signal::set(self.focused, Some(slot));
        // The row may have come into the document with this very step.
        request_animation_frame(move || focus_slot(slot));
    }

    /// Gives the focus to the row at `index` because the row that had it has gone.
    pub fn stray(self, index: usize) {
        self.strayed.set_value(self.order.with_untracked(|order| order.get(index).copied()));
        self.refocus(index);
    }

    /// Returns whether the row in `slot` has the focus without anybody having put it there: a key that acts would act on somebody else than was
    /// meant.
    pub fn is_astray(self, slot: usize) -> bool {
        self.strayed.get_value() == Some(slot)
    }

    /// Takes note that somebody points at a row.
    pub fn pointed(self) {
        self.strayed.set_value(None);
    }

    /// Gives the focus back without moving what is in view.
    pub fn refocus(self, index: usize) {
        if let Some(slot) = self.order.with_untracked(|order| order.get(index).copied()) {
            request_animation_frame(move || focus_slot(slot));
        }
    }

    /// Gives the focus back to the row that had it last, if it is nowhere.
    pub fn take_back_focus(self) {
        if let Some(slot) = self.focused.get_untracked().filter(|_| is_nowhere()) {
            focus_slot(slot);
        }
    }

    /// Returns where the focused row, or the one that Tab reaches, stands.
    pub fn position(self) -> Option<usize> {
        let place = |slot: usize| self.order.with_untracked(|order| order.iter().position(|other| *other == slot));
        // One that was scrolled out of view keeps the focus until another one gets it.
        let focused = self.focused.get_untracked().filter(|_| self.is_parked());
        focused.and_then(place).or_else(|| self.active.get_untracked().and_then(place))
    }

    /// Returns whether the row with the focus has been scrolled out of view, and the list has its focus meanwhile.
    pub fn is_parked(self) -> bool {
        self.scroller.get_untracked().is_some_and(|scroller| document().active_element().as_ref() == Some(&scroller))
    }

    /// Gives the row with the focus its focus back once it is in view again; tracked.
    fn unpark(self) {
        let (first, room) = self.view.get();
        let order = self.order.get();
        let in_view = order.get(first..(first + room).min(order.len())).unwrap_or_default();
        if let Some(slot) = self.focused.get_untracked().filter(|slot| in_view.contains(slot))
            && self.is_parked()
        {
            request_animation_frame(move || focus_slot(slot));
        }
    }
}

fn set_style(element: NodeRef<html::Div>, property: &str, value: &str) {
    if let Some(element) = element.get() {
        let element: &HtmlElement = &element;
        // Fails only where the page sets a style that is none.
        _ = HtmlElement::style(element).set_property(property, value);
    }
}

/// What the style says now: it depends on the window's width.
fn row_height(scroller: &Element) -> i32 {
    let style = leptos::prelude::window().get_computed_style(scroller).ok().flatten();
    let height = style.and_then(|style| style.get_property_value("--row").ok());
    height.and_then(|height| height.trim().trim_end_matches("px").parse().ok()).filter(|height| *height > 0).unwrap_or(ROW)
}

fn head_height(scroller: &Element) -> i32 {
    scroller.query_selector(".rows").ok().flatten().and_then(|rows| rows.dyn_into::<HtmlElement>().ok()).map_or(0, |rows| rows.offset_top())
}

/// Returns whether the row itself has the focus, not something in it.
pub fn is_on_row(event: &KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| element.class_list().contains("row"))
}

/// Returns the id of the element of the row in `slot`.
pub fn row_id(slot: usize) -> String {
    format!("row-{slot}")
}

fn focus_slot(slot: usize) {
    focus_on(document().get_element_by_id(&row_id(slot)));
}

/// Gives the focus to the element, if there is one.
pub fn focus_on(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        _ = element.focus();
    }
}

/// Returns whether the focus is on the page's body.
pub fn is_nowhere() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
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

/// Returns the part of a window that is wanted.
fn within((start, end): (usize, usize), wanted: (usize, usize)) -> (usize, usize) {
    (start.clamp(wanted.0, wanted.1), end.clamp(wanted.0, wanted.1))
}

/// Returns the window that is nearer by `at_once` rows to the one that is wanted: from what both have in common, or else from the first row in
/// view.
fn nearer(reached: (usize, usize), wanted: (usize, usize), first: usize, at_once: usize) -> (usize, usize) {
    let (start, end) = match within(reached, wanted) {
        (start, end) if start < end => (start, end),
        _ => (first.clamp(wanted.0, wanted.1), first.clamp(wanted.0, wanted.1)),
    };
    let further = (end + at_once).min(wanted.1);
    (start.saturating_sub(at_once - (further - end)).max(wanted.0), further)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_comes_nearer_a_few_rows_at_a_time_and_arrives() {
        let cases = [((0, 34), (96, 134), 100), ((96, 134), (100, 138), 104), ((500, 538), (0, 34), 0), ((96, 134), (80, 118), 84)];
        for ((reached, wanted, first), at_once) in cases.into_iter().flat_map(|case| [4, 32, 150].map(|at_once| (case, at_once))) {
            let (mut here, mut frames) = (reached, 0);
            while here != wanted {
                let before = within(here, wanted);
                here = nearer(here, wanted, first, at_once);
                assert!(here.1 - here.0 <= before.1 - before.0 + at_once && here.0 >= wanted.0 && here.1 <= wanted.1, "{here:?}");
                frames += 1;
                assert!(frames <= 38 / at_once + 1, "{reached:?} {wanted:?}: {here:?}");
            }
        }
    }

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
