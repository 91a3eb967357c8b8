//! The store port: what the engine may ask of a home for its journals, and what every home promises.
//!
//! Promises, each a test of the contract suite:
//! - **Durable on return.** What [`Store::commit`] and [`Store::write_docs`] accepted survives whatever
//!   [`Store::durability`] names. A call that fails with an [`Error`] has an unknown outcome: drop the account's
//!   memory and load it again.
//! - **An append is whole or absent**, and it is refused whole when its owner, its sequence or one of its signal
//!   ids does not fit. Nothing is ever skipped. The other appends of its group go on.
//! - **Condensing changes no history.** Records keep their numbers and all that counts; ids of condensed signals are
//!   forgotten. Whoever reads meanwhile sees a record in either form.
//! - **The journal decides.** Snapshots and summaries follow from it; a damaged snapshot only makes loading slower.
//!   A damaged journal entry is [`Error::Corrupt`], never a shorter history.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use quorate_domain::account::{AccountState, Record};
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, ModelVersion, Seq, SignalId};

/// A home for journals, cards, snapshots, summaries, notices and small documents.
///
/// - Every method blocks; call it from a thread that may wait.
/// - Every method may be called from any thread at any time. Commits run one after the other; reads do not wait
///   for them and see whole groups only.
pub trait Store: Send + Sync + 'static {
    /// Returns what an accepted commit survives.
    fn durability(&self) -> Durability;

    /// Returns what kind of home this is and the number of its format, such as `embedded 1`.
    fn format(&self) -> String;

    /// Takes ownership and returns its token. Every earlier token is stale from now on.
    ///
    /// # Errors
    /// Any [`Error`]; the ownership is then unknown and should be asked for again.
    fn acquire(&self) -> Result<OwnerToken, Error>;

    /// Returns all there is of an account, or nothing when nothing was ever committed for it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a journal entry, a card or the account's head is damaged or missing.
    fn load(&self, account: &AccountId) -> Result<Option<Loaded>, Error>;

    /// Loads several accounts, each as [`Store::load`] does, and answers in the order asked. A home that is far away asks
    /// for all of them in one go. All of what it returns is in memory at once: the caller bounds how many it asks for.
    fn load_many(&self, accounts: &[AccountId]) -> Vec<Result<Option<Loaded>, Error>> {
        accounts.iter().map(|account| self.load(account)).collect()
    }

    /// Returns all there is of an account apart from its records and notices, as of one instant; nothing when nothing
    /// was ever committed for it.
    ///
    /// Records and notices up to the outline's never change (but for [`Store::condense`]), so reading them afterwards shows
    /// the account as it was at that instant, whatever is committed meanwhile.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a card or the account's head is damaged.
    fn outline(&self, account: &AccountId) -> Result<Option<Outline>, Error>;

    /// Returns which of these signal ids are recorded, and the instant in commits the answer is true of.
    ///
    /// One disk lookup per id, mostly of ids that are not there. Hand the mark on in [`Append::ids_known_at`]:
    /// the commit then looks only at what was committed after it.
    ///
    /// # Errors
    /// Any [`Error`].
    fn known_ids(&self, asked: &[(AccountId, Vec<SignalId>)]) -> Result<KnownIds, Error>;

    /// Tells whether a commit would be taken now, as far as that can be told without one.
    ///
    /// # Errors
    /// What a commit would fail with.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Commits a group: one sync for all of it. Answers in the order of the group.
    ///
    /// - Each append is judged against what the store holds at that moment, the appends before it in the group
    ///   included, so several appends of one account may stand in a group, each expecting the one before.
    /// - Signal ids: those committed after [`Append::ids_known_at`] are found in memory, in a window of recent
    ///   commits. A mark older than the window costs one disk lookup per id. Either way the answer is exact.
    ///
    /// # Errors
    /// Any [`Error`]: the outcome of the whole group is unknown. Nothing of it may be shown to anyone; drop the
    /// accounts concerned and load them again.
    fn commit(&self, group: Vec<Append>) -> Result<Vec<Result<Appended, AppendRefusal>>, Error>;

    /// Puts an account's snapshot in place of the one before. Not synced: a lost snapshot is only a slower load.
    ///
    /// # Errors
    /// [`Error::SequenceMismatch`] when it claims records that the journal does not have.
    fn put_snapshot(&self, account: &AccountId, snapshot: &Snapshot) -> Result<(), Error>;

    /// Forgets all snapshots. Nothing is lost by it.
    ///
    /// # Errors
    /// Any [`Error`].
    fn delete_snapshots(&self) -> Result<(), Error>;

    /// Returns up to `limit` records that come after `after`, in order; fewer only at the journal's end.
    /// An unknown account has none.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when an entry in that stretch is damaged or missing.
    fn history(&self, account: &AccountId, after: Seq, limit: usize) -> Result<Vec<Record>, Error>;

    /// Returns the first record that is not in a condensed stretch; `None`: all are, or there are none.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when its entry is damaged.
    fn first_whole(&self, account: &AccountId) -> Result<Option<Record>, Error>;

    /// Puts a stretch of an account's records in their condensed form in place of what they are kept in, and forgets the
    /// ids of their signals.
    ///
    /// The stretch begins at [`Store::first_whole`]; another one is refused: [`AppendRefusal::SequenceMismatch`]. What it
    /// holds is for the caller to answer for. A call whose outcome is unknown may be made again after another look.
    ///
    /// # Errors
    /// Any [`Error`]: the outcome is unknown; either way nothing that counts is lost.
    fn condense(&self, stretch: &Stretch) -> Result<Result<(), AppendRefusal>, Error>;

    /// Returns up to `limit` notices that come after `after`, in order; fewer only at the end.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when one of them is damaged or missing.
    fn notices(&self, account: &AccountId, after: NoticeNo, limit: usize)
    -> Result<Vec<StoredNotice>, Error>;

    /// Shows every account's summary, in no particular order. The bytes are handed out as they were committed.
    ///
    /// # Errors
    /// Any [`Error`]; a damaged summary is none, see [`SummaryRow::content`].
    fn scan_summaries(&self, visit: &mut dyn FnMut(SummaryRow<'_>)) -> Result<(), Error>;

    /// Returns a document.
    ///
    /// # Errors
    /// [`Error::CorruptDocument`] when it is damaged.
    fn get_doc(&self, collection: &str, key: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Writes and deletes documents: all of them or none, durable on return. The last write of a key wins.
    ///
    /// # Errors
    /// Any [`Error`]: the outcome is unknown.
    fn write_docs(&self, writes: Vec<DocWrite>) -> Result<(), Error>;

    /// Shows every document of a collection whose key starts with `prefix`, in key order.
    ///
    /// # Errors
    /// [`Error::CorruptDocument`] when one is damaged; it names it.
    fn scan_docs(
        &self,
        collection: &str,
        prefix: &str,
        visit: &mut dyn FnMut(&str, &[u8]),
    ) -> Result<(), Error>;

    /// Returns the names of all collections that have a document, in order. One that had some may be among them.
    ///
    /// # Errors
    /// Any [`Error`].
    fn collections(&self) -> Result<Vec<String>, Error>;

    /// Writes one document.
    ///
    /// # Errors
    /// As [`Store::write_docs`].
    fn put_doc(&self, collection: &str, key: &str, value: Vec<u8>) -> Result<(), Error> {
        self.write_docs(vec![DocWrite {
            collection: collection.to_owned(),
            key: key.to_owned(),
            value: Some(value),
        }])
    }

    /// Deletes one document; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Store::write_docs`].
    fn delete_doc(&self, collection: &str, key: &str) -> Result<(), Error> {
        self.write_docs(vec![DocWrite {
            collection: collection.to_owned(),
            key: key.to_owned(),
            value: None,
        }])
    }
}

/// What an accepted commit survives. The API names it in its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Durability {
    /// On disk here: survives a crash and a power cut of this machine.
    Fsync,
    /// On disk at one Redis.
    RedisFsync,
    /// On disk at one Redis and received by another.
    RedisReplica,
    /// An operator accepted a window of loss.
    Weak,
}

impl Durability {
    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fsync => "fsync",
            Self::RedisFsync => "redis-fsync",
            Self::RedisReplica => "redis-replica",
            Self::Weak => "weak",
        }
    }
}

