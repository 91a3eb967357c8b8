//! Carrying a plan out: row by row, each written down as done, so that a crash costs nothing but time.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::join_all;
use quorate_domain::account::{AccountChange, Command, ListChange, field};
use quorate_domain::id::AccountId;
use quorate_intake::plan::Verdict;
use tokio::sync::{Mutex, broadcast, mpsc};

use super::shelf::Shelf;
use super::{Import, ImportError, ImportRow, Progress, State, blocking};
use crate::error::Error;
use crate::router::Router;

/// Rows that are carried out at once.
const AT_ONCE: usize = 64;
/// How long to wait when the engine is busy.
const BUSY_WAIT: Duration = Duration::from_millis(20);

/// Waits until the engine may be less busy.
pub(super) async fn wait_a_little() {
    tokio::time::sleep(BUSY_WAIT).await;
}

/// The one task that applies imports. While it waits it holds no engine: the store closes with the last handle.
pub(super) struct Applier {
    pub(super) router: Weak<Router>,
    pub(super) progress: broadcast::Sender<Arc<Progress>>,
    pub(super) editing: Arc<Mutex<()>>,
}

impl Applier {
    pub(super) async fn run(self, mut waiting: mpsc::Receiver<Arc<str>>) {
        while let Some(id) = waiting.recv().await {
            let Some(router) = self.router.upgrade() else {
                return;
            };
            let run = Run {
                router,
                progress: self.progress.clone(),
                editing: Arc::clone(&self.editing),
            };
            match run.apply(&id).await {
                Ok(()) => {}
                Err(ImportError::Engine(Error::Stopping)) => return,
                Err(error) => {
                    tracing::error!(import.id = &*id, error = %error, "applying an import stopped; it goes on after a restart");
                }
            }
        }
    }
}

/// One import being applied.
struct Run {
    router: Arc<Router>,
    progress: broadcast::Sender<Arc<Progress>>,
    editing: Arc<Mutex<()>>,
}

impl Run {
    async fn apply(&self, id: &Arc<str>) -> Result<(), ImportError> {
        let docs = Shelf::new(self.router.store());
        let (reading, name) = (docs.clone(), Arc::clone(id));
        let mut import = blocking(move || reading.get(&name)).await??;
        if import.state != State::Applying {
            return Ok(());
        }
        self.tell(&import);
        let mut place = 0;
        loop {
            let (reading, name) = (docs.clone(), Arc::clone(id));
            let Some(mut rows) = blocking(move || reading.chunk(&name, place)).await?? else {
                break;
            };
            if rows.iter().any(waits) {
                self.carry_out(&mut import, &mut rows).await?;
                // Nobody else changes an import while it is being applied; the lock is for those who only ask.
                let _editing = self.editing.lock().await;
                let (writing, head) = (docs.clone(), import.clone());
                blocking(move || writing.put_chunk(&head, place, &rows)).await??;
                self.tell(&import);
            }
            place += 1;
        }
        import.state = State::Applied;
        import.applied_at = Some(self.router.now());
        let _editing = self.editing.lock().await;
        let (writing, head) = (docs, import.clone());
        blocking(move || writing.put_head(&head)).await??;
        self.tell(&import);
        Ok(())
    }

    /// Carries out the rows of a chunk that wait. Several at once, but never two about one account: the later row
    /// is to find what the earlier one did.
    async fn carry_out(&self, import: &mut Import, rows: &mut [ImportRow]) -> Result<(), ImportError> {
        let mut waiting: Vec<&mut ImportRow> = rows.iter_mut().filter(|row| waits(row)).collect();
        while !waiting.is_empty() {
            let mut accounts: BTreeSet<AccountId> = BTreeSet::new();
            let fitting = waiting
                .iter()
                .take(AT_ONCE)
                .take_while(|row| {
                    row.planned
                        .account
                        .clone()
                        .is_some_and(|account| accounts.insert(account))
                })
                .count();
            // A row that acts always has an account; one without would wait forever.
            let batch: Vec<&mut ImportRow> = waiting.drain(..fitting.max(1)).collect();
            let outcomes = join_all(batch.iter().map(|row| self.one(import, row))).await;
            for (row, outcome) in batch.into_iter().zip(outcomes) {
                match outcome {
                    Ok(()) => {
                        row.done = true;
                        import.done += 1;
                    }
                    Err(error @ (Error::Rejected(_) | Error::Quarantined { .. })) => {
                        import.counts.take(row.planned.verdict);
                        import.counts.add(Verdict::Failed);
                        import.to_do -= 1;
                        row.planned.verdict = Verdict::Failed;
                        row.planned.reason = Some(error.to_string());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    async fn one(&self, import: &Import, row: &ImportRow) -> Result<(), Error> {
        let Some(account) = &row.planned.account else {
            return Ok(());
        };
        let fields: Vec<_> = row
            .planned
            .changes
            .iter()
            .filter(|change| &*change.field != field::LISTS)
            .map(|change| (Arc::clone(&change.field), Some(change.new.clone())))
            .collect();
        if !fields.is_empty() || row.planned.verdict == Verdict::Created {
            let change = AccountChange {
                fields,
                source: import.source.clone(),
            };
            self.execute(account, Command::ChangeAccount(change)).await?;
        }
        if let Some(list) = import.list.as_ref().filter(|_| row.planned.joins) {
            let change = ListChange {
                add: vec![Arc::from(list.as_str())],
                remove: Vec::new(),
                source: import.source.clone(),
            };
            self.execute(account, Command::ChangeLists(change)).await?;
        }
        Ok(())
    }

    async fn execute(&self, account: &AccountId, command: Command) -> Result<(), Error> {
        loop {
            match self.router.execute(account.clone(), command.clone(), None).await {
                Ok(_) => return Ok(()),
                Err(Error::Overloaded { .. }) => wait_a_little().await,
                Err(error) => return Err(error),
            }
        }
    }

    fn tell(&self, import: &Import) {
        // Nobody has to listen.
        let _ = self.progress.send(Arc::new(Progress {
            id: Arc::clone(&import.id),
            state: import.state,
            done: import.done,
            to_do: import.to_do,
            at: self.router.now(),
        }));
    }
}

fn waits(row: &ImportRow) -> bool {
    row.planned.verdict.acts() && !row.done
}
