//! Whatever frames and bytes there are: what is encoded decodes again, a broken frame costs itself only, nothing is kept.

use super::*;
use proptest::prelude::*;

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
    fn whatever_happens_to_a_frame_those_behind_it_are_told(
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"\n\r\0:9{}".to_vec())],
        what in 0..4,
        end in prop::sample::select(vec!["\n", "\r\n", "\n\n"]),
    ) {
        let mut broken = event(0).encode(Version::V1_2);
        let at = at.index(broken.len());
        match what {
            0 => broken.truncate(at),
            1 => broken[at] = byte,
            2 => broken.insert(at, byte),
            _ => drop(broken.remove(at)),
        }
        let behind: Vec<Frame> = (101..=110).map(event).collect();
        let got = told(&[&broken, end.as_bytes(), &encoded(&behind)].concat());
        let bodies: Vec<_> = got.iter().flatten().filter(|body| behind.iter().any(|frame| frame.body == **body)).collect();
        let expected: Vec<_> = behind.iter().map(|frame| &frame.body).collect();
        prop_assert!(bodies == expected, "{:?} {end:?}: {} of {}", String::from_utf8_lossy(&broken), bodies.len(), expected.len());
    }

    #[test]
    fn any_bytes_are_survived_and_not_kept(
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            prop::collection::vec(prop::sample::select(b"\n\r\0:ab\\SEND".to_vec()), 0..300),
            Just(b"SEND\ncontent-length:90\n\n".to_vec()),
            Just(b"MESSAGE\na:b\n\n".to_vec()),
            Just(b"MESSAGE\ncontent-length:60\n\n{}\0".to_vec()),
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

    #[test]
    fn the_short_way_tells_what_the_long_way_does(
        frames in prop::collection::vec(any_piece(), 1..8),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), prop::sample::select(b"\n\r\0:9{}\\".to_vec())], 0..4), 0..3),
        cuts in prop_oneof![Just(vec![10_000]), prop::collection::vec(1usize..200, 1..20)],
        version in prop::sample::select(Version::ALL.to_vec()),
        limits in prop::sample::select(vec![Limits::default(), Limits { frame_bytes: 90, headers: 3, header_bytes: 40 }]),
    ) {
        let mut stream = frames.concat();
        for (at, byte, what) in changes {
            let at = at.index(stream.len() + 1);
            match what {
                0 => stream.insert(at, byte),
                _ if at == stream.len() => {}
                1 => stream[at] = byte,
                _ => drop(stream.remove(at)),
            }
        }
        let (mut pieces, mut rest, mut cuts) = (Vec::new(), &stream[..], cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(cuts.next().unwrap_or(1).min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        let mut decoder = Decoder::new(limits);
        decoder.set_version(version);
        let long: Vec<_> = pieces.iter().flat_map(|piece| decode_all(&mut decoder, piece)).collect();
        prop_assert_eq!(told_shortly(&pieces, limits, version).0, bodies(long), "{}", String::from_utf8_lossy(&stream));
    }
}

/// A frame, mostly a message, or part of one, or what stands between frames.
fn any_piece() -> impl Strategy<Value = Vec<u8>> {
    let headers = [
        "a:b",
        "subscription:0",
        "message-id:12",
        "content-length:4",
        "content-length:2",
        "content-length: 7 ",
        "content-length:+3",
        "content-length:",
        "content-length:80",
        "content-length:99999999999999999999",
        "é:中",
        "x:\\c",
        "x:\\r",
        "x:\\t",
        ":b",
        "none",
        "content-type:application/json;charset=UTF-8",
    ];
    let bodies = [
        "",
        "{}",
        "{\"a\":1}",
        "no JSON",
        "{\n}\n",
        "{\n\"a\":1}ACK\na:b\n\n{}",
        "\nMESSAGE\na:b\n\nx",
        "\n\n",
        "{\0MESSAGE\nc:d\n\n",
        "{\nMESSAGE\na:b\n",
        "x\nSEND\na:b\r\n\r\n",
    ];
    let message = (
        prop::sample::select(vec!["MESSAGE", "MESSAGE", "MESSAGE", "MESSAGE", "RECEIPT", "MESSAG", "xMESSAGE"]),
        prop::sample::select(vec!["\n", "\n", "\r\n"]),
        prop::collection::vec(prop::sample::select(headers.to_vec()), 0..4),
        prop::sample::select(bodies.to_vec()),
        any::<bool>(),
        prop::sample::select(vec!["\0", "\0", "\0\n", ""]),
    );
    let message = message.prop_map(|(command, line, headers, body, sized, end)| {
        let length = if sized { format!("content-length:{}{line}", body.len()) } else { String::new() };
        let headers: String = headers.iter().map(|header| format!("{header}{line}")).collect();
        format!("{command}{line}{length}{headers}{line}{body}{end}").into_bytes()
    });
    prop_oneof![
        8 => message,
        4 => (0..100_u32).prop_map(|number| event(number).encode(Version::V1_2)),
        1 => prop::sample::select(vec!["\n", "\r\n", "\0", "garbage", "MESSAGE\n"]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ]
}
