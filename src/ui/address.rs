//! The page's address: where it is, and its query, which the page reads and changes without being loaded again. Going to another
//! page is the browser's affair: each page begins with what the server knows.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy)]
pub struct Address {
    path: StoredValue<String>,
    /// Without its question mark, percent-encoded.
    query: RwSignal<String>,
}

impl Address {
    pub fn new(path: &str, query: &str) -> Self {
        let address = Address { path: StoredValue::new(path.to_owned()), query: RwSignal::new(query.to_owned()) };
        #[cfg(feature = "hydrate")]
        {
            address.complete();
            // Back and forward.
            let gone = window_event_listener(leptos::ev::popstate, move |_| {
                let search = location().search().unwrap_or_default();
                address.query.set(search.trim_start_matches('?').to_owned());
            });
            on_cleanup(move || gone.remove());
        }
        address
    }

    /// The server draws a page by what this browser remembers too (the order of the floor's rows). It stands in the query then, and so
    /// it has to in the browser's address: whoever shares or reloads it sees the same page.
    #[cfg(feature = "hydrate")]
    fn complete(self) {
        let search = location().search().unwrap_or_default();
        if self.query.with_untracked(|query| *query != search.trim_start_matches('?'))
            && let Ok(history) = window().history()
        {
            let whole = untrack(|| self.whole()) + &location().hash().unwrap_or_default();
            _ = history.replace_state_with_url(&leptos::wasm_bindgen::JsValue::NULL, "", Some(&whole));
        }
    }

    pub fn path(self) -> String {
        self.path.get_value()
    }

    /// Path and query; tracked.
    pub fn whole(self) -> String {
        let path = self.path.get_value();
        self.query.with(|query| if query.is_empty() { path.clone() } else { format!("{path}?{query}") })
    }

    /// The query's parameters, decoded, in their order; tracked.
    pub fn params(self) -> Vec<(String, String)> {
        self.query.with(|query| {
            let pairs = query.split('&').filter(|pair| !pair.is_empty());
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decode(name), decode(value))).collect()
        })
    }

    /// One parameter, decoded; tracked.
    pub fn param(self, wanted: &str) -> Option<String> {
        self.params().into_iter().find(|(name, _)| name == wanted).map(|(_, value)| value)
    }

    /// Another query at the same page, as a step that the back button undoes or in place of the present one.
    pub fn go(self, params: &[(&str, String)], replace: bool) {
        let query = params.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
        if self.query.with_untracked(|now| *now == query) {
            return;
        }
        self.query.set(query);
        #[cfg(feature = "hydrate")]
        if let Ok(history) = window().history() {
            let (state, address) = (leptos::wasm_bindgen::JsValue::NULL, untrack(|| self.whole()));
            _ = match replace {
                true => history.replace_state_with_url(&state, "", Some(&address)),
                false => history.push_state_with_url(&state, "", Some(&address)),
            };
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = replace;
    }
}

/// The address of the page that is being drawn.
pub fn address() -> Address {
    expect_context::<Address>()
}

/// Percent-encodes everything but unreserved characters and the comma: fit for a query's value.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// As a browser's form writes a query. What is no code stays as it is.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digit = |place: usize| bytes.get(place).and_then(|digit| char::from(*digit).to_digit(16));
        match (byte, digit(at + 1).zip(digit(at + 2))) {
            (b'%', Some((high, low))) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// An agent's or device's id in a path: an `@` stays what it is.
pub fn encode_id(id: &str) -> String {
    encode(id).replace("%40", "@")
}

/// One segment of a path: a plus is a plus there.
pub fn decode_path(segment: &str) -> String {
    decode(&segment.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for text in ["", "/?q=a b&team=班", "100%", "a+b", "é,~-_."] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(encode("/?q=a b&team=班"), "%2F%3Fq%3Da%20b%26team%3D%E7%8F%AD");
    }

    #[test]
    fn an_id_in_a_path_is_one_segment() {
        for (id, path) in [
            ("5001@test.cc", "5001@test.cc"),
            ("张伟@test.cc", "%E5%BC%A0%E4%BC%9F@test.cc"),
            ("50+01@test.cc", "50%2B01@test.cc"),
            ("50 #?%2F/\\@test.cc", "50%20%23%3F%252F%2F%5C@test.cc"),
            ("%40@test.cc", "%2540@test.cc"),
        ] {
            assert_eq!((encode_id(id).as_str(), decode_path(path).as_str()), (path, id));
        }
        assert_eq!(decode_path("50+01%40test.cc"), "50+01@test.cc");
    }

    #[test]
    fn what_is_no_code_stays() {
        assert_eq!(decode("a+b%2"), "a b%2");
        assert_eq!(decode("%zz%"), "%zz%");
        assert_eq!(decode("%FF"), "\u{fffd}");
    }
}
