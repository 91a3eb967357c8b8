//! Group commit: one thread makes everything durable that queued up while the last group was synced.
//!
//! The engine forms the groups, the store's port commits a group. A shard gathers the appends of one turn of its
//! arbiter, so that work crosses threads in batches and not a message a signal.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use quorate_store::{Append, AppendRefusal, Appended, Error as StoreError, Store};
use tokio::sync::{mpsc, oneshot, watch};

use crate::error::StartError;

/// Records in one group at the most; what is left goes into the next one.
const GROUP_RECORDS_MAX: usize = 20_000;

/// Why an append was not committed.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// The store refused it, whole.
    #[error(transparent)]
    Refused(#[from] AppendRefusal),
    /// The store failed; nobody can say whether it is on disk.
    #[error("{0}")]
    Failed(Arc<StoreError>),
    /// The commit thread is gone.
    #[error("the engine is shutting down")]
    Gone,
}

type Answers = Result<Vec<Result<Appended, AppendRefusal>>, Arc<StoreError>>;

struct Request {
    appends: Vec<Append>,
    answer: oneshot::Sender<Answers>,
}

/// A handle on the commit thread.
#[derive(Clone)]
pub(crate) struct Committer {
    requests: mpsc::UnboundedSender<Request>,
}

impl Committer {
    /// Starts the thread.
    ///
    /// - `failed`: told when the store fails; the process is to stop, since a failed sync is never retried.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        failed: watch::Sender<Option<String>>,
    ) -> Result<(Self, std::thread::JoinHandle<()>), StartError> {
        // What may wait here is bounded before: by the signals and commands in flight.
        let (requests, queue) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("quorate-commit".to_owned())
            .spawn(move || run(&*store, queue, &failed))
            .map_err(StartError::Thread)?;
        Ok((Self { requests }, thread))
    }
}

fn run(
    store: &dyn Store,
    mut queue: mpsc::UnboundedReceiver<Request>,
    failed: &watch::Sender<Option<String>>,
) {
    // How many groups in a row the store was away for.
    let mut away: u64 = 0;
    while let Some(first) = queue.blocking_recv() {
        let mut group = Vec::new();
        let mut shares = Vec::new();
        let mut records = 0;
        let mut next = Some(first);
        while let Some(request) = next.take() {
            shares.push((request.appends.len(), request.answer));
            records += request
                .appends
                .iter()
                .map(|append| append.records.len())
                .sum::<usize>();
            group.extend(request.appends);
            if records < GROUP_RECORDS_MAX {
                next = queue.try_recv().ok();
            }
        }
        metrics::histogram!("quorate_commit_group_records").record(float(records));
        match store.commit(group) {
            Ok(answers) => {
                if away > 0 {
                    tracing::info!(groups = away, "the store takes writes again");
                    away = 0;
                }
                if let Some(Err(refusal)) = answers
                    .iter()
                    .find(|answer| matches!(answer, Err(AppendRefusal::StaleOwner { .. })))
                {
                    // Whoever took over reads and writes now; what this process has in memory is the past.
                    tracing::error!(error = %refusal, "another process took the store over");
                    let _ = failed.send(Some(format!(
                        "another process took the store over and goes on with it ({refusal})"
                    )));
                }
                let mut answers = answers.into_iter();
                for (length, share) in shares {
                    // A shard that is gone needs no answer.
                    let _ = share.send(Ok(answers.by_ref().take(length).collect()));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                if error.may_pass() {
                    metrics::counter!("quorate_commits_unknown_total").increment(1);
                    away += 1;
                    // Once, and then at twice as many each time: a store that is away is away for every group.
                    if away.is_power_of_two() {
                        tracing::warn!(error = %error, groups = away, "the store takes no writes; they are answered 503");
                    }
                } else {
                    tracing::error!(error = %error, "the store failed; nothing more is acknowledged");
                    let _ = failed.send(Some(with_causes(&*error)));
                }
                for (_, share) in shares {
                    let _ = share.send(Err(Arc::clone(&error)));
                }
            }
        }
    }
}

/// An error with what caused it, for whoever has to act.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a count for a histogram"
)]
fn float(count: usize) -> f64 {
    count as f64
}

/// Gathers the appends of one shard's turn into one request.
#[derive(Clone)]
pub(crate) struct Gatherer {
    committer: Committer,
    gathered: Rc<RefCell<Gathered>>,
}

#[derive(Default)]
struct Gathered {
    appends: Vec<Append>,
    answers: Vec<oneshot::Sender<Result<Appended, CommitError>>>,
    scheduled: bool,
}

impl Gatherer {
    pub(crate) fn new(committer: Committer) -> Self {
        Self {
            committer,
            gathered: Rc::default(),
        }
    }

    /// Commits an append with whatever else its shard gathers in this turn.
    pub(crate) async fn commit(&self, append: Append) -> Result<Appended, CommitError> {
        self.submit(append).await.unwrap_or(Err(CommitError::Gone))
    }

    fn submit(&self, append: Append) -> oneshot::Receiver<Result<Appended, CommitError>> {
        let (answer, answered) = oneshot::channel();
        let mut gathered = self.gathered.borrow_mut();
        gathered.appends.push(append);
        gathered.answers.push(answer);
        if !gathered.scheduled {
            gathered.scheduled = true;
            let this = self.clone();
            actix_rt::spawn(async move {
                // Everybody who was woken in this turn speaks first.
                tokio::task::yield_now().await;
                this.flush().await;
            });
        }
        answered
    }

    async fn flush(&self) {
        let (appends, answers) = {
            let mut gathered = self.gathered.borrow_mut();
            gathered.scheduled = false;
            (
                std::mem::take(&mut gathered.appends),
                std::mem::take(&mut gathered.answers),
            )
        };
        let (answer, answered) = oneshot::channel();
        let results = if self.committer.requests.send(Request { appends, answer }).is_ok() {
            answered.await.ok()
        } else {
            None
        };
        match results {
            Some(Ok(results)) => {
                for (waiting, result) in answers.into_iter().zip(results) {
                    let _ = waiting.send(result.map_err(CommitError::from));
                }
            }
            Some(Err(error)) => {
                for waiting in answers {
                    let _ = waiting.send(Err(CommitError::Failed(Arc::clone(&error))));
                }
            }
            None => {
                for waiting in answers {
                    let _ = waiting.send(Err(CommitError::Gone));
                }
            }
        }
    }
}
