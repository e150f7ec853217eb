//! Ids as the simulated floor has them.

use std::sync::Arc;

/// An agent, device or call id; shared, because each event carries several.
pub type Id = Arc<str>;
