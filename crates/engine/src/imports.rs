//! Imports: a file of accounts is reviewed, people answer what is not certain, and what is certain is applied.
//!
//! A review and each of its rows are documents of the store. Applying plans all rows anew against what is known by
//! then, writes that plan down, and carries it out row by row; after a crash it goes on where the rows written down
//! as done end. A row carried out twice changes nothing, because its commands say what is known already.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;
use quorate_intake::csv::{self, Limits};
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::{self, Mapping, Wishes};
use quorate_intake::matching::Answer;
use quorate_intake::plan::{Planned, Verdict};
use quorate_intake::sheet;
use tokio::sync::{Mutex, broadcast, mpsc};

use crate::error::Error;
use crate::lists::Slug;
use crate::router::Router;

mod apply;
mod planning;
mod shelf;
mod stored;

use shelf::Shelf;

/// The most reviews and imports that are kept; of more the oldest go first, never one that is being applied.
pub const KEPT_MAX: usize = 50;
/// Imports that may wait to be applied.
const WAITING_MAX: usize = 16;
/// Tellings of progress a slow listener may fall behind.
const PROGRESS_MAX: usize = 256;

/// A file to be imported.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its name, for people.
    pub file: Option<Arc<str>>,
    /// What the sender says about columns.
    pub wishes: Wishes,
    /// What to do with cells that cannot be read.
    pub bad_cells: BadCells,
    /// The list its accounts are put on; made when it is not there.
    pub list: Option<Slug>,
    /// Who says all this.
    pub source: Source,
    /// Who sends it, for the record.
    pub by: Arc<str>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for somebody to look and say so.
    Review,
    /// It is being applied.
    Applying,
    /// What was certain is applied; what was not may be answered and applied later.
    Applied,
}

impl State {
    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Applying => "applying",
            Self::Applied => "applied",
        }
    }
}

/// How many rows have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([usize; Verdict::ALL.len()]);

impl Counts {
    /// Counts verdicts.
    #[must_use]
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            counts.add(verdict);
        }
        counts
    }

    fn add(&mut self, verdict: Verdict) {
        for (known, count) in Verdict::ALL.iter().zip(&mut self.0) {
            *count += usize::from(*known == verdict);
        }
    }

    fn set(&mut self, verdict: Verdict, rows: usize) {
        for (known, count) in Verdict::ALL.iter().zip(&mut self.0) {
            if *known == verdict {
                *count = rows;
            }
        }
    }

    fn take(&mut self, verdict: Verdict) {
        for (known, count) in Verdict::ALL.iter().zip(&mut self.0) {
            *count -= usize::from(*known == verdict).min(*count);
        }
    }

    /// Returns how many rows have a verdict.
    #[must_use]
    pub fn get(&self, verdict: Verdict) -> usize {
        let found = Verdict::ALL
            .iter()
            .zip(&self.0)
            .find(|(known, _)| **known == verdict);
        found.map_or(0, |(_, count)| *count)
    }

    /// Returns all rows.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }
}

/// An import, without its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its id; a later one's is greater.
    pub id: Arc<str>,
    /// The file's name.
    pub file: Option<Arc<str>>,
    /// How far it is.
    pub state: State,
    /// When it was reviewed.
    pub created_at: Timestamp,
    /// When it was applied last.
    pub applied_at: Option<Timestamp>,
    /// Who sent it.
    pub by: Arc<str>,
    /// Who says all this.
    pub source: Source,
    /// The list its accounts are put on.
    pub list: Option<Slug>,
    /// What becomes of each column.
    pub mapping: Mapping,
    /// What is done with cells that cannot be read.
    pub bad_cells: BadCells,
    /// Rows by verdict.
    pub counts: Counts,
    /// Rows that were carried out.
    pub done: usize,
    /// Rows that are to be carried out, those that were included.
    pub to_do: usize,
    /// Rows with nothing in them.
    pub blank_rows: usize,
    /// The encoding the file was read as.
    pub encoding: Arc<str>,
    /// What divides its cells.
    pub delimiter: char,
}

