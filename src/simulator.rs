//! The platform's stand-in: the same wire, and a floor of agents and customers behind it.
