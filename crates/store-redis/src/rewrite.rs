//! The append-only file of a server that just started. Nothing is written to it before it was written anew.
//!
//! Redis writes what a function did between `MULTI` and `EXEC`. Killed in the middle of that, it cuts its file after the
//! last whole *command* when it starts again, which may leave the `MULTI` open, and goes on behind it. Memory is right;
//! but the next start takes everything up to the next `EXEC` for one transaction, or, where none comes, for nothing:
//! what was acknowledged in between is lost or doubled. A file that was written anew has no such place.
//!
//! A server that was filled by a master (a replica that took over) keeps its old file until the new one is whole: it is
//! waited for as well.
//!
//! Source: valkey-io/valkey pull request 4342, which mends it there (August 2026); tried on Redis 7.0.15.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::{Connection, ErrorKind, RedisError, cmd};

use crate::layout::Layout;
use crate::names::Partition;
use crate::node::{Node, open};
use crate::safety::field;
use crate::store::{Shared, monotonic};

/// The pause before a server is asked again how far it is: doubled each time, up to the most.
const PAUSE_MIN: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(100);
/// The pause before a server that failed to is told again: doubled each time, up to the most. Each try leaves it a file.
const AGAIN_MIN: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(60);
/// The field of a partition's owner that says which incarnation of its server wrote its file anew.
const MARK: &str = "anew";

/// How far a server is with its append-only file, as far as we know.
#[derive(Debug, Default)]
pub(crate) struct Rewriting {
    is_done: AtomicBool,
    failures: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    /// Before this instant it is not asked again, and the answer is the last one.
    not_before: Option<Instant>,
    pause: Duration,
    /// Why, and of what kind; none: it is at it.
    why: Option<(ErrorKind, String)>,
}

impl Failures {
    fn told(&self) -> RedisError {
        let (kind, why) = match &self.why {
            Some((kind, why)) => (*kind, why.clone()),
            None => (ErrorKind::Client, "it is at it".to_owned()),
        };
        RedisError::from((
            kind,
            "the server was started anew, and writes wait until it has written its append-only file anew",
            why,
        ))
    }
}

/// How far the append-only file of a server is, as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    /// There is none: what is written is lost anyway, and labelled so.
    None,
    /// As the server found it when it started, or it failed to write it since.
    AsFound,
    /// Going to be written anew, when a snapshot is done or patience with earlier failures ends.
    Scheduled,
    /// Being written anew.
    UnderWay,
    /// Written anew since the server started.
    Anew,
}

impl File {
    /// Reads `INFO persistence`.
    fn read(info: &str) -> Self {
        if field(info, "aof_enabled") == "0" {
            Self::None
        } else if field(info, "aof_rewrite_in_progress") == "1" {
            Self::UnderWay
        } else if field(info, "aof_rewrite_scheduled") == "1" {
            Self::Scheduled
        } else if matches!(field(info, "aof_rewrites"), "" | "0")
            || field(info, "aof_last_bgrewrite_status") != "ok"
        {
            Self::AsFound
        } else {
            Self::Anew
        }
    }

    fn ask(connection: &mut Connection) -> Result<Self, RedisError> {
        let info: String = cmd("INFO").arg("persistence").query(connection)?;
        Ok(Self::read(&info))
    }
}

impl Shared {
    /// Has every server write its append-only file anew that did not since it started, and waits for it for a while.
    ///
    /// # Errors
    /// - When one may not be told to, fails, or is not done in time. Asked again later, it goes on.
    pub(crate) fn write_files_anew(&self, layout: &Layout) -> Result<(), RedisError> {
        let patience = monotonic() + self.options.answer_timeout / 2;
        let mut first_failure = None;
        // All are told before the first is waited for.
        for until in [None, Some(patience)] {
            for node in &layout.masters {
                if let Err(error) = self.write_file_anew(layout, node, until)
                    && until.is_some()
                {
                    first_failure.get_or_insert(error);
                }
            }
        }
        first_failure.map_or(Ok(()), Err)
    }