/// The right to append, `epoch:nonce`. Compared for equality: the newest one is the only valid one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OwnerToken(pub Arc<str>);

impl fmt::Display for OwnerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in the order of commits of this opened store. Grows with every group; forgotten when the store closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitMark(pub u64);

impl CommitMark {
    /// Before everything: a commit with it looks every id up.
    pub const BEGINNING: Self = Self(0);
}

/// A notice's place among its account's notices, from 1 without holes. 0 stands before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeNo(pub u64);

/// Which signal ids are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownIds {
    /// One answer per id, in the order they were asked: by account, then by id.
    pub known: Vec<Vec<bool>>,
    /// The answers hold for all commits up to this one.
    pub mark: CommitMark,
}

/// What one account adds to the store; committed as a whole or refused as a whole.
#[derive(Clone, Debug)]
pub struct Append {
    /// Whose.
    pub account: AccountId,
    /// By which right.
    pub owner: OwnerToken,
    /// The last record the caller knows; 0 for a new account.
    pub expected: Seq,
    /// What happened, numbered from `expected + 1` without holes. May be empty (only cards or notices change).
    pub records: Vec<Record>,
    /// Cards that are new or changed. An erased contact's card is an empty one.
    pub cards: Vec<(ContactNo, Card)>,
    /// What people and webhooks are to be told, in the engine's own form.
    pub notices: Vec<Vec<u8>>,
    /// The account's line in the index, in the engine's own form, as of these records.
    pub summary: Vec<u8>,
    /// Up to where the caller knows that the signal ids are new; see [`Store::commit`].
    pub ids_known_at: CommitMark,
}

