//! A process with another wall clock than the machine's, by the library faketime. Clocks that nobody can set stay.

use std::fs;
use std::path::{Path, PathBuf};

use crate::quorate_process::Launch;

/// The wall clock of a process, which the test may set while it runs.
#[derive(Debug)]
pub struct FakeClock {
    offset: PathBuf,
}

impl FakeClock {
    /// Returns a clock that shows the machine's time, kept in a folder of the test.
    ///
    /// # Panics
    /// When the folder cannot be written to.
    #[must_use]
    #[track_caller]
    pub fn new(folder: &Path) -> Self {
        let clock = Self {
            offset: folder.join("clock"),
        };
        clock.set_days(0);
        clock
    }

    /// Has a process live by it.
    ///
    /// # Panics
    /// When the library is not there: it comes with the package `faketime`.
    #[must_use]
    #[track_caller]
    pub fn launch(&self, launch: Launch) -> Launch {
        launch
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", &self.offset)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    }

    /// Sets it that many days ahead of the machine's, or behind.
    ///
    /// # Panics
    /// When its file cannot be written.
    #[track_caller]
    pub fn set_days(&self, days: i64) {
        let new = self.offset.with_extension("new");
        let set = fs::write(&new, format!("{days:+}d")).and_then(|()| fs::rename(&new, &self.offset));
        set.unwrap_or_else(|error| panic!("{}: {error}", self.offset.display()));
    }
}

#[track_caller]
fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").expect("there is /usr/lib");
    folders
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.exists())
        .expect("libfaketimeMT.so.1 below /usr/lib: install the package faketime")
}