/// A row of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRow {
    /// Its cells as they came.
    pub cells: Vec<String>,
    /// What a person says about it.
    pub answer: Option<Answer>,
    /// What becomes of it.
    pub planned: Planned,
    /// Whether it was carried out.
    pub done: bool,
}

/// Rows of an import, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The rows.
    pub rows: Vec<ImportRow>,
    /// The last row shown, when there are more after it.
    pub next: Option<usize>,
}

/// How far applying is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which import.
    pub id: Arc<str>,
    /// How far it is.
    pub state: State,
    /// Rows carried out.
    pub done: usize,
    /// Rows to be carried out.
    pub to_do: usize,
    /// When.
    pub at: Timestamp,
}

/// What can go wrong with an import.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] csv::Error),
    /// Its columns cannot be told apart.
    #[error(transparent)]
    Mapping(#[from] mapping::Error),
    /// There is no such import, or it is kept no more.
    #[error("there is no import {id:?}; the last {KEPT_MAX} are kept")]
    Unknown {
        /// What was asked for.
        id: String,
    },
    /// The import has no such row.
    #[error("the import has no row {row}")]
    NoSuchRow {
        /// Which.
        row: usize,
    },
    /// The row cannot be answered.
    #[error("row {row} takes no answer: {reason}")]
    NoQuestion {
        /// Which.
        row: usize,
        /// Why.
        reason: String,
    },
    /// It is being applied.
    #[error("the import is being applied; wait until it is done")]
    Applying,
    /// Too many wait to be applied.
    #[error("{WAITING_MAX} imports wait to be applied already")]
    TooManyWait,
    /// What is stored of it cannot be read.
    #[error("import {id:?} is damaged: {reason}")]
    Damaged {
        /// Which.
        id: String,
        /// How.
        reason: String,
    },
    /// The store failed, or the engine is busy or stopping.
    #[error(transparent)]
    Engine(#[from] Error),
}

/// What all handles on imports share.
pub(crate) struct Desk {
    /// Ids of imports to be applied.
    queue: mpsc::Sender<Arc<str>>,
    progress: broadcast::Sender<Arc<Progress>>,
    /// Held while documents of an import are read, changed and written.
    editing: Arc<Mutex<()>>,
}

impl Desk {
    /// Makes the desk, and the one task that applies imports, one after the other. It ends with the last handle.
    pub(crate) fn open(router: &Arc<Router>) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let progress = broadcast::channel(PROGRESS_MAX).0;
        let editing = Arc::new(Mutex::new(()));
        let applier = apply::Applier {
            router: Arc::downgrade(router),
            progress: progress.clone(),
            editing: Arc::clone(&editing),
        };
        actix_rt::spawn(applier.run(waiting));
        Self {
            queue,
            progress,
            editing,
        }
    }
}

/// The imports of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Imports {
    router: Arc<Router>,
    desk: Arc<Desk>,
}

impl fmt::Debug for Imports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imports").finish_non_exhaustive()
    }
}

impl Imports {
    pub(crate) fn new(router: Arc<Router>, desk: Arc<Desk>) -> Self {
        Self { router, desk }
    }

    fn shelf(&self) -> Shelf {
        Shelf::new(self.router.store())
    }

    /// Reads a file and says what importing it would do; nothing of an account changes.
    ///
    /// # Errors
    /// [`ImportError::File`] and [`ImportError::Mapping`] when nothing can be made of it.
    pub async fn review(&self, new: NewImport) -> Result<Import, ImportError> {
        self.take_in(new, Mapping::find).await
    }

