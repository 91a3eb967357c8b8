//! Which format a store has: written when it is made, looked at before anything else of it is.

use quorate_store::Error;
use redis::cmd;

use crate::layout::Layout;
use crate::store::Shared;

/// The format this build writes; it reads all up to it. 2: the list of collections. 3: condensed journals.
pub const FORMAT: u32 = 3;

/// Where the format stands among what was fixed when the store was made.
const FIELD: &str = "format";

/// The collections that builds knew which wrote no format and kept no list of collections: format 1.
const COLLECTIONS_OF_FORMAT_1: [&str; 9] = [
    "demo",
    "idempotency",
    "import_rows",
    "imports",
    "keys",
    "lists",
    "models",
    "poison",
    "unmatched",
];

impl Shared {
    /// Refuses a store that a newer build wrote; brings an older one up to this build's format.
    pub(crate) fn check_format(&self) -> Result<(), Error> {
        let meta = self.names.meta();
        let found: Option<String> = self.read(Layout::of_docs, |connection| {
            cmd("HGET").arg(&meta).arg(FIELD).query(connection)
        })?;
        let found: u32 = match &found {
            Some(found) => found.parse().map_err(|_| Error::Damaged {
                place: self.place.clone(),
                reason: format!("the format in {meta} is no number"),
            })?,
            None => 1,
        };
        if found > FORMAT {
            return Err(Error::NewerFormat {
                place: self.place.clone(),
                found,
                known: FORMAT,
            });
        }
        if found == FORMAT {
            return Ok(());
        }
        let collections = self.names.collections();
        self.read(Layout::of_docs, |connection| {
            if found == 1 {
                let mut command = cmd("HSET");
                command.arg(&collections);
                for collection in COLLECTIONS_OF_FORMAT_1 {
                    command.arg(collection).arg(1);
                }
                command.exec(connection)?;
            }
            cmd("HSET").arg(&meta).arg(FIELD).arg(FORMAT).exec(connection)
        })
    }
}
