//! The configuration: built-in defaults < file < environment < flags, one struct a section.
//!
//! Every key stands in `config/default.toml` with its default and its meaning. That file is compiled in: it is the
//! lowest layer, `quorate config default` prints it, and `docs/configuration.md` is made from it. A key that is not
//! in it is refused wherever it is said.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use figment::Figment;
use quorate_api::{ApiConfig, RateLimit};
use quorate_domain::account::Policy;
use quorate_domain::time::Days;
use quorate_engine::EngineConfig;
use quorate_store::EmbeddedOptions;
use quorate_store_redis::{Certificates, Login, RedisOptions};
use serde::{Deserialize, Deserializer};

mod error;
mod layer;
pub(crate) mod reference;
#[cfg(test)]
mod tests;

pub(crate) use error::{Error, Errors};
pub(crate) use layer::{Asked, environment};

/// Every key with its default and its meaning.
pub(crate) const DEFAULTS: &str = include_str!("config/default.toml");

/// The file that is read when none is named.
pub(crate) const USUAL_FILE: &str = "quorate.toml";

/// All sections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// `[server]`.
    pub(crate) server: Server,
    /// `[store]`.
    pub(crate) store: Store,
    /// `[redis]`.
    pub(crate) redis: Redis,
    /// `[engine]`.
    pub(crate) engine: Engine,
    /// `[log]`.
    pub(crate) log: Log,
    /// `[model]`.
    pub(crate) model: ModelChoice,
    /// `[retention]`.
    pub(crate) retention: Retention,
}

/// How the API and the console are served.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    #[serde(deserialize_with = "address")]
    pub(crate) listen: SocketAddr,
    pub(crate) workers: usize,
    pub(crate) signals_body_bytes_max: usize,
    pub(crate) import_body_bytes_max: usize,
    pub(crate) body_bytes_max: usize,
    pub(crate) bodies_bytes_max: usize,
    pub(crate) properties_bytes_max: usize,
    #[serde(deserialize_with = "seconds")]
    pub(crate) head_timeout_seconds: Duration,
    #[serde(deserialize_with = "seconds")]
    pub(crate) body_timeout_seconds: Duration,
    pub(crate) body_bytes_per_second_min: usize,
    #[serde(deserialize_with = "seconds")]
    pub(crate) keep_alive_seconds: Duration,
    #[serde(deserialize_with = "seconds")]
    pub(crate) shutdown_timeout_seconds: Duration,
    #[serde(deserialize_with = "seconds")]
    pub(crate) heartbeat_seconds: Duration,
    pub(crate) listeners_max: usize,
    pub(crate) rate_limit_requests: u32,
    #[serde(deserialize_with = "seconds")]
    pub(crate) rate_limit_window_seconds: Duration,
    pub(crate) idempotency_answers_max: usize,
    pub(crate) secure_cookies: bool,
}

/// Where accounts, signals and keys are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Store {
    pub(crate) url: StoreUrl,
    pub(crate) data: PathBuf,
    pub(crate) cache_bytes: u64,
    pub(crate) workers: usize,
}

/// How a Redis is used, where `store.url` names one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Redis {
    pub(crate) prefix: String,
    pub(crate) replicas_min: u32,
    pub(crate) accept_loss_window: bool,
    pub(crate) connect_timeout_ms: u64,
    pub(crate) answer_timeout_ms: u64,
    pub(crate) lease_ms: u64,
    pub(crate) admin: Secret,
    pub(crate) ca_file: PathBuf,
    pub(crate) cert_file: PathBuf,
    pub(crate) key_file: PathBuf,
}

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "" } else { "***" })
    }
}

impl Redis {
    /// Returns how the Redis at an address is used.
    ///
    /// # Errors
    /// When the address, or the admin's login, is none, or a certificate's file cannot be read.
    pub(crate) fn options(&self, url: &str) -> anyhow::Result<RedisOptions> {
        let admin = match self.admin.0.as_str() {
            "" => None,
            login if !login.contains(':') => {
                anyhow::bail!(
                    "redis.admin names no password; say USER:PASSWORD, or :PASSWORD for the user default"
                )
            }
            login => Some(Login::parse(login)?),
        };
        Ok(RedisOptions {
            prefix: self.prefix.clone(),
            replicas_min: self.replicas_min,
            accept_loss_window: self.accept_loss_window,
            connect_timeout: Duration::from_millis(self.connect_timeout_ms.max(1)),
            answer_timeout: Duration::from_millis(self.answer_timeout_ms.max(1)),
            lease: Duration::from_millis(self.lease_ms.max(100)),
            admin,
            certificates: self.certificates()?,
            ..RedisOptions::new(url)?
        })
    }

