//! The browser's files, inside the binary: each with its compressed forms, an ETag and a hash in its address.

use crate::page::Assets;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
struct Site;

/// Their addresses, for the document's head.
pub fn addresses() -> Assets {
    let address = |path: &str| match Site::get(path) {
        Some(file) => format!("/{path}?v={}", tag(&file)),
        None => format!("/{path}"),
    };
    Assets { css: address("pkg/console.css"), js: address("pkg/console.js"), wasm: address("pkg/console.wasm") }
}

/// Which browser's half this binary has; empty where it has none.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| Site::get("pkg/console.wasm").map(|file| tag(&file)).unwrap_or_default());
    &VERSION
}

/// Whether the browser's half was there when this binary was built.
pub fn complete() -> bool {
    ["pkg/console.css", "pkg/console.js", "pkg/console.wasm"].into_iter().all(|path| Site::get(path).is_some())
}

/// The file at `path`; none where there is none. `versioned` says that the address holds the content's hash.
pub fn serve(path: &str, versioned: bool, headers: &HeaderMap) -> Option<Response> {
    let path = path.trim_start_matches('/');
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let file = Site::get(path)?;
    // Weak: it is the same for each compressed form.
    let etag = format!("W/\"{}\"", tag(&file));
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (file, encoding) = best(path, file, headers);
        let mut response = file.data.into_response();
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        insert(&mut response, header::CONTENT_TYPE, kind.as_ref());
        if let Some(encoding) = encoding {
            insert(&mut response, header::CONTENT_ENCODING, encoding);
        }
        response
    };
    insert(&mut response, header::ETAG, &etag);
    insert(&mut response, header::VARY, "accept-encoding");
    insert(&mut response, header::CACHE_CONTROL, if versioned { "public, max-age=31536000, immutable" } else { "no-cache" });
    Some(response)
}

/// The smallest form that the browser takes.
fn best(path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> (EmbeddedFile, Option<&'static str>) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (name, ending) in [("br", "br"), ("gzip", "gz")] {
        let takes = accepted.split(',').any(|part| part.trim().split(';').next() == Some(name) && !part.contains("q=0"));
        if takes && let Some(file) = Site::get(&format!("{path}.{ending}")) {
            return (file, Some(name));
        }
    }
    (plain, None)
}

fn tag(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn insert(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
