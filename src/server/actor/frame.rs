//! Messages as they go to the browsers: each a whole binary frame of a WebSocket (RFC 6455, section 5.2), the same bytes for all.

use crate::live::Down;
use axum::body::Bytes;

/// A final frame of binary data; from a server it is not masked.
const BINARY: u8 = 0x82;
/// The lengths that stand for a length that follows in two or eight bytes.
const IN_TWO: u8 = 126;
const IN_EIGHT: u8 = 127;

/// The message as a frame; none where it cannot be written, which is logged.
pub fn framed(message: &Down) -> Option<Bytes> {
    match message.encode() {
        Ok(message) => Some(frame(&message)),
        Err(error) => {
            tracing::error!(%error, "a message to the browsers could not be written");
            None
        }
    }
}

fn frame(payload: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(payload.len() + 10);
    frame.push(BINARY);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < IN_TWO => frame.push(short),
        (_, Ok(length)) => {
            frame.push(IN_TWO);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            frame.push(IN_EIGHT);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame.into()
}

/// What is in a frame, as the library reads it.
#[cfg(test)]
pub async fn payload(frame: &[u8]) -> Bytes {
    use futures_util::StreamExt;
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::{Message, protocol::Role};
    let mut socket = WebSocketStream::from_partially_read(tokio::io::empty(), frame.to_vec(), Role::Client, None).await;
    match socket.next().await {
        Some(Ok(Message::Binary(payload))) => payload,
        other => panic!("no frame of binary data: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frame_of_any_length_is_read_as_it_was_written() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 1 << 20] {
            let message: Vec<u8> = (0..length).map(|n: usize| n as u8).collect();
            assert_eq!(payload(&frame(&message)).await, message, "{length}");
        }
    }
}
