//! `quorate demo`: something to look at, with nothing else installed.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use quorate_api::{ApiConfig, Auth};
use quorate_engine::Clock;
use quorate_store::{EmbeddedOptions, EmbeddedStore, Store};

use super::Outcome;
use crate::config::{self, Asked, Config};
use crate::demo::{self, Control, HISTORY_DAYS, Run, Temporary};
use crate::host::{self, Served};

/// Shows Quorate at work on fictional companies; needs nothing else
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Fictional companies with six months of history, and a clock that runs a day in 20 seconds for 14 days. No key is
asked for, so it listens on this machine only. Nothing is kept unless --data says where; with --data, the next start
goes on where this one stopped, also when this one did not come to the end of making the companies.

Examples:
  quorate demo
  quorate demo --listen 127.0.0.1:9000 --seed 42
  quorate demo --data ./demo-data

Exit codes: 0 stopped, 1 it did not start, 2 the command line is wrong, 3 the store failed under way.")]
pub(super) struct Args {
    /// Where to listen, on this machine only; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Keeps the demo in this folder [default: a temporary one, gone at the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Which companies: the same seed makes the same ones [default: 7]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// How many companies [default: 248]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    accounts: Option<u32>,

    /// A configuration file, for its limits and its log
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Makes the companies, shows them, and lets time pass.
pub(super) fn run(args: &Args) -> Outcome {
    if !args.listen.ip().is_loopback() {
        return Err(anyhow!(
            "the demo asks for no key, so it listens on this machine only: say --listen 127.0.0.1:{}",
            args.listen.port()
        ));
    }
    let config = configuration(args)?;
    host::log::start(&config.log)?;
    let metrics = host::record_metrics()?;
    let temporary = match &args.data {
        Some(_) => None,
        None => Some(Temporary::make().context("no temporary folder can be made; say --data DIR")?),
    };
    let store: Arc<dyn Store> = match &temporary {
        Some(folder) => Arc::new(EmbeddedStore::open(folder.path(), EmbeddedOptions::default())?),
        None => host::open_store(&config)?.store,
    };
    let companies = args
        .accounts
        .map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    let mut run = Run::resume(&*store, args.seed, companies, Clock::wall().now())?;
    if !run.is_loaded() {
        run.note_begun(&*store)?;
    }
    let (clock, hand) = Clock::manual(run.now());
    let timeline = host::models::timeline(&*store, "", run.start())?;
    let code = actix_rt::System::new().block_on(async {
        let engine = host::start_engine(store.clone(), timeline.models, clock, config.engine())?;
        let world = run.world();
        if !run.is_loaded() {
            if let (true, Some(folder)) = (run.was_broken_off(), &args.data) {
                say_it_goes_on(folder)?;
            }
            demo::load(&engine, &world, run.start(), run.was_broken_off()).await?;
            run.note_loaded(&*store)?;
        }
        let accounts = engine.status().accounts;
        let control = Arc::new(Control::new(|id| world.has(id), Clock::wall().now()));
        let served = Served {
            engine: engine.clone(),
            auth: Auth::Open,
            // Everybody is one caller here, and nobody else's server is to be spared.
            api: ApiConfig {
                rate_limit: None,
                ..config.api()
            },
            secure_cookies: config.server.secure_cookies,
            metrics,
            demo: Some(control.clone()),
        };
        host::serve(served, |addr| {
            print(addr, accounts, &run, args)?;
            actix_rt::spawn(async move {
                if let Err(error) = run.go_on(engine, world, hand, &control, say_the_end).await {
                    tracing::warn!(error = %error, "nothing more happens in this demo by itself");
                }
            });
            Ok(())
        })
        .await
    })?;
    // The folder goes after the store that is in it.
    drop(store);
    drop(temporary);
    Ok(code)
}

/// The file's and the environment's limits; address and folder are the command line's own.
fn configuration(args: &Args) -> anyhow::Result<Config> {
    let listen = Some(("server.listen", "--listen", args.listen.to_string()));
    let data = args
        .data
        .as_ref()
        .map(|folder| ("store.data", "--data", folder.display().to_string()));
    let embedded = Some(("store.url", "demo", "embedded".to_owned()));
    let asked = Asked {
        file: args.config.clone(),
        env: config::environment(),
        flags: [listen, data, embedded].into_iter().flatten().collect(),
    };
    Ok(config::load(&asked)?.config)
}

fn print(addr: SocketAddr, accounts: usize, run: &Run, args: &Args) -> io::Result<()> {
    let url = host::url(addr);
    let version = env!("CARGO_PKG_VERSION");
    let kept = match &args.data {
        Some(folder) => format!("{}; start again with it and the demo goes on", folder.display()),
        None => "a temporary folder, gone when you stop; --data DIR keeps it".to_owned(),
    };
    let days = run.end().millis_since(run.now()) / quorate_domain::time::DAY_MS;
    let text = format!(
        "\nQuorate {version} demo: {accounts} fictional companies, {HISTORY_DAYS} days of history\n\n  \
         board     {url}/board\n  \
         API       {url}/v1   ({url}/openapi.json); no key is needed\n  \
         data      {kept}\n  \
         clock     a day passes every 20 seconds, for {days} days; now {}\n\n  \
         Northfold Logistics is hot, but its CFO is cold. Let him read the pricing page:\n\n    \
         curl {url}/v1/signals -H 'Content-Type: application/json' \\\n      \
         -d '{{\"id\":\"first\",\"account\":\"northfold-logistics\",\"contact\":\"owen.castellane\",\"kind\":\"page.pricing\"}}'\n\n  \
         Ctrl-C stops it.\n\n",
        run.now()
    );
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn say_it_goes_on(folder: &Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "An earlier start was broken off while it filled {}; filling goes on where it stopped.",
        folder.display()
    )?;
    out.flush()
}

fn say_the_end() {
    let _gone = writeln!(
        io::stdout(),
        "The demo's days are over: the clock stands still, and nothing more happens by itself.\n\
         The board offers another week; so does the next start over the same --data DIR."
    );
}
