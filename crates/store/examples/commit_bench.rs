//! What the embedded store does in a second: commits by group size, id lookups, the scan of all summaries, reopening.
//!
//! `cargo run --release -p quorate-store --example commit_bench [FOLDER]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it prints what its clock says"
)]
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quorate_domain::account::{Event, Record};
use quorate_domain::id::{AccountId, ContactNo, Kind, Seq, SignalId};
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::time::Timestamp;
use quorate_store::{Append, CommitMark, EmbeddedOptions, EmbeddedStore, OwnerToken, Store};

const ACCOUNTS: u64 = 10_000;
const KNOWN_ACCOUNTS: u64 = 1_000_000;
const SUMMARY_BYTES: usize = 250;
const WINDOW: Duration = Duration::from_secs(5);

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| temporary.path().join("data"), Into::into);
    let mut bench = Bench::new(open(&folder));
    for group in [1, 100, 1000] {
        bench.commits(group);
    }
    bench.lookups();
    bench.fill();
    let owner_written = bench.next_id;
    drop(bench);

    let start = Instant::now();
    let store = open(&folder);
    println!(
        "reopen with {KNOWN_ACCOUNTS} accounts and {owner_written} signals: {:.0?}",
        start.elapsed()
    );
    for turn in ["first", "second"] {
        let start = Instant::now();
        let (mut rows, mut bytes) = (0_u64, 0_usize);
        store
            .scan_summaries(&mut |row| {
                rows += 1;
                bytes += row.content.unwrap().summary.len();
            })
            .unwrap();
        println!(
            "{turn} scan of {rows} summaries, {bytes} bytes: {:.2?}",
            start.elapsed()
        );
    }
    println!(
        "folder: {} MiB, peak memory: {}",
        folder_bytes(&folder) >> 20,
        peak_memory()
    );
}

fn open(folder: &Path) -> EmbeddedStore {
    EmbeddedStore::open(folder, EmbeddedOptions::default()).unwrap()
}

struct Bench {
    store: EmbeddedStore,
    owner: OwnerToken,
    /// The last record of each account.
    places: Vec<u64>,
    next_id: u64,
}

impl Bench {
    fn new(store: EmbeddedStore) -> Self {
        let owner = store.acquire().unwrap();
        let places = (0..ACCOUNTS).map(|_| 0).collect();
        Self {
            store,
            owner,
            places,
            next_id: 0,
        }
    }

    /// Looks ids up and commits groups of that many signals, each at a random account, as the engine does.
    fn commits(&mut self, group: usize) {
        let (mut looking, mut committing) = (Duration::ZERO, Vec::new());
        let cpu = Cpu::now();
        let start = Instant::now();
        while start.elapsed() < WINDOW {
            let mut by_account: std::collections::BTreeMap<u64, Vec<SignalId>> =
                std::collections::BTreeMap::new();
            for _ in 0..group {
                self.next_id += 1;
                by_account
                    .entry(random(self.next_id) % ACCOUNTS)
                    .or_default()
                    .push(id(self.next_id));
            }
            let asked: Vec<_> = by_account
                .iter()
                .map(|(account, ids)| (account_id(*account), ids.clone()))
                .collect();
            let before = Instant::now();
            let known = self.store.known_ids(&asked).unwrap();
            looking += before.elapsed();
            let appends = by_account
                .into_iter()
                .map(|(account, ids)| {
                    let place = self.places.get_mut(usize::try_from(account).unwrap()).unwrap();
                    let expected = *place;
                    *place += u64::try_from(ids.len()).unwrap();
                    append(account, &self.owner, expected, ids, known.mark)
                })
                .collect();
            let before = Instant::now();
            let answers = self.store.commit(appends).unwrap();
            committing.push(before.elapsed());
            assert!(answers.iter().all(Result::is_ok));
        }
        let commits = committing.len();
        let total: Duration = committing.iter().sum();
        committing.sort_unstable();
        let at = |share: usize| committing.get((commits - 1) * share / 1000).copied().unwrap();
        let signals = per_second(commits * group, total);
        println!(
            "groups of {group}: {signals} signals/s committed ({} commits/s; p50 {:.2?}, p99 {:.2?}, max {:.2?}); \
             known_ids {} ids/s; cpu {}",
            per_second(commits, total),
            at(500),
            at(990),
            at(1000),
            per_second(commits * group, looking),
            cpu.since(commits * group),
        );
    }

