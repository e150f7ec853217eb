//! Who can inflate what is deflated (RFC 7692): the extension of WebSockets that browsers offer.

use http::header::SEC_WEBSOCKET_EXTENSIONS;
use http::{HeaderMap, HeaderValue};

const NAME: &str = "permessage-deflate";
/// Each message is deflated by itself, since all browsers are sent the same ones.
const ALONE: &str = "server_no_context_takeover";
/// These are about what the browser sends, which is nothing.
const ITS_OWN: &str = "client_no_context_takeover";
const ITS_WINDOW: &str = "client_max_window_bits";

/// Whether the browser offers to inflate, in a way that suits us.
pub fn is_offered(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(suits)
}

/// Whether the offer is well-formed, and asks nothing that we do not do.
fn suits(offer: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    let mut known = Vec::new();
    parts.next() == Some(NAME)
        && parts.all(|parameter| {
            let (name, value) = parameter.split_once('=').map_or((parameter, None), |(name, value)| (name.trim(), Some(value.trim())));
            let is_new = !known.contains(&name);
            known.push(name);
            is_new
                && match name {
                    ALONE | ITS_OWN => value.is_none(),
                    ITS_WINDOW => {
                        value.is_none_or(|bits| matches!(bits.trim_matches('"'), "8" | "9" | "10" | "11" | "12" | "13" | "14" | "15"))
                    }
                    _ => false,
                }
        })
}

/// Answers that messages may be deflated.
pub fn accept(headers: &mut HeaderMap) {
    headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static("permessage-deflate; server_no_context_takeover"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_offer_that_suits_is_taken() {
        let offers = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(line));
            }
            is_offered(&headers)
        };
        // Chromium, Firefox, and one that has a second choice.
        assert!(offers(&["permessage-deflate; client_max_window_bits"]));
        assert!(offers(&["permessage-deflate"]));
        assert!(offers(&["x-other", "permessage-deflate; server_max_window_bits=10, permessage-deflate;server_no_context_takeover"]));
        // Whoever has no room for a whole window is sent all as it is, and so is who offers what there is not.
        for line in [
            "permessage-deflate; server_max_window_bits=10",
            "x-webkit-deflate-frame",
            "permessage-deflate-2",
            "permessage-deflate=1",
            "permessage-deflate; client_max_window_bits=99",
            "permessage-deflate; client_max_window_bits=08",
            "permessage-deflate; client_max_window_bits; client_max_window_bits",
            "permessage-deflate; server_no_context_takeover=1",
        ] {
            assert!(!offers(&[line]), "{line}");
        }
        assert!(!offers(&[]));
    }
}
