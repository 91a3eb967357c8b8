//! Measures the engine without HTTP: durable ingest, activation, start with many known accounts, top-100.
//!
//! `cargo run --release -p quorate-engine --example ingest_bench -- FOLDER [signals|single|accounts]`
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints"
)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a benchmark may stop at the first surprise"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use quorate_domain::account::{AccountChange, Command, ContactRef, NewSignal};
use quorate_domain::id::{AccountId, ContactId, Kind, SignalId};
use quorate_domain::model::{DEFAULT_MODEL, Model, version_of};
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Value};
use quorate_engine::list::ListQuery;
use quorate_engine::{AccountRef, AsOf, Clock, Engine, EngineConfig, IncomingSignal};
use quorate_store::{EmbeddedOptions, EmbeddedStore};

const ACCOUNTS: u64 = 10_000;

fn open(folder: &Path) -> Engine {
    let mut options = EmbeddedOptions::default();
    if let Ok(workers) = std::env::var("WORKERS") {
        options.workers = workers.parse().unwrap();
    }
    let start = Instant::now();
    let store = Arc::new(EmbeddedStore::open(folder, options).unwrap());
    println!("store opened in {:.2} s", start.elapsed().as_secs_f64());
    let model = Arc::new(Model::from_toml(DEFAULT_MODEL).unwrap());
    let version = version_of(DEFAULT_MODEL);
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version,
        model,
    }];
    let start = Instant::now();
    let engine = Engine::start(store, models, Clock::wall(), EngineConfig::default()).unwrap();
    println!("engine started in {:.2} s", start.elapsed().as_secs_f64());
    engine
}

struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

const KINDS: [&str; 8] = [
    "page.view",
    "page.pricing",
    "email.click",
    "content.case_study",
    "webinar.attended",
    "demo.requested",
    "product.core_use",
    "page.blog",
];

fn signal(draw: &mut Draw, no: u64, now: Timestamp) -> IncomingSignal {
    // Squared: some accounts are much busier than others.
    let share = (draw.next() % 1_000_000) as f64 / 1e6;
    let account = (share * share * ACCOUNTS as f64).floor();
    let contact = draw.next() % 5;
    let kind = KINDS[usize::try_from(draw.next() % 8).unwrap()];
    IncomingSignal {
        account: AccountRef::Id(AccountId::new(format!("acc-{account:05}.example")).unwrap()),
        signal: NewSignal {
            id: SignalId::new(format!("s-{no:09}")).unwrap(),
            kind: Kind::new(kind).unwrap(),
            contact: Some(ContactRef::Id(
                ContactId::new(format!("c{contact}@acc-{account:05}.example")).unwrap(),
            )),
            occurred_at: Some(now),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
        },
    }
}

async fn ingest(engine: &Engine, total: u64, batch: u64, workers: u64, offset: u64) {
    let start = Instant::now();
    let mut tasks = Vec::new();
    for worker in 0..workers {
        let engine = engine.clone();
        tasks.push(actix_rt::spawn(async move {
            let mut draw = Draw(worker + offset);
            let share = total / workers;
            let mut sent = 0;
            while sent < share {
                let now = engine.now();
                let signals = (0..batch)
                    .map(|no| signal(&mut draw, offset + worker * share + sent + no, now))
                    .collect();
                let outcomes = engine.record_signals(signals).await.unwrap();
                assert!(!outcomes.is_empty());
                sent += batch;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "ingest batch={batch} workers={workers}: {:.0} signals/s ({total} in {seconds:.2} s)",
        total as f64 / seconds
    );
}

#[actix_rt::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let what = arguments.next().unwrap_or_else(|| "signals".to_owned());
    let engine = open(Path::new(&folder));
    match what.as_str() {
        "signals" => {
            let total: u64 = arguments.next().map_or(400_000, |count| count.parse().unwrap());
            ingest(&engine, total / 2, 100, 16, 0).await;
            ingest(&engine, total, 100, 16, 10_000_000).await;
            ingest(&engine, total, 1_000, 16, 20_000_000).await;
        }
        "single" => {
            ingest(&engine, 50_000, 1, 32, 30_000_000).await;
            ingest(&engine, 100_000, 1, 64, 40_000_000).await;
        }
        "accounts" => {
            let count: u64 = arguments.next().map_or(1_000_000, |count| count.parse().unwrap());
            let start = Instant::now();
            for chunk in 0..count / 1_000 {
                let now = engine.now();
                let calls = (0..1_000).map(|no| {
                    let no = chunk * 1_000 + no;
                    let id = AccountId::new(format!("acc-{no:07}.example")).unwrap();
                    let fields = vec![
                        (
                            Arc::from("name"),
                            Some(Value::text(format!("Account number {no}"))),
                        ),
                        (
                            Arc::from("domains"),
                            Some(Value::List(vec![Arc::from(format!("acc-{no:07}.example"))])),
                        ),
                        (Arc::from("industry"), Some(Value::text("software"))),
                        (Arc::from("employees"), Some(Value::Number(500.0))),
                    ];
                    let change = AccountChange {
                        fields,
                        source: Source::person(),
                    };
                    engine.execute(id, Command::ChangeAccount(change), None)
                });
                for done in futures_util::future::join_all(calls).await {
                    done.unwrap();
                }
                let signals = (0..1_000)
                    .map(|no| {
                        let no = chunk * 1_000 + no;
                        let mut signal = signal(&mut Draw(no), no, now);
                        signal.account =
                            AccountRef::Id(AccountId::new(format!("acc-{no:07}.example")).unwrap());
                        signal
                    })
                    .collect();
                engine.record_signals(signals).await.unwrap();
            }
            println!("{count} accounts made in {:.1} s", start.elapsed().as_secs_f64());
        }
        "start" => {
            // Accounts of the `accounts` mode, none of them in memory yet.
            let cold = 1_000;
            let start = Instant::now();
            for no in 0..cold {
                let id = AccountId::new(format!("acc-{:07}.example", no * 97)).unwrap();
                let _ = engine.account(&id, AsOf::default()).await.unwrap();
            }
            println!(
                "activation: {:.1} us an account",
                start.elapsed().as_secs_f64() * 1e6 / f64::from(cold)
            );
        }
        other => panic!("what is {other:?}?"),
    }
    top(&engine);
    let id = AccountId::new("acc-00000.example").unwrap();
    let start = Instant::now();
    for _ in 0..1_000 {
        let _ = engine.account(&id, AsOf::default()).await.unwrap();
    }
    println!("read: {:.1} us", start.elapsed().as_secs_f64() * 1e6 / 1e3);
    println!("resident: {} KiB", resident_kib());
    engine.stop().await;
}

fn top(engine: &Engine) {
    let query = ListQuery {
        descending: true,
        limit: 100,
        ..ListQuery::default()
    };
    let mut times: Vec<f64> = (0..20)
        .map(|_| {
            let start = Instant::now();
            let page = engine.listing().page(&query);
            assert!(page.rows.len() <= 100);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "top-100 of {}: median {:.3} ms, worst {:.3} ms",
        engine.listing().page(&query).total,
        times[10],
        times[19]
    );
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse().ok())
        .unwrap_or(0)
}
