//! The HTTP requests that came, for tests to look at: whole, newest last, passwords blotted out.

use serde::Serialize;
use std::collections::VecDeque;

/// How many are kept, and how many bytes of bodies, paths and headers together: fewer requests if they are that large.
const KEPT: usize = 10_000;
const KEPT_BYTES: usize = 32 << 20;

#[derive(Debug, Clone, Serialize)]
pub struct Request {
    pub at: String,
    pub method: String,
    /// As it was sent: escapes and query included.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// None while it is being answered, and for good where it never was.
    pub status: Option<u16>,
}

#[derive(Debug, Default)]
pub struct Requests {
    kept: VecDeque<Request>,
    /// How many are gone already: the number of the first that is kept.
    first: u64,
    bytes: usize,
}

impl Request {
    fn bytes(&self) -> usize {
        self.body.len() + self.path.len() + self.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }
}

impl Requests {
    /// The answer is the request's number, for [`Requests::answered`].
    pub fn push(&mut self, request: Request) -> u64 {
        self.bytes += request.bytes();
        while self.kept.len() >= KEPT || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= oldest.bytes();
            self.first += 1;
        }
        self.kept.push_back(request);
        self.first + self.kept.len() as u64 - 1
    }

    pub fn answered(&mut self, number: u64, status: u16) {
        let request = number.checked_sub(self.first).and_then(|at| self.kept.get_mut(at as usize));
        if let Some(request) = request {
            request.status = Some(status);
        }
    }

    pub fn list(&self) -> Vec<Request> {
        self.kept.iter().cloned().collect()
    }
}

/// The text with every password's value replaced; form and JSON, all else byte for byte as it was.
pub fn without_passwords(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find("password") {
        let (before, word) = rest.split_at(at);
        let (word, after) = word.split_at("password".len());
        out.extend([before, word]);
        rest = after;
        let in_form = before.is_empty() || before.ends_with(['&', '?']);
        if let (true, Some(value)) = (in_form, rest.strip_prefix('=')) {
            out.push_str("=***");
            (_, rest) = value.split_at(value.find('&').unwrap_or(value.len()));
        } else if let Some(value) = rest.strip_prefix('"') {
            let colon = value.len() - value.trim_start().trim_start_matches(':').trim_start().len();
            let (colon, text) = value.split_at(colon);
            if let Some(text) = text.strip_prefix('"') {
                out.extend(["\"", colon, "\"***"]);
                (_, rest) = text.split_at(end_of_text(text));
            }
        }
    }
    out.push_str(rest);
    out
}

/// Where a JSON text's closing quote stands.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_blotted_out_and_nothing_else() {
        assert_eq!(without_passwords("username=5001&password=Aa123456&namespace=test.cc"), "username=5001&password=***&namespace=test.cc");
        assert_eq!(without_passwords("password=a"), "password=***");
        assert_eq!(without_passwords(r#"{"password" : "a\"b","func":"Login"}"#), r#"{"password" : "***","func":"Login"}"#);
        assert_eq!(without_passwords(r#"{"reason":"password"}"#), r#"{"reason":"password"}"#);
        assert_eq!(without_passwords(r#"{"func":"SetState"}"#), r#"{"func":"SetState"}"#);
    }

    #[test]
    fn the_newest_are_kept() {
        let mut requests = Requests::default();
        let request = |n: usize| Request {
            at: String::new(),
            method: "GET".into(),
            path: format!("/{n}"),
            headers: vec![],
            body: String::new(),
            status: None,
        };
        let numbers: Vec<u64> = (0..KEPT + 500).map(|n| requests.push(request(n))).collect();
        requests.answered(numbers[0], 200);
        requests.answered(numbers[KEPT + 499], 204);
        let list = requests.list();
        assert_eq!((list.len(), list[0].path.as_str(), list[0].status), (KEPT, "/500", None));
        assert_eq!(list[KEPT - 1].status, Some(204));
    }
}
