//! Round trips in every version under any chunking, resynchronisation, and bounded memory for any bytes.

mod properties;

use super::*;

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

/// An event as the platform sends it.
fn event(number: u32) -> Frame {
    let body = format!("{{\"eventName\":\"held\",\"userData\":{{\"n\":{number}}}}}");
    let frame =
        Frame::new("MESSAGE").header("subscription", "0").header("destination", "/topic/a").header("message-id", number.to_string());
    frame.with_body(body)
}

fn encoded(frames: &[Frame]) -> Vec<u8> {
    frames.iter().flat_map(|frame| [frame.encode(Version::V1_2), b"\n".to_vec()].concat()).collect()
}

/// The event with another length than it has, or with none.
fn with_length(frame: &Frame, length: Option<usize>) -> Vec<u8> {
    let text = String::from_utf8(frame.encode(Version::V1_2)).unwrap();
    let own = format!("content-length:{}\n", frame.body.len());
    text.replace(&own, &length.map_or(String::new(), |length| format!("content-length:{length}\n"))).into_bytes()
}

/// What is told of a stream in pieces of every size, without the heart-beats: errors, and the bodies of frames.
fn told(stream: &[u8]) -> Vec<Result<Vec<u8>, FrameError>> {
    let [whole, small, smallest] = [usize::MAX, 7, 1].map(|size| {
        let mut decoder = Decoder::new(Limits::default());
        decoder.set_version(Version::V1_2);
        let pieces: Vec<&[u8]> = stream.chunks(size.min(stream.len().max(1))).collect();
        let items = pieces.iter().flat_map(|piece| decode_all(&mut decoder, piece)).collect::<Vec<_>>();
        let long = bodies(items);
        assert_eq!(told_shortly(&pieces, Limits::default(), Version::V1_2).0, long);
        long
    });
    assert!(whole == small && small == smallest, "{whole:?} {small:?} {smallest:?}");
    whole
}

/// Errors, and the bodies of frames.
fn bodies(items: Vec<Result<Item, FrameError>>) -> Vec<Result<Vec<u8>, FrameError>> {
    let body = |item| match item {
        Ok(Item::Frame(frame)) => Some(Ok(frame.body)),
        Ok(Item::HeartBeat) => None,
        Err(error) => Some(Err(error)),
    };
    items.into_iter().filter_map(body).collect()
}

/// What is told where whole messages are taken before the rest is fed, and how many could be taken.
fn told_shortly(pieces: &[&[u8]], limits: Limits, version: Version) -> (Vec<Result<Vec<u8>, FrameError>>, usize) {
    let mut decoder = Decoder::new(limits);
    decoder.set_version(version);
    let (mut got, mut taken) = (Vec::new(), 0);
    for piece in pieces {
        let mut rest = *piece;
        while let Some(body) = decoder.take_message(&mut rest) {
            got.push(Ok(body.to_vec()));
            taken += 1;
        }
        got.extend(bodies(decode_all(&mut decoder, rest)));
    }
    (got, taken)
}

#[test]
fn whole_messages_are_taken_without_being_fed() {
    let events: Vec<Frame> = (0..9).map(event).collect();
    let mut unsized_ones: Vec<u8> = events.iter().flat_map(|event| with_length(event, None)).collect();
    unsized_ones.extend_from_slice(&encoded(&[event(9).with_body("{\n \"pretty\": 1\n}\n")]));
    assert_eq!(told_shortly(&[&encoded(&events), &unsized_ones], Limits::default(), Version::V1_2).1, 19);
    // What the long way has to look at, and what is behind it.
    for other in [&b"MESSAGE\na:\\n\n\n\0"[..], b"RECEIPT\nreceipt-id:1\n\n\0", b"MESSAGE\ncontent-length:9\n\n{}\0", b"MESSAGE\na:b\n\n{}"]
    {
        assert_eq!(told_shortly(&[&encoded(&events), other, &encoded(&events)], Limits::default(), Version::V1_2).1 % 9, 0, "{other:?}");
        assert_eq!(told_shortly(&[&[other, &encoded(&events)].concat()], Limits::default(), Version::V1_2).1, 0, "{other:?}");
    }
}

/// Of a broken frame nothing but the error is told, of those behind it everything.
fn costs_itself_only(broken: &[u8], error: &FrameError) {
    let behind: Vec<Frame> = (1..=20).map(event).collect();
    let got = told(&[broken, &encoded(&behind)].concat());
    let expected: Vec<_> = [Err(error.clone())].into_iter().chain(behind.iter().map(|frame| Ok(frame.body.clone()))).collect();
    assert_eq!(got, expected, "{:?}", String::from_utf8_lossy(broken));
}

#[test]
fn a_length_that_is_too_long_costs_its_own_frame() {
    let length = event(0).body.len();
    for more in [1, 2, 50, 700, 900_000] {
        costs_itself_only(
            &with_length(&event(0), Some(length + more)),
            &match more {
                // It ends before the next head does.
                1..=50 => FrameError::BodyNotTerminated(length + more),
                _ => FrameError::FrameInBody,
            },
        );
    }
    costs_itself_only(&with_length(&event(0), Some(9 << 20)), &FrameError::TooLarge(1 << 20));
    // No JSON: it may contain anything until its end proves wrong.
    let text = event(0).with_body("no JSON\nat all");
    costs_itself_only(&with_length(&text, Some(500)), &FrameError::BodyNotTerminated(500));
}

