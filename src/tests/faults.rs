//! Every fault with its promise: what users see meanwhile, what is lost (nothing, or exactly what), and how it recovers. The README's "When
//! things fail" has a row for each.

mod clock;
mod crowd;
mod disk;
mod forgotten;
mod kill;
mod malformed;
mod network;
mod play;
mod stopped;
