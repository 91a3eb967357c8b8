//! Where imports lie: a document for the import itself, and one for each few hundred of its rows.

use std::sync::Arc;

use quorate_intake::plan::Verdict;
use quorate_store::{DocWrite, Store};

use super::stored::{ImportV1, RowV1};
use super::{Import, ImportError, ImportRow, KEPT_MAX, Rows, State, unavailable};
use crate::stored::{pack, unpack};

/// Where the imports lie.
const IMPORTS: &str = "imports";
/// Where their rows lie.
const ROWS: &str = "import_rows";
/// Rows of one document.
const CHUNK_ROWS: usize = 250;

/// The imports' documents. Every method blocks on the disk.
#[derive(Clone)]
pub(super) struct Shelf {
    store: Arc<dyn Store>,
}

fn chunk_key(id: &str, place: usize) -> String {
    format!("{id}/{place:08}")
}

fn failed(error: &quorate_store::Error) -> ImportError {
    ImportError::Engine(unavailable(error))
}

fn damaged(id: &str, reason: &str) -> ImportError {
    ImportError::Damaged {
        id: id.to_owned(),
        reason: reason.to_owned(),
    }
}

fn put(collection: &str, key: String, value: Vec<u8>) -> DocWrite {
    DocWrite {
        collection: collection.to_owned(),
        key,
        value: Some(value),
    }
}

fn packed(rows: &[ImportRow]) -> Vec<u8> {
    pack(&rows.iter().map(RowV1::of).collect::<Vec<_>>())
}

impl Shelf {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Writes an import with all its rows: all of it or nothing.
    pub(super) fn put(&self, import: &Import, rows: &[ImportRow]) -> Result<(), ImportError> {
        let chunks = rows.chunks(CHUNK_ROWS).enumerate();
        let writes = chunks
            .map(|(place, rows)| put(ROWS, chunk_key(&import.id, place), packed(rows)))
            .chain([head(import)])
            .collect();
        self.store.write_docs(writes).map_err(|error| failed(&error))
    }

    /// Writes some rows and how far the import is by them.
    pub(super) fn put_chunk(
        &self,
        import: &Import,
        place: usize,
        rows: &[ImportRow],
    ) -> Result<(), ImportError> {
        let writes = vec![
            put(ROWS, chunk_key(&import.id, place), packed(rows)),
            head(import),
        ];
        self.store.write_docs(writes).map_err(|error| failed(&error))
    }

    /// Writes how far the import is.
    pub(super) fn put_head(&self, import: &Import) -> Result<(), ImportError> {
        self.store
            .write_docs(vec![head(import)])
            .map_err(|error| failed(&error))
    }

    pub(super) fn get(&self, id: &str) -> Result<Import, ImportError> {
        // A key with a slash would be no import, and one with a NUL no key.
        let fine = id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let unknown = || ImportError::Unknown { id: id.to_owned() };
        if !fine {
            return Err(unknown());
        }
        let bytes = self
            .store
            .get_doc(IMPORTS, id)
            .map_err(|error| failed(&error))?
            .ok_or_else(unknown)?;
        unpack::<ImportV1>(&bytes)
            .and_then(ImportV1::restore)
            .ok_or_else(|| damaged(id, "it is of another form"))
    }

    /// Returns all imports, the newest first. One that cannot be read is left out and told in the log.
    pub(super) fn all(&self) -> Result<Vec<Import>, ImportError> {
        let mut imports = Vec::new();
        let mut see = |key: &str, bytes: &[u8]| {
            if let Some(import) = unpack::<ImportV1>(bytes).and_then(ImportV1::restore) {
                imports.push(import);
            } else {
                tracing::error!(import.id = key, "a stored import cannot be read");
            }
        };
        self.store
            .scan_docs(IMPORTS, "", &mut see)
            .map_err(|error| failed(&error))?;
        imports.reverse();
        Ok(imports)
    }

    /// Returns rows by their place in the file; nothing after the last ones.
    pub(super) fn chunk(&self, id: &str, place: usize) -> Result<Option<Vec<ImportRow>>, ImportError> {
        let bytes = self
            .store
            .get_doc(ROWS, &chunk_key(id, place))
            .map_err(|error| failed(&error))?;
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        unpack::<Vec<RowV1>>(&bytes)
            .and_then(|rows| rows.into_iter().map(RowV1::restore).collect())
            .map(Some)
            .ok_or_else(|| damaged(id, "some of its rows are of another form"))
    }

    pub(super) fn rows(&self, id: &str) -> Result<Vec<ImportRow>, ImportError> {
        let mut rows = Vec::new();
        self.visit(id, &mut |row| rows.push(row))?;
        Ok(rows)
    }

    /// Shows every row, in their order.
    pub(super) fn visit(&self, id: &str, see: &mut dyn FnMut(ImportRow)) -> Result<(), ImportError> {
        self.get(id)?;
        let mut place = 0;
        while let Some(chunk) = self.chunk(id, place)? {
            chunk.into_iter().for_each(&mut *see);
            place += 1;
        }
        Ok(())
    }

    pub(super) fn page(
        &self,
        id: &str,
        verdicts: &[Verdict],
        after: usize,
        limit: usize,
    ) -> Result<Rows, ImportError> {
        self.get(id)?;
        let mut rows: Vec<ImportRow> = Vec::new();
        let mut place = 0;
        while let Some(chunk) = self.chunk(id, place)? {
            place += 1;
            let wanted = |row: &ImportRow| {
                row.planned.row > after && (verdicts.is_empty() || verdicts.contains(&row.planned.verdict))
            };
            for row in chunk.into_iter().filter(wanted) {
                if rows.len() == limit {
                    let next = rows.last().map(|row| row.planned.row);
                    return Ok(Rows { rows, next });
                }
                rows.push(row);
            }
        }
        Ok(Rows { rows, next: None })
    }

    /// Forgets the oldest imports, so that one more is not one too many. One that is being applied stays.
    pub(super) fn make_room(&self) -> Result<(), ImportError> {
        let mut imports = self.all()?;
        while imports.len() >= KEPT_MAX {
            let Some(oldest) = imports.iter().rposition(|import| import.state != State::Applying) else {
                return Err(ImportError::TooManyWait);
            };
            let oldest = imports.remove(oldest);
            self.forget(&oldest.id)?;
        }
        Ok(())
    }

    fn forget(&self, id: &str) -> Result<(), ImportError> {
        let mut writes = vec![DocWrite {
            collection: IMPORTS.to_owned(),
            key: id.to_owned(),
            value: None,
        }];
        self.store
            .scan_docs(ROWS, &format!("{id}/"), &mut |key, _| {
                writes.push(DocWrite {
                    collection: ROWS.to_owned(),
                    key: key.to_owned(),
                    value: None,
                });
            })
            .map_err(|error| failed(&error))?;
        self.store.write_docs(writes).map_err(|error| failed(&error))
    }
}

fn head(import: &Import) -> DocWrite {
    put(IMPORTS, import.id.to_string(), pack(&ImportV1::of(import)))
}
