//! Homes: real servers in a folder that goes away with the test, and stores under prefixes of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use quorate_store::contract::Home;
use quorate_store::{OwnerToken, Store};
use quorate_store_redis::{RedisOptions, RedisStore};
use quorate_testkit::{RedisCluster, RedisSentinels, RedisServer};

/// A prefix of an installation: one store at a time.
pub(crate) struct Under {
    pub(crate) options: RedisOptions,
}

impl Under {
    pub(crate) fn store(&self) -> (RedisStore, OwnerToken) {
        let store = RedisStore::open(self.options.clone()).unwrap();
        let owner = store.acquire().unwrap();
        (store, owner)
    }
}

impl Home for Under {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(RedisStore::open(self.options.clone()).unwrap())
    }
}

pub(crate) fn options(url: &str, replicas_min: u32) -> RedisOptions {
    RedisOptions {
        replicas_min,
        lease: Duration::from_secs(2),
        answer_timeout: Duration::from_secs(2),
        connect_timeout: Duration::from_millis(500),
        ..RedisOptions::new(url).unwrap()
    }
}

/// One server.
pub(crate) struct Single {
    pub(crate) server: RedisServer,
    pub(crate) under: Under,
    _folder: tempfile::TempDir,
}

impl Single {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = RedisServer::start(folder.path().join("redis"), settings);
        let under = Under {
            options: options(&server.url(), 0),
        };
        Self {
            server,
            under,
            _folder: folder,
        }
    }
}

impl Single {
    pub(crate) fn under_store(&self) -> (RedisStore, OwnerToken) {
        self.under.store()
    }
}

impl Home for Single {
    fn open(&self) -> Arc<dyn Store> {
        self.under.open()
    }
}

/// Counts prefixes, so that promises sharing servers do not share data.
static PREFIXES: AtomicUsize = AtomicUsize::new(0);

fn fresh(mut options: RedisOptions) -> Under {
    options.prefix = format!("q{}", PREFIXES.fetch_add(1, Ordering::Relaxed));
    Under { options }
}

/// A master, two replicas, three sentinels.
pub(crate) struct Sentinels {
    pub(crate) servers: RedisSentinels,
    _folder: tempfile::TempDir,
}

impl Sentinels {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            servers: RedisSentinels::start(folder.path(), 2),
            _folder: folder,
        }
    }

    pub(crate) fn home(&self) -> Under {
        fresh(options(&self.servers.url(), 1))
    }
}

/// Three masters with a replica each.
pub(crate) struct Cluster {
    pub(crate) servers: RedisCluster,
    _folder: tempfile::TempDir,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            servers: RedisCluster::start(folder.path()),
            _folder: folder,
        }
    }

    pub(crate) fn home(&self) -> Under {
        fresh(options(&self.servers.url(), 1))
    }
}
