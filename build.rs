//! Promises that `target/site` and the list of its files exist, so that the server compiles before the browser's half was ever built. Both
//! are in the manifest's own folder even where cargo's target folder is elsewhere. What is in them is the program's concern (src/main.rs).

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    // Only the server embeds the site; the browser's half is what the site is made of.
    if env::var_os("CARGO_FEATURE_SSR").is_none() {
        return Ok(());
    }
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let target = manifest.join("target");
    fs::create_dir_all(target.join("site"))?;
    let list = target.join("site.list");
    if list.exists() { Ok(()) } else { fs::write(list, "") }
}
