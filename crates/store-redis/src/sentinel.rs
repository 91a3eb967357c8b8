//! Who is the master, as the sentinels say: more than half of them, since one alone may be cut off or behind.

use std::collections::BTreeMap;

use redis::{Connection, RedisError, cmd};

use crate::layout::{open_seed, unknown};
use crate::options::RedisOptions;

/// A master that sentinels watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    /// Its `host:port`.
    pub(crate) address: String,
    /// How many of its replicas could take over: those that are not down.
    pub(crate) replicas_alive: u32,
}

/// What one sentinel says of a master.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    address: String,
    /// Grows with every failover.
    epoch: u64,
    failover_under_way: bool,
    replicas_alive: u32,
    /// How many sentinels there are, this one among them.
    sentinels: usize,
}

/// Asks all sentinels at once.
///
/// # Errors
/// When fewer than half of them answer or agree, or one of them is just changing the master.
pub(crate) fn ask(options: &RedisOptions, master: &str) -> Result<Watched, String> {
    let seeds = &options.place.seeds;
    let answers: Vec<Result<View, String>> = std::thread::scope(|scope| {
        let asked: Vec<_> = seeds
            .iter()
            .map(|seed| {
                scope.spawn(move || {
                    // Sentinels have users of their own; ours are those of the servers they watch.
                    open_seed(seed, options, None)
                        .and_then(|mut sentinel| View::of(&mut sentinel, master))
                        .map_err(|error| format!("{seed}: {error}"))
                })
            })
            .collect();
        asked
            .into_iter()
            .zip(seeds)
            .map(|(asked, seed)| {
                asked
                    .join()
                    .unwrap_or_else(|_| Err(format!("{seed}: asking it failed")))
            })
            .collect()
    });
    let mut views = Vec::new();
    let mut refusals = Vec::new();
    for answer in answers {
        match answer {
            Ok(view) => views.push(view),
            Err(refusal) => refusals.push(refusal),
        }
    }
    agreed(&views, seeds.len()).map_err(|why| {
        if refusals.is_empty() {
            why
        } else {
            format!("{why}; {}", refusals.join("; "))
        }
    })
}

/// Returns what more than half of the sentinels agree on.
///
/// - `asked`: how many were asked. There may be more that we were not told of; then those asked must all agree.
fn agreed(views: &[View], asked: usize) -> Result<Watched, String> {
    let Some(newest) = views.iter().max_by_key(|view| view.epoch) else {
        return Err("no sentinel answers".to_owned());
    };
    if views.iter().any(|view| view.failover_under_way) {
        return Err("the sentinels are just changing the master".to_owned());
    }
    let sentinels = views.iter().map(|view| view.sentinels).max().unwrap_or(0);
    let needed = (sentinels.max(asked) / 2 + 1).min(asked);
    let agreeing = views.iter().filter(|view| view.address == newest.address).count();
    if agreeing < needed {
        return Err(format!(
            "{agreeing} of {} sentinels name {} as the master, {needed} are needed",
            sentinels.max(asked),
            newest.address
        ));
    }
    Ok(Watched {
        address: newest.address.clone(),
        replicas_alive: views
            .iter()
            .filter(|view| view.address == newest.address)
            .map(|view| view.replicas_alive)
            .max()
            .unwrap_or(0),
    })
}

impl View {
    fn of(sentinel: &mut Connection, master: &str) -> Result<Self, RedisError> {
        let said: BTreeMap<String, String> = cmd("SENTINEL").arg("MASTER").arg(master).query(sentinel)?;
        let replicas: Vec<BTreeMap<String, String>> =
            cmd("SENTINEL").arg("REPLICAS").arg(master).query(sentinel)?;
        let field = |name: &str| {
            said.get(name)
                .map(String::as_str)
                .ok_or_else(|| unknown(format!("the sentinel does not tell the {name} of {master}")))
        };
        let number = |name: &str| -> Result<u64, RedisError> {
            let told = field(name)?;
            told.parse()
                .map_err(|_| unknown(format!("{name} of {master} is {told}")))
        };
        Ok(Self {
            address: format!("{}:{}", field("ip")?, field("port")?),
            epoch: number("config-epoch")?,
            failover_under_way: flags(&said).any(|flag| flag == "failover_in_progress"),
            replicas_alive: u32::try_from(replicas.iter().filter(|replica| is_alive(replica)).count())
                .unwrap_or(u32::MAX),
            sentinels: usize::try_from(number("num-other-sentinels")?).unwrap_or(0) + 1,
        })
    }
}

/// Whether a replica could take over: one that is down cannot be asked to.
fn is_alive(replica: &BTreeMap<String, String>) -> bool {
    !flags(replica).any(|flag| flag == "s_down" || flag == "o_down")
}

fn flags(said: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    said.get("flags").map_or("", String::as_str).split(',')
}

#[cfg(test)]
mod tests;
