//! Messages as they go to the browsers: each a whole binary frame of a WebSocket (RFC 6455, section 5.2), the same bytes for all; and
//! deflated once for all who can inflate them (RFC 7692).

use crate::live::Down;
use flate2::{Compress, Compression, FlushCompress};
use std::sync::Arc;

/// A final frame of binary data; from a server it is not masked.
const BINARY: u8 = 0x82;
/// The bit that says of a frame that it is deflated.
const DEFLATED: u8 = 0x40;
/// The lengths that stand for a length that follows in two or eight bytes.
const IN_TWO: u8 = 126;
const IN_EIGHT: u8 = 127;
/// What is shorter goes as it is: it fits in one packet anyway.
const DEFLATED_FROM: usize = 512;
/// What ends deflated data that is flushed, and is left out of a frame.
const FLUSH: [u8; 4] = [0, 0, 0xff, 0xff];

/// A message as a frame, which many share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed(Arc<Forms>);

#[derive(Debug, PartialEq, Eq)]
struct Forms {
    plain: Vec<u8>,
    /// For those who can inflate; none where it would not be shorter.
    deflated: Option<Vec<u8>>,
}

impl Framed {
    /// The message as a frame; none where it cannot be written, which is logged.
    pub fn of(message: &Down) -> Option<Framed> {
        match message.encode() {
            Ok(message) => Some(Framed::with(&message)),
            Err(error) => {
                tracing::error!(%error, "a message to the browsers could not be written");
                None
            }
        }
    }

    fn with(payload: &[u8]) -> Framed {
        let deflated = deflated(payload).map(|shorter| frame(BINARY | DEFLATED, &shorter));
        Framed(Arc::new(Forms { plain: frame(BINARY, payload), deflated }))
    }

    /// What goes to one who can inflate, or cannot.
    pub fn bytes(&self, inflates: bool) -> &[u8] {
        let Forms { plain, deflated } = &*self.0;
        deflated.as_ref().filter(|_| inflates).unwrap_or(plain)
    }

    /// How many bytes it has, not deflated.
    pub fn size(&self) -> usize {
        self.0.plain.len()
    }

    /// How many bytes are kept of it.
    pub fn kept(&self) -> usize {
        self.0.plain.len() + self.0.deflated.as_ref().map_or(0, Vec::len)
    }
}

/// A frame of these bytes, of a message that has no other form.
#[cfg(test)]
impl From<Vec<u8>> for Framed {
    fn from(frame: Vec<u8>) -> Framed {
        Framed(Arc::new(Forms { plain: frame, deflated: None }))
    }
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(payload.len() + 10);
    frame.push(first);
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
    frame
}

/// The payload deflated by itself; none where that is not worth it.
fn deflated(payload: &[u8]) -> Option<Vec<u8>> {
    if payload.len() < DEFLATED_FROM {
        return None;
    }
    // No more room than the payload takes: where it does not do, nothing is gained.
    let mut shorter = Vec::with_capacity(payload.len());
    let mut compress = Compress::new(Compression::fast(), false);
    compress.compress_vec(payload, &mut shorter, FlushCompress::Sync).ok()?;
    if compress.total_in() < payload.len() as u64 || !shorter.ends_with(&FLUSH) {
        return None;
    }
    shorter.truncate(shorter.len() - FLUSH.len());
    shorter.shrink_to_fit();
    Some(shorter)
}

/// What is in a frame, as the library reads it.
#[cfg(test)]
pub async fn payload(frame: &Framed) -> axum::body::Bytes {
    use futures_util::StreamExt;
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::{Message, protocol::Role};
    let mut socket = WebSocketStream::from_partially_read(tokio::io::empty(), frame.bytes(false).to_vec(), Role::Client, None).await;
    match socket.next().await {
        Some(Ok(Message::Binary(payload))) => payload,
        other => panic!("no frame of binary data: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Decompress, FlushDecompress};

    fn inflated(deflated: &[u8], length: usize) -> Vec<u8> {
        let mut inflated = Vec::with_capacity(length);
        let whole = [deflated, &FLUSH].concat();
        Decompress::new(false).decompress_vec(&whole, &mut inflated, FlushDecompress::Sync).unwrap();
        inflated
    }

    #[tokio::test]
    async fn a_frame_of_any_length_is_read_as_it_was_written() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 1 << 20] {
            let message: Vec<u8> = (0..length).map(|n: usize| n as u8).collect();
            assert_eq!(payload(&Framed::with(&message)).await, message, "{length}");
        }
    }

    #[test]
    fn deflated_it_is_shorter_and_says_the_same() {
        for length in [DEFLATED_FROM, 65_536, 1 << 20] {
            let message: Vec<u8> = (0..length).map(|n| (n % 100) as u8).collect();
            let framed = Framed::with(&message);
            let frame = framed.bytes(true);
            assert!(frame[0] == BINARY | DEFLATED && frame.len() < framed.size() / 2, "{length}: {}", frame.len());
            let head = if frame[1] == IN_TWO { 4 } else { 2 };
            assert_eq!(inflated(&frame[head..], length), message, "{length}");
        }
    }

    #[test]
    fn what_deflating_does_not_shorten_goes_as_it_is() {
        use rand::{RngCore, SeedableRng};
        let mut random = vec![0; 10_000];
        rand::rngs::StdRng::seed_from_u64(7).fill_bytes(&mut random);
        for message in [&random[..], &[0; DEFLATED_FROM - 1]] {
            let framed = Framed::with(message);
            assert_eq!(framed.bytes(true), framed.bytes(false));
        }
    }
}
