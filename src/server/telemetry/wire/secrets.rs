//! Strikes out what is secret on the wire: passwords, passcodes, and the platform's session ids.

use serde_json::Value;

/// What the names of fields and headers have in them whose values nobody may see, in small letters and without signs.
const SECRET: [&str; 10] =
    ["apikey", "authorization", "cookie", "credential", "passcode", "passwd", "password", "secret", "sessionid", "token"];
const QUOTES: [char; 2] = ['"', '\''];
const ENDS_OF_FIELDS: [char; 12] = ['\r', '\n', ',', ';', '&', '<', '>', '{', '}', '[', ']', '"'];
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

/// Returns the text of a body without the values of secret fields, and without `known` secrets wherever they stand. In what is not JSON a
/// secret's name with `:` or `=` behind it makes a field.
pub fn without_secrets(body: &[u8], known: &[&str]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => match strike_out(&mut value) {
            true => value.to_string(),
            false => String::from_utf8_lossy(body).into_owned(),
        },
        Err(_) => struck_out_of_text(&String::from_utf8_lossy(body)),
    };
    known.iter().filter(|secret| !secret.is_empty()).fold(text, |text, secret| text.replace(secret, STRUCK_OUT))
}

/// Returns the text with `***` in place of what stands behind a secret's name.
fn struck_out_of_text(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(sign) = rest.find([':', '=']) {
        let (before, after) = rest.split_at(sign);
        let name = before.trim_end_matches(|c: char| c.is_whitespace() || c == '\\' || QUOTES.contains(&c));
        let word = name.rsplit(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).next().unwrap_or(name);
        let value_at = after.len() - after.trim_start_matches(|c: char| ":= \t\\".contains(c)).len();
        let (sign, value) = after.split_at(value_at);
        told.push_str(before);
        told.push_str(sign);
        rest = value;
        if is_secret(word) {
            told.push_str(STRUCK_OUT);
            rest = value.get(length_of_value(value)..).unwrap_or("");
        }
    }
    told.push_str(rest);
    told
}

/// How long the value is that the text begins with: to its closing quote, or to the sign that ends a field.
fn length_of_value(text: &str) -> usize {
    let Some(quote) = text.chars().next().filter(|first| QUOTES.contains(first)) else {
        return text.find(ENDS_OF_FIELDS).unwrap_or(text.len());
    };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
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
            // Not JSON: cut off, a form, lines of headers, JSON in a text.
            (r#"{"agentMode": "Ready", "password" : "Aa\"1234"#, r#"{"agentMode": "Ready", "password" : ***"#),
            (r#"{"password":"Aa\"1","a":"b""#, r#"{"password":***,"a":"b""#),
            ("jobNumber=5001&password=Aa123456&ext=8001", "jobNumber=5001&password=***&ext=8001"),
            ("login:guest\nAuthorization: Bearer abc.def\nhost:/", "login:guest\nAuthorization: ***\nhost:/"),
            (r#"{\"sessionId\":\"s-1\","#, r#"{\"sessionId\":\***"#),
            ("no secret: a = b, token", "no secret: ***, token"),
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