    /// Reads a file for somebody who looks at its columns next ([`Imports::choose_columns`]): they need not say yet
    /// which account a row is about. Where nothing is said of the columns, they are what they were told to be in the
    /// newest import that has the same ones.
    ///
    /// # Errors
    /// [`ImportError::File`] when nothing can be made of it.
    pub async fn begin(&self, new: NewImport) -> Result<Import, ImportError> {
        let earlier: Vec<Mapping> = self
            .list()
            .await?
            .into_iter()
            .map(|import| import.mapping)
            .collect();
        self.take_in(new, move |header, wishes| {
            let names = |mapping: &&Mapping| mapping.columns.iter().map(|(name, _)| name).eq(header);
            let known = earlier.iter().find(names).map(Mapping::wishes);
            let known = known.filter(|_| *wishes == Wishes::default());
            Mapping::begin(header, known.as_ref().unwrap_or(wishes))
        })
        .await
    }

    async fn take_in(
        &self,
        new: NewImport,
        find: impl FnOnce(&[String], &Wishes) -> Result<Mapping, mapping::Error> + Send + 'static,
    ) -> Result<Import, ImportError> {
        self.router.check_running()?;
        let now = self.router.now();
        let NewImport {
            bytes,
            file,
            wishes,
            bad_cells,
            list,
            source,
            by,
        } = new;
        let read = blocking(move || {
            let table = csv::read(&bytes, &Limits::default())?;
            let mapping = find(&table.header, &wishes)?;
            Ok::<_, ImportError>((table, mapping))
        });
        let (table, mapping) = read.await??;
        let id: Arc<str> = Arc::from(planning::new_id(now)?);
        let mut import = Import {
            id,
            file,
            state: State::Review,
            created_at: now,
            applied_at: None,
            by,
            source,
            list,
            mapping,
            bad_cells,
            counts: Counts::default(),
            done: 0,
            to_do: 0,
            blank_rows: table.blank_rows,
            encoding: Arc::from(table.encoding),
            delimiter: table.delimiter,
        };
        let planned = planning::plan(&self.router, &import, table, BTreeMap::new()).await?;
        let rows: Vec<ImportRow> = planned
            .into_iter()
            .map(|(cells, planned)| ImportRow {
                cells,
                answer: None,
                planned,
                done: false,
            })
            .collect();
        import.tally(&rows);
        let _editing = self.desk.editing.lock().await;
        let docs = self.shelf();
        blocking(move || {
            docs.make_room()?;
            docs.put(&import, &rows)?;
            Ok(import)
        })
        .await?
    }

    /// Says what the columns of an import are, and plans its rows anew by that. Answers are forgotten: they were
    /// about what the rows said before. Rows that were carried out stay as they are.
    ///
    /// # Errors
    /// [`ImportError::Mapping`]; [`ImportError::Applying`].
    pub async fn choose_columns(
        &self,
        id: &str,
        wishes: &Wishes,
        bad_cells: BadCells,
    ) -> Result<Import, ImportError> {
        let _editing = self.desk.editing.lock().await;
        let (mut import, mut rows) = self.whole(id).await?;
        if import.state == State::Applying {
            return Err(ImportError::Applying);
        }
        let header: Vec<String> = import
            .mapping
            .columns
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        import.mapping = Mapping::find(&header, wishes)?;
        import.bad_cells = bad_cells;
        for row in rows.iter_mut().filter(|row| !row.done) {
            row.answer = None;
        }
        self.plan_again(import, rows).await
    }

