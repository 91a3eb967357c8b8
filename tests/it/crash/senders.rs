//! Threads that post and put until the server is gone.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use quorate_testkit::{Answer, Body, Client, Generator, Ledger, Signal, SplitMix64, TransportError};
use serde_json::{Value, json};

use super::statements::Statements;

/// How many of a batch at most.
const BATCH_MAX: u64 = 60;

/// Threads that send until no answer comes.
#[derive(Debug)]
pub(super) struct Senders {
    threads: Vec<JoinHandle<()>>,
    /// What a thread did not expect.
    complaints: Receiver<String>,
}

/// What a thread needs: the server, and where it says that an answer is not as it should be.
pub(super) struct Post {
    pub(super) client: Client,
    complaints: Sender<String>,
}

impl Senders {
    /// Starts threads, each with what it does.
    pub(super) fn start(client: &Client, works: Vec<Box<dyn FnOnce(Post) + Send>>) -> Self {
        let (sender, complaints) = channel();
        let threads = works
            .into_iter()
            .map(|work| {
                let post = Post {
                    client: client.clone(),
                    complaints: sender.clone(),
                };
                std::thread::spawn(move || work(post))
            })
            .collect();
        Self { threads, complaints }
    }

    /// Lets them work for that long.
    ///
    /// # Panics
    /// When one got an answer that is none of those agreed on, or when all have stopped.
    #[track_caller]
    pub(super) fn run_for(&self, time: Duration) {
        match self.complaints.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(complaint) => panic!("{complaint}"),
            Err(RecvTimeoutError::Disconnected) => panic!("all senders stopped while the server lived"),
        }
    }

    /// Waits until all have found the server gone.
    #[track_caller]
    pub(super) fn join(self) {
        for thread in self.threads {
            assert!(thread.join().is_ok(), "a sender panicked");
        }
        if let Ok(complaint) = self.complaints.try_recv() {
            panic!("{complaint}");
        }
    }
}

/// What answers may say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreed {
    /// What an acknowledged write survives.
    pub(super) durability: &'static str,
    /// Whether a store elsewhere may be away for a while: 503, and send again.
    pub(super) may_be_away: bool,
}

/// What became of a batch.
pub(super) enum Fate {
    /// Every signal was acknowledged.
    Acknowledged,
    /// Some were not: nobody can say whether they are recorded.
    Unknown,
}

/// How long a sender waits before it tries a store again that is away.
const AWAY: Duration = Duration::from_millis(20);

/// Posts batches until no answer comes: new signals, some sent before, and some with an id sent before and other content.
pub(super) fn signals(
    post: &Post,
    name: &str,
    mut generator: Generator,
    mut random: SplitMix64,
    (ledger, agreed): (&Arc<Mutex<Ledger>>, Agreed),
) {
    let mut before: Vec<Signal> = Vec::new();
    loop {
        let size = 1 + random.below(BATCH_MAX);
        let mut batch: Vec<Signal> = Vec::new();
        for _ in 0..size {
            let again = random.pick(&before).filter(|_| before.len() > 50).cloned();
            match again {
                Some(again) if random.happens(0.1) => batch.push(again),
                _ => {
                    let mut signal = generator.next().unwrap();
                    signal.id = format!("{name}-{}", signal.id);
                    if random.happens(0.3) {
                        signal.occurred_at_ms = super::now_ms();
                    }
                    batch.push(signal);
                }
            }
        }
        {
            let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
            for signal in &batch {
                ledger.sent(signal).unwrap();
            }
        }
        let mut wire: Vec<Value> = batch.iter().map(Signal::to_json).collect();
        if let Some(known) = random.pick(&before) {
            // An id that was answered for, with other content: the first recorded wins.
            let mut other = known.to_json();
            other["strength"] = json!(99);
            wire.push(other);
            batch.push(known.clone());
        }
        match posted(&post.client, &wire, random.happens(0.5)) {
            Err(_gone) => return,
            Ok(answer) => match answered(&answer, &batch, ledger, agreed) {
                Ok(Fate::Acknowledged) => before.extend(batch),
                Ok(Fate::Unknown) => std::thread::park_timeout(AWAY),
                Err(complaint) => {
                    // Nobody listens only when the test is over already.
                    let _ = post.complaints.send(complaint);
                    return;
                }
            },
        }
    }
}

/// Puts names of accounts and contacts until no answer comes.
pub(super) fn statements(
    post: &Post,
    name: &str,
    mut random: SplitMix64,
    statements: &Arc<Mutex<Statements>>,
    agreed: Agreed,
) {
    for no in 0.. {
        let lock = || statements.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = lock().draw(&mut random) else {
            return;
        };
        let value = format!("{name} {no}");
        lock().sent(&path, &value);
        match post
            .client
            .send("PUT", &path, &[], Body::Json(&json!({"name": value})))
        {
            Err(_gone) => return,
            Ok(answer) if answer.status == 200 => lock().acknowledged(&path, &value),
            Ok(answer) if agreed.may_be_away && answer.status == 503 => std::thread::park_timeout(AWAY),
            Ok(answer) => {
                let _ = post
                    .complaints
                    .send(format!("PUT {path}: {} {}", answer.status, answer.text()));
                return;
            }
        }
    }
}

/// Posts signals as an array or as lines.
pub(super) fn posted(client: &Client, signals: &[Value], lines: bool) -> Result<Answer, TransportError> {
    if !lines {
        return client.send("POST", "/v1/signals", &[], Body::Json(&json!(signals)));
    }
    let lines: Vec<String> = signals.iter().map(Value::to_string).collect();
    let text = lines.join("\n");
    let body = Body::Raw("application/x-ndjson", text.as_bytes());
    client.send("POST", "/v1/signals", &[], body)
}

/// Writes an answer into the ledger; says what is wrong with it.
pub(super) fn answered(
    answer: &Answer,
    batch: &[Signal],
    ledger: &Arc<Mutex<Ledger>>,
    agreed: Agreed,
) -> Result<Fate, String> {
    let wrong = |what: &str| Err(format!("{what}: {} {}", answer.status, answer.text()));
    let away = agreed.may_be_away && answer.status == 503;
    if answer.status != 200 && !away {
        return wrong("signals were not taken");
    }
    let body = answer.json();
    if away && body["items"].is_null() {
        return Ok(Fate::Unknown);
    }
    let items = body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if items.len() != batch.len() || body["durability"] != agreed.durability {
        return wrong("not an outcome for each signal, on disk");
    }
    let mut fate = Fate::Acknowledged;
    let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    for (item, signal) in items.iter().zip(batch) {
        if away && item["outcome"] == "unavailable" {
            fate = Fate::Unknown;
            continue;
        }
        if item["id"] != json!(signal.id)
            || !matches!(item["outcome"].as_str(), Some("accepted" | "duplicate"))
        {
            return wrong(&format!("outcome of {}", signal.id));
        }
        ledger
            .acknowledged(&signal.account, &signal.id)
            .map_err(|error| error.to_string())?;
    }
    Ok(fate)
}
