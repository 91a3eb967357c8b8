//! A running installation: store, engine, API and console on one address, until somebody says stop.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use quorate_api::{ApiConfig, ApiServer, Auth};
use quorate_console::{ConsoleState, Demo};
use quorate_domain::standing::ModelInForce;
use quorate_engine::{Clock, Engine, EngineConfig, StartError};
use quorate_store::archive::{self, ArchiveError};
use quorate_store::{EmbeddedStore, Store};
use quorate_store_redis::{Place, RedisOptions, RedisStore};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::config::{Config, Home};

pub(crate) mod log;
pub(crate) mod models;
mod visitors;

/// The exit code when the store failed under way: what is on disk is known only after opening it again.
pub(crate) const STORE_FAILED: u8 = 3;

/// How often metrics are tidied up, so that their memory stays small while nobody asks for them.
const METRICS_UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Upper ends of the buckets of durations, in seconds: from a read in memory to a stalled disk.
const SECONDS_BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];

/// A store that was opened, and what to tell people of it.
pub(crate) struct Opened {
    /// The store.
    pub(crate) store: Arc<dyn Store>,
    /// Where it is: a folder, or an address without its password.
    pub(crate) place: String,
    /// What it is: `embedded` or `redis`.
    pub(crate) home: &'static str,
}

/// Opens the store that the configuration names, and says where it is.
///
/// # Errors
/// When there is no such home, or it cannot be used, or it holds a part of an archive only; each says what to do next.
pub(crate) fn open_store(config: &Config) -> anyhow::Result<Opened> {
    let opened = open_any_store(config)?;
    if archive::is_unfinished(&*opened.store).map_err(archive_failed)? {
        return Err(archive_failed(ArchiveError::Unfinished));
    }
    Ok(opened)
}

/// Opens a store as [`open_store`] does, even one that an import did not fill to the end: for archives, which look for
/// themselves.
///
/// # Errors
/// As [`open_store`].
pub(crate) fn open_any_store(config: &Config) -> anyhow::Result<Opened> {
    match config.store.home() {
        Home::Folder(folder) => {
            let store = EmbeddedStore::open(&folder, config.store.options()).map_err(explained)?;
            let place = std::path::absolute(&folder).unwrap_or(folder);
            Ok(Opened {
                store: Arc::new(store),
                place: place.display().to_string(),
                home: "embedded",
            })
        }
        Home::Redis(url) => {
            Place::parse(&url)
                .with_context(|| format!("store.url {} is no Redis address", config.store.url))?;
            let options = RedisOptions {
                node: node_name(),
                ..config.redis.options(&url)?
            };
            let place = options.place.to_string();
            let store = RedisStore::open(options).map_err(explained)?;
            Ok(Opened {
                store: Arc::new(store),
                place,
                home: "redis",
            })
        }
        Home::Unknown => Err(anyhow::anyhow!(
            "{} is no store: use --store embedded and --data DIR, or --store redis://HOST:PORT",
            config.store.url
        )),
    }
}

/// Starts the engine over a store.
///
/// # Errors
/// When it does not start, with what to do next.
pub(crate) fn start_engine(
    store: Arc<dyn Store>,
    models: Vec<ModelInForce>,
    clock: Clock,
    config: EngineConfig,
) -> anyhow::Result<Engine> {
    Engine::start(store, models, clock, config)
        .map_err(|error| match error {
            StartError::Store(error) => explained(error),
            StartError::NoModel | StartError::Thread(_) | StartError::Stored { .. } => {
                anyhow::Error::new(error)
            }
        })
        .context("the engine did not start")
}

/// Has the process open as many files and connections as it may: the usual 1,024 are fewer than it serves.
pub(crate) fn raise_files_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(error = %error, "the limit of open files could not be raised");
    }
}

/// What others see of who has a store.
fn node_name() -> String {
    let host = rustix::system::uname();
    format!(
        "process {} on {}",
        std::process::id(),
        host.nodename().to_string_lossy()
    )
}

fn explained(error: quorate_store::Error) -> anyhow::Error {
    match next_step(&error) {
        Some(next) => anyhow::anyhow!("{error}; {next}"),
        None => anyhow::Error::new(error),
    }
}

/// Says what to do about an archive, or a store it was meant for.
pub(crate) fn archive_failed(error: ArchiveError) -> anyhow::Error {
    use quorate_store::Error;
    let next = match error {
        ArchiveError::Store(error @ Error::Corrupt { .. }) => {
            return anyhow::anyhow!(
                "{error}; `quorate export-archive --leave-out-damaged` writes all the others"
            );
        }
        ArchiveError::Store(error) => return explained(error),
        ArchiveError::Newer { .. } => "import it with that Quorate or a newer one",
        ArchiveError::NotEmpty { .. } => {
            "give an empty one: a folder that is not there yet (--data DIR), or another prefix in Redis (redis.prefix)"
        }
        ArchiveError::Unfinished | ArchiveError::Different { .. } => {
            "delete it (the folder, or all keys with its prefix) and import the archive again"
        }
        ArchiveError::Cut { .. } | ArchiveError::Damaged { .. } => {
            "nothing was written; take another copy of it, or make it anew"
        }
        ArchiveError::Foreign
        | ArchiveError::Read(_)
        | ArchiveError::Write(_)
        | ArchiveError::TooLarge { .. }
        | ArchiveError::Refused(_) => return anyhow::Error::new(error),
    };
    anyhow::anyhow!("{error}; {next}")
}

