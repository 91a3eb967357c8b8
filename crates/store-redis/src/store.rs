//! The store: who has what, asked again when it changed, and the port in terms of it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use quorate_domain::account::Record;
use quorate_domain::id::{AccountId, Seq, SignalId};
use quorate_store::{
    Append, AppendRefusal, Appended, DocWrite, Durability, Error, KnownIds, Loaded, NoticeNo, Outline,
    OwnerToken, Snapshot, Store, StoredNotice, Stretch, SummaryRow,
};
use redis::{Cmd, Connection, RedisError, Value, cmd};

use crate::commit::Writer;
use crate::fault::{said, unavailable};
use crate::layout::{Layout, LayoutError};
use crate::lease::Lease;
use crate::names::{Names, Partition};
use crate::node::{Node, pipeline};
use crate::options::RedisOptions;
use crate::safety::Safety;

/// How often a read is tried before it is given up: a master may just be changing.
const READ_TRIES: u32 = 3;
/// The pause before servers that did not answer are asked again: doubled each time, up to the most.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// How long a start waits for servers that read their files, and then for them to write them anew: about as long.
pub(crate) const FILES_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A store in Redis.
pub struct RedisStore {
    pub(crate) shared: Arc<Shared>,
    pub(crate) writer: Mutex<Writer>,
    /// What the hashes of signal ids are seeded with.
    pub(crate) seed: u64,
    /// Whether a group failed of which nobody knows how much was written and who received it.
    pub(crate) unsure: AtomicBool,
    /// Grows with every group; only a place in order.
    pub(crate) marks: AtomicU64,
    pub(crate) lease: Mutex<Option<Lease>>,
    /// What leases call this opened store: a second opening by the same process is another node.
    pub(crate) node: String,
}

/// What reads, commits and the lease's thread share.
pub(crate) struct Shared {
    pub(crate) options: RedisOptions,
    pub(crate) names: Names,
    /// What messages call the place: its address without a password.
    pub(crate) place: String,
    layout: RwLock<Known>,
    safety: AtomicU8,
    /// Whether another node took over, as the lease's thread found.
    pub(crate) is_lost: AtomicBool,
}

/// The last layout, and when to ask again.
#[derive(Default)]
struct Known {
    layout: Option<Arc<Layout>>,
    /// Whether something failed since it was asked for.
    doubted: bool,
    pause: Duration,
    not_before: Option<Instant>,
    /// Whether a server still read its file when it was asked last.
    is_loading: bool,
}

impl RedisStore {
    /// Opens the store: finds the servers, checks that they are safe, loads the functions.
    ///
    /// # Errors
    /// - [`Error::Unavailable`] when no server answers.
    /// - [`Error::Unsafe`] when one can lose what it acknowledged and that was not accepted.
    /// - [`Error::NewerFormat`] when a newer build wrote the store.
    pub fn open(options: RedisOptions) -> Result<Self, Error> {
        let shared = Shared {
            place: options.place.to_string(),
            names: Names::new(&options.prefix),
            layout: RwLock::default(),
            safety: AtomicU8::new(0),
            is_lost: AtomicBool::new(false),
            options,
        };
        let layout = shared.layout_once_loaded()?;
        if layout.safety == Safety::Weak {
            tracing::warn!(
                store.place = shared.place,
                "this Redis can lose acknowledged writes; every acknowledgement is labelled weak"
            );
        }
        shared.check_format()?;
        let seed = shared.seed()?;
        let node = format!("{}, {:08x}", shared.options.node, shared.random()? >> 96);
        Ok(Self {
            node,
            shared: Arc::new(shared),
            writer: Mutex::new(Writer::default()),
            seed,
            unsure: AtomicBool::new(false),
            marks: AtomicU64::new(1),
            lease: Mutex::new(None),
        })
    }
}

