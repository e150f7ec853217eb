//! Strikes out what is secret on the wire: passwords, passcodes, and the platform's session ids.

use serde_json::Value;

/// The names of fields and headers whose values nobody may see, in small letters.
const SECRET: [&str; 7] = ["authorization", "cookie", "passcode", "password", "secret", "sessionid", "token"];
/// What stands in place of a secret.
const STRUCK_OUT: &str = "***";

fn is_secret(name: &str) -> bool {
    SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// A header's value, or `***` if it is secret.
pub fn header(name: &str, value: &str) -> String {
    if is_secret(name) { STRUCK_OUT.to_owned() } else { value.to_owned() }
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
        ] {
            assert_eq!(without_secrets(body.as_bytes(), &["known-1", ""]), seen);
        }
        assert_eq!(header("passcode", "guest"), "***");
        assert_eq!(header("sessionId", "s"), "***");
        assert_eq!(header("destination", "/topic/x"), "/topic/x");
    }
}