/// Records of one account in their condensed form; see [`Store::condense`].
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Whose.
    pub account: AccountId,
    /// By which right.
    pub owner: OwnerToken,
    /// All records of the stretch, in order.
    pub records: Vec<Record>,
    /// The ids that are gone.
    pub forgotten: Vec<SignalId>,
}

/// Where an account stands after an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its last record.
    pub seq: Seq,
    /// Its last notice.
    pub notices: NoticeNo,
}

/// Why an append was refused. Nothing of it is in the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendRefusal {
    /// Another owner took over. Stop serving.
    #[error("the owner token {token} is stale")]
    StaleOwner {
        /// The token that was used.
        token: OwnerToken,
    },
    /// The account moved on, or its records are not numbered from `expected + 1`. Load it again.
    #[error("account {account}: the append expects record {}, the journal ends at {}", expected.0, found.0)]
    SequenceMismatch {
        /// Which account.
        account: AccountId,
        /// What the append expected.
        expected: Seq,
        /// What the store has.
        found: Seq,
    },
    /// A signal is already recorded, or stands twice in the append. Ask for the known ids again.
    #[error("account {account}: signal {id} is already recorded")]
    DuplicateId {
        /// Which account.
        account: AccountId,
        /// Which signal.
        id: SignalId,
    },
    /// The account's head is damaged. Quarantine it.
    #[error("account {account}: its head is damaged: {reason}")]
    Corrupt {
        /// Which account.
        account: AccountId,
        /// What is wrong.
        reason: String,
    },
}

/// All there is of an account: `snapshot` plus `tail` is its whole history.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The newest usable snapshot; without one the tail starts at record 1.
    pub snapshot: Option<Snapshot>,
    /// The records after it, in order.
    pub tail: Vec<Record>,
    /// All cards, by number.
    pub cards: Vec<(ContactNo, Card)>,
    /// The last record.
    pub seq: Seq,
    /// The last notice.
    pub notices: NoticeNo,
}

/// An account at one instant, apart from its records and notices.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The last record.
    pub seq: Seq,
    /// The last notice.
    pub notices: NoticeNo,
    /// The engine's summary.
    pub summary: Vec<u8>,
    /// All cards, by number.
    pub cards: Vec<(ContactNo, Card)>,
    /// The newest usable snapshot.
    pub snapshot: Option<Snapshot>,
}

/// A shortcut past the first `seq` records.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The last record it includes.
    pub seq: Seq,
    /// The model the standing was folded with.
    pub model: ModelVersion,
    /// The facts.
    pub state: AccountState,
    /// The standing, in the engine's own form.
    pub standing: Vec<u8>,
}

/// A notice as it was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNotice {
    /// Its place.
    pub no: NoticeNo,
    /// The account's last record when it was committed.
    pub seq: Seq,
    /// What the engine wrote.
    pub bytes: Vec<u8>,
}

/// One account in [`Store::scan_summaries`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SummaryRow<'a> {
    /// Which account.
    pub account: &'a str,
    /// Its summary; `None` when it is damaged: loading the account says how.
    pub content: Option<SummaryContent<'a>>,
}

/// What is known of an account without loading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SummaryContent<'a> {
    /// Its last record.
    pub seq: Seq,
    /// Its last notice.
    pub notices: NoticeNo,
    /// What the engine wrote with its last append.
    pub summary: &'a [u8],
}

