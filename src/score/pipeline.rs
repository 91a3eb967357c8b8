//! Chunks through threads: read one at a time, parsed side by side, folded by shard in file order.
//!
//! Every thread does whatever is due: it reads and parses the next chunk, or, once enough chunks wait, folds a
//! shard's share of them. A shard is folded by one thread at a time, and chunk after chunk, so the first signal of
//! an id is the file's first. At most [`WINDOW_MAX`] chunks are in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::chunk::Chunks;
use super::input::{Input, InputError};
use super::kinds::{KindNo, Kinds, NamedKinds, Rules};
use super::parse::{Columns, Context, Parsed, Parser, Reject};
use super::rejects::{RejectedFile, Rejects};
use super::shard::{SHARDS, Shards};
use super::{Job, ScoreError};

/// Chunks in memory, parsed or being parsed.
const WINDOW_MAX: u64 = 10;
/// Chunks that wait for a shard before it is folded: the more, the longer its accounts stay in the cache.
const FOLD_AT: u64 = 7;

/// What became of the signals.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) lines: u64,
    pub(super) accepted: u64,
    pub(super) duplicates: u64,
    pub(super) after_at: u64,
    pub(super) expired: u64,
    pub(super) unknown: BTreeMap<KindNo, u64>,
}

/// Reads the signals and folds them into the shards.
pub(super) fn run(
    job: &Job,
    mut input: Input,
    shards: &Shards,
    rejects: &mut Rejects,
    notes: &mut Vec<String>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Counts, NamedKinds), ScoreError> {
    let format = input.format(&job.signals)?;
    let read_bytes = input.read_bytes();
    let (chunks, header) = Chunks::new(input, format)?;
    let kinds = Kinds::default();
    let rules = Rules::of(&job.model);
    let columns = match &header {
        Some(header) => {
            notes.extend(header.unused(&Columns::KNOWN));
            Some(Columns::find(header)?)
        }
        None => None,
    };
    let context = Context {
        model: &job.model,
        rules: &rules,
        kinds: &kinds,
        at: job.at,
        retention_ms: job.retention.to_millis(),
        columns,
    };
    let pipeline = Pipeline {
        chunks: Mutex::new(chunks),
        state: Mutex::new(State::new(rejects, context.columns.is_none())),
        changed: Condvar::new(),
        context: &context,
        shards,
        progress: &|| progress(read_bytes.load(std::sync::atomic::Ordering::Relaxed)),
    };
    thread::scope(|scope| {
        for _ in 1..job.threads {
            scope.spawn(|| pipeline.work());
        }
        pipeline.work();
    });
    let state = pipeline
        .state
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = state.failed {
        return Err(error.into());
    }
    let mut counts = state.counts;
    for shard in (0..SHARDS).filter_map(|shard| shards.lock(shard)) {
        counts.accepted += shard.tally.accepted;
        counts.duplicates += shard.tally.duplicates;
        counts.expired += shard.tally.expired;
        for (kind, count) in &shard.tally.unknown {
            *counts.unknown.entry(*kind).or_default() += count;
        }
    }
    Ok((counts, kinds.named()))
}

struct Pipeline<'a> {
    chunks: Mutex<Chunks>,
    state: Mutex<State<'a>>,
    changed: Condvar,
    context: &'a Context<'a>,
    shards: &'a Shards,
    progress: &'a (dyn Fn() + Sync),
}

/// What a thread does next.
enum Task {
    /// Read a chunk into this one, and parse it.
    Read(Parsed),
    /// Fold a shard's share of these.
    Fold(usize, Vec<Arc<Parsed>>),
    /// Wait until something changes.
    Wait,
    /// Nothing is left to do.
    Leave,
}

struct State<'a> {
    /// The chunks in memory, in file order; `None`: it is being parsed.
    window: VecDeque<Option<Arc<Parsed>>>,
    /// The place in the file of the window's first chunk.
    first: u64,
    /// The place up to which all chunks are parsed.
    parsed_to: u64,
    /// One a shard: the next chunk to fold, and whether a thread is folding it.
    shards: Vec<(u64, bool)>,
    reading: bool,
    ended: bool,
    failed: Option<InputError>,
    /// Chunks that can be used again.
    free: Vec<Parsed>,
    counts: Counts,
    rejects: &'a mut Rejects,
    /// Rejected lines are numbered within their chunk, and this many lines came before.
    lines_before: Option<u64>,
}

impl<'a> State<'a> {
    fn new(rejects: &'a mut Rejects, by_chunk: bool) -> Self {
        Self {
            window: VecDeque::new(),
            first: 0,
            parsed_to: 0,
            shards: vec![(0, false); SHARDS],
            reading: false,
            ended: false,
            failed: None,
            free: Vec::new(),
            counts: Counts::default(),
            rejects,
            lines_before: by_chunk.then_some(0),
        }
    }

