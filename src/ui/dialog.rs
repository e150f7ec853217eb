//! A dialog before the page, open for as long as something wants it.

use leptos::html;
use leptos::prelude::*;

/// Opens the dialog while `wanted` is so, and closes it again, for as long as the calling view lives.
pub fn show_while(dialog: NodeRef<html::Dialog>, wanted: impl Fn() -> bool + 'static) {
    Effect::new(move |_| {
        let wanted = wanted();
        if let Some(dialog) = dialog.get() {
            if wanted && !dialog.open() {
                _ = dialog.show_modal();
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
}
