//! A server that comes back, or a replica that takes over, may have less than was acknowledged. What was written of
//! late is kept, compared with what is there, and put back in order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use quorate_domain::id::{AccountId, Seq};
use quorate_store::record;
use quorate_store::{Append, Error};
use redis::{Cmd, FromRedisValue, RedisError, cmd};

use crate::commit::{Place, Writer};
use crate::fault::{said, unavailable};
use crate::layout::Layout;
use crate::names::{Partition, seal_key};
use crate::node::{Node, pipeline};
use crate::options::PlaceKind;
use crate::safety::Safety;
use crate::store::{RedisStore, Shared, monotonic};

/// How long what was written is kept: longer than a failover takes.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// The most that is kept, in bytes of commands.
const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What was written of late, oldest first.
#[derive(Default)]
pub(crate) struct Recent {
    written: VecDeque<Written>,
    bytes: usize,
}

struct Written {
    at: Instant,
    account: AccountId,
    expected: Seq,
    becomes: Place,
    /// It adds neither records nor notices, only cards: whether it is there cannot be told from the head.
    only_cards: bool,
    command: Cmd,
    bytes: usize,
}

impl Written {
    /// Whether an account that stands there lacks it, or may lack it. Writing it again in its order changes nothing then.
    fn may_be_missing(&self, found: Place) -> bool {
        self.is_missing(found) || self.only_cards && self.becomes == found
    }

    /// Whether an account that stands there surely lacks it.
    fn is_missing(&self, found: Place) -> bool {
        self.becomes.seq > found.seq || self.becomes.notices > found.notices
    }
}

impl Recent {
    pub(crate) fn add(&mut self, append: &Append, becomes: Place, command: Cmd) {
        let bytes = command
            .args_iter()
            .map(|arg| {
                if let redis::Arg::Simple(bytes) = arg {
                    bytes.len()
                } else {
                    0
                }
            })
            .sum();
        self.bytes += bytes;
        self.written.push_back(Written {
            at: monotonic(),
            account: append.account.clone(),
            expected: append.expected,
            becomes,
            only_cards: append.records.is_empty() && append.notices.is_empty(),
            command,
            bytes,
        });
        while let Some(oldest) = self.written.front() {
            if oldest.at.elapsed() <= KEPT_FOR && self.bytes <= KEPT_BYTES_MAX {
                break;
            }
            self.bytes -= oldest.bytes;
            self.written.pop_front();
        }
    }
}

impl Shared {
    /// Whether a server could come back with less than it acknowledged.
    pub(crate) fn may_lose(&self) -> bool {
        match self.options.place.kind {
            PlaceKind::Sentinel(_) | PlaceKind::Cluster => true,
            PlaceKind::Single | PlaceKind::Socket => self.options.accept_loss_window,
        }
    }
}

impl RedisStore {
    /// Looks at every server that is new since the last write, and puts back what it lost.
    ///
    /// # Errors
    /// - When a server cannot be asked: nothing may be written before it was.
    /// - [`Error::Damaged`] when it is another store: its signal ids are hashed otherwise.
    pub(crate) fn heal(&self, writer: &mut Writer, layout: &Layout) -> Result<(), Error> {
        for node in &layout.masters {
            let known = writer.known.get(&node.address);
            if known.is_some_and(|known| *known == node.incarnation) {
                continue;
            }
            if writer.owner.is_some() && !writer.known.is_empty() {
                // A connection from before may break at its first use.
                writer.links.remove(&node.address);
                writer.forget_places();
                let recent = std::mem::take(&mut writer.recent);
                let healed = self.heal_node(writer, layout, node, &recent);
                writer.recent = recent;
                healed.map_err(|error| {
                    unavailable(&self.shared.place, "compare what was written", said(&error))
                })?;
                if layout.of_docs().address == node.address {
                    self.check_seed(node)?;
                }
            }
            writer
                .known
                .insert(node.address.clone(), node.incarnation.clone());
        }
        Ok(())
    }

    /// A server that lost the seed gets it back: with another one, every signal that is sent again would be a new one.
    fn check_seed(&self, node: &Node) -> Result<(), Error> {
        let found = node
            .with(&self.shared.options, |connection| {
                self.shared.seed_or(connection, self.seed)
            })
            .map_err(|error| unavailable(&self.shared.place, "read", said(&error)))?;
        if found == self.seed.to_string() {
            return Ok(());
        }
        Err(Error::Damaged {
            place: self.shared.place.clone(),
            reason: format!(
                "the seed in {} is another one than before: this is another store, or one that was begun anew",
                self.shared.names.meta()
            ),
        })
    }

