//! Entries as they lie on the disk: many together, compressed.
//!
//! First what each entry is, with its time after the one before, then the bodies of all one after the other: so they compress best.

use super::entry::{Entry, Said, What};
use crate::floor::ConsoleTime;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The layout's number, in front of each block.
const LAYOUT: u8 = 1;
/// Events are alike: more effort saves little.
const EFFORT: i32 = 1;
/// No block is longer than this when it is inflated: one that claims to be is damaged.
const LONGEST: usize = 1 << 30;

/// Why a block cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    #[error("it was written in layout {0}, this version reads {LAYOUT}")]
    OtherLayout(u8),
    #[error("it is damaged ({0})")]
    Damaged(String),
}

#[derive(Serialize, Deserialize)]
enum Kind {
    Event(usize),
    Odd(usize),
    Said(Said),
}

#[derive(Serialize, Deserialize)]
struct Line {
    /// Milliseconds after the line before, for the first one since 1970.
    after: i64,
    kind: Kind,
}

/// Writes entries as a block.
pub fn encode<'a>(entries: impl Iterator<Item = &'a Entry>) -> Result<Vec<u8>, BlockError> {
    let (mut lines, mut bodies, mut before) = (Vec::new(), Vec::new(), 0);
    for entry in entries {
        let kind = match &entry.what {
            What::Event(body, _) => {
                bodies.extend_from_slice(body);
                Kind::Event(body.len())
            }
            What::Odd(body) => {
                bodies.extend_from_slice(body);
                Kind::Odd(body.len())
            }
            What::Said(said) => Kind::Said(said.clone()),
        };
        let at = entry.at.as_millis();
        lines.push(Line { after: at.wrapping_sub(before), kind });
        before = at;
    }
    let mut plain = postcard::to_allocvec(&lines).map_err(damaged)?;
    plain.append(&mut bodies);
    let mut block = vec![LAYOUT];
    zstd::stream::copy_encode(plain.as_slice(), &mut block, EFFORT).map_err(damaged)?;
    Ok(block)
}

/// Reads the entries of a block.
pub fn decode(block: &[u8]) -> Result<Vec<Entry>, BlockError> {
    let (layout, packed) = block.split_first().ok_or_else(|| damaged("it is empty"))?;
    if *layout != LAYOUT {
        return Err(BlockError::OtherLayout(*layout));
    }
    let mut plain = Vec::new();
    let inflate = zstd::stream::Decoder::new(packed).map_err(damaged)?;
    std::io::copy(&mut std::io::Read::take(inflate, LONGEST as u64), &mut plain).map_err(damaged)?;
    let (lines, mut bodies) = postcard::take_from_bytes::<Vec<Line>>(&plain).map_err(damaged)?;
    let mut body = |length: usize| -> Result<Arc<[u8]>, BlockError> {
        let (body, rest) = bodies.split_at_checked(length).ok_or_else(|| damaged("a body is cut off"))?;
        bodies = rest;
        Ok(body.into())
    };
    let mut at = 0_i64;
    let entries = lines.into_iter().map(|line| {
        at = at.wrapping_add(line.after);
        let what = match line.kind {
            Kind::Event(length) => What::Event(body(length)?, None),
            Kind::Odd(length) => What::Odd(body(length)?),
            Kind::Said(said) => What::Said(said),
        };
        Ok(Entry::new(ConsoleTime::from_millis(at), what))
    });
    entries.collect()
}

fn damaged(why: impl ToString) -> BlockError {
    BlockError::Damaged(why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::clock::ClockStep;
    use crate::floor::time::at;
    use crate::floor::{CallId, DeviceId, Namespace};
    use proptest::prelude::*;

    fn said() -> impl Strategy<Value = Said> {
        prop_oneof![
            Just(Said::Started(Namespace::trusted("test.cc"))),
            ("\\PC{0,20}", proptest::option::of("\\PC{0,9}")).prop_map(|(source, queue)| Said::Live(source, queue)),
            any::<i32>().prop_map(|heard| Said::Down(at(heard.into()))),
            ("\\PC{1,9}", "\\PC{1,9}").prop_map(|(call, device)| Said::Listens(CallId::trusted(call), DeviceId::trusted(device))),
            (any::<i32>(), any::<u64>()).prop_map(|(since, entries)| Said::NotKept { since: at(since.into()), entries }),
            any::<i64>().prop_map(|millis| Said::ClockSet(ClockStep::by(millis))),
        ]
    }

    fn entry() -> impl Strategy<Value = Entry> {
        let body = || proptest::collection::vec(any::<u8>(), 0..200).prop_map(Arc::from);
        let what = prop_oneof![body().prop_map(|body| What::Event(body, None)), body().prop_map(What::Odd), said().prop_map(What::Said)];
        (any::<i64>(), what).prop_map(|(millis, what)| Entry::new(at(millis), what))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(entries in proptest::collection::vec(entry(), 0..40), cut in any::<proptest::sample::Index>()) {
            let block = encode(entries.iter()).unwrap();
            prop_assert_eq!(&decode(&block).unwrap(), &entries);
            prop_assert!(decode(&block[..cut.index(block.len())]).is_err());
        }

        #[test]
        fn damage_is_told(mut block in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(layout) = block.first_mut() {
                *layout = LAYOUT;
            }
            prop_assert!(decode(&block).is_err());
        }
    }

    #[test]
    fn a_later_layout_is_told_from_damage() {
        assert!(matches!(decode(&[9, 0, 0]), Err(BlockError::OtherLayout(9))));
    }
}
