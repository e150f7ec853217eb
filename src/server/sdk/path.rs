//! Ids in the addresses of requests. An id may be anything (`floor::ids`): encoded, it neither ends its segment nor its query's value,
//! and the platform decodes it to what it was.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// The unreserved characters of RFC 3986 stay, and `@`, as the platform's own client has it (protocol, section 1).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// `id` for a path's segment or a query's value. What is left is never a dot segment, for no call's id is one, and other ids have an `@`.
pub fn encoded(id: &str) -> PercentEncode<'_> {
    utf8_percent_encode(id, ENCODED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn it_is_encoded_as_the_protocol_has_it() {
        for (id, path) in [
            ("5001@test.cc", "5001@test.cc"),
            ("37db6efe-57cc-4053-b0ce-24c96eba66b0", "37db6efe-57cc-4053-b0ce-24c96eba66b0"),
            ("张伟@test.cc", "%E5%BC%A0%E4%BC%9F@test.cc"),
            ("50+01@test.cc", "50%2B01@test.cc"),
            ("50#01@test.cc", "50%2301@test.cc"),
            ("50 01@test.cc", "50%2001@test.cc"),
            ("50%2F01@test.cc", "50%252F01@test.cc"),
            ("a/b\\c|d?e&f@test.cc", "a%2Fb%5Cc%7Cd%3Fe%26f@test.cc"),
        ] {
            assert_eq!(encoded(id).to_string(), path);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_encoded_stays_one_segment_and_is_decoded(id in "\\PC{1,40}@test\\.cc") {
            let text = encoded(&id).to_string();
            let url = reqwest::Url::parse("http://platform/sdk").map(|mut url| {
                url.set_path(&format!("/sdk/{text}/end"));
                url.set_query(Some(&format!("deviceId={text}")));
                url
            }).unwrap();
            prop_assert_eq!(url.path(), format!("/sdk/{text}/end"));
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            prop_assert_eq!(percent_decode_str(segments[1]).decode_utf8().unwrap(), id.as_str());
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, [("deviceId".to_owned(), id)]);
        }
    }
}
