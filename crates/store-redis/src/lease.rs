//! Ownership: a token in every partition, and a lease that keeps a second node from taking over by accident.
//!
//! Only the token is safety: the server compares it with every append. The lease is for people: a node that starts
//! beside a running one waits for it instead of throwing it out.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use quorate_store::{Error, OwnerToken};
use redis::{Cmd, Connection, FromRedisValue, RedisError, Value, cmd};

use crate::fault::{said, unavailable};
use crate::layout::Layout;
use crate::names::Partition;
use crate::node::{Node, pipeline};
use crate::store::{FILES_PATIENCE, RedisStore, Shared, monotonic};

/// How often a claim is tried against nodes that claim at the same moment.
const CLAIM_TRIES: u32 = 8;
/// The pause before a held lease is asked for again.
const HELD_PAUSE: Duration = Duration::from_millis(250);

/// How long a start waits for replicas.
const REPLICAS_PATIENCE: Duration = Duration::from_secs(30);

/// Renews the lease until it is dropped.
pub(crate) struct Lease {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What came of claiming every partition.
enum Claimed {
    All,
    /// Another node's lease still runs: who, and for how long.
    Held(String, Duration),
    /// Somebody else claimed with a later epoch in between.
    Overtaken,
}

impl RedisStore {
    pub(crate) fn take_ownership(&self) -> Result<OwnerToken, Error> {
        let shared = &self.shared;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let layout = shared.wait_for_files()?;
        self.heal(&mut writer, &layout)?;
        // A lease may be renewed once more while we wait for it.
        let patience = monotonic() + shared.options.lease * 2;
        let fail = |error: RedisError| {
            shared.doubt();
            unavailable(&shared.place, "take ownership", said(&error))
        };
        let nonce = shared.random()?;
        let mut overtaken = 0;
        let mut told = false;
        loop {
            let epoch = shared.last_epoch(&layout).map_err(fail)? + 1;
            let token = OwnerToken(format!("{epoch}:{nonce:032x}").into());
            match self.claim_all(&layout, &token, epoch).map_err(fail)? {
                Claimed::All => {
                    shared.wait_for_replicas(&token)?;
                    writer.owner = Some((token.clone(), epoch));
                    writer.forget_places();
                    drop(writer);
                    let lease = Lease::start(Arc::clone(shared), token.clone());
                    *self.lease.lock().unwrap_or_else(PoisonError::into_inner) = lease;
                    return Ok(token);
                }
                Claimed::Held(by, left) => {
                    shared.release(&layout, &token);
                    if monotonic() >= patience {
                        return Err(Error::Held {
                            place: shared.place.clone(),
                            by,
                            left,
                        });
                    }
                    if !told {
                        told = true;
                        tracing::warn!(
                            store.place = shared.place,
                            node = by,
                            left_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
                            "another node owns this store; waiting for its lease to end"
                        );
                    }
                    std::thread::park_timeout(HELD_PAUSE.min(left));
                }
                Claimed::Overtaken => {
                    overtaken += 1;
                    if overtaken >= CLAIM_TRIES {
                        return Err(unavailable(
                            &shared.place,
                            "take ownership",
                            "other nodes keep taking it at the same moment",
                        ));
                    }
                }
            }
        }
    }

    /// Renews the lease no more, as a process does that stands still. For operators who hand over, and for tests.
    pub fn stop_renewing(&self) {
        let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(lease);
    }

    /// Returns the call that claims a partition.
    pub(crate) fn claim(&self, partition: Partition, token: &OwnerToken, epoch: u64) -> Cmd {
        let shared = &self.shared;
        let mut command = cmd("FCALL");
        command
            .arg("quorate2_claim")
            .arg(1)
            .arg(shared.names.owner(partition))
            .arg(&*token.0)
            .arg(epoch)
            .arg(&self.node)
            .arg(millis(shared.options.lease));
        command
    }

    fn claim_all(&self, layout: &Layout, token: &OwnerToken, epoch: u64) -> Result<Claimed, RedisError> {
        let calls = |partition| self.claim(partition, token, epoch);
        for answer in self.shared.each_partition(layout, calls)? {
            let words: Vec<String> = FromRedisValue::from_redis_value(answer)?;
            match words.first().map_or("", String::as_str) {
                "OK" => {}
                "HELD" => {
                    let left = words.get(2).and_then(|left| left.parse().ok()).unwrap_or(0);
                    let by = words.get(1).cloned().unwrap_or_default();
                    return Ok(Claimed::Held(by, Duration::from_millis(left)));
                }
                _ => return Ok(Claimed::Overtaken),
            }
        }
        Ok(Claimed::All)
    }
}

impl Drop for RedisStore {
    fn drop(&mut self) {
        let lease = self
            .lease
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(lease);
        let owner = self
            .writer
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .owner
            .take();
        if let (Some((token, _)), Ok(layout)) = (owner, self.shared.layout("release")) {
            self.shared.release(&layout, &token);
        }
    }
}

impl Shared {
    /// Sends a call for every partition and returns the answers in their order.
    fn each_partition(
        &self,
        layout: &Layout,
        call: impl Fn(Partition) -> Cmd,
    ) -> Result<Vec<Value>, RedisError> {
        let asked: Vec<(Partition, Cmd)> = Partition::all()
            .map(|partition| (partition, call(partition)))
            .collect();
        self.ask_many(layout, &asked)
    }

