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

use std::sync::atomic::Ordering;
use std::time::Duration;

use redis::{Connection, RedisError, cmd};

use crate::node::{Node, open};
use crate::options::RedisOptions;
use crate::store::monotonic;

/// The pause before a server is asked again how far it is; doubled each time.
const PAUSE: Duration = Duration::from_millis(2);

/// How far the append-only file of a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    /// There is none: what is written is lost anyway, and labelled so.
    None,
    /// As the server found it when it started.
    AsFound,
    /// Being written anew, or going to be.
    UnderWay,
    /// Written anew since the server started.
    Anew,
}

impl File {
    /// Reads `INFO persistence`.
    fn read(info: &str) -> Self {
        let is = |field: &str, value: &str| {
            info.lines().any(|line| {
                line.trim_end()
                    .strip_prefix(field)
                    .and_then(|rest| rest.strip_prefix(':'))
                    == Some(value)
            })
        };
        if is("aof_enabled", "0") {
            Self::None
        } else if is("aof_rewrite_in_progress", "1") || is("aof_rewrite_scheduled", "1") {
            Self::UnderWay
        } else if is("aof_rewrites", "0") || !is("aof_last_bgrewrite_status", "ok") {
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

impl Node {
    /// Has the server write its append-only file anew unless it did since it started, and waits for it for a while.
    ///
    /// # Errors
    /// - When it may not be told to, fails, or is not done in time. Asked again later, it goes on.
    pub(crate) fn write_file_anew(&self, options: &RedisOptions) -> Result<(), RedisError> {
        if self.file_is_anew.load(Ordering::Acquire) {
            return Ok(());
        }
        let patience = monotonic() + options.answer_timeout / 2;
        let mut pause = PAUSE;
        let mut told = false;
        loop {
            match self.with(options, File::ask)? {
                File::None | File::Anew => break,
                File::AsFound if told => return Err(wait("it failed to, its log says why")),
                File::AsFound => {
                    self.tell(options)?;
                    told = true;
                }
                File::UnderWay if monotonic() >= patience => return Err(wait("it is at it")),
                File::UnderWay => {
                    std::thread::park_timeout(pause);
                    pause *= 2;
                }
            }
        }
        if told {
            tracing::info!(
                redis.address = self.address,
                "the server had started; its append-only file was written anew before anything else is"
            );
        }
        self.file_is_anew.store(true, Ordering::Release);
        Ok(())
    }

    fn tell(&self, options: &RedisOptions) -> Result<(), RedisError> {
        let rewrite = cmd("BGREWRITEAOF");
        let told = match &options.admin {
            Some(admin) => rewrite.exec(&mut open(&self.address, options, Some(admin))?),
            None => self.with(options, |connection| rewrite.exec(connection)),
        };
        match told {
            Err(error) if error.is_io_error() => Err(error),
            // Somebody else may have told it in between.
            Err(error) if self.with(options, File::ask)? == File::AsFound => Err(wait(&format!(
                "allow the user `+bgrewriteaof` (that of redis.admin, if it is set), or run BGREWRITEAOF by hand: {error}"
            ))),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn wait(why: &str) -> RedisError {
    RedisError::from((
        redis::ErrorKind::Client,
        "the server was started anew, and writes wait until it has written its append-only file anew",
        why.to_owned(),
    ))
}

#[cfg(test)]
mod tests;
