//! Which server has which partition, now.

use std::collections::BTreeMap;
use std::sync::Arc;

use redis::{Connection, FromRedisValue, RedisError, Value, cmd};

use crate::fault::said;
use crate::names::{DOCS_TAG, PARTITIONS, Partition, slot};
use crate::node::{Node, open};
use crate::options::{PlaceKind, RedisOptions};
use crate::safety::{self, Safety};
use crate::sentinel;

/// Which server has which partition.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The masters, by address.
    pub(crate) masters: Vec<Arc<Node>>,
    of_partition: Vec<Arc<Node>>,
    of_docs: Arc<Node>,
    /// What acknowledged writes survive on the weakest of them.
    pub(crate) safety: Safety,
}

/// Why no layout could be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayoutError {
    /// No server answered, or not usefully.
    #[error("{0}")]
    Unreachable(String),
    /// A server still reads its file.
    #[error("{0}")]
    Loading(String),
    /// A server is set up so that it can lose what it acknowledged.
    #[error("{}", faults.join("; "))]
    Unsafe {
        /// What makes it so.
        faults: Vec<String>,
        /// Whether it is a window of the last moment, which somebody may accept.
        acceptable: bool,
    },
}

impl Layout {
    /// Asks the servers who has what, and whether they are safe. Known servers that are what they were are kept with
    /// their connections.
    pub(crate) fn find(options: &RedisOptions, known: Option<&Self>) -> Result<Self, LayoutError> {
        let addresses = addresses(options)?;
        let mut masters: BTreeMap<&str, Arc<Node>> = BTreeMap::new();
        let mut safety = Safety::of(options);
        let mut faults = Vec::new();
        for address in addresses.all() {
            if masters.contains_key(address) {
                continue;
            }
            let said = safety::ask(address, options).map_err(|error| unreachable(address, &error))?;
            if !said.is_master {
                return Err(LayoutError::Unreachable(format!("{address} is a replica")));
            }
            safety = safety.min(said.safety(options));
            faults.extend(said.faults.iter().map(|fault| format!("{address}: {fault}")));
            if let Some(fatal) = &said.fatal {
                return Err(LayoutError::Unsafe {
                    faults: vec![format!("{address}: {fatal}")],
                    acceptable: false,
                });
            }
            if known.is_none() {
                faults.extend(faults_of_replicas(&said.followers, options));
            }
            let node = known
                .and_then(|known| known.node(address, &said.incarnation))
                .unwrap_or_else(|| Arc::new(Node::new(address.to_owned(), said.incarnation)));
            node.replicas
                .are(addresses.alive.get(address).copied().unwrap_or(0));
            masters.insert(address, node);
        }
        if matches!(options.place.kind, PlaceKind::Sentinel(_) | PlaceKind::Cluster)
            && options.replicas_min == 0
        {
            faults.push(
                "a failover loses what only the master had; have writes wait for replicas: set redis.replicas_min = 1"
                    .to_owned(),
            );
        }
        if !faults.is_empty() {
            safety = Safety::Weak;
        }
        if !faults.is_empty() && !options.accept_loss_window {
            return Err(LayoutError::Unsafe {
                faults,
                acceptable: true,
            });
        }
        let node = |address: &str| {
            masters
                .get(address)
                .cloned()
                .ok_or_else(|| LayoutError::Unreachable(format!("{address} was not asked")))
        };
        let of_partition = addresses
            .of_partition
            .iter()
            .map(|address| node(address))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            of_docs: node(&addresses.of_docs)?,
            of_partition,
            masters: masters.into_values().collect(),
            safety,
        })
    }

    /// Returns the server of a partition.
    pub(crate) fn of(&self, partition: Partition) -> &Arc<Node> {
        // There are as many as partitions; the last one is never out of reach.
        self.of_partition.get(partition.place()).unwrap_or(&self.of_docs)
    }

    /// Returns the server of the documents.
    pub(crate) fn of_docs(&self) -> &Arc<Node> {
        &self.of_docs
    }

    fn node(&self, address: &str, incarnation: &str) -> Option<Arc<Node>> {
        self.masters
            .iter()
            .find(|node| node.address == address && node.incarnation == incarnation)
            .cloned()
    }
}

/// What is wrong with the replicas of a master, any of which may be the next one: asked at the start, and of each when it
/// has become the master.
fn faults_of_replicas(replicas: &[String], options: &RedisOptions) -> Vec<String> {
    let mut faults = Vec::new();
    for address in replicas {
        match safety::ask(address, options) {
            Ok(said) => {
                let found = said.faults.iter().chain(&said.fatal);
                faults.extend(found.map(|fault| format!("{address}, a replica: {fault}")));
            }
            Err(error) => tracing::warn!(
                redis.address = address,
                error = %error,
                "the settings of a replica could not be looked at; with unsafe ones writes are refused once it is the master"
            ),
        }
    }
    faults
}

struct Addresses {
    of_partition: Vec<String>,
    of_docs: String,
    /// How many replicas of a master could take over, as those say who decide on it; none where nobody does.
    alive: BTreeMap<String, u32>,
}

