//! The data folder: whose it is, which format it has, and how it comes to be.
//!
//! ```text
//! quorate-format   the format's number, readable without opening anything else
//! lock             held while a process has the folder open
//! synced           how many commits were synced, see `synced`
//! db/              the fjall database; `db.new` while it is made
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::port::Error;

/// The format this build writes; it reads all up to it. 2: entries of the journal may be condensed.
pub const FORMAT: u32 = 2;

/// A data folder that this process holds.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// The format it had; `None`: it was empty.
    found: Option<u32>,
    /// Locked until it is dropped.
    _lock: File,
}

impl Folder {
    /// Takes hold of the folder; makes it when there is none.
    pub(super) fn hold(path: &Path) -> Result<Self, Error> {
        match fs::metadata(path) {
            Ok(found) if !found.is_dir() => {
                return Err(Error::NotAFolder {
                    path: path.to_owned(),
                });
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(path).map_err(|error| fault(path, "open", error))?;
                if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                    sync_folder(parent).map_err(|error| fault(path, "open", error))?;
                }
            }
            Err(error) => return Err(fault(path, "open", error)),
        }
        let found = check_format(path)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(|error| fault(path, "open", error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                found,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked {
                folder: path.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(fault(path, "open", error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database(&self) -> PathBuf {
        self.path.join("db")
    }

    /// Makes the database where there is none: beside its place, then moved there, so that a crash on the way
    /// leaves nothing half made. One of an older format has this build's from now on, so that no older build opens it.
    pub(super) fn make_database(&self, make: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
        let write = |error| fault(&self.path, "write", error);
        if self.database().is_dir() {
            if self.found.is_some_and(|found| found < FORMAT) {
                self.write_format().map_err(write)?;
            }
            return Ok(());
        }
        let unfinished = self.path.join("db.new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(write)?;
        }
        make(&unfinished)?;
        self.write_format().map_err(write)?;
        fs::rename(&unfinished, self.database()).map_err(write)?;
        sync_folder(&self.path).map_err(write)
    }

    fn write_format(&self) -> io::Result<()> {
        let unfinished = self.path.join("quorate-format.new");
        let mut file = File::create(&unfinished)?;
        writeln!(file, "{FORMAT}")?;
        file.sync_all()?;
        fs::rename(unfinished, self.path.join("quorate-format"))?;
        sync_folder(&self.path)
    }
}

fn check_format(path: &Path) -> Result<Option<u32>, Error> {
    match fs::read_to_string(path.join("quorate-format")) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) if found > FORMAT => Err(Error::NewerFormat {
                place: path.display().to_string(),
                found,
                known: FORMAT,
            }),
            Ok(found) => Ok(Some(found)),
            Err(_) => Err(Error::Damaged {
                place: path.display().to_string(),
                reason: format!(
                    "quorate-format holds {:?}",
                    text.chars().take(32).collect::<String>()
                ),
            }),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if path.join("db").exists() {
                return Err(Error::Foreign {
                    folder: path.to_owned(),
                });
            }
            Ok(None)
        }
        Err(error) => Err(fault(path, "open", error)),
    }
}

/// Says what went wrong with the folder in terms of what to do about it.
pub(super) fn fault(path: &Path, action: &'static str, error: io::Error) -> Error {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        Error::Full {
            place: path.display().to_string(),
        }
    } else if matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    ) {
        Error::ReadOnly {
            folder: path.to_owned(),
        }
    } else if error.kind() == ErrorKind::NotADirectory {
        Error::NotAFolder {
            path: path.to_owned(),
        }
    } else {
        Error::Io {
            place: path.display().to_string(),
            action,
            source: error,
        }
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
