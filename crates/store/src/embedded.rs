//! The default home: a folder with a fjall database, written by one process.
//!
//! | keyspace | key | value |
//! |---|---|---|
//! | `journal` | account, 0, last record | the records of one append |
//! | `ids` | hash of account and signal id | nothing |
//! | `heads` | account, 0 | last record, last notice, summary |
//! | `snapshots` | account, 0 | snapshot |
//! | `cards` | account, 0, contact | card |
//! | `notices` | account, 0, notice | notice |
//! | `docs` | collection, 0, key | document |
//! | `meta` | name | number |
//!
//! Where a key has an account, four bytes of its hash come first. A group is one fjall batch: one write and one `fdatasync`, whole or absent. A failed one poisons the store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use fjall::config::{BloomConstructionPolicy, FilterPolicy, FilterPolicyEntry};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode, Readable};
use quorate_domain::account::Record;
use quorate_domain::id::{AccountId, Seq, SignalId};

mod commit;
mod condense;
mod folder;
mod journal_check;
mod keys;
mod read;
mod synced;
mod window;

use crate::port::{
    Append, AppendRefusal, Appended, CommitMark, DocWrite, Durability, Error, KnownIds, Loaded, NoticeNo,
    Outline, OwnerToken, Snapshot, Store, StoredNotice, Stretch, SummaryRow,
};
use crate::record;
use commit::Writer;
use folder::Folder;
use journal_check::CheckError;
use synced::SyncedMark;

pub use folder::FORMAT;

const MEMTABLE_BYTES: u64 = 32 * 1024 * 1024;
const META_COMMITS: &str = "quorate.commits";
const META_EPOCH: &str = "quorate.epoch";
const META_SEED: &str = "quorate.seed";

/// What may be tuned. The defaults suit one machine with some GiB of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddedOptions {
    /// Memory for blocks and filters that were read.
    pub cache_bytes: u64,
    /// Threads that flush and compact; at least two. With one, fjall 3.1 leaves flushes waiting behind a long
    /// compaction: while 1,000,000 accounts were made its journal grew to 1.7 GB, and reopening took 32 s. With two,
    /// the first hands compactions back to the queue while the other one is busy, which costs processor time, but the
    /// journal stays at 64 MiB a file and reopening below a second.
    pub workers: usize,
    /// Recent signal ids that are remembered; see [`Store::commit`]. At most twice as many are.
    pub recent_ids_max: usize,
    /// Heads that are remembered for commits. At most twice as many are.
    pub recent_heads_max: usize,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 128 * 1024 * 1024,
            workers: 2,
            recent_ids_max: 100_000,
            recent_heads_max: 50_000,
        }
    }
}

/// A store in a folder.
pub struct EmbeddedStore {
    database: Database,
    spaces: Spaces,
    /// What the hashes of signal ids are seeded with.
    seed: u64,
    writer: Mutex<Writer>,
    /// The newest commit whose effects every reader sees.
    committed: AtomicU64,
    poisoned: AtomicBool,
    /// Last, so that the folder is released after the database is closed.
    folder: Folder,
}

struct Spaces {
    journal: Keyspace,
    ids: Keyspace,
    heads: Keyspace,
    snapshots: Keyspace,
    cards: Keyspace,
    notices: Keyspace,
    docs: Keyspace,
    meta: Keyspace,
}

impl EmbeddedStore {
    /// Opens the store in a folder; makes folder and store when they are not there.
    ///
    /// A torn tail is cut and said in the log.
    ///
    /// # Errors
    /// - [`Error::Locked`], [`Error::ReadOnly`], [`Error::Full`], [`Error::NotAFolder`], [`Error::Foreign`],
    ///   [`Error::NewerFormat`]: as they say.
    /// - [`Error::Damaged`] when something that was acknowledged is gone. The files are left as they are.
    pub fn open(path: impl AsRef<Path>, options: EmbeddedOptions) -> Result<Self, Error> {
        let folder = Folder::hold(path.as_ref())?;
        let path = folder.path();
        folder.make_database(|unfinished| make(unfinished, path, options))?;
        let io = |error| folder::fault(path, "open", error);
        let synced = SyncedMark::open(path).map_err(io)?;
        let acknowledged = synced.read().map_err(io)?;
        check_journals(&folder, acknowledged)?;

        let (database, spaces) =
            open_database(&folder.database(), options).map_err(|error| fault(path, "open", error))?;
        let number = |name| spaces.number(name, path);
        let commits = number(META_COMMITS)?;
        if commits < acknowledged {
            return Err(lost(path, commits, acknowledged));
        }
        let writer = Writer::new(number(META_EPOCH)?, commits, synced, options);
        Ok(Self {
            seed: number(META_SEED)?,
            database,
            spaces,
            writer: Mutex::new(writer),
            committed: AtomicU64::new(commits),
            poisoned: AtomicBool::new(false),
            folder,
        })
    }

