//! Where Redis is and how it is to be used.

use std::fmt;
use std::time::Duration;

/// Where Redis is and how it is to be used.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisOptions {
    /// How the servers are found.
    pub place: Place,
    /// What all keys start with, so that several installations can share a Redis.
    pub prefix: String,
    /// The fewest replicas that must have received a write before it is acknowledged, and all others that could take over
    /// with them; 0: the master alone.
    pub replicas_min: u32,
    /// Whether settings that can lose acknowledged writes are accepted; every acknowledgement is then `weak`.
    pub accept_loss_window: bool,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long an answer may take, and how long replicas may.
    pub answer_timeout: Duration,
    /// How long another node waits for this one before it takes over.
    pub lease: Duration,
    /// What others are told of who has the store.
    pub node: String,
    /// A user that may load functions and read settings, when the one in `place` may not: `user:password`.
    pub admin: Option<Login>,
    /// Which certificates an encrypted connection goes by.
    pub certificates: Certificates,
}

/// Which certificates an encrypted connection goes by, each as the text of a PEM file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Certificates {
    /// The authorities that servers' certificates are to be signed by; none: those this machine trusts.
    pub authorities: Option<Vec<u8>>,
    /// Our own certificate and its key, for servers that ask for one.
    pub own: Option<(Vec<u8>, Vec<u8>)>,
}

impl RedisOptions {
    /// Returns the options for an address, all else as usual.
    ///
    /// # Errors
    /// See [`Place::parse`].
    pub fn new(url: &str) -> Result<Self, UrlError> {
        Ok(Self {
            place: Place::parse(url)?,
            prefix: "quorate".to_owned(),
            replicas_min: 0,
            accept_loss_window: false,
            connect_timeout: Duration::from_secs(2),
            answer_timeout: Duration::from_secs(5),
            lease: Duration::from_secs(10),
            node: format!("process {}", std::process::id()),
            admin: None,
            certificates: Certificates::default(),
        })
    }
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("place", &self.place.to_string())
            .field("prefix", &self.prefix)
            .field("replicas_min", &self.replicas_min)
            .field("accept_loss_window", &self.accept_loss_window)
            .finish_non_exhaustive()
    }
}

/// How the servers are found.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// What kind of installation.
    pub kind: PlaceKind,
    /// The servers to ask first, `host:port`, or the path of a socket.
    pub seeds: Vec<String>,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// Who asks; none: the default user without a password.
    pub login: Option<Login>,
    /// The database number of a single server.
    pub database: i64,
}

/// What kind of installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// One server.
    Single,
    /// One server behind a socket of this machine.
    Socket,
    /// A master of this name, told by sentinels.
    Sentinel(String),
    /// A Redis Cluster.
    Cluster,
}

/// A user and its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user; empty: the default one.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.user)
    }
}

/// An address that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It starts like nothing known.
    #[error(
        "a Redis address starts with redis://, rediss:// (TLS), redis+unix://, redis-sentinel:// or redis-cluster://"
    )]
    Scheme,
    /// It names no server.
    #[error("the address names no server, as in redis://127.0.0.1:6379")]
    Host,
    /// The port or database is no number.
    #[error("{0:?} is no number")]
    Number(String),
    /// Sentinels need the name of a master.
    #[error("a sentinel address ends with the master's name, as in redis-sentinel://10.0.0.1:26379/mymaster")]
    Master,
    /// A `%` that is not followed by two hexadecimal digits.
    #[error("{0:?} has a % without two hexadecimal digits")]
    Escape(String),
}