    fn certificates(&self) -> anyhow::Result<Certificates> {
        let read = |key: &str, path: &Path| {
            if path.as_os_str().is_empty() {
                return Ok(None);
            }
            std::fs::read(path)
                .map(Some)
                .with_context(|| format!("redis.{key} {} cannot be read", path.display()))
        };
        let own = match (
            read("cert_file", &self.cert_file)?,
            read("key_file", &self.key_file)?,
        ) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => anyhow::bail!("redis.cert_file and redis.key_file belong together; give both or none"),
        };
        Ok(Certificates {
            authorities: read("ca_file", &self.ca_file)?,
            own,
        })
    }
}

/// The engine's limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Engine {
    pub(crate) shards: usize,
    pub(crate) signals_in_flight_max: usize,
    pub(crate) commands_in_flight_max: usize,
    pub(crate) active_accounts_max: usize,
    pub(crate) idle_after_ms: u64,
    pub(crate) snapshot_every: u64,
    pub(crate) refold_after_ms: u64,
    pub(crate) live_events_max: usize,
    pub(crate) unmatched_max: usize,
    pub(crate) past_rows_max: usize,
    pub(crate) poison_tries_max: u32,
    pub(crate) contacts_max: usize,
    pub(crate) fields_max: usize,
    pub(crate) kinds_max: usize,
    pub(crate) relations_max: usize,
}

/// What is logged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    pub(crate) level: LogLevel,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For a person.
    Human,
    /// One JSON object a line.
    Json,
}

/// Directives of `tracing_subscriber`'s filter, checked.
#[derive(Clone, Debug)]
pub(crate) struct LogLevel(pub(crate) String);

/// The qualification model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelChoice {
    /// A path, `default`, or empty.
    pub(crate) file: String,
}

/// How long history is kept whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    #[serde(deserialize_with = "retention_days")]
    pub(crate) days: Days,
    #[serde(deserialize_with = "seconds")]
    pub(crate) every_seconds: Duration,
}

/// Where the store is. Prints without the password that it may hold.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct StoreUrl(String);

/// What a store URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A Redis at this address, password and all.
    Redis(String),
    /// Something this build has never heard of.
    Unknown,
}

impl Store {
    /// Returns what the configuration names as the store's home.
    pub(crate) fn home(&self) -> Home {
        match self.url.0.split_once("://") {
            Some((scheme, rest)) if scheme.to_ascii_lowercase().starts_with("redis") => {
                Home::Redis(format!("{}://{rest}", scheme.to_ascii_lowercase()))
            }
            Some(_) => Home::Unknown,
            None if self.url.0 == "embedded" => Home::Folder(self.data.clone()),
            // A mistyped address would be made a folder of that name.
            None if self.url.0.contains(':') && !self.url.0.starts_with(['/', '.']) => Home::Unknown,
            None => Home::Folder(PathBuf::from(&self.url.0)),
        }
    }

