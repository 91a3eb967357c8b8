//! `quorate serve`: the server.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use quorate_api::{Auth, Keys};
use quorate_engine::{Clock, Engine};
use serde_json::json;

use super::Outcome;
use crate::config::{self, Asked, Config, LogFormat};
use crate::host::models::Timeline;
use crate::host::{self, Opened, Served};

/// Runs the server: API and console over a data folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The first start over a data folder prints an API key, once. SIGTERM and Ctrl-C stop it within seconds.

Examples:
  quorate serve
  quorate serve --listen 127.0.0.1:9000 --data /var/lib/quorate
  quorate serve --model model.toml --log json

Exit codes: 0 stopped, 1 it did not start, 2 the command line is wrong, 3 the store failed under way.")]
pub(super) struct Args {
    #[command(flatten)]
    choices: Choices,
}

/// What `serve` and `config show` take.
#[derive(Debug, clap::Args)]
pub(super) struct Choices {
    /// Where to listen; port 0 takes any free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,

    /// The data folder; made when it is not there [default: ./data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,

    /// Where data is kept: `embedded` (in the data folder), the path of another folder, or `redis://HOST:PORT` [default: embedded]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,

    /// The qualification model, or `default` for the shipped one [default: the one in force last]
    #[arg(long, value_name = "MODEL.toml")]
    model: Option<String>,

    /// How logs (and the banner) are written: `human` or `json` [default: human]
    #[arg(long, value_name = "FORMAT")]
    log: Option<String>,

    /// Least severe level that is logged: error, warn, info, debug, trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,

    /// The configuration file [default: ./quorate.toml if it is there]
    #[arg(long, value_name = "FILE", env = "QUORATE_CONFIG")]
    config: Option<PathBuf>,
}

impl Choices {
    /// Returns what was said on the command line and in the environment.
    pub(super) fn asked(&self) -> Asked {
        let flags = [
            ("server.listen", "--listen", &self.listen),
            ("store.data", "--data", &self.data),
            ("store.url", "--store", &self.store),
            ("model.file", "--model", &self.model),
            ("log.format", "--log", &self.log),
            ("log.level", "--log-level", &self.log_level),
        ];
        Asked {
            file: self.config.clone(),
            env: config::environment(),
            flags: flags
                .into_iter()
                .filter_map(|(key, flag, value)| Some((key, flag, value.clone()?)))
                .collect(),
        }
    }
}

/// Starts the server and waits for its end.
pub(super) fn run(args: &Args) -> Outcome {
    let config = config::load(&args.choices.asked())?.config;
    host::log::start(&config.log)?;
    host::raise_files_limit();
    let metrics = host::record_metrics()?;
    if !config.server.listen.ip().is_loopback() {
        tracing::warn!(
            listen = %config.server.listen,
            "other machines can reach this address, and keys travel in plain text: put a TLS proxy in front"
        );
    }
    let Opened { store, place, home } = host::open_store(&config)?;
    let clock = Clock::wall();
    let timeline = host::models::timeline(&*store, &config.model.file, clock.now())?;
    actix_rt::System::new().block_on(async move {
        let engine = host::start_engine(store, timeline.models.clone(), clock, config.engine())?;
        let keys = Keys::load(engine.clone())?;
        let first_key = keys.first()?.map(|key| key.reveal());
        let banner = Banner::new(&config, &engine, &timeline, (home, place), first_key);
        let served = Served {
            engine,
            auth: Auth::Keys(keys),
            api: config.api(),
            secure_cookies: config.server.secure_cookies,
            metrics,
            demo: None,
        };
        host::serve(served, |addr| banner.print(addr)).await
    })
}

/// What is printed once requests are answered.
struct Banner {
    format: LogFormat,
    home: &'static str,
    place: String,
    durability: &'static str,
    model: String,
    accounts: usize,
    first_key: Option<String>,
}

impl Banner {
    fn new(
        config: &Config,
        engine: &Engine,
        timeline: &Timeline,
        (home, place): (&'static str, String),
        first_key: Option<String>,
    ) -> Self {
        let model = engine.model();
        let new = if timeline.is_new { ", new from now on" } else { "" };
        Self {
            format: config.log.format,
            home,
            place,
            durability: engine.durability().as_str(),
            model: format!("{}, version {}{new}", model.model.name, model.version.0),
            accounts: engine.status().accounts,
            first_key,
        }
    }

    fn print(&self, addr: SocketAddr) -> io::Result<()> {
        let text = match self.format {
            LogFormat::Human => self.text(&host::url(addr)),
            LogFormat::Json => self.json(&host::url(addr)),
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    fn text(&self, url: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let Self {
            durability,
            model,
            accounts,
            home,
            place,
            ..
        } = self;
        let kept = match *durability {
            "weak" => "what is accepted may be lost in a crash: weak".to_owned(),
            level => format!("what is accepted is on disk: {level}"),
        };
        let key = match &self.first_key {
            Some(key) => format!(
                "\n  First admin key. It is shown this once; only its hash is stored:\n\n    KEY={key}\n"
            ),
            None => String::new(),
        };
        let has_key = if self.first_key.is_some() {
            ""
        } else {
            "   (KEY: yours; quorate keys create makes one while the server is stopped)"
        };
        format!(
            "\nQuorate {version}\n\n  \
             console    {url}/board\n  \
             API        {url}/v1   ({url}/openapi.json)\n  \
             data       {place}   ({home} store; {kept})\n  \
             model      {model}\n  \
             accounts   {accounts}\n\
             {key}\n  \
             Try it:\n\n    \
             curl -H \"Authorization: Bearer $KEY\" \"{url}/v1/accounts?limit=5\"{has_key}\n\n"
        )
    }

    fn json(&self, url: &str) -> String {
        let line = json!({
            "message": "ready",
            "name": "quorate",
            "version": env!("CARGO_PKG_VERSION"),
            "url": url,
            "console": format!("{url}/board"),
            "data": self.place,
            "store": self.home,
            "durability": self.durability,
            "model": self.model,
            "accounts": self.accounts,
            "first_key": self.first_key,
        });
        format!("{line}\n")
    }
}