    /// Returns the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn sound(&self) -> Result<(), Error> {
        if self.poisoned.load(Ordering::Acquire) {
            Err(Error::Poisoned)
        } else {
            Ok(())
        }
    }

    /// Returns the right to write; nobody else writes while it is held.
    fn writer(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        let writer = self.writer.lock().map_err(|_| Error::Poisoned)?;
        self.sound()?;
        Ok(writer)
    }

    /// Writes a batch and syncs it. After a failure nothing is known and nothing more is done.
    fn sync(&self, writer: &mut Writer, mut batch: OwnedWriteBatch) -> Result<CommitMark, Error> {
        let commits = writer.commits + 1;
        batch.insert(&self.spaces.meta, META_COMMITS, commits.to_be_bytes());
        batch
            .durability(Some(PersistMode::SyncData))
            .commit()
            .map_err(|error| self.poison(error))?;
        writer
            .synced
            .write(commits)
            .map_err(|error| self.poison(fjall::Error::Io(error)))?;
        writer.commits = commits;
        self.committed.store(commits, Ordering::Release);
        Ok(CommitMark(commits))
    }

    fn poison(&self, error: fjall::Error) -> Error {
        self.poisoned.store(true, Ordering::Release);
        let error = fault(self.path(), "write", error);
        let cause: &dyn std::error::Error = &error;
        tracing::error!(error = cause, "the store stopped: a write failed");
        error
    }

    fn read_fault(&self, error: fjall::Error) -> Error {
        fault(self.path(), "read", error)
    }
}

impl Store for EmbeddedStore {
    fn durability(&self) -> Durability {
        Durability::Fsync
    }

    fn format(&self) -> String {
        format!("embedded {FORMAT}")
    }

    fn acquire(&self) -> Result<OwnerToken, Error> {
        self.take_ownership()
    }

    fn load(&self, account: &AccountId) -> Result<Option<Loaded>, Error> {
        self.sound()?;
        self.read_account(account)
    }

    fn outline(&self, account: &AccountId) -> Result<Option<Outline>, Error> {
        self.sound()?;
        self.read_outline(account)
    }

    fn known_ids(&self, asked: &[(AccountId, Vec<SignalId>)]) -> Result<KnownIds, Error> {
        self.sound()?;
        self.look_up_ids(asked)
    }

    fn commit(&self, group: Vec<Append>) -> Result<Vec<Result<Appended, AppendRefusal>>, Error> {
        self.commit_group(&group)
    }

    fn put_snapshot(&self, account: &AccountId, snapshot: &Snapshot) -> Result<(), Error> {
        self.sound()?;
        let key = keys::of_account(account);
        let found = self
            .head(&self.database.snapshot(), account)?
            .map_or(Seq(0), |head| head.seq);
        if snapshot.seq > found {
            return Err(Error::SequenceMismatch {
                account: account.clone(),
                expected: snapshot.seq,
                found,
            });
        }
        let sealed = record::seal_snapshot(&key, snapshot);
        self.spaces
            .snapshots
            .insert(key, sealed)
            .map_err(|error| self.poison(error))
    }

    fn delete_snapshots(&self) -> Result<(), Error> {
        self.sound()?;
        for entry in self.database.snapshot().iter(&self.spaces.snapshots) {
            let key = entry.key().map_err(|error| self.read_fault(error))?;
            self.spaces
                .snapshots
                .remove(key)
                .map_err(|error| self.poison(error))?;
        }
        Ok(())
    }

    fn history(&self, account: &AccountId, after: Seq, limit: usize) -> Result<Vec<Record>, Error> {
        self.sound()?;
        self.read_history(account, after, limit)
    }

    fn first_whole(&self, account: &AccountId) -> Result<Option<Record>, Error> {
        self.sound()?;
        self.read_first_whole(account)
    }

    fn condense(&self, stretch: &Stretch) -> Result<Result<(), AppendRefusal>, Error> {
        self.condense_stretch(stretch)
    }

    fn notices(
        &self,
        account: &AccountId,
        after: NoticeNo,
        limit: usize,
    ) -> Result<Vec<StoredNotice>, Error> {
        self.sound()?;
        self.read_notices(account, after, limit)
    }