    /// Returns all imports that are kept, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(&self) -> Result<Vec<Import>, ImportError> {
        let docs = self.shelf();
        blocking(move || docs.all()).await?
    }

    /// Returns an import.
    ///
    /// # Errors
    /// [`ImportError::Unknown`], or when the store cannot be read.
    pub async fn get(&self, id: &str) -> Result<Import, ImportError> {
        let (docs, id) = (self.shelf(), id.to_owned());
        blocking(move || docs.get(&id)).await?
    }

    /// Returns rows of an import after a row, at most `limit`, of these verdicts; none: of any.
    ///
    /// # Errors
    /// [`ImportError::Unknown`], or when the store cannot be read.
    pub async fn rows(
        &self,
        id: &str,
        verdicts: Vec<Verdict>,
        after: usize,
        limit: usize,
    ) -> Result<Rows, ImportError> {
        let (docs, id) = (self.shelf(), id.to_owned());
        blocking(move || docs.page(&id, &verdicts, after, limit)).await?
    }

    /// Goes through all rows of an import, in their order, off the arbiter.
    ///
    /// # Errors
    /// [`ImportError::Unknown`], or when the store cannot be read.
    pub async fn fold_rows<T: Send + 'static>(
        &self,
        id: &str,
        start: T,
        step: impl Fn(&mut T, ImportRow) + Send + 'static,
    ) -> Result<T, ImportError> {
        let (docs, id) = (self.shelf(), id.to_owned());
        blocking(move || {
            let mut folded = start;
            docs.visit(&id, &mut |row| step(&mut folded, row))?;
            Ok(folded)
        })
        .await?
    }

    /// Returns the rows that stay out as CSV: as they came, with their number, verdict and reason behind.
    ///
    /// # Errors
    /// [`ImportError::Unknown`], or when the store cannot be read.
    pub async fn rejects(&self, id: &str) -> Result<Vec<u8>, ImportError> {
        let import = self.get(id).await?;
        let mut header: Vec<String> = import.mapping.columns.into_iter().map(|(name, _)| name).collect();
        let columns = header.len();
        header.extend(["quorate row", "quorate verdict", "quorate reason"].map(str::to_owned));
        let rows = self.fold_rows(id, vec![header], move |rows, row| {
            if !matches!(row.planned.verdict, Verdict::Failed | Verdict::NeedsAnswer) {
                return;
            }
            let mut cells = row.cells;
            cells.resize(columns.max(cells.len()), String::new());
            cells.push(row.planned.row.to_string());
            cells.push(row.planned.verdict.to_string());
            cells.push(row.planned.reason.unwrap_or_default());
            rows.push(cells);
        });
        Ok(sheet::write(rows.await?))
    }

    /// Records what people say about rows, and what becomes of these rows by that.
    ///
    /// # Errors
    /// [`ImportError::NoSuchRow`], [`ImportError::NoQuestion`], [`ImportError::Applying`]: then no answer is recorded.
    pub async fn answer(&self, id: &str, answers: BTreeMap<usize, Answer>) -> Result<Import, ImportError> {
        let _editing = self.desk.editing.lock().await;
        let (import, mut rows) = self.whole(id).await?;
        if import.state == State::Applying {
            return Err(ImportError::Applying);
        }
        for (number, answer) in answers {
            // Rows lie in the order of their numbers.
            let row = rows
                .binary_search_by_key(&number, |row| row.planned.row)
                .ok()
                .and_then(|place| rows.get_mut(place))
                .ok_or(ImportError::NoSuchRow { row: number })?;
            if row.done {
                return Err(ImportError::NoQuestion {
                    row: number,
                    reason: "it was applied already".to_owned(),
                });
            }
            if !row.planned.problems.is_empty() {
                return Err(ImportError::NoQuestion {
                    row: number,
                    reason: "it failed; mend it in the file".to_owned(),
                });
            }
            row.answer = Some(answer);
        }
        self.plan_again(import, rows).await
    }

    /// Takes back what people said about rows; one that was carried out stays as it is.
    ///
    /// # Errors
    /// [`ImportError::Unknown`]; [`ImportError::Applying`].
    pub async fn take_back(&self, id: &str, numbers: &BTreeSet<usize>) -> Result<Import, ImportError> {
        let _editing = self.desk.editing.lock().await;
        let (import, mut rows) = self.whole(id).await?;
        if import.state == State::Applying {
            return Err(ImportError::Applying);
        }
        let named = |row: &&mut ImportRow| !row.done && numbers.contains(&row.planned.row);
        rows.iter_mut().filter(named).for_each(|row| row.answer = None);
        self.plan_again(import, rows).await
    }

    /// Plans rows against what is known now and writes the import down; the desk is held.
    async fn plan_again(&self, mut import: Import, mut rows: Vec<ImportRow>) -> Result<Import, ImportError> {
        planning::again(&self.router, &import, &mut rows).await?;
        import.tally(&rows);
        let docs = self.shelf();
        blocking(move || {
            docs.put(&import, &rows)?;
            Ok(import)
        })
        .await?
    }

    /// Begins to apply an import: what is certain is carried out, what is a question stays out. Rows are planned
    /// anew against what is known now.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn apply(&self, id: &str) -> Result<Import, ImportError> {
        self.router.check_running()?;
        let _editing = self.desk.editing.lock().await;
        let place = self
            .desk
            .queue
            .try_reserve()
            .map_err(|_| ImportError::TooManyWait)?;
        let (mut import, mut rows) = self.whole(id).await?;
        if import.state == State::Applying {
            return Ok(import);
        }
        planning::again(&self.router, &import, &mut rows).await?;
        import.state = State::Applying;
        import.tally(&rows);
        if let Some(list) = &import.list {
            crate::lists::ensure(&self.router, list).await?;
        }
        let docs = self.shelf();
        let written: Result<Import, ImportError> = blocking(move || {
            docs.put(&import, &rows)?;
            Ok(import)
        })
        .await?;
        let import = written?;
        place.send(Arc::clone(&import.id));
        Ok(import)
    }

    /// Goes on with imports that were being applied when the process ended.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn resume(&self) -> Result<usize, ImportError> {
        let stopped: Vec<Import> = self
            .list()
            .await?
            .into_iter()
            .filter(|import| import.state == State::Applying)
            .collect();
        let count = stopped.len();
        // The one begun first goes first.
        for import in stopped.into_iter().rev() {
            if self.desk.queue.try_send(import.id).is_err() {
                return Err(ImportError::TooManyWait);
            }
        }
        Ok(count)
    }

    /// Listens to how far applying is.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<Progress>> {
        self.desk.progress.subscribe()
    }

    async fn whole(&self, id: &str) -> Result<(Import, Vec<ImportRow>), ImportError> {
        let (docs, id) = (self.shelf(), id.to_owned());
        blocking(move || {
            let import = docs.get(&id)?;
            let rows = docs.rows(&id)?;
            Ok((import, rows))
        })
        .await?
    }
}