/// What to do about a folder that cannot be used, where the error itself does not say.
fn next_step(error: &quorate_store::Error) -> Option<&'static str> {
    use quorate_store::Error;
    match error {
        Error::Locked { .. } => {
            Some("stop that process, or give another folder with --data DIR (`quorate backup` needs no stop)")
        }
        Error::NotAFolder { .. } => Some("give another path with --data DIR"),
        Error::NewerFormat { .. } => {
            Some("run that version of Quorate or a newer one, or give another store (--data DIR, --store)")
        }
        Error::Unavailable { .. } => {
            Some("see that Redis runs and that its user has the rights of deploy/redis-users.acl")
        }
        Error::Unsafe { acceptable: true, .. } => Some(
            "change its settings (deploy/redis.conf has safe ones), or say redis.accept_loss_window = true: \
             every acknowledgement is then labelled weak",
        ),
        Error::Held { .. } => {
            Some("stop that process first; if it is gone already, start again in a moment (redis.lease_ms)")
        }
        Error::Unsafe {
            acceptable: false, ..
        }
        | Error::Poisoned
        | Error::Corrupt { .. }
        | Error::CorruptDocument { .. }
        | Error::Damaged { .. }
        | Error::StaleOwner { .. }
        | Error::SequenceMismatch { .. }
        | Error::Full { .. }
        | Error::ReadOnly { .. }
        | Error::Foreign { .. }
        | Error::Unstorable { .. }
        | Error::Io { .. } => None,
    }
}

/// Installs the recorder of this process's metrics.
///
/// # Errors
/// When there is one already.
pub(crate) fn record_metrics() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new()
        .set_buckets(&SECONDS_BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("metrics cannot be recorded")
}

/// What is served, and to whom.
pub(crate) struct Served {
    /// The engine, started.
    pub(crate) engine: Engine,
    /// Who is let in.
    pub(crate) auth: Auth,
    /// Where, and the limits.
    pub(crate) api: ApiConfig,
    /// Whether the console's cookies go over TLS only.
    pub(crate) secure_cookies: bool,
    /// What `/metrics` shows.
    pub(crate) metrics: PrometheusHandle,
    /// The demo that the console shows; `None`: this is no demo.
    pub(crate) demo: Option<Arc<dyn Demo>>,
}

/// How a run came to its end.
enum End {
    Asked,
    StoreFailed(String),
    ServerFailed(io::Error),
}

/// Serves until a signal comes or the store fails, then stops within seconds, open streams or not.
///
/// `announce` is called once requests are answered, with the address.
///
/// # Errors
/// When the address cannot be listened on, or the server's threads fail.
pub(crate) async fn serve(
    served: Served,
    announce: impl FnOnce(SocketAddr) -> io::Result<()>,
) -> anyhow::Result<ExitCode> {
    let Served {
        engine,
        auth,
        api,
        secure_cookies,
        metrics,
        demo,
    } = served;
    let mut signals = Signals::install()?;
    let (console_stopping, told) = watch::channel(false);
    let console = ConsoleState::new(engine.clone(), visitors::access(&auth, secure_cookies), told)
        .with_import_bytes_max(api.import_body_bytes_max);
    let console = match demo {
        Some(demo) => console.with_demo(demo),
        None => console,
    };
    let rendered = metrics.clone();
    let bound = ApiServer::bind(
        engine.clone(),
        auth,
        api,
        Some(Arc::new(move || rendered.render())),
        move |routes: &mut ServiceConfig| quorate_console::configure(routes, console.clone()),
    )?;
    let resumed = engine
        .imports()
        .resume()
        .await
        .context("imports cannot be read")?;
    if resumed > 0 {
        tracing::info!(imports = resumed, "imports that were cut off go on");
    }
    let addr = bound.addr();
    let stop = bound.stop_handle();
    let mut running = actix_rt::spawn(bound.run());
    let upkeep = actix_rt::spawn(async move {
        let mut tick = tokio::time::interval(METRICS_UPKEEP_EVERY);
        loop {
            tick.tick().await;
            metrics.run_upkeep();
        }
    });
    announce(addr).context("the address cannot be printed")?;

    let mut failed = engine.failed();
    let end = tokio::select! {
        () = signals.next() => End::Asked,
        reason = reason_of(&mut failed) => End::StoreFailed(reason),
        ended = &mut running => match ended {
            Ok(Ok(())) => End::Asked,
            Ok(Err(error)) => End::ServerFailed(error),
            Err(error) => End::ServerFailed(io::Error::other(error)),
        },
    };
    upkeep.abort();
    tracing::info!("stopping");
    console_stopping.send_replace(true);
    let stopped = async {
        stop.stop().await;
        engine.stop().await;
    };
    tokio::select! {
        () = stopped => {}
        () = signals.next() => tracing::warn!("told to stop twice: requests under way are cut off"),
    }
    match end {
        End::Asked => {
            tracing::info!("stopped");
            Ok(ExitCode::SUCCESS)
        }
        End::StoreFailed(reason) => {
            let _gone = writeln!(
                io::stderr(),
                "error: the store failed: {reason}\n  nothing was acknowledged that is not on disk; mend the cause, if there is one to mend, and start again"
            );
            Ok(ExitCode::from(STORE_FAILED))
        }
        End::ServerFailed(error) => Err(anyhow::Error::new(error).context("the server's threads failed")),
    }
}

/// Waits until the store has failed. Never returns while it has not.
async fn reason_of(failed: &mut tokio::sync::watch::Receiver<Option<String>>) -> String {
    let reason = failed
        .wait_for(Option::is_some)
        .await
        .map(|reason| reason.clone());
    match reason {
        Ok(Some(reason)) => reason,
        Ok(None) => String::new(),
        // The engine is gone without a failure: it was stopped.
        Err(_) => std::future::pending().await,
    }
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn install() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be listened for");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Returns the address a browser on this machine asks: an unspecified one is reached through loopback.
pub(crate) fn url(addr: SocketAddr) -> String {
    let ip = match addr.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, addr.port()))
}
