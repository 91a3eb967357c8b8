//! Real Redis servers in a folder of the test: one alone, a master with replicas and sentinels, or a cluster.
//!
//! Each is started with the safe settings that Quorate asks for, on loopback or a socket, and ended on drop.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::deadline::Deadline;

/// How long a server may take to get ready on a loaded machine.
const START_SECONDS: u64 = 30;

/// What makes a server keep what it acknowledges.
const SAFE: [&str; 6] = [
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    "--maxmemory-policy",
    "noeviction",
];

/// A Redis server of a test.
#[derive(Debug)]
pub struct RedisServer {
    folder: PathBuf,
    args: Vec<String>,
    port: u16,
    child: Option<Child>,
    sentinel: bool,
}

impl RedisServer {
    /// Starts a server in a folder, with safe settings and whatever is given after them.
    ///
    /// # Panics
    /// When it does not answer in time, with its log.
    #[must_use]
    #[track_caller]
    pub fn start(folder: impl Into<PathBuf>, more: &[&str]) -> Self {
        let mut args: Vec<String> = SAFE.iter().map(ToString::to_string).collect();
        args.extend(more.iter().map(ToString::to_string));
        Self::launch(folder.into(), args, free_port(), false)
    }

    /// Starts a server with just these arguments, a configuration file perhaps first, and a port of its own.
    ///
    /// # Panics
    /// When it does not answer in time, with its log.
    #[must_use]
    #[track_caller]
    pub fn start_with(folder: impl Into<PathBuf>, args: &[&str]) -> Self {
        let args = args.iter().map(ToString::to_string).collect();
        Self::launch(folder.into(), args, free_port(), false)
    }

    fn launch(folder: PathBuf, args: Vec<String>, port: u16, sentinel: bool) -> Self {
        std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut server = Self {
            folder,
            args,
            port,
            child: None,
            sentinel,
        };
        server.restart();
        server
    }

    /// Starts it again after it was ended, with the data it had.
    ///
    /// # Panics
    /// When it does not answer in time, with its log.
    #[track_caller]
    pub fn restart(&mut self) {
        self.kill();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap_or_else(|error| panic!("{}: {error}", self.folder.display()));
        let mut command = Command::new("redis-server");
        if self.sentinel {
            command.arg(self.folder.join("sentinel.conf")).arg("--sentinel");
        } else {
            // A configuration file must come first.
            command
                .args(&self.args)
                .args(["--save", "", "--bind", "127.0.0.1"]);
            command
                .args(["--port", &self.port.to_string()])
                .arg("--dir")
                .arg(&self.folder);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file handle is copied"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("redis-server does not start ({error}); is it installed?"));
        self.child = Some(child);
        self.wait_ready();
    }

    #[track_caller]
    fn wait_ready(&self) {
        Deadline::seconds(START_SECONDS).wait("a Redis server that answers", || match self.ask(&["PING"]) {
            // One that asks who is there is there.
            Ok(answer) if answer.starts_with("+PONG") || answer.starts_with("-NOAUTH") => Ok(()),
            Ok(answer) => Err(format!("{answer}\n{}", self.log_text())),
            Err(error) => Err(format!("{error}\n{}", self.log_text())),
        });
    }

    /// Sends one command and returns the beginning of the answer, as Redis writes it.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn ask(&self, words: &[&str]) -> std::io::Result<String> {
        exchange(&mut self.connect()?, words)
    }

    /// Does the same as a user with a password.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn ask_as(&self, user: &str, password: &str, words: &[&str]) -> std::io::Result<String> {
        let mut stream = self.connect()?;
        exchange(&mut stream, &["AUTH", user, password])?;
        exchange(&mut stream, words)
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(stream)
    }

    /// Ends it with SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }

    /// Stops it where it stands (SIGSTOP), until [`Self::go_on`].
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on (SIGCONT).
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, which: &str) {
        if let Some(child) = &self.child {
            let _done = Command::new("kill")
                .args([which, &child.id().to_string()])
                .status();
        }
    }

    /// Returns its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Returns what it logged.
    #[must_use]
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.go_on();
        self.kill();
    }
}

/// A master, its replicas, and three sentinels that watch them.
#[derive(Debug)]
pub struct RedisSentinels {
    /// The master at first, then the replicas.
    pub servers: Vec<RedisServer>,
    sentinels: Vec<RedisServer>,
}

/// What the sentinels call the master.
const MASTER: &str = "quorate";

