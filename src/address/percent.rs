//! Percent-coding of a query's values and of a path's segments.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 and the comma, which stands between the values of a filter.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',');
/// The same for an id in a path, where an `@` stays what it is.
const ENCODED_ID: &AsciiSet = &ENCODED.remove(b'@');

/// Encodes a query's value.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Returns the names and values of a query, decoded, in their order. A plus is a space, as a browser's form writes it; what is no code
/// stays as it is.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Encodes an agent's or device's id for a path: it stays one segment.
pub fn encode_id(id: &str) -> String {
    utf8_percent_encode(id, ENCODED_ID).to_string()
}

/// Decodes one segment of a path: a plus is a plus there.
pub fn decode_segment(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(value: &str) -> String {
        pairs(&format!("q={value}")).remove(0).1
    }

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
            assert_eq!((encode_id(id).as_str(), decode_segment(path).as_str()), (path, id));
        }
        assert_eq!(decode_segment("50+01%40test.cc"), "50+01@test.cc");
    }

    #[test]
    fn what_is_no_code_stays() {
        assert_eq!(decode("a+b%2"), "a b%2");
        assert_eq!(decode("%zz%"), "%zz%");
        assert_eq!(decode("%FF"), "\u{fffd}");
    }

    #[test]
    fn a_query_is_read_pair_by_pair() {
        let read = |query| pairs(query).into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        assert_eq!(read(""), [""; 0]);
        assert_eq!(read("&q=a+b&&team=%E7%8F%AD&sort&x=a=b&"), ["q=a b", "team=班", "sort=", "x=a=b"]);
    }
}
