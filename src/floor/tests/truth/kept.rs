//! A floor that was kept and read again goes on as if nothing had been.

use super::super::chronicle::a_round;
use super::*;
use crate::floor::Chronicle;
use crate::floor::kept::ENCODING;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_floor_that_was_kept_goes_on_as_if_nothing_had_been(
        platform in platforms(), moves in moves(24), at in any::<Index>(), window in 1..24_usize, order in proptest::collection::vec(any::<u32>(), 50),
        again in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        let play = Play::of(platform, moves);
        prop_assume!(play.is_sound());
        let heard = delivered(&play.items, window, &order, &again);
        let (before, after) = heard.split_at(at.index(heard.len() + 1));
        let mut one = console(before);
        let mut other = kept(one.clone());
        hear(&mut one, after);
        hear(&mut other, after);
        let rows = |floor: &Floor| floor.agents().filter_map(|agent| floor.row(agent)).collect::<Vec<_>>();
        prop_assert_eq!(rows(&one), rows(&other));
        let calls = |floor: &Floor| floor.calls().map(|id| (id.clone(), floor.call_row(id))).collect::<BTreeMap<_, _>>();
        prop_assert_eq!(calls(&one), calls(&other));
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), of_this_encoding in any::<bool>()) {
        if of_this_encoding {
            bytes.insert(0, ENCODING.try_into().unwrap());
        }
        if let Ok(mut chronicle) = Chronicle::from_bytes(&bytes) {
            drop(chronicle.fold.floor.apply(&agent_event("agentReady", 1, 1, 1)));
        }
    }
}

#[test]
fn what_this_encodings_first_version_wrote_is_read() {
    let mut expected = a_round();
    expected.fold.floor = in_a_call();
    let mut chronicle = Chronicle::from_bytes(include_bytes!("kept.bin")).unwrap_or_else(|error| {
        let new = std::env::temp_dir().join("kept.bin");
        std::fs::write(&new, expected.to_bytes().unwrap()).unwrap();
        panic!("{error}: a kept type has changed; raise ENCODING in floor/kept.rs, and take {} in place of the file here", new.display());
    });
    let rows = |floor: &Floor| floor.agents().filter_map(|agent| floor.row(agent)).collect::<Vec<_>>();
    assert_eq!(rows(&chronicle.fold.floor), rows(&expected.fold.floor));
    let calls = |floor: &Floor| floor.calls().filter_map(|id| floor.call_row(id)).collect::<Vec<_>>();
    assert_eq!(calls(&chronicle.fold.floor), calls(&expected.fold.floor));
    chronicle.tell_all_workdays();
    assert_eq!(chronicle.take_workdays(), expected.take_workdays());
    let records = expected.take_records(usize::MAX);
    assert!(!records.is_empty());
    assert_eq!(chronicle.take_records(usize::MAX), records);
}

fn chronicle(floor: Floor) -> Chronicle {
    let mut chronicle = Chronicle::default();
    chronicle.fold.floor = floor;
    chronicle
}

/// The floor after it was written and read.
fn kept(floor: Floor) -> Floor {
    Chronicle::from_bytes(&chronicle(floor).to_bytes().unwrap()).unwrap().fold.floor
}

/// Three agents, of whom the first talks to somebody outside.
fn in_a_call() -> Floor {
    let mut floor = three_ready();
    let fields = json!({"callId": "c1@test.cc", "srcDeviceId": device(1), "callingDevice": "13800138000", "calledDevice": device(1), "deviceId": device(1), "agentId": "5001@test.cc"});
    floor.apply(&event("delivered", 10, 100, fields.clone()));
    floor.apply(&event("established", 15, 101, fields));
    floor
}

#[test]
fn another_encoding_and_damage_are_told_apart() {
    let whole = chronicle(in_a_call()).to_bytes().unwrap();
    let mut other = whole.clone();
    other[0] = 99;
    assert_eq!(Chronicle::from_bytes(&other).map(drop), Err(crate::floor::KeptError::OtherEncoding(99)));
    assert!(matches!(Chronicle::from_bytes(&whole[..whole.len() / 2]), Err(crate::floor::KeptError::Damaged(_))));
}
