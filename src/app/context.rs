//! How the page's context gets from the server's half to the browser's: postcard, the live channel's encoding, as base64 in an
//! element that the browser neither shows nor runs.

use crate::page::PageContext;
#[cfg(not(feature = "hydrate"))]
use leptos::prelude::use_context;

#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub const ELEMENT: &str = "page-context";

/// The context of the page that is being drawn; none where nobody looks, while the server only collects the routes.
#[cfg(not(feature = "hydrate"))]
pub fn of_page() -> Option<PageContext> {
    use_context::<PageContext>()
}

#[cfg(feature = "hydrate")]
pub fn of_page() -> Option<PageContext> {
    let document = leptos::prelude::document();
    let text = document.get_element_by_id(ELEMENT)?.text_content()?;
    // The browser's own decoder gives a byte a character.
    let bytes: Vec<u8> = leptos::prelude::window().atob(text.trim()).ok()?.chars().map(|character| character as u8).collect();
    postcard::from_bytes(&bytes).ok()
}

/// Base64, so nothing in it could end the element.
#[cfg(feature = "ssr")]
pub fn to_text(page: &PageContext) -> String {
    base64(&postcard::to_allocvec(page).unwrap_or_default())
}

#[cfg(feature = "ssr")]
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS.get((group >> (18 - 6 * place) & 63) as usize).filter(|_| place <= chunk.len());
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn base64_as_the_standard_has_it() {
        for (plain, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("\u{3ff}", "z78=")] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