impl Shared {
    /// Returns the layout; asks for it when there is none or it was doubted.
    pub(crate) fn layout(&self, action: &'static str) -> Result<Arc<Layout>, Error> {
        {
            let known = self.layout.read().unwrap_or_else(PoisonError::into_inner);
            if let (Some(layout), false) = (&known.layout, known.doubted) {
                return Ok(Arc::clone(layout));
            }
        }
        let mut known = self.layout.write().unwrap_or_else(PoisonError::into_inner);
        if let (Some(layout), false) = (&known.layout, known.doubted) {
            return Ok(Arc::clone(layout));
        }
        if known
            .not_before
            .is_some_and(|not_before| monotonic() < not_before)
        {
            return Err(unavailable(
                &self.place,
                action,
                "it did not answer a moment ago; asked again in a moment",
            ));
        }
        match Layout::find(&self.options, known.layout.as_deref()) {
            Ok(layout) => {
                let layout = Arc::new(layout);
                self.safety.store(code(layout.safety), Ordering::Release);
                *known = Known {
                    layout: Some(Arc::clone(&layout)),
                    ..Known::default()
                };
                Ok(layout)
            }
            Err(error) => {
                known.pause = (known.pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
                known.not_before = Some(monotonic() + known.pause);
                known.is_loading = matches!(error, LayoutError::Loading(_));
                Err(match error {
                    LayoutError::Unreachable(reason) | LayoutError::Loading(reason) => {
                        unavailable(&self.place, action, reason)
                    }
                    LayoutError::Unsafe { faults, acceptable } => Error::Unsafe {
                        place: self.place.clone(),
                        faults,
                        acceptable,
                    },
                })
            }
        }
    }

    /// Returns the layout, and waits for servers that still read their files: they started when we did.
    fn layout_once_loaded(&self) -> Result<Arc<Layout>, Error> {
        let patience = monotonic() + FILES_PATIENCE;
        let mut told = false;
        loop {
            let found = self.layout("open");
            let is_loading = {
                let known = self.layout.read().unwrap_or_else(PoisonError::into_inner);
                known.is_loading
            };
            if found.is_ok() || !is_loading || monotonic() >= patience {
                return found;
            }
            if !told {
                told = true;
                tracing::warn!(
                    store.place = self.place,
                    "the server still reads its file; waiting for it"
                );
            }
            std::thread::park_timeout(PAUSE_MIN);
        }
    }

    /// Returns the layout, and only when every server has written its append-only file anew since it started.
    pub(crate) fn layout_to_write(&self, action: &'static str) -> Result<Arc<Layout>, Error> {
        let layout = self.layout(action)?;
        self.write_files_anew(&layout).map_err(|error| {
            self.doubt();
            unavailable(&self.place, action, said(&error))
        })?;
        Ok(layout)
    }

    /// Has the servers asked again before the next use: one of them failed, or is not what it was.
    pub(crate) fn doubt(&self) {
        self.layout
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .doubted = true;
    }

    /// Writes to a partition, once: what became of a write that failed is for the caller to find out.
    pub(crate) fn write_partition<T>(
        &self,
        action: &'static str,
        partition: Partition,
        ask: impl FnOnce(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T, Error> {
        let layout = self.layout_to_write(action)?;
        layout.of(partition).with(&self.options, ask).map_err(|error| {
            self.doubt();
            unavailable(&self.place, action, said(&error))
        })
    }

    /// Reads from a server; a read may be tried again, since it changes nothing. So may the few writes of what is fixed
    /// when a store is made, which change nothing the second time.
    pub(crate) fn read<T>(
        &self,
        node: impl Fn(&Layout) -> &Arc<Node>,
        ask: impl Fn(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T, Error> {
        self.retried(|layout| node(layout).with(&self.options, &ask))
    }

    /// Asks several partitions in one go, server by server, and returns the answers in the order of the questions.
    pub(crate) fn read_many(&self, asked: &[(Partition, Cmd)]) -> Result<Vec<Value>, Error> {
        self.retried(|layout| self.ask_many(layout, asked))
    }

    /// [`Shared::read_many`] of a layout, tried once.
    pub(crate) fn ask_many(
        &self,
        layout: &Layout,
        asked: &[(Partition, Cmd)],
    ) -> Result<Vec<Value>, RedisError> {
        let mut answers = vec![Value::Nil; asked.len()];
        for node in &layout.masters {
            let (places, commands): (Vec<usize>, Vec<&Cmd>) = (0..)
                .zip(asked)
                .filter(|(_, (partition, _))| Arc::ptr_eq(layout.of(*partition), node))
                .map(|(place, (_, command))| (place, command))
                .unzip();
            if commands.is_empty() {
                continue;
            }
            let answered = node.with(&self.options, |connection| pipeline(connection, commands))?;
            for (place, answer) in places.into_iter().zip(answered) {
                if let Some(slot) = answers.get_mut(place) {
                    *slot = answer.extract_error()?;
                }
            }
        }
        Ok(answers)
    }

    /// Asks, and asks again a few times with what the servers say of themselves by then.
    pub(crate) fn retried<T>(&self, ask: impl Fn(&Layout) -> Result<T, RedisError>) -> Result<T, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let failed = match self.layout("read") {
                Ok(layout) => match ask(&layout) {
                    Ok(answer) => return Ok(answer),
                    Err(error) => {
                        self.doubt();
                        unavailable(&self.place, "read", said(&error))
                    }
                },
                Err(error) => error,
            };
            if tries >= READ_TRIES {
                return Err(failed);
            }
            std::thread::park_timeout(PAUSE_MIN * tries);
        }
    }

    pub(crate) fn read_partition<T>(
        &self,
        partition: Partition,
        ask: impl Fn(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T, Error> {
        self.read(|layout| layout.of(partition), ask)
    }

    fn safety(&self) -> Safety {
        match self.safety.load(Ordering::Acquire) {
            2 => Safety::Replicas,
            1 => Safety::Master,
            _ => Safety::Weak,
        }
    }

    /// Draws 128 bits.
    pub(crate) fn random(&self) -> Result<u128, Error> {
        let mut drawn = [0; 16];
        getrandom::fill(&mut drawn)
            .map_err(|error| unavailable(&self.place, "draw a random number", error.to_string()))?;
        Ok(u128::from_be_bytes(drawn))
    }

    /// Returns the seed of this store; drawn by whoever comes first.
    fn seed(&self) -> Result<u64, Error> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::as_conversions,
            reason = "half of the random bits"
        )]
        let drawn = self.random()? as u64;
        let found = self.read(Layout::of_docs, |connection| self.seed_or(connection, drawn))?;
        found.parse().map_err(|_| Error::Damaged {
            place: self.place.clone(),
            reason: format!("the seed in {} is no number", self.names.meta()),
        })
    }

    /// Returns the seed that a server has, or gives it this one.
    pub(crate) fn seed_or(&self, connection: &mut Connection, seed: u64) -> Result<String, RedisError> {
        let meta = self.names.meta();
        cmd("HSETNX")
            .arg(&meta)
            .arg("seed")
            .arg(seed.to_string())
            .exec(connection)?;
        cmd("HGET").arg(&meta).arg("seed").query(connection)
    }
}

/// Returns where we are on the way of time, for pauses and leases: it decides when to ask again, never what happened.
#[expect(clippy::disallowed_methods, reason = "no fact is dated by it")]
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

fn code(safety: Safety) -> u8 {
    match safety {
        Safety::Weak => 0,
        Safety::Master => 1,
        Safety::Replicas => 2,
    }
}

impl Store for RedisStore {
    fn durability(&self) -> Durability {
        self.shared.safety().durability()
    }

    fn format(&self) -> String {
        format!("redis {}", crate::format::FORMAT)
    }

    fn acquire(&self) -> Result<OwnerToken, Error> {
        self.take_ownership()
    }

    fn load(&self, account: &AccountId) -> Result<Option<Loaded>, Error> {
        self.settle()?;
        self.read_account(account)
    }

    fn load_many(&self, accounts: &[AccountId]) -> Vec<Result<Option<Loaded>, Error>> {
        match self.settle() {
            Ok(()) => self.read_accounts(accounts),
            Err(error) => self.all_failed(accounts, &error),
        }
    }

    fn outline(&self, account: &AccountId) -> Result<Option<Outline>, Error> {
        self.read_outline(account)
    }

    fn known_ids(&self, asked: &[(AccountId, Vec<SignalId>)]) -> Result<KnownIds, Error> {
        self.settle()?;
        self.look_up_ids(asked)
    }

    fn check(&self) -> Result<(), Error> {
        self.settle()?;
        let layout = self.shared.layout_to_write("write")?;
        let answered = layout
            .masters
            .iter()
            .try_for_each(|node| node.with(&self.shared.options, |connection| cmd("PING").exec(connection)));
        answered.map_err(|error| {
            self.shared.doubt();
            unavailable(&self.shared.place, "write", said(&error))
        })?;
        let token = {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.owner.as_ref().map(|(token, _)| token.clone())
        };
        match token {
            Some(token) if self.shared.is_lost.load(Ordering::Acquire) => Err(Error::StaleOwner { token }),
            Some(_) | None => Ok(()),
        }
    }

    fn commit(&self, group: Vec<Append>) -> Result<Vec<Result<Appended, AppendRefusal>>, Error> {
        self.commit_group(&group)
    }

    fn put_snapshot(&self, account: &AccountId, snapshot: &Snapshot) -> Result<(), Error> {
        self.save_snapshot(account, snapshot)
    }

    fn delete_snapshots(&self) -> Result<(), Error> {
        self.drop_snapshots()
    }

    fn history(&self, account: &AccountId, after: Seq, limit: usize) -> Result<Vec<Record>, Error> {
        self.read_history(account, after, limit)
    }

    fn first_whole(&self, account: &AccountId) -> Result<Option<Record>, Error> {
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
        self.read_notices(account, after, limit)
    }

    fn scan_summaries(&self, visit: &mut dyn FnMut(SummaryRow<'_>)) -> Result<(), Error> {
        self.visit_summaries(visit)
    }

    fn get_doc(&self, collection: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.read_doc(collection, key)
    }

    fn write_docs(&self, writes: Vec<DocWrite>) -> Result<(), Error> {
        self.put_docs(writes)
    }

    fn scan_docs(
        &self,
        collection: &str,
        prefix: &str,
        visit: &mut dyn FnMut(&str, &[u8]),
    ) -> Result<(), Error> {
        self.visit_docs(collection, prefix, visit)
    }

    fn collections(&self) -> Result<Vec<String>, Error> {
        self.collection_names()
    }
}
