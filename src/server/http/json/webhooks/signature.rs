//! How a receiver knows that a request is ours and new: HMAC-SHA256 over the time stamp, a dot and the body.

use crate::floor::ConsoleTime;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Seconds since 1970.
pub const TIMESTAMP: &str = "x-console-timestamp";
/// `sha256=` and hexadecimal digits.
pub const SIGNATURE: &str = "x-console-signature";

/// Returns the values of both headers.
pub fn sign(secret: &SecretString, at: ConsoleTime, body: &str) -> (String, String) {
    let timestamp = (at.as_millis() / 1000).to_string();
    let digits = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).map(|mut mac| {
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    });
    // A key may have any length.
    (timestamp, format!("sha256={}", digits.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_others_compute() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
        let (timestamp, signature) = sign(&"secret".into(), ConsoleTime::from_millis(1_700_000_000_999), "{}");
        assert_eq!(timestamp, "1700000000");
        assert_eq!(signature, "sha256=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
    }
}
