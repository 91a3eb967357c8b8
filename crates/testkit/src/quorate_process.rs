//! The built binary as a process: started, watched, ended one way or the other.
//!
//! Agreed with the binary: when it is ready to take connections it prints a line with `http://127.0.0.1:PORT`,
//! and on the first start over a data folder a line with the first API key, which begins with `qk_`.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::client::{Body, Client};
use crate::deadline::Deadline;

#[cfg(test)]
mod tests;

/// How long a start may take on a loaded machine.
const START_SECONDS: u64 = 60;

/// How to start the server.
#[derive(Clone, Debug)]
pub struct Launch {
    wrapper: Vec<OsString>,
    binary: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    key: Option<String>,
}

impl Launch {
    /// Returns `BINARY serve --listen 127.0.0.1:0 --data DATA`.
    ///
    /// `binary` is what the test's own build made: `env!("CARGO_BIN_EXE_quorate")`.
    #[must_use]
    pub fn serve(binary: impl AsRef<Path>, data: impl AsRef<Path>) -> Self {
        Self::command(binary, "serve").args(["--data".as_ref(), data.as_ref().as_os_str()])
    }

    /// Returns `BINARY demo --listen 127.0.0.1:0`.
    #[must_use]
    pub fn demo(binary: impl AsRef<Path>) -> Self {
        Self::command(binary, "demo")
    }

    fn command(binary: impl AsRef<Path>, command: &str) -> Self {
        let launch = Self {
            wrapper: Vec::new(),
            binary: binary.as_ref().to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            key: None,
        };
        launch.args([command, "--listen", "127.0.0.1:0"])
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Starts the binary by another program, such as `strace -D -f -o FILE`.
    ///
    /// The program must become the server or leave it our child (for strace: `-D`), so that signals reach it.
    #[must_use]
    pub fn under<A: AsRef<OsStr>>(mut self, wrapper: impl IntoIterator<Item = A>) -> Self {
        self.wrapper
            .extend(wrapper.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Gives the API key of a data folder that has one already; the server prints it on its first start only.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Starts the server and waits until `/readyz` answers 200.
    ///
    /// # Panics
    /// When it ends or does not get ready within a minute, with its log.
    #[must_use]
    #[track_caller]
    pub fn start(self) -> QuorateProcess {
        let process = self.start_unready();
        process.wait_ready(Deadline::seconds(START_SECONDS));
        process
    }

    /// Starts the server and waits until it says its address, no longer.
    ///
    /// # Panics
    /// When it ends or says no address within a minute, with its log.
    #[must_use]
    #[track_caller]
    pub fn start_unready(self) -> QuorateProcess {
        let mut running = self.spawn();
        let address = Deadline::seconds(START_SECONDS).wait("the line with the address", || {
            let log = running.log.text();
            match find_address(&log) {
                Some(address) => Ok(Ok(address)),
                None => match running.exit_status() {
                    Some(status) => Ok(Err((status, log))),
                    None => Err(log),
                },
            }
        });
        match address {
            Ok(address) => QuorateProcess {
                running,
                address,
                launch: self,
            },
            Err((status, _)) => {
                panic!(
                    "ended with {status} before it said its address; log:\n{}",
                    running.finished_log()
                )
            }
        }
    }

    /// Runs the command to its end, for starts that are meant to fail; returns how it ended and its log.
    ///
    /// # Panics
    /// When it still runs at the deadline, with its log.
    #[must_use]
    #[track_caller]
    pub fn run_to_end(&self, deadline: Deadline) -> (ExitStatus, String) {
        let mut running = self.spawn();
        let status = deadline.wait("the end of the process", || {
            running.exit_status().ok_or_else(|| running.log.text())
        });
        (status, running.finished_log())
    }

    #[track_caller]
    fn spawn(&self) -> Running {
        let mut words = self.wrapper.iter().map(OsString::as_os_str);
        let mut command = match words.next() {
            Some(wrapper) => {
                let mut command = Command::new(wrapper);
                command.args(words).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        // The machine's own settings (QUORATE_..) are no part of the test; what the launch sets is.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("QUORATE_") {
                command.env_remove(name);
            }
        }
        command
            .args(&self.args)
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        command
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let log = Log::default();
        let readers = [
            child.stdout.take().map(|stream| log.follow(stream)),
            child.stderr.take().map(|stream| log.follow(stream)),
        ];
        Running {
            child,
            log,
            readers: readers.into_iter().flatten().collect(),
        }
    }
}

/// A running server; ended on drop.
#[derive(Debug)]
pub struct QuorateProcess {
    running: Running,
    address: SocketAddr,
    launch: Launch,
}

impl QuorateProcess {
    /// Returns the address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running.child.id()
    }

    /// Returns all it has printed so far, stdout and stderr mixed.
    #[must_use]
    pub fn log(&self) -> String {
        self.running.log.text()
    }

    /// Returns the API key: the one the launch was given, else the one it printed.
    ///
    /// # Panics
    /// When it printed none within ten seconds, with its log.
    #[must_use]
    #[track_caller]
    pub fn key(&self) -> String {
        if let Some(key) = &self.launch.key {
            return key.clone();
        }
        Deadline::seconds(10).wait("a line with an API key (qk_..)", || {
            let log = self.log();
            find_key(&log).map(str::to_owned).ok_or(log)
        })
    }

    /// Returns a client with the API key.
    ///
    /// # Panics
    /// As [`QuorateProcess::key`].
    #[must_use]
    #[track_caller]
    pub fn client(&self) -> Client {
        self.anonymous_client().with_key(self.key())
    }

    /// Returns a client without a key.
    #[must_use]
    pub fn anonymous_client(&self) -> Client {
        Client::new(self.address)
    }

    /// Waits until `/readyz` answers 200.
    ///
    /// # Panics
    /// When it does not before the deadline, with its last answer and log.
    #[track_caller]
    pub fn wait_ready(&self, deadline: Deadline) {
        let client = self.anonymous_client();
        deadline.wait("/readyz", || {
            let seen = match client.send("GET", "/readyz", &[], Body::Empty) {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(answer) => format!("{} {}", answer.status, answer.text()),
                Err(error) => format!("{error}: {}", error.source),
            };
            Err((seen, self.log()))
        });
    }

    /// Returns the memory it holds now (resident set), in KiB; `None` where `/proc` does not say.
    #[must_use]
    pub fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }

    /// Returns how it ended; `None` while it runs.
    pub fn exit_status(&mut self) -> Option<ExitStatus> {
        self.running.exit_status()
    }

    /// Ends it as a power cut would (SIGKILL), waits until it is gone, and returns how to start it again with the same key.
    ///
    /// # Panics
    /// When the system cannot end it.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "its end may be all that is wanted")]
    pub fn kill9(mut self) -> Launch {
        let key = self.known_key();
        self.running.kill();
        self.launch(key)
    }

    /// Asks it to end (SIGTERM) and waits for it; returns how it ended and how to start it again with the same key.
    ///
    /// # Panics
    /// When it still runs at the deadline, with its log.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "its end may be all that is wanted")]
    pub fn terminate(mut self, deadline: Deadline) -> (ExitStatus, Launch) {
        let key = self.known_key();
        self.signal("TERM");
        let running = &mut self.running;
        let status = deadline.wait("its end after SIGTERM", || {
            running.exit_status().ok_or_else(|| running.log.text())
        });
        (status, self.launch(key))
    }

    /// Sends a signal by name: `TERM`, `INT`, `HUP`, `STOP`, `CONT`.
    ///
    /// # Panics
    /// When it cannot be sent.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        // The shell's own kill: the standard library has no other signal than SIGKILL.
        let sent = Command::new("sh")
            .args(["-c", "kill -s \"$0\" \"$1\"", name, &self.pid().to_string()])
            .status();
        assert!(
            sent.as_ref().is_ok_and(ExitStatus::success),
            "SIG{name} to {}: {sent:?}",
            self.pid()
        );
    }

