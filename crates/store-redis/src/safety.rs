//! Whether a server keeps what it acknowledges: asked at the start and whenever a server is new.

use redis::{Connection, RedisError, cmd};

use quorate_store::Durability;

use crate::node::open;
use crate::options::RedisOptions;

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
    let setting = |name: &str, connection: &mut Connection| -> Option<String> {
        let found: Result<Vec<String>, _> = cmd("CONFIG").arg("GET").arg(name).query(connection);
        found.ok().and_then(|found| found.into_iter().nth(1))
    };
    let asked = admin.as_mut().unwrap_or(&mut connection);
    let fsync = setting("appendfsync", asked);
    let lax_at_times = setting("no-appendfsync-on-rewrite", asked);

    let mut faults = Vec::new();
    if field("aof_enabled") != "1" {
        faults.push("it keeps no append-only file; set `appendonly yes`".to_owned());
    }
    match fsync.as_deref() {
        Some("always") => {}
        Some(other) => faults.push(format!(
            "it syncs its append-only file {other}, not before it answers; set `appendfsync always`"
        )),
        None => faults.push(
            "its setting appendfsync cannot be read; allow the user `+config|get`, or give an admin user"
                .to_owned(),
        ),
    }
    if lax_at_times.as_deref() == Some("yes") {
        faults.push(
            "it syncs nothing while it writes its file anew or a snapshot; set `no-appendfsync-on-rewrite no`"
                .to_owned(),
        );
    }
    let policy = field("maxmemory_policy");
    if policy != "noeviction" {
        faults.push(format!(
            "it evicts keys when memory is full ({policy}); set `maxmemory-policy noeviction`"
        ));
    }
    if options.replicas_min > 0 {
        let online = info
            .lines()
            .filter(|line| line.starts_with("slave") && line.contains("state=online"))
            .count();
        if u32::try_from(online).unwrap_or(u32::MAX) < options.replicas_min {
            // Not unsafe: writes wait for replicas and are refused without them.
            tracing::warn!(
                redis.address = address,
                online,
                wanted = options.replicas_min,
                "fewer replicas than writes wait for: they are refused until more are there"
            );
        }
    }
    Ok(Said {
        incarnation: incarnation(&info),
        is_master,
        faults,
    })
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
}