    /// - `until`: how long to wait for it; `None`: not at all.
    fn write_file_anew(
        &self,
        layout: &Layout,
        node: &Node,
        until: Option<Instant>,
    ) -> Result<(), RedisError> {
        let rewriting = &node.rewriting;
        if rewriting.is_done.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut failures = rewriting.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures
            .not_before
            .is_some_and(|not_before| monotonic() < not_before)
        {
            return Err(failures.told());
        }
        match self.write_unless_anew(layout, node, until) {
            Ok(true) => {
                rewriting.is_done.store(true, Ordering::Release);
                Ok(())
            }
            Ok(false) => {
                failures.why = None;
                failures.not_before = until.map(|_| monotonic() + PAUSE_MAX);
                Err(failures.told())
            }
            Err(error) if error.is_io_error() => Err(error),
            Err(error) => {
                failures.pause = (failures.pause * 2).clamp(AGAIN_MIN, AGAIN_MAX);
                failures.not_before = Some(monotonic() + failures.pause);
                failures.why = Some((error.kind(), error.detail().unwrap_or_default().to_owned()));
                Err(failures.told())
            }
        }
    }

    /// Returns whether the file was written anew; `false`: not yet.
    fn write_unless_anew(
        &self,
        layout: &Layout,
        node: &Node,
        until: Option<Instant>,
    ) -> Result<bool, RedisError> {
        let mut pause = PAUSE_MIN;
        let mut told = false;
        loop {
            match node.with(&self.options, File::ask)? {
                File::None => return Ok(true),
                File::Anew => {
                    self.mark(layout, node)?;
                    return Ok(true);
                }
                // One that failed to later on did it before: its file has no open end.
                File::AsFound if !told && self.is_marked(layout, node)? => return Ok(true),
                File::AsFound if told => {
                    return Err(failed(
                        ErrorKind::Client,
                        "it failed to; its log says why".to_owned(),
                    ));
                }
                File::AsFound | File::Scheduled if !told => {
                    self.tell(node)?;
                    told = true;
                }
                File::AsFound | File::Scheduled | File::UnderWay => {
                    if until.is_none_or(|until| monotonic() >= until) {
                        return Ok(false);
                    }
                    std::thread::park_timeout(pause);
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    }

    fn tell(&self, node: &Node) -> Result<(), RedisError> {
        let rewrite = cmd("BGREWRITEAOF");
        let told = match &self.options.admin {
            Some(admin) => rewrite.exec(&mut open(&node.address, &self.options, Some(admin))?),
            None => node.with(&self.options, |connection| rewrite.exec(connection)),
        };
        match told {
            Err(error) if error.is_io_error() => Err(error),
            // Somebody else may have told it in between.
            Err(error) if node.with(&self.options, File::ask)? == File::AsFound => Err(failed(
                ErrorKind::InvalidClientConfig,
                format!(
                    "allow the user `+bgrewriteaof` (that of redis.admin, if it is set), or run BGREWRITEAOF by hand: {error}"
                ),
            )),
            Ok(()) | Err(_) => {
                tracing::info!(
                    redis.address = node.address,
                    "the server had started; it writes its append-only file anew before anything else is written to it"
                );
                Ok(())
            }
        }
    }

    /// Notes on a server that this incarnation of it wrote its file anew: what it says of it, a later failure hides.
    fn mark(&self, layout: &Layout, node: &Node) -> Result<(), RedisError> {
        let Some(owner) = self.first_owner(layout, node) else {
            return Ok(());
        };
        node.with(&self.options, |connection| {
            cmd("HSET")
                .arg(&owner)
                .arg(MARK)
                .arg(&node.incarnation)
                .exec(connection)
        })
    }

    fn is_marked(&self, layout: &Layout, node: &Node) -> Result<bool, RedisError> {
        let Some(owner) = self.first_owner(layout, node) else {
            return Ok(false);
        };
        let found: Option<String> = node.with(&self.options, |connection| {
            cmd("HGET").arg(&owner).arg(MARK).query(connection)
        })?;
        Ok(found.is_some_and(|found| found == node.incarnation))
    }

    /// The key of the owner of a server's first partition.
    fn first_owner(&self, layout: &Layout, node: &Node) -> Option<String> {
        Partition::all()
            .find(|partition| layout.of(*partition).address == node.address)
            .map(|partition| self.names.owner(partition))
    }
}

fn failed(kind: ErrorKind, why: String) -> RedisError {
    RedisError::from((kind, "not written anew", why))
}

#[cfg(test)]
mod tests;
