//! Round trips in every version under any chunking, resynchronisation, and bounded memory for any bytes.

use super::*;
use proptest::prelude::*;

fn decode_all(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Result<Item, FrameError>> {
    decoder.feed(bytes);
    std::iter::from_fn(|| decoder.next()).collect()
}

fn frames(bytes: &[u8], version: Version) -> Vec<Result<Item, FrameError>> {
    let mut decoder = Decoder::new(Limits::default());
    decoder.set_version(version);
    decode_all(&mut decoder, bytes)
}

#[test]
fn negotiation_takes_the_highest_common_version() {
    assert_eq!(Version::negotiate("1.1,1.0"), Some(Version::V1_1));
    assert_eq!(Version::negotiate("1.0, 1.2, 2.0"), Some(Version::V1_2));
    assert_eq!(Version::negotiate("2.0"), None);
    assert_eq!(Version::negotiate(""), None);
}

#[test]
fn both_line_ends_heart_beats_and_content_length() {
    let bytes = b"\n\r\nMESSAGE\r\nsubscription:0\r\ncontent-length:3\r\n\r\na\0b\0\nRECEIPT\nreceipt-id:7\n\n\0";
    assert_eq!(
        frames(bytes, Version::V1_2),
        [
            Ok(Item::HeartBeat),
            Ok(Item::HeartBeat),
            Ok(Item::Frame(Frame::new("MESSAGE").header("subscription", "0").header("content-length", "3").with_body(b"a\0b"))),
            Ok(Item::HeartBeat),
            Ok(Item::Frame(Frame::new("RECEIPT").header("receipt-id", "7"))),
        ]
    );
}

#[test]
fn the_first_of_repeated_headers_counts() {
    let frame = Frame::new("MESSAGE").header("foo", "World").header("foo", "Hello");
    assert_eq!(frame.get("foo"), Some("World"));
    assert_eq!(frame.get("bar"), None);
}

#[test]
fn escapes_depend_on_the_version() {
    let frame = Frame::new("SEND").header("a:b", "1\n2\r3\\4:5");
    assert_eq!(frame.encode(Version::V1_0), b"SEND\nab:123\\4:5\n\n\0");
    assert_eq!(frame.encode(Version::V1_1), b"SEND\na\\cb:1\\n23\\\\4\\c5\n\n\0");
    assert_eq!(frame.encode(Version::V1_2), b"SEND\na\\cb:1\\n2\\r3\\\\4\\c5\n\n\0");
    let raw = b"SEND\nx:\\r\n\n\0";
    assert_eq!(frames(raw, Version::V1_0), [Ok(Item::Frame(Frame::new("SEND").header("x", "\\r")))]);
    assert_eq!(frames(raw, Version::V1_1), [Err(FrameError::BadEscape("x:\\r".into()))]);
    assert_eq!(frames(raw, Version::V1_2), [Ok(Item::Frame(Frame::new("SEND").header("x", "\r")))]);
    assert_eq!(Frame::new("CONNECT").header("host", "a\\b:c\nd").encode(Version::V1_2), b"CONNECT\nhost:a\\b:cd\n\n\0");
}

#[test]
fn a_malformed_frame_is_reported_once_and_costs_nothing_else() {
    let limits = Limits { frame_bytes: 64, headers: 2, header_bytes: 20 };
    let long = format!("SEND\n\n{}\0", "x".repeat(65));
    let broken: [(&[u8], FrameError); 11] = [
        (b"SEND\nnocolon\nb:c\n\nbody\0", FrameError::HeaderWithoutColon("nocolon".into())),
        (b"SEND\n:value\n\n\0", FrameError::HeaderWithoutColon(":value".into())),
        (b"SEND\na:\\t\n\nbody\0", FrameError::BadEscape("a:\\t".into())),
        (b"SEND\na:\xff\n\nbody\0", FrameError::NotUtf8),
        (b"SEND\na:1\nb:2\nc:3\n\n\0", FrameError::TooManyHeaders(2)),
        (b"SEND\na:0123456789012345678\n\n\0", FrameError::HeaderTooLong(20)),
        (b"SEND\ncontent-length:-1\n\nbody\0", FrameError::BadContentLength("-1".into())),
        (b"SEND\ncontent-length:2\n\nbody\0", FrameError::BodyNotTerminated(2)),
        (b"SEND\ncontent-length:65\n\nbody\0", FrameError::TooLarge(64)),
        (b"SEND\na:b\0", FrameError::EndsInHead),
        (b"garbage\n\n\0", FrameError::UnknownCommand("garbage".into())),
    ];
    let broken = broken.into_iter().chain([(long.as_bytes(), FrameError::TooLarge(64))]);
    for (bytes, error) in broken {
        for chunk in [1, 3, 1000] {
            let mut decoder = Decoder::new(limits);
            decoder.set_version(Version::V1_2);
            let stream = [bytes, b"ACK\nid:1\n\n\0"].concat();
            let got: Vec<_> = stream.chunks(chunk).flat_map(|piece| decode_all(&mut decoder, piece)).collect();
            assert_eq!(got, [Err(error.clone()), Ok(Item::Frame(Frame::new("ACK").header("id", "1")))]);
        }
    }
}

#[test]
fn an_endless_frame_is_not_held() {
    for start in ["SEND\n\n", "SEND\nh:", "SEND", "SEND\ncontent-length:999999999999\n\n", "SEND\ncontent-length:1000000\n\n"] {
        let mut decoder = Decoder::new(Limits::default());
        let mut errors = decode_all(&mut decoder, start.as_bytes()).len();
        let piece = vec![b'x'; 64 << 10];
        for _ in 0..64 {
            errors += decode_all(&mut decoder, &piece).len();
            assert!(decoder.held() <= 2 << 20, "{start:?} holds {}", decoder.held());
        }
        assert_eq!(errors, 1, "{start:?}");
    }
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let command = prop_oneof![Just("SEND"), Just("MESSAGE"), Just("CONNECT"), Just("ERROR"), Just("SUBSCRIBE")];
    let header = ("[a-z:\\\\\n\r é]{1,8}", "[ -~\n\r\\\\:é中]{0,20}");
    (command, prop::collection::vec(header, 0..6), prop::collection::vec(any::<u8>(), 0..200)).prop_map(|(command, mut headers, body)| {
        // A name of nothing but what a version leaves out would be empty.
        headers.iter_mut().for_each(|(name, _)| name.insert(0, 'n'));
        Frame { command: command.into(), headers, body }
    })
}

/// What is left of a header where the version cannot express it.
fn expressible(frame: &Frame, version: Version) -> Frame {
    let version = if frame.command == "CONNECT" { Version::V1_0 } else { version };
    let keep = |text: &str, is_name: bool| {
        let lost = |c: &char| match c {
            '\r' => version != Version::V1_2,
            '\n' => version == Version::V1_0,
            ':' => is_name && version == Version::V1_0,
            _ => false,
        };
        text.chars().filter(|c| !lost(c)).collect::<String>()
    };
    let mut headers: Vec<_> = frame.headers.iter().map(|(name, value)| (keep(name, true), keep(value, false))).collect();
    if !frame.body.is_empty() {
        headers.push(("content-length".into(), frame.body.len().to_string()));
    }
    Frame { command: frame.command.clone(), headers, body: frame.body.clone() }
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_again(
        sent in prop::collection::vec(any_frame(), 1..4),
        version in prop::sample::select(Version::ALL.to_vec()),
        cuts in prop::collection::vec(1usize..40, 1..50),
    ) {
        let bytes: Vec<u8> = sent.iter().flat_map(|frame| frame.encode(version)).collect();
        let mut decoder = Decoder::new(Limits::default());
        decoder.set_version(version);
        let (mut got, mut rest, mut cuts) = (Vec::new(), &bytes[..], cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(cuts.next().unwrap_or(1).min(rest.len()));
            got.extend(decode_all(&mut decoder, piece));
            rest = behind;
        }
        let expected: Vec<_> = sent.iter().map(|frame| Ok(Item::Frame(expressible(frame, version)))).collect();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn any_bytes_are_survived_and_not_kept(
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            prop::collection::vec(prop::sample::select(b"\n\r\0:ab\\SEND".to_vec()), 0..300),
            Just(b"SEND\ncontent-length:90\n\n".to_vec()),
            Just(b"MESSAGE\na:b\n\n".to_vec()),
        ], 0..40),
        version in prop::sample::select(Version::ALL.to_vec()),
    ) {
        let limits = Limits { frame_bytes: 128, headers: 4, header_bytes: 32 };
        let mut decoder = Decoder::new(limits);
        decoder.set_version(version);
        for piece in &pieces {
            decode_all(&mut decoder, piece);
            prop_assert!(decoder.held() <= 1024, "held {}", decoder.held());
        }
        // Enough NULs end whatever was open, a declared length included; then a good frame is understood.
        decode_all(&mut decoder, &[0; 129]);
        prop_assert_eq!(decode_all(&mut decoder, b"ACK\nid:1\n\n\0"), [Ok(Item::Frame(Frame::new("ACK").header("id", "1")))]);
    }
}
