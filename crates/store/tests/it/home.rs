//! A folder that goes away with the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quorate_store::contract::Home;
use quorate_store::{EmbeddedOptions, EmbeddedStore, Error, OwnerToken, Store};

pub(crate) struct TempFolder {
    folder: tempfile::TempDir,
}

impl TempFolder {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Copies a data folder as it is now.
    pub(crate) fn copy_of(from: &Path) -> Self {
        let copy = Self::new();
        copy_folder(from, &copy.path());
        copy
    }

    pub(crate) fn store(&self) -> (EmbeddedStore, OwnerToken) {
        let store = open(&self.path()).unwrap();
        let owner = store.acquire().unwrap();
        (store, owner)
    }
}

impl Home for TempFolder {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(open(&self.path()).unwrap())
    }
}

pub(crate) fn open(path: &Path) -> Result<EmbeddedStore, Error> {
    EmbeddedStore::open(path, EmbeddedOptions::default())
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
