//! Which replicas must have a write before it counts.
//!
//! A failover may choose any replica that is alive, so a write is safe only when *every* one of them has it. `WAIT 1`
//! with two replicas is not enough: a master that stood still while one of them took over still has the other, and would
//! go on acknowledging what its successor never hears of. So a write waits for as many as those who decide on a failover
//! (the sentinels, the cluster) count as alive, and for those that were seen following since; a replica that is gone is
//! waited for until they say that it is down, which a promoted one never is.

use std::sync::atomic::{AtomicU32, Ordering};

use quorate_store::Error;
use redis::{Cmd, Connection, Value, cmd};

use crate::fault::{odd, said, unavailable};
use crate::node::{Node, pipeline};
use crate::safety;
use crate::store::Shared;

/// Replicas of a master.
#[derive(Debug, Default)]
pub(crate) struct Replicas {
    /// How many could take over.
    alive: AtomicU32,
    /// How many of them are just being filled: the master knows that they follow, and what they have is old. Sentinels and
    /// clusters prefer one that follows; where the last of those dies with the master, what came meanwhile is lost.
    filling: AtomicU32,
}

impl Replicas {
    /// Takes what those who decide on a failover say: it replaces what was seen before.
    pub(crate) fn are(&self, alive: u32) {
        self.alive.store(alive, Ordering::Release);
    }

    /// How many must have a write.
    fn wanted(&self, at_least: u32) -> u32 {
        let alive = self.alive.load(Ordering::Acquire);
        alive
            .saturating_sub(self.filling.load(Ordering::Acquire))
            .max(at_least)
    }

    /// Takes what a master says of who follows it.
    fn saw(&self, followers: &Followers) {
        self.alive
            .fetch_max(followers.online + followers.filling, Ordering::AcqRel);
        self.filling.store(followers.filling, Ordering::Release);
    }
}

/// Who follows a master, as `INFO replication` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Followers {
    /// Those that receive every write.
    pub(crate) online: u32,
    /// Those that are being filled.
    filling: u32,
    /// Where all of them are.
    pub(crate) addresses: Vec<String>,
}

impl Followers {
    /// Reads the lines `slave0:ip=..,port=..,state=online,..`.
    pub(crate) fn read(info: &str) -> Self {
        let mut followers = Self::default();
        for line in info.lines() {
            let Some((name, fields)) = line.split_once(':') else {
                continue;
            };
            let Some(number) = name.strip_prefix("slave") else {
                continue;
            };
            // `slave_repl_offset` and the like are no replicas.
            if number.parse::<u32>().is_err() {
                continue;
            }
            let named = |name: &str| fields.split(',').find_map(|field| field.strip_prefix(name));
            if let (Some(host), Some(port)) = (named("ip="), named("port=")) {
                followers.addresses.push(format!("{host}:{port}"));
            }
            if named("state=") == Some("online") {
                followers.online += 1;
            } else {
                followers.filling += 1;
            }
        }
        followers
    }
}

/// What ends a group of writes: a wait for replicas, and the question who follows.
pub(crate) struct Ending {
    commands: [Cmd; 2],
    waits_for: u32,
}

impl Ending {
    pub(crate) fn commands(&self) -> &[Cmd] {
        &self.commands
    }
}

impl Shared {
    /// Returns what ends a group of writes to a server; nothing when no replicas are asked for.
    pub(crate) fn ending(&self, node: &Node) -> Option<Ending> {
        let at_least = self.options.replicas_min;
        (at_least > 0).then(|| {
            let waits_for = node.replicas.wanted(at_least);
            let mut wait = cmd("WAIT");
            // Its answer must come before the connection's own patience ends.
            let patience = (self.options.answer_timeout / 2).as_millis();
            wait.arg(waits_for)
                .arg(u64::try_from(patience).unwrap_or(u64::MAX));
            let mut info = cmd("INFO");
            info.arg("replication");
            Ending {
                commands: [wait, info],
                waits_for,
            }
        })
    }

    /// Fails unless every replica that could take over has what was written by this connection.
    ///
    /// - `ended`: the answers to `ending`.
    pub(crate) fn confirm(
        &self,
        node: &Node,
        connection: &mut Connection,
        ending: &Ending,
        ended: &[Value],
    ) -> Result<(), Error> {
        let wanted = || node.replicas.wanted(self.options.replicas_min);
        let mut received = self.received(node, ended)?;
        if received < wanted()
            && wanted() != ending.waits_for
            && let Some(again) = self.ending(node)
        {
            // Who follows changed meanwhile: those that are left may well have it.
            let ended = pipeline(connection, again.commands())
                .map_err(|error| unavailable(&self.place, "wait for replicas", said(&error)))?;
            received = self.received(node, &ended)?;
        }
        let wanted = wanted();
        if received >= wanted {
            return Ok(());
        }
        Err(unavailable(
            &self.place,
            "wait for replicas",
            format!("{received} of {wanted} replicas received the write in time"),
        ))
    }

    /// Returns how many replicas have it, and notes who follows.
    fn received(&self, node: &Node, ended: &[Value]) -> Result<u32, Error> {
        let strange = |value: &Value| unavailable(&self.place, "wait for replicas", odd(value).to_string());
        let (received, info) = match ended {
            [Value::Int(received), info] => (u32::try_from(*received).unwrap_or(0), info),
            [other, ..] => return Err(strange(other)),
            [] => return Err(strange(&Value::Nil)),
        };
        let info: String =
            redis::FromRedisValue::from_redis_value(info.clone()).map_err(|_| strange(info))?;
        if !node.incarnation.ends_with(safety::field(&info, "master_replid")) {
            return Err(unavailable(
                &self.place,
                "wait for replicas",
                "another server was the master meanwhile",
            ));
        }
        node.replicas.saw(&Followers::read(&info));
        Ok(received)
    }
}

#[cfg(test)]
mod tests;