    /// Waits until every server has written its append-only file anew.
    fn wait_for_files(&self) -> Result<Arc<Layout>, Error> {
        let patience = monotonic() + FILES_PATIENCE;
        let mut told = false;
        loop {
            let layout = self.layout("take ownership")?;
            let Err(error) = self.write_files_anew(&layout) else {
                return Ok(layout);
            };
            self.doubt();
            // A right that is missing does not come by waiting.
            let hopeless = error.is_io_error() || error.kind() == redis::ErrorKind::InvalidClientConfig;
            if hopeless || monotonic() >= patience {
                return Err(unavailable(&self.place, "take ownership", said(&error)));
            }
            if !told {
                told = true;
                tracing::warn!(store.place = self.place, error = %error, "waiting for the server");
            }
            std::thread::park_timeout(HELD_PAUSE);
        }
    }

    /// Waits until everything that was written before is with every replica that could take over. After a failover they
    /// take some seconds to find the new master.
    fn wait_for_replicas(&self, token: &OwnerToken) -> Result<(), Error> {
        let patience = monotonic() + REPLICAS_PATIENCE;
        loop {
            let layout = self.layout("wait for replicas")?;
            let received = layout.masters.iter().try_for_each(|node| {
                node.with(&self.options, |connection| {
                    Ok(self.secure(&layout, node, connection, token))
                })
                .map_err(|error| unavailable(&self.place, "wait for replicas", said(&error)))
                .flatten()
            });
            match received {
                Ok(()) => return Ok(()),
                Err(error) if monotonic() >= patience => return Err(error),
                Err(_) => {
                    self.doubt();
                    std::thread::park_timeout(HELD_PAUSE);
                }
            }
        }
    }

    /// Writes to a server whatever comes after all that was written to it before, and waits until every replica that
    /// could take over has it, and so has all the rest.
    pub(crate) fn secure(
        &self,
        layout: &Layout,
        node: &Node,
        connection: &mut Connection,
        token: &OwnerToken,
    ) -> Result<(), Error> {
        let Some(ending) = self.ending(node) else {
            return Ok(());
        };
        let Some(partition) =
            Partition::all().find(|partition| layout.of(*partition).address == node.address)
        else {
            return Ok(());
        };
        let renew = self.renewal(partition, token);
        let mut answers = pipeline(connection, std::iter::once(&renew).chain(ending.commands()))
            .map_err(|error| unavailable(&self.place, "wait for replicas", said(&error)))?;
        let ended = answers.split_off(1);
        // Where nothing is written there is nothing to wait for, and that it was received says nothing.
        match answers.pop().map(Value::extract_error) {
            Some(Ok(Value::Int(1))) => self.confirm(node, connection, &ending, &ended),
            Some(Ok(_)) | None => Err(unavailable(
                &self.place,
                "wait for replicas",
                "another node owns a partition now",
            )),
            Some(Err(error)) => Err(unavailable(&self.place, "wait for replicas", said(&error))),
        }
    }

    fn last_epoch(&self, layout: &Layout) -> Result<u64, RedisError> {
        let answers = self.each_partition(layout, |partition| {
            let mut command = cmd("HGET");
            command.arg(self.names.owner(partition)).arg("epoch");
            command
        })?;
        let mut last = 0;
        for answer in answers {
            let epoch: Option<u64> = FromRedisValue::from_redis_value(answer)?;
            last = last.max(epoch.unwrap_or(0));
        }
        Ok(last)
    }

    /// Ends the lease of a token wherever it is the owner. A failure only makes the next node wait.
    fn release(&self, layout: &Layout, token: &OwnerToken) {
        let released = self.each_partition(layout, |partition| {
            let mut command = cmd("FCALL");
            command
                .arg("quorate2_release")
                .arg(1)
                .arg(self.names.owner(partition))
                .arg(&*token.0);
            command
        });
        if let Err(error) = released {
            tracing::warn!(store.place = self.place, error = %error, "the lease was not released; the next node waits for its end");
        }
    }

    fn renewal(&self, partition: Partition, token: &OwnerToken) -> Cmd {
        let mut command = cmd("FCALL");
        command
            .arg("quorate2_renew")
            .arg(1)
            .arg(self.names.owner(partition))
            .arg(&*token.0)
            .arg(millis(self.options.lease));
        command
    }

    /// Renews the lease everywhere; returns whether we still own everything.
    fn renew(&self, layout: &Layout, token: &OwnerToken) -> Result<bool, RedisError> {
        let answers = self.each_partition(layout, |partition| self.renewal(partition, token))?;
        Ok(answers.iter().all(|answer| *answer == Value::Int(1)))
    }
}

impl Lease {
    fn start(shared: Arc<Shared>, token: OwnerToken) -> Option<Self> {
        let (stop, stopped) = mpsc::channel();
        let every = shared.options.lease / 3;
        let thread = std::thread::Builder::new()
            .name("quorate-lease".to_owned())
            .spawn(move || {
                let mut lost = false;
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(every) {
                    let renewed = shared
                        .layout("renew the lease")
                        .map_err(|error| error.to_string())
                        .and_then(|layout| shared.renew(&layout, &token).map_err(|error| said(&error)));
                    match renewed {
                        Ok(true) => {
                            lost = false;
                            shared.is_lost.store(false, Ordering::Release);
                        }
                        Ok(false) if lost => {}
                        Ok(false) => {
                            lost = true;
                            shared.is_lost.store(true, Ordering::Release);
                            tracing::error!(
                                store.place = shared.place,
                                "another node took over; what this one writes is refused from now on"
                            );
                        }
                        Err(error) => {
                            shared.doubt();
                            tracing::warn!(store.place = shared.place, error, "the lease was not renewed");
                        }
                    }
                }
            });
        match thread {
            Ok(thread) => Some(Self {
                stop: Some(stop),
                thread: Some(thread),
            }),
            Err(error) => {
                tracing::error!(error = %error, "the lease cannot be renewed: no thread; another node may take over");
                None
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
