//! Ties the server to the site that it embeds.
//!
//! Promises that `target/site` exists, so that the server compiles before the browser's half was ever built, and that
//! the server is rebuilt when the site changed. The folder is the manifest's own even where cargo's target folder is elsewhere.

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    // Only the server embeds the site; the browser's half is what the site is made of.
    if env::var_os("CARGO_FEATURE_SSR").is_none() {
        return Ok(());
    }
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let site = manifest.join("target").join("site");
    fs::create_dir_all(&site)?;
    println!("cargo:rerun-if-changed={}", site.display());
    Ok(())
}
