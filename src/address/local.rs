//! Where one may be sent on to: places on this console only.

/// No address of ours is longer; a header has room for it.
const LONGEST: usize = 2000;

/// Returns `next` where it is a path of ours (one slash at its beginning: two would be another host; nothing that a header could not
/// hold), else the floor.
pub fn local_path(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if local && next.len() <= LONGEST && next.bytes().all(|b| (0x21..0x7f).contains(&b)) { next } else { "/" }
}

/// Returns the place without what the server said there about a form: that is not part of it.
pub fn without_error(place: &str) -> String {
    let Some((path, query)) = place.split_once('?') else { return place.to_owned() };
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("__err=") && !pair.starts_with("__path=")).collect();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_places_are_gone_to() {
        for good in ["/", "/?state=ready", "/?q=5001&state=ready", "/sign-in?next=%2F"] {
            assert_eq!(local_path(good), good);
        }
        for bad in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "/a\r\nb", "/中"]
        {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
        let longest = format!("/{}", "a".repeat(LONGEST - 1));
        assert_eq!(local_path(&longest), longest);
        assert_eq!(local_path(&format!("{longest}a")), "/");
    }

    #[test]
    fn a_place_is_left_without_what_went_wrong_there() {
        assert_eq!(without_error("/sign-in?next=%2F&__path=%2Fapi&__err=abc"), "/sign-in?next=%2F");
        assert_eq!(without_error("/sign-in?__err=abc"), "/sign-in");
        assert_eq!(without_error("/"), "/");
    }
}