    /// Returns how the embedded store is tuned.
    pub(crate) fn options(&self) -> EmbeddedOptions {
        EmbeddedOptions {
            cache_bytes: self.cache_bytes,
            workers: self.workers.max(1),
            ..EmbeddedOptions::default()
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return f.write_str(&self.0);
        };
        match rest.rsplit_once('@') {
            Some((login, place)) => {
                let user = login.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}:***@{place}")
            }
            None => write!(f, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Config {
    /// Returns the API's part.
    pub(crate) fn api(&self) -> ApiConfig {
        let server = &self.server;
        ApiConfig {
            listen: server.listen,
            workers: or_one_a_processor(server.workers),
            signals_body_bytes_max: server.signals_body_bytes_max,
            import_body_bytes_max: server.import_body_bytes_max,
            body_bytes_max: server.body_bytes_max,
            bodies_bytes_max: server.bodies_bytes_max,
            properties_bytes_max: server.properties_bytes_max,
            head_timeout: server.head_timeout_seconds,
            body_timeout: server.body_timeout_seconds,
            body_bytes_per_second_min: server.body_bytes_per_second_min,
            keep_alive: server.keep_alive_seconds,
            shutdown_timeout: server.shutdown_timeout_seconds,
            heartbeat: server.heartbeat_seconds,
            listeners_max: server.listeners_max,
            rate_limit: NonZeroU32::new(server.rate_limit_requests).map(|requests| RateLimit {
                requests,
                window: server.rate_limit_window_seconds,
            }),
            idempotency_answers_max: server.idempotency_answers_max,
        }
    }

    /// Returns the engine's part.
    pub(crate) fn engine(&self) -> EngineConfig {
        let engine = &self.engine;
        let limits = EngineConfig {
            shards: or_one_a_processor(engine.shards),
            signals_in_flight_max: engine.signals_in_flight_max,
            commands_in_flight_max: engine.commands_in_flight_max,
            active_accounts_max: engine.active_accounts_max,
            idle_after_ms: engine.idle_after_ms,
            snapshot_every: engine.snapshot_every,
            refold_after_ms: engine.refold_after_ms,
            live_events_max: engine.live_events_max,
            unmatched_max: engine.unmatched_max,
            past_rows_max: engine.past_rows_max,
            poison_tries_max: engine.poison_tries_max,
            retention_every_ms: u64::try_from(self.retention.every_seconds.as_millis()).unwrap_or(u64::MAX),
            ..EngineConfig::default()
        };
        let policy = Policy {
            retention: self.retention.days,
            contacts_max: engine.contacts_max,
            fields_max: engine.fields_max,
            kinds_max: engine.kinds_max,
            relations_max: engine.relations_max,
            ..Policy::default()
        };
        EngineConfig { policy, ..limits }
    }
}

fn or_one_a_processor(count: usize) -> usize {
    if count == 0 {
        std::thread::available_parallelism().map_or(1, usize::from)
    } else {
        count
    }
}

/// One value and who said it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    /// Its key: `server.listen`.
    pub(crate) key: String,
    /// Its value, without secrets.
    pub(crate) value: serde_json::Value,
    /// Who said it: `default`, a file, an environment variable, a flag.
    pub(crate) source: String,
}

/// A configuration, and where each of its values came from.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The configuration.
    pub(crate) config: Config,
    /// All values, in the order of the default file.
    pub(crate) settings: Vec<Setting>,
}

/// Reads the configuration from all its layers.
///
/// # Errors
/// When a file cannot be read, a key is unknown or a value is wrong; each names key and source.
pub(crate) fn load(asked: &Asked) -> Result<Loaded, Errors> {
    let defaults = layer::defaults()?;
    let mut figment = Figment::from(defaults.clone());
    for layer in layer::all(asked, &defaults)? {
        figment = figment.merge(layer);
    }
    let config: Config = figment.extract().map_err(Errors::from)?;
    let mut settings = Vec::new();
    for key in reference::keys() {
        let value = figment.find_value(&key).map_err(Errors::from)?;
        let source = figment
            .get_metadata(value.tag())
            .map_or_else(String::new, |metadata| metadata.name.to_string());
        let value = match key.as_str() {
            "store.url" => serde_json::Value::from(config.store.url.to_string()),
            "redis.admin" => serde_json::Value::from(config.redis.admin.to_string()),
            _ => value.deserialize().map_err(Errors::from)?,
        };
        settings.push(Setting { key, value, source });
    }
    Ok(Loaded { config, settings })
}

/// Returns the file that is to be read; `None`: there is none.
fn file_of(asked: &Asked) -> Option<PathBuf> {
    asked
        .file
        .clone()
        .or_else(|| Some(PathBuf::from(USUAL_FILE)).filter(|usual| Path::is_file(usual)))
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| serde::de::Error::custom(format!("{text:?} is no ADDR:PORT, such as 127.0.0.1:8080")))
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    if (1..=86_400).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(serde::de::Error::custom(format!(
            "{seconds} is not between 1 and 86400 seconds"
        )))
    }
}

fn retention_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Days, D::Error> {
    let days = f64::deserialize(deserializer)?;
    if days > 0.0 && days <= 100_000.0 {
        Ok(Days(days))
    } else {
        Err(serde::de::Error::custom(format!(
            "{days} is not between 0 and 100000 days"
        )))
    }
}

impl<'de> Deserialize<'de> for LogLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // A bare word that is no level would be taken for the name of a target, and silence all others.
        let is_level = |part: &str| {
            part.contains('=') || part.trim().parse::<tracing::Level>().is_ok() || part.trim() == "off"
        };
        let is_said = text.split(',').all(is_level);
        match tracing_subscriber::EnvFilter::try_new(&text) {
            Ok(_) if is_said => Ok(Self(text)),
            Ok(_) | Err(_) => Err(serde::de::Error::custom(format!(
                "{text:?} is no level; say error, warn, info, debug or trace"
            ))),
        }
    }
}