impl Import {
    fn tally(&mut self, rows: &[ImportRow]) {
        self.counts = Counts::of(rows.iter().map(|row| row.planned.verdict));
        self.done = rows.iter().filter(|row| row.done).count();
        self.to_do = rows.iter().filter(|row| row.planned.verdict.acts()).count();
    }
}

/// Whom an account row may be answered to be, as text: `same:<id>`, `new`, `skip`.
///
/// # Errors
/// When it is none of these.
pub fn parse_answer(text: &str) -> Result<Answer, String> {
    match text.split_once(':') {
        Some(("same", id)) => AccountId::new(id)
            .map(Answer::Same)
            .map_err(|error| format!("the account's id {error}")),
        Some(_) | None => match text {
            "new" => Ok(Answer::New),
            "skip" => Ok(Answer::Skip),
            _ => Err(format!("{text:?} is none of same:<account id>, new, skip")),
        },
    }
}

/// Returns an answer as text: `same:<id>`, `new`, `skip`.
#[must_use]
pub fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Same(id) => format!("same:{id}"),
        Answer::New => "new".to_owned(),
        Answer::Skip => "skip".to_owned(),
    }
}

/// Does what may wait for the disk or takes long, off the arbiter.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    actix_rt::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Unavailable {
            reason: "work off the arbiter panicked".to_owned(),
        })
}

/// What a failed store is to whoever asked.
pub(crate) fn unavailable(error: &quorate_store::Error) -> Error {
    Error::Unavailable {
        reason: error.to_string(),
    }
}