#[test]
fn on_a_quiet_floor_the_next_event_is_told_at_once() {
    let broken = with_length(&event(0), Some(900_000));
    let next = event(1).encode(Version::V1_2);
    assert_eq!(told(&[broken, next].concat()), [Err(FrameError::FrameInBody), Ok(event(1).body)]);
}

#[test]
fn a_frame_without_its_nul_costs_itself_only() {
    let length = Some(event(0).body.len());
    let cut = |mut bytes: Vec<u8>, end: &str| {
        bytes.pop();
        bytes.extend_from_slice(end.as_bytes());
        bytes
    };
    for end in ["", "\n", "\r\n", "\n\n"] {
        costs_itself_only(&cut(with_length(&event(0), length), end), &FrameError::BodyNotTerminated(event(0).body.len()));
        costs_itself_only(&cut(with_length(&event(0), None), end), &FrameError::FrameInBody);
        let text = event(0).with_body("no JSON");
        costs_itself_only(&cut(text.encode(Version::V1_2), end), &FrameError::BodyNotTerminated(7));
    }
}

#[test]
fn a_head_that_is_cut_costs_its_own_frame() {
    let without_colon = |line: &str| FrameError::HeaderWithoutColon(line.into());
    costs_itself_only(b"MESS\n", &FrameError::UnknownCommand("MESS".into()));
    costs_itself_only(b"MESS", &FrameError::UnknownCommand("MESSMESSAGE".into()));
    costs_itself_only(b"MESSAGE\nsubscr\n", &without_colon("subscr"));
    costs_itself_only(b"MESSAGE\r\nsubscr\r\n\r\n", &without_colon("subscr"));
    costs_itself_only(b"MESSAGE\nsubscr", &without_colon("subscrMESSAGE"));
    costs_itself_only(b"MESSAGE\nsubscription:0\n", &without_colon("MESSAGE"));
    costs_itself_only(b"MESSAGE\nsubscription:0\ncontent-length:85\n", &without_colon("MESSAGE"));
    costs_itself_only(b"MESSAGE\nsubscription:0\n\n", &FrameError::FrameInBody);
    costs_itself_only(b"MESSAGE\nsubscription:0\r\n\r\n\r\n", &FrameError::FrameInBody);
    costs_itself_only(b"MESSAGE\nsubscription:0\0", &FrameError::EndsInHead);
    let long = format!("MESSAGE\nsubscription:{}MESSAGE\na:b\n\n\0", "x".repeat(9000));
    costs_itself_only(long.as_bytes(), &FrameError::HeaderTooLong(8 << 10));
}

#[test]
fn a_body_of_the_right_length_may_contain_frames() {
    let inner = encoded(&[event(1), event(2)]);
    for before in [&b""[..], b"\0", b"\n", b"text\0", b"text\n", b"[1]\0\n", b"\"a\"\n", b"x}"] {
        let body = [before, &inner].concat();
        let stream = [event(0).with_body(body.clone()), event(3)];
        assert_eq!(told(&encoded(&stream)), [Ok(body), Ok(event(3).body)], "{before:?}");
    }
    // But not one that begins like JSON, which has no such line; a line alone is no frame.
    let json = event(0).with_body([&b"{}\0"[..], &inner].concat());
    let bodies = [Ok(event(1).body), Ok(event(2).body), Ok(event(3).body)];
    assert_eq!(told(&encoded(&[json, event(3)])), [[Err(FrameError::FrameInBody)].as_slice(), &bodies].concat());
    for body in ["{\0MESSAGE\nand:\nso on\n\n", "{\nERROR\n\n", "{\nMESSAGE\na:b\n\0\n"] {
        assert_eq!(told(&encoded(&[event(0).with_body(body)])), [Ok(body.into())]);
    }
}

#[test]
fn no_stream_takes_more_time_than_its_length() {
    // Each of these would take minutes if what was passed over were looked at again for every frame that may begin in it.
    let patterns = [
        "ACK\n\n",
        "ACK\na:b\n\n",
        "\0",
        "\n",
        "{",
        "ACK\ncontent-length:100000\n\n",
        "\0ACK\ncontent-length:100000\n\n{",
        "\nACK\n\n{",
        "\nACK\nxACK\na:b\n\n{",
        "\0\rACK\na:b\n\n{",
        "\0xACK\na:b\n\n{",
        "ACK\na:b\n",
        "ACK\na:b\n\n{ACK\n:\n\n",
    ];
    for pattern in patterns {
        for start in ["", "SEND\ncontent-length:100000\n\n{", "SEND\n\n{", "x"] {
            let stream = [start.as_bytes(), &pattern.as_bytes().repeat((300 << 10) / pattern.len())].concat();
            let mut decoder = Decoder::new(Limits { frame_bytes: 128 << 10, ..Limits::default() });
            for piece in stream.chunks(100) {
                decode_all(&mut decoder, piece);
                assert!(decoder.held() <= 300 << 10, "{pattern:?} holds {}", decoder.held());
            }
        }
    }
}