impl Addresses {
    fn single(address: &str) -> Self {
        Self {
            of_partition: vec![address.to_owned(); usize::from(PARTITIONS)],
            of_docs: address.to_owned(),
            alive: BTreeMap::new(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.of_partition
            .iter()
            .chain([&self.of_docs])
            .map(String::as_str)
    }
}

fn addresses(options: &RedisOptions) -> Result<Addresses, LayoutError> {
    let place = &options.place;
    match &place.kind {
        PlaceKind::Single | PlaceKind::Socket => {
            let address = place.seeds.first().map_or("", String::as_str);
            Ok(Addresses::single(address))
        }
        PlaceKind::Sentinel(master) => {
            let watched = sentinel::ask(options, master).map_err(LayoutError::Unreachable)?;
            let mut addresses = Addresses::single(&watched.address);
            addresses.alive.insert(watched.address, watched.replicas_alive);
            Ok(addresses)
        }
        PlaceKind::Cluster => first_answer(options, |asked, seed| {
            let ranges: Vec<Value> = cmd("CLUSTER").arg("SLOTS").query(seed)?;
            let ranges = ranges
                .into_iter()
                .map(|range| Range::from_value(range, asked))
                .collect::<Result<Vec<_>, _>>()?;
            let address = |slot: u16| {
                ranges
                    .iter()
                    .find(|range| (range.first..=range.last).contains(&slot))
                    .map(|range| range.address.clone())
                    .ok_or_else(|| unknown(format!("no master has slot {slot}")))
            };
            let alive = ranges
                .iter()
                .map(|range| (range.address.clone(), range.replicas))
                .collect();
            Ok(Addresses {
                alive,
                of_partition: Partition::all()
                    .map(|partition| address(partition.slot()))
                    .collect::<Result<_, _>>()?,
                of_docs: address(slot(DOCS_TAG.as_bytes()))?,
            })
        }),
    }
}

/// A stretch of slots and its master, as `CLUSTER SLOTS` tells.
struct Range {
    first: u16,
    last: u16,
    address: String,
    /// How many replicas the master has that did not fail.
    replicas: u32,
}

impl Range {
    /// - `asked`: the address that was asked: a server that does not know its own is at the host it was reached at.
    fn from_value(value: Value, asked: &str) -> Result<Self, RedisError> {
        let parts: Vec<Value> = FromRedisValue::from_redis_value(value)?;
        let mut parts = parts.into_iter();
        let mut next = || {
            parts
                .next()
                .ok_or_else(|| unknown("a slot range is cut off".to_owned()))
        };
        let first = FromRedisValue::from_redis_value(next()?)?;
        let last = FromRedisValue::from_redis_value(next()?)?;
        let master: Vec<Value> = FromRedisValue::from_redis_value(next()?)?;
        let mut master = master.into_iter();
        let (Some(host), Some(port)) = (master.next(), master.next()) else {
            return Err(unknown("a slot range names no master".to_owned()));
        };
        let host: Option<String> = FromRedisValue::from_redis_value(host)?;
        let host = match host.as_deref() {
            None | Some("") => asked.rsplit_once(':').map_or(asked, |(host, _)| host),
            Some(host) => host,
        };
        let port: u16 = FromRedisValue::from_redis_value(port)?;
        Ok(Self {
            first,
            last,
            address: format!("{host}:{port}"),
            // What is left of the parts are the replicas.
            replicas: u32::try_from(parts.count()).unwrap_or(u32::MAX),
        })
    }
}

/// Asks one seed after the other until one answers.
fn first_answer(
    options: &RedisOptions,
    ask: impl Fn(&str, &mut Connection) -> Result<Addresses, RedisError>,
) -> Result<Addresses, LayoutError> {
    let mut refusals = Vec::new();
    for seed in &options.place.seeds {
        let answer = open_seed(seed, options, options.place.login.as_ref())
            .and_then(|mut connection| ask(seed, &mut connection));
        match answer {
            Ok(addresses) => return Ok(addresses),
            Err(error) => refusals.push(format!("{seed}: {}", said(&error))),
        }
    }
    Err(LayoutError::Unreachable(refusals.join("; ")))
}

pub(crate) fn open_seed(
    seed: &str,
    options: &RedisOptions,
    login: Option<&crate::options::Login>,
) -> Result<Connection, RedisError> {
    let mut options = options.clone();
    options.place.database = 0;
    open(seed, &options, login)
}

fn unreachable(address: &str, error: &RedisError) -> LayoutError {
    let told = format!("{address}: {}", said(error));
    if error.kind() == redis::ErrorKind::Server(redis::ServerErrorKind::BusyLoading) {
        LayoutError::Loading(told)
    } else {
        LayoutError::Unreachable(told)
    }
}

pub(crate) fn unknown(what: String) -> RedisError {
    RedisError::from((redis::ErrorKind::UnexpectedReturnType, "not understood", what))
}
