//! Measures a list of all accounts as of a past instant: how long it takes, what it holds in memory, and what it does to
//! signals that come in meanwhile.
//!
//! `cargo run -p quorate-engine --example past_list_bench -- FOLDER ACCOUNTS SIGNALS_EACH`
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints"
)]
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quorate_domain::account::{ContactRef, NewSignal};
use quorate_domain::id::{AccountId, ContactId, Kind, SignalId};
use quorate_domain::model::{DEFAULT_MODEL, Model, version_of};
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::{Days, Timestamp};
use quorate_engine::past_lists::{PastList, PastLook};
use quorate_engine::{AccountRef, Clock, Engine, EngineConfig, IncomingSignal};
use quorate_store::{EmbeddedOptions, EmbeddedStore};

/// Days over which the signals of an account are spread.
const HISTORY_DAYS: f64 = 180.0;
/// Signals recorded in one go.
const AT_ONCE: usize = 5_000;

fn open(folder: &Path) -> Engine {
    let store = Arc::new(EmbeddedStore::open(folder, EmbeddedOptions::default()).unwrap());
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: version_of(DEFAULT_MODEL),
        model: Arc::new(Model::from_toml(DEFAULT_MODEL).unwrap()),
    }];
    // Few accounts in memory: what grows is the list.
    let config = EngineConfig {
        active_accounts_max: 256,
        ..EngineConfig::default()
    };
    Engine::start(store, models, Clock::wall(), config).unwrap()
}

fn signal(account: u32, no: u32, of: u32, now: Timestamp) -> IncomingSignal {
    let kind = match no % 4 {
        0 => "page.pricing",
        1 => "meeting.attended",
        2 => "email.click",
        _ => "page.view",
    };
    let age = HISTORY_DAYS * f64::from(of - no) / f64::from(of + 1);
    IncomingSignal {
        account: AccountRef::Id(AccountId::new(format!("acc-{account:05}")).unwrap()),
        signal: NewSignal {
            id: SignalId::new(format!("s-{no}")).unwrap(),
            kind: Kind::new(kind).unwrap(),
            contact: Some(ContactRef::Id(ContactId::new(format!("c{}", no % 3)).unwrap())),
            occurred_at: Some(now.plus_days(Days(-age))),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
        },
    }
}

/// One signal after the other for a while; returns how long each took, in milliseconds, shortest first.
async fn trickle(engine: &Engine, mut until: impl FnMut() -> bool) -> Vec<f64> {
    let mut took = Vec::new();
    while !until() {
        let no = u32::try_from(took.len()).unwrap();
        let mut incoming = signal(no % 100, 1_000_000, 1_000_000, engine.now());
        incoming.signal.id = SignalId::new(format!("t-{}-{no}", engine.now().as_millis())).unwrap();
        let start = Instant::now();
        engine.record_signals(vec![incoming]).await.unwrap();
        took.push(start.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    took
}

/// Reads a list while signals come in.
async fn read(engine: &Engine, then: Timestamp) -> PastList {
    let (before, start) = (resident_kib(), Instant::now());
    let mut found: Option<PastList> = None;
    let lists = engine.past_lists();
    let took = trickle(engine, || {
        if let PastLook::Ready(list) = lists.look(then).unwrap() {
            found = Some(list);
        }
        found.is_some()
    })
    .await;
    let seconds = start.elapsed().as_secs_f64();
    say("beside the job", &took);
    let list = found.unwrap();
    println!(
        "{} accounts in {seconds:.2} s, {} later, {} unread; resident {before} KiB before, {} KiB after",
        list.listing.accounts(),
        list.later,
        list.unread_total,
        resident_kib()
    );
    list
}

fn say(what: &str, took: &[f64]) {
    let at = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1)));
    println!(
        "{what}: {} signals, median {:.2} ms, p99 {:.2} ms",
        took.len(),
        at(50).unwrap_or(&0.0),
        at(99).unwrap_or(&0.0)
    );
}

#[actix_rt::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().expect("FOLDER");
    let accounts: u32 = args.next().expect("ACCOUNTS").parse().unwrap();
    let each: u32 = args.next().expect("SIGNALS_EACH").parse().unwrap();
    let engine = open(Path::new(&folder));
    if engine.listing().accounts() == 0 {
        let (now, start) = (engine.now(), Instant::now());
        let mut batch = Vec::new();
        for account in 0..accounts {
            batch.extend((0..each).map(|no| signal(account, no, each, now)));
            if batch.len() >= AT_ONCE || account + 1 == accounts {
                engine.record_signals(std::mem::take(&mut batch)).await.unwrap();
            }
        }
        println!("made in {:.1} s", start.elapsed().as_secs_f64());
        engine.stop().await;
        // What making them took from memory is no part of it.
        println!("run it again to measure");
        return;
    }
    let start = Instant::now();
    say(
        "alone",
        &trickle(&engine, || start.elapsed() > Duration::from_secs(5)).await,
    );
    // The first one leaves behind what reading takes; what the next ones add is what a list holds.
    let mut lists = Vec::new();
    for ago in [60.0, 61.0, 62.0] {
        lists.push(read(&engine, engine.now().plus_days(Days(-ago))).await);
    }
    let list = lists.first().unwrap();
    let start = Instant::now();
    let page = list.listing.page(&quorate_engine::list::ListQuery {
        descending: true,
        limit: 100,
        ..quorate_engine::list::ListQuery::default()
    });
    println!(
        "a page of {}: {:.2} ms",
        page.rows.len(),
        start.elapsed().as_secs_f64() * 1e3
    );
    engine.stop().await;
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse().ok())
        .unwrap_or(0)
}
