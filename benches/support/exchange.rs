//! The messages that browsers have got. What many get is kept and read once: each browser's bytes are compared with it as they come.

use super::Outcome;
use super::wire::{self, Told};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// So many first bytes and the length tell messages apart until they are compared.
pub const BEGINNING: usize = 48;
/// Messages are kept until there are so many bytes of them: browsers are apart by less than that.
const KEPT: usize = 64 << 20;

type Key = (usize, Vec<u8>);
pub type Message = Rc<RefCell<Shared>>;

/// A message as far as the quickest browser has it.
#[derive(Default)]
pub struct Shared {
    bytes: Vec<u8>,
    told: Option<Rc<Told>>,
}

#[derive(Default)]
pub struct Exchange {
    known: HashMap<Key, Message>,
    order: VecDeque<Key>,
    bytes: usize,
}

impl Exchange {
    /// The message of this length that begins so.
    pub fn message(&mut self, length: usize, beginning: &[u8]) -> Message {
        let key = (length, beginning.to_vec());
        if let Some(message) = self.known.get(&key) {
            return message.clone();
        }
        let message = Message::default();
        self.known.insert(key.clone(), message.clone());
        self.order.push_back(key);
        self.bytes += length;
        while self.bytes > KEPT && self.order.len() > 1 {
            let Some(oldest) = self.order.pop_front() else { break };
            self.bytes -= oldest.0;
            self.known.remove(&oldest);
        }
        message
    }
}

/// Takes the bytes that one browser has got from `offset` on; where they differ from those of others it has a message of its own.
pub fn take(message: &mut Message, offset: usize, bytes: &[u8]) {
    let differs = {
        let mut shared = message.borrow_mut();
        let known = shared.bytes.get(offset..).unwrap_or_default();
        let both = known.len().min(bytes.len());
        let same = known.get(..both) == bytes.get(..both);
        if same && bytes.len() > both {
            shared.bytes.extend_from_slice(bytes.get(both..).unwrap_or_default());
        }
        !same
    };
    if differs {
        let mut own = message.borrow().bytes.get(..offset).unwrap_or_default().to_vec();
        own.extend_from_slice(bytes);
        *message = Rc::new(RefCell::new(Shared { bytes: own, told: None }));
    }
}

/// What a message that is complete says.
pub fn told(message: &Message, deflated: bool) -> Outcome<Rc<Told>> {
    let mut shared = message.borrow_mut();
    if let Some(told) = &shared.told {
        return Ok(told.clone());
    }
    let told = Rc::new(if deflated { wire::read(&wire::inflated(&shared.bytes)?)? } else { wire::read(&shared.bytes)? });
    shared.told = Some(told.clone());
    Ok(told)
}
