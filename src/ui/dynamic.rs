//! What a view follows, with the closure's type forgotten: every closure with the same kind of result then shares one piece of code
//! in the browser, instead of each having its own for hydrating, building and following.

/// `follow` is run again whenever a signal that it read changes.
pub fn dynamic<T>(follow: impl FnMut() -> T + Send + 'static) -> Box<dyn FnMut() -> T + Send> {
    Box::new(follow)
}
