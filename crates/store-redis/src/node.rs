//! One Redis server: connections to it, and what it said of itself when it was first asked.

use std::sync::{Mutex, PoisonError};

use redis::{
    Client, ClientTlsConfig, Cmd, Connection, ConnectionAddr, ConnectionInfo, IntoConnectionInfo,
    RedisConnectionInfo, RedisError, TlsCertificates, Value, cmd,
};

use crate::options::{Certificates, Login, PlaceKind, RedisOptions};
use crate::replicas::Replicas;
use crate::rewrite::Rewriting;
use crate::safety;

/// Idle connections kept per server. Readers beyond it open one of their own.
const IDLE_MAX: usize = 16;

/// A server.
#[derive(Debug)]
pub(crate) struct Node {
    /// `host:port`, or the path of its socket.
    pub(crate) address: String,
    /// Changes with every start of the server, and whenever it becomes the master.
    pub(crate) incarnation: String,
    /// Who must have what is written to it.
    pub(crate) replicas: Replicas,
    /// How far it is with its append-only file.
    pub(crate) rewriting: Rewriting,
    idle: Mutex<Vec<Idle>>,
}

struct Idle(Connection);

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

impl Node {
    pub(crate) fn new(address: String, incarnation: String) -> Self {
        Self {
            address,
            incarnation,
            replicas: Replicas::default(),
            rewriting: Rewriting::default(),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Asks on a connection of its own for the time of the call. One that failed is not used again.
    pub(crate) fn with<T>(
        &self,
        options: &RedisOptions,
        ask: impl FnOnce(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T, RedisError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(Idle(connection)) => connection,
            None => self.connect(options)?,
        };
        let answer = ask(&mut connection)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(Idle(connection));
        }
        Ok(answer)
    }

    /// Opens a connection to the server as it was when it was asked who it is. One that was started anew since then, or
    /// followed another, may have another file, other replicas, less of what was written.
    pub(crate) fn connect(&self, options: &RedisOptions) -> Result<Connection, RedisError> {
        let mut connection = open(&self.address, options, options.place.login.as_ref())?;
        let mut who = cmd("INFO");
        who.arg("server").arg("replication");
        let info: String = who.query(&mut connection)?;
        if safety::incarnation(&info) == self.incarnation && safety::field(&info, "role") == "master" {
            Ok(connection)
        } else {
            Err(RedisError::from((
                redis::ErrorKind::Client,
                "the server was started anew, or another one is the master",
                self.address.clone(),
            )))
        }
    }
}

/// Opens a connection with its timeouts set.
pub(crate) fn open(
    address: &str,
    options: &RedisOptions,
    login: Option<&Login>,
) -> Result<Connection, RedisError> {
    let place = &options.place;
    let address = match place.kind {
        PlaceKind::Socket => ConnectionAddr::Unix(address.into()),
        PlaceKind::Single | PlaceKind::Sentinel(_) | PlaceKind::Cluster => {
            let (host, port) = split(address)?;
            if place.tls {
                ConnectionAddr::TcpTls {
                    host,
                    port,
                    insecure: false,
                    tls_params: None,
                }
            } else {
                ConnectionAddr::Tcp(host, port)
            }
        }
    };
    let mut settings = RedisConnectionInfo::default()
        .set_db(place.database)
        .set_skip_set_lib_name();
    if let Some(login) = login {
        if !login.user.is_empty() {
            settings = settings.set_username(&login.user);
        }
        settings = settings.set_password(&login.password);
    }
    let info = address.into_connection_info()?.set_redis_settings(settings);
    let mut connection = client(info, options)?
        .get_connection_with_timeout(options.connect_timeout)
        .map_err(|error| whose(error, login, options))?;
    connection.set_read_timeout(Some(options.answer_timeout))?;
    connection.set_write_timeout(Some(options.answer_timeout))?;
    if place.tls {
        // Hands are shaken with the first command. What a server thinks of it is no matter.
        match cmd("PING").exec(&mut connection) {
            Err(error) if error.is_io_error() => return Err(explained(error)),
            _ => {}
        }
    }
    Ok(connection)
}

/// Says whose password was refused.
fn whose(error: RedisError, login: Option<&Login>, options: &RedisOptions) -> RedisError {
    if error.kind() != redis::ErrorKind::AuthenticationFailed {
        return error;
    }
    let who = if login.is_some() && login == options.admin.as_ref() {
        "those of redis.admin"
    } else {
        "those in the store's address (store.url, --store)"
    };
    RedisError::from((
        redis::ErrorKind::AuthenticationFailed,
        "user or password was refused",
        who.to_owned(),
    ))
}

fn client(info: ConnectionInfo, options: &RedisOptions) -> Result<Client, RedisError> {
    let Certificates { authorities, own } = &options.certificates;
    if !options.place.tls || (authorities.is_none() && own.is_none()) {
        return Client::open(info);
    }
    Client::build_with_tls(
        info,
        TlsCertificates {
            client_tls: own.as_ref().map(|(client_cert, client_key)| ClientTlsConfig {
                client_cert: client_cert.clone(),
                client_key: client_key.clone(),
            }),
            root_cert: authorities.clone(),
        },
    )
}

/// Says what to do about a certificate.
fn explained(error: RedisError) -> RedisError {
    let text = error.to_string();
    if text.to_ascii_lowercase().contains("certificate") {
        return RedisError::from((
            redis::ErrorKind::InvalidClientConfig,
            "no trust over TLS; redis.ca_file names whom to trust, redis.cert_file and redis.key_file who we are",
            text,
        ));
    }
    error
}

fn split(address: &str) -> Result<(String, u16), RedisError> {
    let bad = || {
        RedisError::from((
            redis::ErrorKind::InvalidClientConfig,
            "not host:port",
            address.to_owned(),
        ))
    };
    let (host, port) = address.rsplit_once(':').ok_or_else(bad)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok((host.to_owned(), port.parse().map_err(|_| bad())?))
}

/// Sends commands in one go and returns an answer each.
pub(crate) fn pipeline<'c>(
    connection: &mut Connection,
    commands: impl IntoIterator<Item = &'c Cmd>,
) -> Result<Vec<Value>, RedisError> {
    let count = send(connection, commands)?;
    receive(connection, count)
}

/// Sends commands, waits for no answer, and returns how many there will be.
pub(crate) fn send<'c>(
    connection: &mut Connection,
    commands: impl IntoIterator<Item = &'c Cmd>,
) -> Result<usize, RedisError> {
    let mut bytes = Vec::new();
    let mut count = 0;
    for command in commands {
        bytes.extend_from_slice(&command.get_packed_command());
        count += 1;
    }
    if count > 0 {
        connection.send_packed_command(&bytes)?;
    }
    Ok(count)
}

/// Receives as many answers. What a single command was refused with stands among them.
pub(crate) fn receive(connection: &mut Connection, count: usize) -> Result<Vec<Value>, RedisError> {
    (0..count).map(|_| connection.recv_response()).collect()
}
