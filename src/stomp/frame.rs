//! One frame, and how it is encoded. What a version cannot express is left out of a header, so that no value can end its line or its
//! frame early.

use super::Version;

/// A frame, decoded or to be encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The command, for example `MESSAGE`.
    pub command: String,
    /// Names and values without escapes, in the order on the wire. A name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// Any bytes, without the NUL that ends the frame; empty if there is no body.
    pub body: Vec<u8>,
}

impl Frame {
    /// Makes a frame without headers and body.
    pub fn new(command: impl Into<String>) -> Self {
        Frame { command: command.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header after the others.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Replaces the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Returns the value of the header with this name, or `None` if there is none. Of repeated headers the first counts, as STOMP says.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the frame's bytes, its NUL included.
    ///
    /// `content-length` is computed: it is written if there is a body, and one among the headers is left out. The headers of `CONNECT` and
    /// `CONNECTED` are not escaped in any version.
    pub fn encode(&self, version: Version) -> Vec<u8> {
        // The two frames of the handshake come before a version is agreed on, so nobody may escape in them.
        let version = if is_handshake(&self.command) { Version::V1_0 } else { version };
        let mut out = Vec::with_capacity(64 + self.headers.len() * 48 + self.body.len());
        out.extend(self.command.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)));
        out.push(b'\n');
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "content-length") {
            escape(name, version, true, &mut out);
            out.push(b':');
            escape(value, version, false, &mut out);
            out.push(b'\n');
        }
        if !self.body.is_empty() {
            out.extend_from_slice(format!("content-length:{}\n", self.body.len()).as_bytes());
        }
        out.push(b'\n');
        out.extend_from_slice(&self.body);
        out.push(0);
        out
    }
}

/// Returns whether the frame belongs to the handshake, whose headers are never escaped.
pub(super) fn is_handshake(command: &str) -> bool {
    matches!(command, "CONNECT" | "CONNECTED")
}

/// Appends `text` to `out` with its escapes, without what `version` cannot express. `is_name`: of a header's name, not of its value.
fn escape(text: &str, version: Version, is_name: bool, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match (byte, version) {
            (0, _) => {}
            (b'\r', Version::V1_2) => out.extend_from_slice(b"\\r"),
            (b'\r', _) | (b'\n', Version::V1_0) => {}
            (b'\n', _) => out.extend_from_slice(b"\\n"),
            (b':', Version::V1_0) if is_name => {}
            (b':', Version::V1_1 | Version::V1_2) => out.extend_from_slice(b"\\c"),
            (b'\\', Version::V1_1 | Version::V1_2) => out.extend_from_slice(b"\\\\"),
            _ => out.push(byte),
        }
    }
}

/// Returns the bytes without their escapes, or `None` if `version` does not define one of them.
pub(super) fn unescape(bytes: &[u8], version: Version) -> Option<Vec<u8>> {
    if version == Version::V1_0 || !bytes.contains(&b'\\') {
        return Some(bytes.to_vec());
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match (rest.next()?, version) {
            (b'n', _) => b'\n',
            (b'c', _) => b':',
            (b'\\', _) => b'\\',
            (b'r', Version::V1_2) => b'\r',
            _ => return None,
        });
    }
    Some(out)
}