    /// Looks up ids that are not there, and ids that are.
    fn lookups(&self) {
        let written = self.next_id;
        for (what, first) in [("absent", written + 1), ("present", 1)] {
            let count = written.min(500_000);
            let asked: Vec<_> = (0..count)
                .map(|n| {
                    let n = if first == 1 {
                        1 + random(n) % written
                    } else {
                        first + n
                    };
                    (account_id(random(n) % ACCOUNTS), vec![id(n)])
                })
                .collect();
            let start = Instant::now();
            let known = self.store.known_ids(&asked).unwrap().known;
            let took = start.elapsed();
            let found = known.iter().flatten().filter(|known| **known).count();
            assert_eq!(found, if first == 1 { asked.len() } else { 0 });
            println!(
                "known_ids, {what}: {} ids/s among {written}",
                per_second(asked.len(), took)
            );
        }
    }

    /// Makes many accounts with a summary each.
    fn fill(&self) {
        let start = Instant::now();
        for first in (ACCOUNTS..KNOWN_ACCOUNTS).step_by(1000) {
            let group = (first..first + 1000)
                .map(|account| append(account, &self.owner, 0, Vec::new(), CommitMark::BEGINNING))
                .collect();
            assert!(self.store.commit(group).unwrap().iter().all(Result::is_ok));
        }
        println!(
            "{} accounts made in {:.1?}",
            KNOWN_ACCOUNTS - ACCOUNTS,
            start.elapsed()
        );
    }
}

fn append(account: u64, owner: &OwnerToken, expected: u64, ids: Vec<SignalId>, mark: CommitMark) -> Append {
    let kind = Kind::trusted("page.pricing");
    let records = ids
        .into_iter()
        .zip(expected + 1..)
        .map(|(id, seq)| Record {
            seq: Seq(seq),
            at: Timestamp::from_millis(1_788_264_000_500),
            event: Event::SignalRecorded(Signal {
                id,
                kind: kind.clone(),
                contact: Some(ContactNo(3)),
                occurred_at: Timestamp::from_millis(1_788_264_000_000),
                strength: 1.0,
                source: SignalSource::FirstParty,
                solution: None,
                object: Some(Arc::from("https://www.example.com/pricing/enterprise")),
                properties: Some(Arc::from(
                    r#"{"referrer":"https://news.example.org/","seconds":41}"#,
                )),
                expired: false,
            }),
        })
        .collect();
    let mut summary = vec![0_u8; SUMMARY_BYTES];
    for (place, chunk) in (0_u64..).zip(summary.chunks_mut(16)) {
        // Half of it does not compress.
        for (byte, noise) in chunk
            .iter_mut()
            .zip(random(account ^ (place << 40)).to_le_bytes())
        {
            *byte = noise;
        }
    }
    Append {
        account: account_id(account),
        owner: owner.clone(),
        expected: Seq(expected),
        records,
        cards: Vec::new(),
        notices: Vec::new(),
        summary,
        ids_known_at: mark,
    }
}

fn account_id(account: u64) -> AccountId {
    AccountId::trusted(format!("account-{account:06}"))
}

/// Twenty bytes without order, as ids from outside are.
fn id(n: u64) -> SignalId {
    SignalId::trusted(format!("sig-{:016x}", random(n)))
}

/// Source: `SplitMix64`, Steele, Lea and Flood 2014.
fn random(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Processor time in ticks of 10 ms, which other programs do not add to as they do to a clock's.
struct Cpu {
    thread: u64,
    process: u64,
}

impl Cpu {
    fn now() -> Self {
        let ticks = |file: &str| -> u64 {
            let text = std::fs::read_to_string(file).unwrap();
            let (_, fields) = text.rsplit_once(") ").unwrap();
            // User and system time are fields 14 and 15 of the line; what is left starts with field 3.
            fields
                .split(' ')
                .skip(11)
                .take(2)
                .map(|field| field.parse::<u64>().unwrap())
                .sum()
        };
        Self {
            thread: ticks("/proc/thread-self/stat"),
            process: ticks("/proc/self/stat"),
        }
    }

    fn since(&self, signals: usize) -> String {
        let now = Self::now();
        let nanos = |ticks: u64| u128::from(ticks) * 10_000_000 / u128::try_from(signals.max(1)).unwrap();
        format!(
            "{} ns a signal in this thread, {} with fjall's (generating included)",
            nanos(now.thread - self.thread),
            nanos(now.process - self.process)
        )
    }
}

fn per_second(count: usize, took: Duration) -> u128 {
    let nanos = took.as_nanos().max(1);
    u128::try_from(count).unwrap() * 1_000_000_000 / nanos
}

fn folder_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            // What it takes on disk: fjall's journals are sparse.
            if metadata.is_dir() {
                folder_bytes(&entry.path())
            } else {
                metadata.blocks() * 512
            }
        })
        .sum()
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