impl RedisSentinels {
    /// Starts a master with as many replicas and three sentinels.
    ///
    /// # Panics
    /// When they do not find each other in time.
    #[must_use]
    #[track_caller]
    pub fn start(folder: &Path, replicas: usize) -> Self {
        let master = RedisServer::start(folder.join("s0"), &[]);
        let port = master.port().to_string();
        let mut servers = vec![master];
        for no in 1..=replicas {
            let of = [
                "--replicaof",
                &format!("127.0.0.1 {port}"),
                "--repl-diskless-sync-delay",
                "0",
            ];
            servers.push(RedisServer::start(folder.join(format!("s{no}")), &of));
        }
        let sentinels = (0..3)
            .map(|no| {
                let folder = folder.join(format!("sentinel{no}"));
                let at = free_port();
                std::fs::create_dir_all(&folder).expect("a folder is made");
                let config = format!(
                    "port {at}\nbind 127.0.0.1\ndir {}\nsentinel monitor {MASTER} 127.0.0.1 {port} 2\n\
                     sentinel down-after-milliseconds {MASTER} 1500\nsentinel failover-timeout {MASTER} 6000\n",
                    folder.display()
                );
                std::fs::write(folder.join("sentinel.conf"), config).expect("a file is written");
                RedisServer::launch(folder, Vec::new(), at, true)
            })
            .collect();
        let this = Self { servers, sentinels };
        Deadline::seconds(START_SECONDS).wait("sentinels that know each other and the replicas", || {
            let known = this.sentinels.iter().all(|sentinel| {
                sentinel
                    .ask(&["SENTINEL", "CKQUORUM", MASTER])
                    .is_ok_and(|answer| answer.starts_with("+OK 3"))
            });
            let info = this.servers.first().map_or_else(
                || Ok(String::new()),
                |master| master.ask(&["INFO", "replication"]),
            );
            let online = info
                .as_deref()
                .unwrap_or_default()
                .matches("state=online")
                .count();
            if known && online == replicas {
                Ok(())
            } else {
                Err(format!("known {known}, {online} of {replicas} replicas online"))
            }
        });
        this
    }

    /// Returns the address to give to Quorate.
    #[must_use]
    pub fn url(&self) -> String {
        let seeds: Vec<String> = self
            .sentinels
            .iter()
            .map(|sentinel| format!("127.0.0.1:{}", sentinel.port()))
            .collect();
        format!("redis-sentinel://{}/{MASTER}", seeds.join(","))
    }

    /// Has the sentinels stand still (SIGSTOP), so that nobody changes the master but the test.
    pub fn pause_sentinels(&self) {
        self.sentinels.iter().for_each(RedisServer::pause);
    }

    /// Lets the sentinels go on.
    pub fn sentinels_go_on(&self) {
        self.sentinels.iter().for_each(RedisServer::go_on);
    }

    /// Waits until another server is the master.
    ///
    /// # Panics
    /// When it is not in time.
    #[track_caller]
    pub fn wait_other_master(&self, than: usize) {
        Deadline::seconds(START_SECONDS * 2).wait("another master", || {
            let master = self.master();
            if master.is_some_and(|master| master != than) {
                Ok(())
            } else {
                Err(format!("{master:?}"))
            }
        });
    }

    /// Waits until the master has as many replicas.
    ///
    /// # Panics
    /// When it does not in time.
    #[track_caller]
    pub fn wait_replicas(&self, wanted: usize) {
        Deadline::seconds(START_SECONDS * 2).wait("a master with its replicas", || {
            let info = self
                .master()
                .and_then(|master| self.servers.get(master)?.ask(&["INFO", "replication"]).ok())
                .unwrap_or_default();
            if info.contains("role:master") && info.matches("state=online").count() >= wanted {
                Ok(())
            } else {
                Err(info)
            }
        });
    }

    /// Waits until the master has heard nothing of a replica for two seconds, or does not count it any more.
    ///
    /// # Panics
    /// When it does not notice in time.
    #[track_caller]
    pub fn wait_behind(&self, replica: usize) {
        let port = self.servers.get(replica).map_or(0, RedisServer::port);
        Deadline::seconds(START_SECONDS).wait("a master that misses its replica", || {
            let info = self
                .master()
                .and_then(|master| self.servers.get(master)?.ask(&["INFO", "replication"]).ok())
                .unwrap_or_default();
            let of_replica = info.lines().find(|line| line.contains(&format!(",port={port},")));
            let lag = of_replica.and_then(|line| line.rsplit_once("lag=")?.1.trim().parse::<u32>().ok());
            if lag.is_none_or(|lag| lag >= 2) {
                Ok(())
            } else {
                Err(info)
            }
        });
    }