/// One document to write or delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocWrite {
    /// What kind of document, such as `models`. No NUL.
    pub collection: String,
    /// Which one.
    pub key: String,
    /// Its new content; `None` deletes it.
    pub value: Option<Vec<u8>>,
}

/// What a store cannot do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A write or sync failed before. What is on disk is known only after opening again: stop the process.
    #[error("the store stopped after a failed write; restart to recover what is on disk")]
    Poisoned,
    /// An account's journal, card or head is damaged. Quarantine the account; the others are sound.
    #[error("account {account}: record {} is damaged: {reason}", seq.0)]
    Corrupt {
        /// Which account.
        account: AccountId,
        /// The first record that cannot be trusted.
        seq: Seq,
        /// What is wrong.
        reason: String,
    },
    /// A document is damaged.
    #[error("document {collection}/{key} is damaged: {reason}")]
    CorruptDocument {
        /// What kind.
        collection: String,
        /// Which one.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// The home as a whole is damaged beyond a torn tail: something that was acknowledged is gone.
    #[error("the store at {place} is damaged: {reason}; restore it from a backup")]
    Damaged {
        /// Where.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// Another owner took over. Stop serving.
    #[error("the owner token {token} is stale")]
    StaleOwner {
        /// The token that was used.
        token: OwnerToken,
    },
    /// A snapshot claims records that the journal does not have.
    #[error("account {account}: the snapshot is of record {}, the journal ends at {}", expected.0, found.0)]
    SequenceMismatch {
        /// Which account.
        account: AccountId,
        /// What was claimed.
        expected: Seq,
        /// What the store has.
        found: Seq,
    },
    /// Another process has the folder open.
    #[error("the data folder {} is in use by another Quorate process", folder.display())]
    Locked {
        /// Which folder.
        folder: PathBuf,
    },
    /// A store elsewhere did not do what it was asked to, or did not say so. What it did is unknown; it may be asked
    /// again.
    #[error("the store at {place} failed while it was to {action}: {reason}")]
    Unavailable {
        /// Where.
        place: String,
        /// What it was doing.
        action: &'static str,
        /// Why.
        reason: String,
    },
    /// The store would lose what it acknowledged.
    #[error("the store at {place} can lose acknowledged writes: {}", faults.join("; "))]
    Unsafe {
        /// Where.
        place: String,
        /// What makes it so, each with what to do about it.
        faults: Vec<String>,
        /// Whether it is a window of the last moment, which somebody may accept.
        acceptable: bool,
    },
    /// Another node owns the store and still says so.
    #[error("the store at {place} is owned by another node ({by}), whose lease runs for {} ms more", left.as_millis())]
    Held {
        /// Where.
        place: String,
        /// Which node.
        by: String,
        /// For how long.
        left: Duration,
    },
    /// There is no room left. The store stops.
    #[error("no space left for the store at {place}; free some and restart")]
    Full {
        /// Where.
        place: String,
    },
    /// The place may not be written to.
    #[error("the data folder {} cannot be written to; check its owner and mode", folder.display())]
    ReadOnly {
        /// Which folder.
        folder: PathBuf,
    },
    /// The path is no folder.
    #[error("{} is a file, a data folder is needed", path.display())]
    NotAFolder {
        /// Which path.
        path: PathBuf,
    },
    /// The folder holds something, but no store of ours.
    #[error("{} holds other files and no Quorate data; give an empty folder", folder.display())]
    Foreign {
        /// Which folder.
        folder: PathBuf,
    },
    /// A newer Quorate wrote it.
    #[error(
        "the store at {place} was written by a newer Quorate: it has format {found}, this build reads up to {known}"
    )]
    NewerFormat {
        /// Where.
        place: String,
        /// What was found.
        found: u32,
        /// The newest this build reads.
        known: u32,
    },
    /// Something that cannot be stored, such as a NUL in the name of a collection.
    #[error("{what} cannot be stored: {reason}")]
    Unstorable {
        /// What.
        what: String,
        /// Why not.
        reason: String,
    },
    /// The home cannot be reached or read.
    #[error("the store at {place} failed while it was to {action}")]
    Io {
        /// Where.
        place: String,
        /// What it was doing: `open`, `read`, `write`.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    /// Returns whether the store may be asked again after it: the outcome of this call is unknown, the next one's need
    /// not be. After any other failure of a write the process stops.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. } | Self::Unsafe { .. } | Self::Held { .. }
        )
    }
}
