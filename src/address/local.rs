//! Where one may be sent on to: places on this console only.

/// No address of ours is longer; a header has room for it.
const LONGEST: usize = 2000;

/// Returns `next` where it is a path of ours (one slash at its beginning: two would be another host; nothing that a header could not
/// hold), else the floor.
pub fn local_path(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if local && next.len() <= LONGEST && next.bytes().all(|b| (0x21..0x7f).contains(&b)) { next } else { "/" }
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
}