    /// After a group of which nobody knows what was written: waits until what is there is with every replica that could
    /// take over. What is read before might be told to a client as known, and be gone with its master.
    ///
    /// # Errors
    /// - When it cannot be had: what is there is not safe to tell.
    pub(crate) fn settle(&self) -> Result<(), Error> {
        if !self.unsure.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.unsure.load(Ordering::Acquire) {
            return Ok(());
        }
        let settled = self.settle_with(&mut writer);
        if settled.is_ok() {
            self.unsure.store(false, Ordering::Release);
        } else {
            writer.links.clear();
            self.shared.doubt();
        }
        settled
    }

    fn settle_with(&self, writer: &mut Writer) -> Result<(), Error> {
        let shared = &self.shared;
        if !shared.may_lose() && shared.options.replicas_min == 0 {
            // Nobody can take over, and what the server shows is on its disk.
            return Ok(());
        }
        let layout = shared.layout("read")?;
        self.heal(writer, &layout)?;
        let Some((token, _)) = writer.owner.clone() else {
            return Ok(());
        };
        for node in &layout.masters {
            let link = writer
                .link(shared, node)
                .map_err(|error| unavailable(&shared.place, "read", said(&error)))?;
            shared.secure(&layout, node, link, &token)?;
        }
        Ok(())
    }

    fn heal_node(
        &self,
        writer: &mut Writer,
        layout: &Layout,
        node: &Node,
        recent: &Recent,
    ) -> Result<(), RedisError> {
        let shared = &self.shared;
        tracing::warn!(
            redis.address = node.address,
            "the server restarted, or another one became the master"
        );
        self.claim_again(writer, layout, node)?;
        let mut by_account: BTreeMap<&AccountId, Vec<&Written>> = BTreeMap::new();
        for written in &recent.written {
            if layout.of(Partition::of(&written.account)).address == node.address {
                by_account.entry(&written.account).or_default().push(written);
            }
        }
        if by_account.is_empty() {
            return Ok(());
        }
        let (mut healed, mut lost) = (0_usize, 0_usize);
        for (account, written) in by_account {
            let heads = shared.names.heads(Partition::of(account));
            let link = writer.link(shared, node)?;
            let head: Option<Vec<u8>> = cmd("HGET").arg(heads).arg(account.as_str()).query(link)?;
            let found = head
                .as_deref()
                .and_then(|head| record::open_head(&seal_key(account, &[]), head).ok())
                .map_or_else(Place::default, |head| Place {
                    seq: head.seq,
                    notices: head.notices,
                });
            // Each builds on the one before it: from the first that may be missing on, all are written again.
            let missing = written
                .iter()
                .position(|written| written.may_be_missing(found))
                .and_then(|first| written.get(first..))
                .unwrap_or_default();
            let Some(first) = missing.first() else { continue };
            shared.write_files_anew(layout)?;
            let link = writer.link(shared, node)?;
            let commands = missing.iter().map(|written| &written.command);
            let mut refused = 0;
            for (written, answer) in missing.iter().zip(pipeline(link, commands)?) {
                // What fails otherwise than by its own answer may pass: it is tried again before anything is written.
                let words: Vec<String> = FromRedisValue::from_redis_value(answer.extract_error()?)?;
                let is_back = words.first().is_some_and(|word| word == "OK");
                if is_back && written.is_missing(found) {
                    healed += 1;
                } else if !is_back {
                    refused += 1;
                }
            }
            if refused > 0 {
                lost += refused;
                tracing::error!(
                    account.id = %account,
                    journal = found.seq.0,
                    expected = first.expected.0,
                    "acknowledged records of this account are gone from the server and could not be put back"
                );
            }
        }
        if healed > 0 {
            tracing::warn!(
                redis.address = node.address,
                appends = healed,
                "the server had lost acknowledged writes; they were put back"
            );
        }
        if lost == 0 && healed == 0 {
            tracing::info!(
                redis.address = node.address,
                "the server has everything that was acknowledged in the last minute"
            );
        }
        if layout.safety == Safety::Weak && lost > 0 {
            tracing::error!(appends = lost, "this is the loss window that was accepted");
        }
        Ok(())
    }

    /// Puts our ownership back where a server lost it. One that somebody else took since stays theirs.
    fn claim_again(&self, writer: &mut Writer, layout: &Layout, node: &Node) -> Result<(), RedisError> {
        let Some((token, epoch)) = writer.owner.clone() else {
            return Ok(());
        };
        let commands: Vec<Cmd> = Partition::all()
            .filter(|partition| layout.of(*partition).address == node.address)
            .map(|partition| self.claim(partition, &token, epoch))
            .collect();
        let link = writer.link(&self.shared, node)?;
        for answer in pipeline(link, &commands)? {
            let words: Vec<String> = FromRedisValue::from_redis_value(answer.extract_error()?)?;
            if words.first().is_some_and(|word| word != "OK") {
                tracing::warn!(
                    redis.address = node.address,
                    "another node owns a partition of this server now"
                );
                break;
            }
        }
        Ok(())
    }
}
