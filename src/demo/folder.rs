//! A folder that is gone when the demo ends.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// A folder of this process, in the system's temporary one; nobody else may look inside.
#[derive(Debug)]
pub(crate) struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// Makes the folder.
    ///
    /// # Errors
    /// When none can be made.
    pub(crate) fn make() -> io::Result<Self> {
        let parent = std::env::temp_dir();
        for attempt in 0..1_000 {
            let path = parent.join(format!("quorate-demo-{}-{attempt}", std::process::id()));
            // What is there already is somebody else's, a link included.
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "every name is taken",
        ))
    }

    /// Returns where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(folder = %self.path.display(), error = %error, "the temporary folder could not be removed");
        }
    }
}
