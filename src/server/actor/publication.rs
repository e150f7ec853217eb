//! The board as it was published last, with what stands above it.

use crate::floor::mask::Mask;
use crate::floor::visibility::Visibility;
use crate::floor::{ConsoleTime, Offset};
use crate::live::{Header, Link};
use crate::server::actor::board::Board;
use crate::server::clock::now;

/// What stands above whatever is told.
#[derive(Debug, Clone)]
pub struct Head {
    pub epoch: u64,
    pub offset: Offset,
    pub link: Link,
}

impl Head {
    pub fn header(&self, seq: u64, at: ConsoleTime) -> Header {
        Header { epoch: self.epoch, seq, at, offset: self.offset, link: self.link.clone() }
    }
}

/// The board as it was published last.
#[derive(Debug, Clone)]
pub struct Publication {
    pub seq: u64,
    pub head: Head,
    pub board: Board,
    /// What hides the rest from those who see no outside numbers.
    pub mask: Mask,
}

impl Publication {
    /// The header of what is told of it now.
    pub fn header(&self) -> Header {
        self.head.header(self.seq, now())
    }

    /// What hides outside numbers from those who may not see them.
    pub fn hidden_from(&self, visibility: Visibility) -> Option<&Mask> {
        match visibility {
            Visibility::Whole => None,
            Visibility::Masked => Some(&self.mask),
        }
    }
}
