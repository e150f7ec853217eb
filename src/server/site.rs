//! The files that browsers load, for whoever names or serves them. The program that is started holds them, not this library: so the two
//! halves can be compiled side by side.

use crate::page::Assets;
use rust_embed::EmbeddedFile;

/// The browser's half, as the program holds it that is served.
pub struct Site {
    get: fn(&str) -> Option<EmbeddedFile>,
    /// Which browser's half this is; empty where there is none.
    pub version: String,
    /// The addresses of its files, for the document's head.
    pub addresses: Assets,
}

impl Site {
    /// Takes what gives a file's content by its path, as `RustEmbed::get` does.
    pub fn new(get: fn(&str) -> Option<EmbeddedFile>) -> Site {
        let address = |path: &str| match get(path) {
            Some(file) => format!("/{path}?v={}", tag(&file)),
            None => format!("/{path}"),
        };
        let addresses = Assets { css: address("pkg/console.css"), js: address("pkg/console.js"), wasm: address("pkg/console.wasm") };
        Site { get, version: get("pkg/console.wasm").map(|file| tag(&file)).unwrap_or_default(), addresses }
    }

    /// Returns the file at `path`; none where there is none.
    pub fn get(&self, path: &str) -> Option<EmbeddedFile> {
        (self.get)(path)
    }

    /// Whether the browser's half was there when this program was built.
    pub fn is_complete(&self) -> bool {
        ["pkg/console.css", "pkg/console.js", "pkg/console.wasm"].into_iter().all(|path| self.get(path).is_some())
    }
}

/// What an address or an ETag says of a file's content.
pub fn tag(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