    fn scan_summaries(&self, visit: &mut dyn FnMut(SummaryRow<'_>)) -> Result<(), Error> {
        self.sound()?;
        self.visit_summaries(visit)
    }

    fn get_doc(&self, collection: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.sound()?;
        self.read_doc(collection, key)
    }

    fn write_docs(&self, docs: Vec<DocWrite>) -> Result<(), Error> {
        let mut last: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
        for doc in docs {
            last.insert(keys::doc(&doc.collection, &doc.key)?, doc.value);
        }
        if last.is_empty() {
            return self.sound();
        }
        let mut batch = self.database.batch();
        for (key, value) in last {
            match value {
                Some(value) => {
                    let sealed = record::seal_doc(&key, &value);
                    batch.insert(&self.spaces.docs, key, sealed);
                }
                None => batch.remove(&self.spaces.docs, key),
            }
        }
        let mut writer = self.writer()?;
        self.sync(&mut writer, batch)?;
        Ok(())
    }

    fn scan_docs(
        &self,
        collection: &str,
        prefix: &str,
        visit: &mut dyn FnMut(&str, &[u8]),
    ) -> Result<(), Error> {
        self.sound()?;
        self.visit_docs(collection, prefix, visit)
    }

    fn collections(&self) -> Result<Vec<String>, Error> {
        self.sound()?;
        self.collection_names()
    }
}

impl Spaces {
    fn open(database: &Database) -> fjall::Result<Self> {
        let small = || KeyspaceCreateOptions::default().max_memtable_size(8 * 1024 * 1024);
        // fjall seals its journal only when a memtable is flushed: small ones keep reopening quick, large ones save
        // compaction. In groups of 1000, commit_bench took 29, 17 and 17 us of processor time a signal at 16, 32, 64 MiB.
        let large = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES);
        Ok(Self {
            journal: database.keyspace("journal", large)?,
            // Most lookups are of ids that are not there: the filter answers all but one in 10,000 of them alone.
            ids: database.keyspace("ids", || {
                large().filter_policy(FilterPolicy::all(FilterPolicyEntry::Bloom(
                    BloomConstructionPolicy::FalsePositiveRate(0.000_1),
                )))
            })?,
            heads: database.keyspace("heads", large)?,
            snapshots: database.keyspace("snapshots", small)?,
            cards: database.keyspace("cards", small)?,
            notices: database.keyspace("notices", small)?,
            docs: database.keyspace("docs", small)?,
            meta: database.keyspace("meta", small)?,
        })
    }

    fn number(&self, name: &str, path: &Path) -> Result<u64, Error> {
        let stored = self.meta.get(name).map_err(|error| fault(path, "read", error))?;
        stored
            .as_deref()
            .and_then(<[u8]>::first_chunk)
            .map(|bytes| u64::from_be_bytes(*bytes))
            .ok_or_else(|| Error::Damaged {
                place: path.display().to_string(),
                reason: format!("{name} is missing"),
            })
    }
}

/// Makes an empty store.
fn make(unfinished: &Path, path: &Path, options: EmbeddedOptions) -> Result<(), Error> {
    let seed = u64::from_be_bytes(random(path)?);
    let write = || {
        let (database, spaces) = open_database(unfinished, options)?;
        for (name, number) in [(META_COMMITS, 0), (META_EPOCH, 0), (META_SEED, seed)] {
            spaces.meta.insert(name, number.to_be_bytes())?;
        }
        database.persist(PersistMode::SyncAll)
    };
    write().map_err(|error| fault(path, "write", error))
}

fn open_database(path: &Path, options: EmbeddedOptions) -> fjall::Result<(Database, Spaces)> {
    let database = Database::builder(path)
        .cache_size(options.cache_bytes)
        .worker_threads(options.workers.max(1))
        .max_journaling_size(64 * 1024 * 1024)
        .journal_compression(fjall::CompressionType::None)
        .open()?;
    let spaces = Spaces::open(&database)?;
    Ok((database, spaces))
}

fn random<const N: usize>(path: &Path) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Io {
        place: path.display().to_string(),
        action: "draw a random number",
        source: std::io::Error::other(error.to_string()),
    })?;
    Ok(bytes)
}

/// Refuses journals that lost something; cuts a torn tail of the newest.
fn check_journals(folder: &Folder, acknowledged: u64) -> Result<(), Error> {
    let path = folder.path();
    let checked = match journal_check::check(&folder.database(), META_COMMITS.as_bytes()) {
        Ok(checked) => checked,
        Err(CheckError::Io(error)) => return Err(folder::fault(path, "read", error)),
        Err(error @ CheckError::Damaged { .. }) => {
            return Err(Error::Damaged {
                place: path.display().to_string(),
                reason: error.to_string(),
            });
        }
    };
    let Some(torn) = checked.torn else { return Ok(()) };
    if let Some(commits) = checked.last_commit
        && commits < acknowledged
    {
        return Err(lost(path, commits, acknowledged));
    }
    tracing::warn!(
        file = %torn.file.display(),
        bytes = torn.bytes,
        "cut off a write that was never acknowledged; the process or the machine stopped during it"
    );
    journal_check::cut(&torn).map_err(|error| folder::fault(path, "write", error))
}

fn lost(path: &Path, found: u64, acknowledged: u64) -> Error {
    Error::Damaged {
        place: path.display().to_string(),
        reason: format!(
            "commit {acknowledged} was acknowledged and the journal ends at {found} (to go on with what is there, \
             delete the file `synced`)"
        ),
    }
}

/// Says what fjall's error means for a person.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "fjall's list is open, and all the rest is damage"
)]
fn fault(path: &Path, action: &'static str, error: fjall::Error) -> Error {
    use fjall::LsmError;
    match error {
        fjall::Error::Io(error) | fjall::Error::Storage(LsmError::Io(error)) => {
            folder::fault(path, action, error)
        }
        fjall::Error::Poisoned => Error::Poisoned,
        fjall::Error::Locked => Error::Locked {
            folder: PathBuf::from(path),
        },
        error => Error::Damaged {
            place: path.display().to_string(),
            reason: error.to_string(),
        },
    }
}
