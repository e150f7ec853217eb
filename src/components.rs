//! What several pages show of the call centre. A part asks for the few contexts that it uses; none knows which page it stands on.

pub mod agent;
pub mod frame;
pub mod grid;
pub mod intervention;
pub mod preferences;
pub mod search;
pub mod times;
pub mod workspace;
