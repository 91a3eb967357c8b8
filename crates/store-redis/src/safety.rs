//! Whether a server keeps what it acknowledges: asked at the start and whenever a server is new.

use redis::{Connection, RedisError, cmd};

use quorate_store::Durability;

use crate::node::open;
use crate::options::RedisOptions;
use crate::replicas::Followers;

/// The functions, loaded where they are missing.
const FUNCTIONS: &str = include_str!("functions/quorate.lua");

/// What an acknowledgement survives, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Safety {
    /// Writes of the last moment may be lost.
    Weak,
    /// On disk at the master.
    Master,
    /// On disk at the master and received by as many replicas as asked for.
    Replicas,
}

impl Safety {
    /// Returns the best that the options ask for.
    pub(crate) fn of(options: &RedisOptions) -> Self {
        if options.replicas_min > 0 {
            Self::Replicas
        } else {
            Self::Master
        }
    }

    /// Returns the port's word for it.
    pub(crate) fn durability(self) -> Durability {
        match self {
            Self::Weak => Durability::Weak,
            Self::Master => Durability::RedisFsync,
            Self::Replicas => Durability::RedisReplica,
        }
    }
}

/// What a server said of itself.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) incarnation: String,
    pub(crate) is_master: bool,
    /// What can lose acknowledged writes, each with what to do about it.
    pub(crate) faults: Vec<String>,
    /// What loses everything, whether a loss of the last moment is accepted or not.
    pub(crate) fatal: Option<String>,
    /// The replicas that follow it.
    pub(crate) followers: Vec<String>,
}

impl Said {
    pub(crate) fn safety(&self, options: &RedisOptions) -> Safety {
        if self.faults.is_empty() {
            Safety::of(options)
        } else {
            Safety::Weak
        }
    }
}

/// Asks a server, and loads our functions where they are missing.
pub(crate) fn ask(address: &str, options: &RedisOptions) -> Result<Said, RedisError> {
    let mut connection = open(address, options, options.place.login.as_ref())?;
    let mut admin = match &options.admin {
        Some(login) => Some(open(address, options, Some(login))?),
        None => None,
    };
    let info: String = cmd("INFO").arg("everything").query(&mut connection)?;
    let field = |name: &str| field(&info, name);
    let is_master = field("role") == "master";
    if is_master {
        load_functions(&mut connection, admin.as_mut())?;
    }
    let asked = admin.as_mut().unwrap_or(&mut connection);
    let mut faults = persistence_faults(&info, is_master, asked);
    let policy = field("maxmemory_policy");
    if policy != "noeviction" {
        faults.push(format!(
            "it evicts keys when memory is full ({policy}); set `maxmemory-policy noeviction`"
        ));
    }
    let mut fatal = None;
    if field("aof_enabled") != "0" {
        match file_is_readable(&options.prefix, asked)? {
            Readable::Yes => {}
            Readable::No(why) => fatal = Some(why),
            Readable::Unknown(why) => faults.push(why),
        }
    }
    let followers = Followers::read(&info);
    if is_master && followers.online < options.replicas_min {
        // Not unsafe: writes wait for replicas and are refused without them.
        tracing::warn!(
            redis.address = address,
            online = followers.online,
            wanted = options.replicas_min,
            "fewer replicas than writes wait for (redis.replicas_min): they are refused until more are there"
        );
    }
    Ok(Said {
        incarnation: incarnation(&info),
        is_master,
        faults,
        fatal,
        followers: followers.addresses,
    })
}

/// What is wrong with how a server keeps its file.
fn persistence_faults(info: &str, is_master: bool, asked: &mut Connection) -> Vec<String> {
    let mut setting = |name: &str| -> Option<String> {
        let found: Result<Vec<String>, _> = cmd("CONFIG").arg("GET").arg(name).query(asked);
        found.ok().and_then(|found| found.into_iter().nth(1))
    };
    let mut faults = Vec::new();
    // A replica puts its file aside while it is being filled, and takes it up again when it is full or becomes the master.
    let keeps_a_file = if is_master {
        field(info, "aof_enabled") == "1"
    } else {
        setting("appendonly").is_none_or(|keeps| keeps == "yes")
    };
    if !keeps_a_file {
        faults.push("it keeps no append-only file; set `appendonly yes`".to_owned());
    }
    match setting("appendfsync").as_deref() {
        Some("always") => {}
        Some(other) => faults.push(format!(
            "it syncs its append-only file {other}, not before it answers; set `appendfsync always`"
        )),
        None => faults.push(
            "its setting appendfsync cannot be read; allow the user `+config|get`, or give an admin user"
                .to_owned(),
        ),
    }
    if setting("no-appendfsync-on-rewrite").as_deref() == Some("yes") {
        faults.push(
            "it syncs nothing while it writes its file anew or a snapshot; set `no-appendfsync-on-rewrite no`"
                .to_owned(),
        );
    }
    faults
}

