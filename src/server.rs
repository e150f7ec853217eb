//! The console: everything that only the server has.
