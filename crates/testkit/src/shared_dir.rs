//! Reference data that is too large for the repository.

use std::path::{Path, PathBuf};

/// Returns the folder of reference data: `QUORATE_SHARED`, else `shared` beside the repository.
///
/// `None` when there is none; the absence is said on stderr, so that a test which compares nothing says so.
#[must_use]
pub fn shared_dir() -> Option<PathBuf> {
    let folder = std::env::var_os("QUORATE_SHARED").map_or_else(beside_the_repository, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "no reference data at {} (set QUORATE_SHARED): this test compares nothing with it",
        folder.display()
    );
    None
}

fn beside_the_repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}
