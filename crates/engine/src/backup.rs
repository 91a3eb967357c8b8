//! A whole installation in one file, while it runs.

use std::io::Write;

pub use quorate_store::archive::{ArchiveError, Contents};
use quorate_store::archive::{Damaged, Origin, export};

use crate::handle::Engine;

impl Engine {
    /// Writes an archive of all that is kept. Signals may come in meanwhile: each account is as of one instant of its
    /// own, and everything that was acknowledged before is there. Blocks until it is written.
    ///
    /// - `build`: which Quorate this is.
    ///
    /// # Errors
    /// - [`ArchiveError::Store`] when the store cannot be read, or an account or document is damaged.
    /// - [`ArchiveError::Write`] when the archive cannot be written.
    pub fn back_up(&self, build: &str, to: &mut dyn Write) -> Result<Contents, ArchiveError> {
        let made_at = self.now().to_string();
        let origin = Origin {
            build,
            made_at: &made_at,
        };
        export(&*self.store(), origin, Damaged::Refuse, to, &mut |_| {})
    }
}