    fn next_task(&mut self) -> Task {
        if self.failed.is_some() {
            return Task::Leave;
        }
        let in_memory = u64::try_from(self.window.len()).unwrap_or(u64::MAX);
        let may_read = !self.ended && !self.reading && in_memory < WINDOW_MAX;
        let enough = if may_read { FOLD_AT } else { 1 };
        if let Some(shard) = self.foldable(enough) {
            return self.fold(shard);
        }
        if may_read {
            self.reading = true;
            return Task::Read(self.free.pop().unwrap_or_default());
        }
        if self.ended && self.window.is_empty() {
            Task::Leave
        } else {
            Task::Wait
        }
    }

    /// Returns the shard that is most behind, when at least `enough` parsed chunks wait for it.
    fn foldable(&self, enough: u64) -> Option<usize> {
        let idle = self.shards.iter().enumerate().filter(|(_, (_, busy))| !busy);
        let (shard, (next, _)) = idle.min_by_key(|(_, (next, _))| *next)?;
        (self.parsed_to >= next + enough).then_some(shard)
    }

    fn fold(&mut self, shard: usize) -> Task {
        let Some((next, busy)) = self.shards.get_mut(shard) else {
            return Task::Wait;
        };
        *busy = true;
        let from = usize::try_from(*next - self.first).unwrap_or(usize::MAX);
        let to = usize::try_from(self.parsed_to - self.first).unwrap_or(usize::MAX);
        *next = self.parsed_to;
        let chunks = self.window.iter().take(to).skip(from).flatten().map(Arc::clone);
        Task::Fold(shard, chunks.collect())
    }

    /// Takes a chunk that was read into the window; it is to be parsed.
    fn admit(&mut self) {
        self.reading = false;
        self.window.push_back(None);
    }

    fn parsed(&mut self, parsed: Parsed) {
        let place = usize::try_from(parsed.chunk.place - self.first).unwrap_or(usize::MAX);
        if let Some(slot) = self.window.get_mut(place) {
            *slot = Some(Arc::new(parsed));
        }
        let from = usize::try_from(self.parsed_to - self.first).unwrap_or(usize::MAX);
        let ready: Vec<Arc<Parsed>> = self.window.iter().skip(from).map_while(Clone::clone).collect();
        for parsed in ready {
            self.parsed_to += 1;
            self.count(&parsed);
        }
    }

    /// Counts a chunk's lines, in file order.
    fn count(&mut self, parsed: &Parsed) {
        let before = self.lines_before.unwrap_or(0);
        for Reject { line, reason } in &parsed.rejects {
            self.rejects.add(RejectedFile::Signals, before + line, reason);
        }
        if let Some(lines) = &mut self.lines_before {
            *lines += parsed.lines;
        }
        self.counts.lines += parsed.filled;
        self.counts.after_at += parsed.after_at;
    }

    /// Marks a shard as folded; forgets the chunks that all shards have folded.
    fn folded(&mut self, shard: usize) {
        if let Some((_, busy)) = self.shards.get_mut(shard) {
            *busy = false;
        }
        let done_to = self
            .shards
            .iter()
            .map(|(next, busy)| if *busy { self.first } else { *next })
            .min()
            .unwrap_or(self.first);
        while self.first < done_to {
            self.first += 1;
            let done = self.window.pop_front().flatten();
            self.free.extend(done.and_then(Arc::into_inner));
        }
    }
}

impl<'a> Pipeline<'a> {
    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One thread's work, until nothing is left to do.
    fn work(&self) {
        let mut parser = Parser::new(self.context);
        let mut state = self.lock();
        loop {
            match state.next_task() {
                Task::Read(chunk) => {
                    drop(state);
                    state = self.read(chunk, &mut parser);
                }
                Task::Fold(shard, chunks) => {
                    drop(state);
                    self.fold(shard, &chunks);
                    drop(chunks);
                    state = self.lock();
                    state.folded(shard);
                }
                Task::Wait => {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
                Task::Leave => return,
            }
            self.changed.notify_all();
        }
    }

    fn read(&self, mut parsed: Parsed, parser: &mut Parser<'a>) -> MutexGuard<'_, State<'a>> {
        let read = {
            let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
            chunks.read(&mut parsed.chunk)
        };
        let mut state = self.lock();
        match read {
            Ok(true) => state.admit(),
            Ok(false) => {
                state.reading = false;
                state.ended = true;
                return state;
            }
            Err(error) => {
                state.reading = false;
                state.ended = true;
                state.failed = Some(error);
                return state;
            }
        }
        drop(state);
        self.changed.notify_all();
        (self.progress)();
        parser.parse(&mut parsed);
        let mut state = self.lock();
        state.parsed(parsed);
        state
    }

    fn fold(&self, shard: usize, chunks: &[Arc<Parsed>]) {
        let Some(mut accounts) = self.shards.lock(shard) else {
            return;
        };
        for parsed in chunks {
            let batch = parsed.batches.get(shard).map(Vec::as_slice).unwrap_or_default();
            accounts.fold(batch, &parsed.chunk.text, self.context.rules);
        }
    }
}