/// Commands that our functions write with, as they stand in an append-only file; each on a key of ours.
const WRITES: [&[&str]; 6] = [
    &["HSET", "KEY", "f", "v"],
    &["HDEL", "KEY", "f"],
    &["SADD", "KEY", "m"],
    &["SREM", "KEY", "m"],
    &["XADD", "KEY", "1-1", "r", "v"],
    &["XTRIM", "KEY", "MAXLEN", "1"],
];

/// Whether a server will carry out its own file when it starts.
enum Readable {
    Yes,
    No(String),
    Unknown(String),
}

/// Asks whether a server will carry out its own file when it starts. Redis reads it as the user `default` and drops each
/// transaction which that user may not do, and our writes are transactions: all of them would be gone, without a word to
/// us. So this is no window that could be accepted.
///
/// Source: tried on Redis 7.0.15, `user default off` in an ACL file.
fn file_is_readable(prefix: &str, asked: &mut Connection) -> Result<Readable, RedisError> {
    const WHAT_TO_DO: &str =
        "give it back its rights, it need not be on: `user default off resetpass ~* &* +@all`";
    for write in WRITES {
        let mut dry_run = cmd("ACL");
        dry_run.arg("DRYRUN").arg("default");
        for word in write {
            if *word == "KEY" {
                dry_run.arg(format!("{prefix}:{{p:0}}:heads"));
            } else {
                dry_run.arg(word);
            }
        }
        match dry_run.query::<String>(asked) {
            Ok(said) if said == "OK" => {}
            Ok(said) => {
                return Ok(Readable::No(format!(
                    "at its next start it would drop all that was written: it reads its file as the user default, which may \
                     not write ({said}); {WHAT_TO_DO}"
                )));
            }
            Err(error) if error.is_io_error() => return Err(error),
            Err(error) => {
                return Ok(Readable::Unknown(format!(
                    "whether it may read its own file when it starts cannot be asked ({error}); allow the user \
                     `+acl|dryrun`, or give an admin user (redis.admin)"
                )));
            }
        }
    }
    Ok(Readable::Yes)
}

/// Returns a field of an `INFO`; empty when it is not there.
pub(crate) fn field<'i>(info: &'i str, name: &str) -> &'i str {
    info.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .map_or("", str::trim)
}

/// Returns what tells a server from what it was before: it changes when the server is started anew, and when it becomes
/// the master again after another was, by which its data may have become another's.
///
/// - `info`: its sections `server` and `replication`.
pub(crate) fn incarnation(info: &str) -> String {
    format!("{} {}", field(info, "run_id"), field(info, "master_replid"))
}

/// Loads the functions when the newest of them is not there. A user without the right is told what to do.
fn load_functions(connection: &mut Connection, admin: Option<&mut Connection>) -> Result<(), RedisError> {
    let probe: Result<redis::Value, RedisError> = cmd("FCALL").arg("quorate2_here").arg(0).query(connection);
    match probe {
        Ok(_) => return Ok(()),
        Err(error) if error.is_io_error() => return Err(error),
        Err(_) => {}
    }
    cmd("FUNCTION")
        .arg("LOAD")
        .arg("REPLACE")
        .arg(FUNCTIONS)
        .exec(admin.unwrap_or(connection))
        .map_err(|error| {
            if error.code() != Some("NOPERM") {
                return error;
            }
            RedisError::from((
                redis::ErrorKind::InvalidClientConfig,
                "our functions are not loaded, and this user may not load them; allow `+function|load`, or name a user in \
                 redis.admin that may",
                error.to_string(),
            ))
        })
}
