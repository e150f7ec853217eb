//! The browser's files, inside the binary: each with its compressed forms, an ETag and a hash in its address.

use crate::server::site::{Site, tag};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::EmbeddedFile;

/// The file at `path`; none where there is none. `versioned` says that the address holds the content's hash.
pub fn serve(site: &Site, path: &str, versioned: bool, headers: &HeaderMap) -> Option<Response> {
    let path = path.trim_start_matches('/');
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let file = site.get(path)?;
    // Weak: it is the same for each compressed form.
    let etag = format!("W/\"{}\"", tag(&file));
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (file, encoding) = best(site, path, file, headers);
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
fn best(site: &Site, path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> (EmbeddedFile, Option<&'static str>) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (name, ending) in [("br", "br"), ("gzip", "gz")] {
        let takes = accepted.split(',').any(|part| part.trim().split(';').next() == Some(name) && !part.contains("q=0"));
        if takes && let Some(file) = site.get(&format!("{path}.{ending}")) {
            return (file, Some(name));
        }
    }
    (plain, None)
}

fn insert(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
