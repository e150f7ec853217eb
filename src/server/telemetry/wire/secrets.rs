//! Strikes out what is secret on the wire: passwords, passcodes, and the platform's session ids.

use serde_json::Value;

/// What the names of fields and headers have in them whose values nobody may see, in small letters and without signs.
const SECRET: [&str; 10] =
    ["apikey", "authorization", "cookie", "credential", "passcode", "passwd", "password", "secret", "sessionid", "token"];
/// What stands in place of a secret.
const STRUCK_OUT: &str = "***";

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    name == "pwd" || SECRET.iter().any(|secret| name.contains(secret))
}

/// The most headers of a frame that are kept, and the most characters of each.
const MOST_HEADERS: usize = 32;
const LONGEST_HEADER: usize = 256;

/// A frame's headers, `***` in place of what is secret; bounded.
pub fn headers(headers: &[(String, String)]) -> Vec<(String, String)> {
    let cut = |text: &str| text.chars().take(LONGEST_HEADER).collect::<String>();
    let kept = headers.iter().take(MOST_HEADERS);
    kept.map(|(name, value)| (cut(name), if is_secret(name) { STRUCK_OUT.to_owned() } else { cut(value) })).collect()
}

/// Returns the text of a body without the values of secret fields, and without `known` secrets wherever they stand. What is not JSON
/// keeps its form.
pub fn without_secrets(body: &[u8], known: &[&str]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => match strike_out(&mut value) {
            true => value.to_string(),
            false => String::from_utf8_lossy(body).into_owned(),
        },
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    known.iter().filter(|secret| !secret.is_empty()).fold(text, |text, secret| text.replace(secret, STRUCK_OUT))
}

/// Returns whether anything was struck out.
fn strike_out(value: &mut Value) -> bool {
    let mut struck = false;
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_secret(name) && !value.is_null() {
                    *value = STRUCK_OUT.into();
                    struck = true;
                } else {
                    struck |= strike_out(value);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                struck |= strike_out(item);
            }
        }
        _ => {}
    }
    struck
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_struck_out_and_nothing_else() {
        for (body, seen) in [
            (r#"{"password":"Aa123456","agentMode":"Ready"}"#, r#"{"agentMode":"Ready","password":"***"}"#),
            (r#"{"a":[{"sessionId":"s-1"}]}"#, r#"{"a":[{"sessionId":"***"}]}"#),
            (r#"{"b": 1,  "a": 2}"#, r#"{"b": 1,  "a": 2}"#),
            ("<p>no such session known-1</p>", "<p>no such session ***</p>"),
            (r#"{"reason":"known-1 is over"}"#, r#"{"reason":"*** is over"}"#),
            (r#"{"sessionId":null}"#, r#"{"sessionId":null}"#),
            (r#"{"access_token":1,"tokenless":[2]}"#, r#"{"access_token":"***","tokenless":"***"}"#),
        ] {
            assert_eq!(without_secrets(body.as_bytes(), &["known-1", ""]), seen);
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let long = pair("destination", &"x".repeat(1000));
        let mut given = vec![pair("passcode", "guest"), pair("Session-Id", "s"), pair("x-auth-token", "t"), pair("session", "5"), long];
        let kept = headers(&given);
        assert_eq!(kept.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>()[..4], ["***", "***", "***", "5"]);
        assert_eq!(kept[4].1.len(), LONGEST_HEADER);
        given.extend((0..100).map(|n| pair(&n.to_string(), "")));
        assert_eq!(headers(&given).len(), MOST_HEADERS);
    }
}
