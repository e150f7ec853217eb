//! The system below the program: a wall clock that is set, an fsync that fails. A small library stands in between (`system.c`), so the
//! program under test is the one that ships.

use super::program::command_of;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

pub struct System {
    folder: TempDir,
    said: File,
}

impl System {
    pub fn new() -> System {
        let folder = tempfile::tempdir().unwrap();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/support/system.c");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let built =
            Command::new(compiler).args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(library(&folder)).arg(source).status();
        assert!(built.unwrap().success(), "{source} does not compile");
        let said = File::create_new(folder.path().join("said")).unwrap();
        said.write_all_at(&[0; 16], 0).unwrap();
        System { folder, said }
    }

    /// Has the wall clock show so many seconds more than the true time; the monotonic one goes on as it did.
    pub fn set_clock(&self, ahead: i64) {
        self.said.write_all_at(&ahead.to_ne_bytes(), 0).unwrap();
    }

    /// Has every fsync fail as a broken disk does, or none.
    pub fn fail_fsync(&self, fails: bool) {
        self.said.write_all_at(&i64::from(fails).to_ne_bytes(), 8).unwrap();
    }

    /// A program that runs on it.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = command_of(program);
        command.env("LD_PRELOAD", library(&self.folder)).env("FAULTS", self.folder.path().join("said"));
        command
    }
}

fn library(folder: &TempDir) -> PathBuf {
    folder.path().join("system.so")
}