    fn known_key(&self) -> Option<String> {
        self.launch
            .key
            .clone()
            .or_else(|| find_key(&self.log()).map(str::to_owned))
    }

    fn launch(&self, key: Option<String>) -> Launch {
        Launch {
            key,
            ..self.launch.clone()
        }
    }
}

/// A child that does not outlive us.
#[derive(Debug)]
struct Running {
    child: Child,
    log: Log,
    readers: Vec<thread::JoinHandle<()>>,
}

impl Running {
    fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .unwrap_or_else(|error| panic!("cannot ask after {}: {error}", self.child.id()))
    }

    fn kill(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        assert!(ended.is_ok(), "cannot end {}: {ended:?}", self.child.id());
    }

    /// Returns the log when the process has ended: its last words may still be in the pipe.
    fn finished_log(&mut self) -> String {
        for reader in self.readers.drain(..) {
            drop(reader.join());
        }
        self.log.text()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already; a drop during a panic must not panic again.
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            eprintln!("log of quorate ({}):\n{}", self.child.id(), self.log.text());
        }
    }
}

/// What a process has printed.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn follow(&self, stream: impl Read + Send + 'static) -> thread::JoinHandle<()> {
        let log = self.clone();
        thread::spawn(move || {
            let mut lines = BufReader::new(stream);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                let text = String::from_utf8_lossy(&line);
                log.0
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push_str(&text);
                line.clear();
            }
        })
    }
}

fn find_address(log: &str) -> Option<SocketAddr> {
    // Whole lines only: the port may be cut in the middle.
    let whole = log.get(..=log.rfind('\n')?)?;
    let (_, rest) = whole.split_once("http://127.0.0.1:")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(SocketAddr::from((Ipv4Addr::LOCALHOST, digits.parse().ok()?)))
}

fn find_key(log: &str) -> Option<&str> {
    let whole = log.get(..=log.rfind('\n')?)?;
    let start = whole.find("qk_")?;
    let rest = whole.get(start..)?;
    rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
        .next()
}