    /// Returns which server holds itself for the master.
    ///
    /// # Panics
    /// When none does.
    #[must_use]
    #[track_caller]
    pub fn master_by_itself(&self) -> usize {
        self.servers
            .iter()
            .position(|server| {
                server
                    .ask(&["INFO", "replication"])
                    .is_ok_and(|answer| answer.contains("role:master"))
            })
            .expect("one of them is the master")
    }

    /// Returns which server is the master now, as the sentinels say.
    #[must_use]
    pub fn master(&self) -> Option<usize> {
        let told = self.sentinels.iter().find_map(|sentinel| {
            sentinel
                .ask(&["SENTINEL", "get-master-addr-by-name", MASTER])
                .ok()
        })?;
        self.servers
            .iter()
            .position(|server| told.contains(&format!("\r\n{}\r\n", server.port())))
    }
}

/// Three masters with a replica each.
#[derive(Debug)]
pub struct RedisCluster {
    /// All six.
    pub servers: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts a cluster.
    ///
    /// # Panics
    /// When it does not come together in time.
    #[must_use]
    #[track_caller]
    pub fn start(folder: &Path) -> Self {
        let servers: Vec<RedisServer> = (0..6)
            .map(|no| {
                let cluster = [
                    "--cluster-enabled",
                    "yes",
                    "--cluster-node-timeout",
                    "2000",
                    "--repl-diskless-sync-delay",
                    "0",
                ];
                RedisServer::start(folder.join(format!("s{no}")), &cluster)
            })
            .collect();
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(
                servers
                    .iter()
                    .map(|server| format!("127.0.0.1:{}", server.port())),
            )
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .unwrap_or_else(|error| panic!("redis-cli does not start ({error}); is it installed?"));
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let this = Self { servers };
        this.wait_whole();
        this
    }

    /// Returns the address to give to Quorate.
    #[must_use]
    pub fn url(&self) -> String {
        let seeds: Vec<String> = self
            .servers
            .iter()
            .map(|server| format!("127.0.0.1:{}", server.port()))
            .collect();
        format!("redis-cluster://{}", seeds.join(","))
    }

    /// Waits until all members agree, and each replica follows its master.
    ///
    /// # Panics
    /// When they do not in time.
    #[track_caller]
    pub fn wait_whole(&self) {
        Deadline::seconds(START_SECONDS).wait(
            "a cluster whose members agree and have their replicas",
            || {
                let state: Vec<String> = self
                    .servers
                    .iter()
                    .map(|server| {
                        let info = server.ask(&["CLUSTER", "INFO"]).unwrap_or_default();
                        let replication = server.ask(&["INFO", "replication"]).unwrap_or_default();
                        let ok = info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:6");
                        let linked = replication.contains("role:master")
                            && replication.contains("state=online")
                            || replication.contains("master_link_status:up");
                        format!("{}: {ok} {linked}", server.port())
                    })
                    .collect();
                if state.iter().all(|state| state.ends_with("true true")) {
                    Ok(())
                } else {
                    Err(state.join(", "))
                }
            },
        );
    }

    /// Waits until another member took over from one that is gone.
    ///
    /// # Panics
    /// When none does in time.
    #[track_caller]
    pub fn wait_failover(&self, gone: usize) {
        Deadline::seconds(START_SECONDS).wait("another master", || {
            let masters = self.masters();
            if masters.len() == 3 && !masters.contains(&gone) {
                Ok(())
            } else {
                Err(format!("masters are {masters:?}"))
            }
        });
    }

    /// Returns which servers are masters now, each as it says itself.
    #[must_use]
    pub fn masters(&self) -> Vec<usize> {
        let is_master = |server: &RedisServer| {
            server
                .ask(&["INFO", "replication"])
                .is_ok_and(|answer| answer.contains("role:master"))
        };
        (0..self.servers.len())
            .filter(|no| self.servers.get(*no).is_some_and(is_master))
            .collect()
    }
}

fn exchange(stream: &mut TcpStream, words: &[&str]) -> std::io::Result<String> {
    let words_said = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    let asked: String = std::iter::once(format!("*{}\r\n", words.len()))
        .chain(words_said)
        .collect();
    stream.write_all(asked.as_bytes())?;
    let mut answer = vec![0; 64 * 1024];
    let length = stream.read(&mut answer)?;
    answer.truncate(length);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Returns a port that is free now, low enough that a cluster's second port exists.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound port is known").port();
        if port < 55_000 {
            return port;
        }
    }
}