impl Place {
    /// Returns the place an address names:
    /// `redis://[user:password@]host[:port][/database]`, the same with `rediss://` for TLS,
    /// `redis+unix:///path/to/socket`,
    /// `redis-sentinel://[user:password@]host:port,host:port/master` and
    /// `redis-cluster://[user:password@]host:port,host:port` (`rediss-...` for TLS).
    ///
    /// # Errors
    /// When it is none of these.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = url.split_once("://").ok_or(UrlError::Scheme)?;
        let (tls, kind) = match scheme {
            "redis+unix" | "unix" => {
                let seeds = vec![rest.to_owned()];
                return (!rest.is_empty())
                    .then_some(Self {
                        kind: PlaceKind::Socket,
                        seeds,
                        tls: false,
                        login: None,
                        database: 0,
                    })
                    .ok_or(UrlError::Host);
            }
            "redis" => (false, PlaceKind::Single),
            "rediss" => (true, PlaceKind::Single),
            "redis-sentinel" => (false, PlaceKind::Sentinel(String::new())),
            "rediss-sentinel" => (true, PlaceKind::Sentinel(String::new())),
            "redis-cluster" => (false, PlaceKind::Cluster),
            "rediss-cluster" => (true, PlaceKind::Cluster),
            _ => return Err(UrlError::Scheme),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(Login::parse(login)?), hosts),
            None => (None, authority),
        };
        let usual_port = if matches!(kind, PlaceKind::Sentinel(_)) {
            26379
        } else {
            6379
        };
        let seeds = hosts
            .split(',')
            .map(|host| seed(host, usual_port))
            .collect::<Result<Vec<_>, _>>()?;
        let path = path.trim_end_matches('/');
        let mut database = 0;
        let kind = match kind {
            PlaceKind::Sentinel(_) if path.is_empty() => return Err(UrlError::Master),
            PlaceKind::Sentinel(_) => PlaceKind::Sentinel(unescape(path)?),
            kind @ (PlaceKind::Single | PlaceKind::Socket | PlaceKind::Cluster) => {
                if !path.is_empty() {
                    database = path.parse().map_err(|_| UrlError::Number(path.to_owned()))?;
                }
                kind
            }
        };
        Ok(Self {
            kind,
            seeds,
            tls,
            login,
            database,
        })
    }
}

impl Login {
    /// Returns the login of `user:password`, each with `%XX` for what an address cannot hold.
    ///
    /// # Errors
    /// When a `%` is not followed by two hexadecimal digits.
    pub fn parse(login: &str) -> Result<Self, UrlError> {
        let (user, password) = login.split_once(':').unwrap_or(("", login));
        Ok(Self {
            user: unescape(user)?,
            password: unescape(password)?,
        })
    }
}

/// The address without who asks: it is shown and logged.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tls = if self.tls { "s" } else { "" };
        let seeds = self.seeds.join(",");
        match &self.kind {
            PlaceKind::Single if self.database != 0 => write!(f, "redis{tls}://{seeds}/{}", self.database),
            PlaceKind::Single => write!(f, "redis{tls}://{seeds}"),
            PlaceKind::Socket => write!(f, "redis+unix://{seeds}"),
            PlaceKind::Sentinel(master) => write!(f, "redis{tls}-sentinel://{seeds}/{master}"),
            PlaceKind::Cluster => write!(f, "redis{tls}-cluster://{seeds}"),
        }
    }
}

fn seed(host: &str, usual_port: u16) -> Result<String, UrlError> {
    let (name, port) = match host.rsplit_once(':') {
        // An IPv6 address in brackets may stand without a port.
        Some((name, port)) if !port.contains(']') => {
            let port: u16 = port.parse().map_err(|_| UrlError::Number(port.to_owned()))?;
            (name, port)
        }
        _ => (host, usual_port),
    };
    if name.is_empty() {
        return Err(UrlError::Host);
    }
    Ok(format!("{name}:{port}"))
}

fn unescape(text: &str) -> Result<String, UrlError> {
    let bad = || UrlError::Escape(text.to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || {
            rest.next()
                .and_then(|byte| char::from(byte).to_digit(16))
                .and_then(|digit| u8::try_from(digit).ok())
                .ok_or_else(bad)
        };
        bytes.push(digit()? * 16 + digit()?);
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

#[cfg(test)]
mod tests;
