//! One data folder, its ledgers, and what must be true of it after each death.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use quorate_testkit::{
    Audit, Client, Deadline, Generator, Ledger, QuorateProcess, Shape, Signal, SignalKey, SplitMix64,
};
use serde_json::{Value, json};

use super::senders::{self, Agreed, Fate, Post, Senders};
use super::statements::Statements;

const ACCOUNTS: u64 = 20;
const CONTACTS: u64 = 4;
/// Threads that post signals.
const POSTERS: usize = 4;
/// Signals a request, when everything is told in one go.
const TOLD_AT_ONCE: usize = 500;
/// Roles by the rank of a contact; the last contact has none but what signals say.
const ROLES: [&str; 3] = ["champion", "economic_buyer", "user"];

/// Kinds of the default model, with how often each happens: points up and down, capped, once a day, a gauge,
/// act-now, below a pattern, and one that the model does not know.
const KINDS: [(&str, u32); 14] = [
    ("page.view", 300),
    ("page.pricing", 80),
    ("page.unheard_of", 40),
    ("page.careers", 20),
    ("content.case_study", 60),
    ("email.open", 100),
    ("email.click", 60),
    ("email.bounce", 10),
    ("event.webinar.attended", 20),
    ("meeting.attended", 8),
    ("form.submitted", 10),
    ("form.error", 20),
    ("demo.requested", 2),
    ("never.heard_of", 20),
];

/// What a server over a folder of its own answers.
pub(super) const ON_DISK: Agreed = Agreed {
    durability: "fsync",
    may_be_away: false,
};

/// Returns now, in milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the server under test lives by the wall clock"
)]
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// One data folder and all that was said to it.
#[derive(Debug)]
pub(super) struct Campaign {
    ledger: Arc<Mutex<Ledger>>,
    statements: Arc<Mutex<Statements>>,
    shape: Shape,
    seed: u64,
    agreed: Agreed,
}

impl Campaign {
    /// Begins with empty ledgers in a folder.
    pub(super) fn begin(folder: &Path, agreed: Agreed, random: &mut SplitMix64) -> Self {
        let mut shape = Shape::new(ACCOUNTS, CONTACTS, 60, now_ms());
        shape.kinds = KINDS
            .iter()
            .map(|(kind, often)| ((*kind).to_owned(), *often))
            .collect();
        let ledger = Ledger::create(folder.join("ledger.ndjson")).unwrap();
        Self {
            ledger: Arc::new(Mutex::new(ledger)),
            statements: Arc::new(Mutex::new(Statements::about(
                paths().into_iter().map(|(path, _)| path),
            ))),
            shape,
            seed: random.bits(),
            agreed,
        }
    }

    /// Introduces all accounts and their contacts with their roles.
    pub(super) fn introduce(client: &Client) {
        for (path, document) in paths() {
            assert!(matches!(client.put(&path, &document).status, 200 | 201), "{path}");
        }
    }

    /// Starts the threads of a round.
    pub(super) fn send(&mut self, server: &QuorateProcess, round: usize, random: &mut SplitMix64) -> Senders {
        let mut works: Vec<Box<dyn FnOnce(Post) + Send>> = Vec::new();
        for thread in 0..POSTERS {
            self.seed = self.seed.wrapping_add(1);
            let generator = Generator::new(self.seed, self.shape.clone());
            let random = SplitMix64::new(random.bits());
            let ledger = self.ledger.clone();
            let name = format!("r{round}-t{thread}");
            let agreed = self.agreed;
            works.push(Box::new(move |post| {
                senders::signals(&post, &name, generator, random, (&ledger, agreed));
            }));
        }
        let random = SplitMix64::new(random.bits());
        let statements = self.statements.clone();
        let name = format!("round {round}");
        let agreed = self.agreed;
        works.push(Box::new(move |post| {
            senders::statements(&post, &name, random, &statements, agreed);
        }));
        Senders::start(&server.client(), works)
    }

    /// Holds the timelines and names of all accounts against the ledgers.
    #[track_caller]
    pub(super) fn nothing_is_lost_or_doubled(&self, client: &Client) {
        self.no_signal_is_lost_or_doubled(client);
        for account in (0..ACCOUNTS).map(Generator::account_id) {
            let body = account_of(client, &account, None);
            let recorded = signals_held(client, &account).len();
            assert_eq!(body["signals"]["recorded"], json!(recorded), "{account}");
            let statements = self.statements();
            let path = format!("/v1/accounts/{account}");
            statements.check(&path, body["name"].as_str().unwrap());
            let committee = client.get(&format!("{path}/committee")).expect_status(200).json();
            for contact in committee["contacts"].as_array().unwrap() {
                let id = contact["id"].as_str().unwrap();
                statements.check(
                    &format!("{path}/contacts/{id}"),
                    contact["name"].as_str().unwrap_or_default(),
                );
            }
        }
    }

    /// Holds the timelines of all accounts against the ledger.
    #[track_caller]
    pub(super) fn no_signal_is_lost_or_doubled(&self, client: &Client) {
        let audit = self.audit(client);
        assert!(audit.is_clean(), "{audit:#?}");
    }

    /// Returns what is wrong between the ledger and the timelines of all accounts.
    #[track_caller]
    pub(super) fn audit(&self, client: &Client) -> Audit {
        self.ledger().audit(Self::held(client))
    }

    /// Sends what was never answered for once more, as a client does: each is now recorded, or was.
    #[track_caller]
    pub(super) fn send_the_unanswered_again(&self, client: &Client) {
        let unanswered: Vec<Signal> = self.ledger().unanswered_signals().cloned().collect();
        self.post_all(client, &unanswered, self.agreed);
        assert_eq!(self.ledger().unanswered_signals().count(), 0);
    }

    /// Tells another server all that was acknowledged, in one go.
    #[track_caller]
    pub(super) fn tell(&self, client: &Client) {
        let acknowledged: Vec<Signal> = self.ledger().acknowledged_signals().cloned().collect();
        self.post_all(client, &acknowledged, ON_DISK);
    }

    /// Tells another server those signals of which these are the keys, in one go.
    #[track_caller]
    pub(super) fn tell_those(&self, client: &Client, keys: &BTreeSet<SignalKey>, agreed: Agreed) {
        let told: Vec<Signal> = {
            let ledger = self.ledger();
            let sent = ledger.acknowledged_signals().chain(ledger.unanswered_signals());
            sent.filter(|signal| keys.contains(&(signal.account.clone(), signal.id.clone())))
                .cloned()
                .collect()
        };
        assert_eq!(told.len(), keys.len(), "every signal there was sent");
        self.post_all(client, &told, agreed);
    }

    /// Returns the keys of all signals that were acknowledged so far.
    pub(super) fn acknowledged_keys(&self) -> BTreeSet<SignalKey> {
        self.ledger()
            .acknowledged_signals()
            .map(|signal| (signal.account.clone(), signal.id.clone()))
            .collect()
    }

    /// Returns the keys of all signals that a server holds, as often as they are there.
    #[track_caller]
    pub(super) fn held(client: &Client) -> Vec<SignalKey> {
        let mut held = Vec::new();
        for account in (0..ACCOUNTS).map(Generator::account_id) {
            let ids = signals_held(client, &account);
            held.extend(ids.into_iter().map(|id| (account.clone(), id)));
        }
        held
    }

    /// Compares every account as it stands here with what the other server finds at the same instant.
    #[track_caller]
    pub(super) fn both_stand_alike(client: &Client, twin: &Client) {
        for account in (0..ACCOUNTS).map(Generator::account_id) {
            // Late signals tell the past anew off the hot path: the standing may follow a moment later.
            Deadline::seconds(20).wait("both servers to agree", || {
                let here = account_of(client, &account, None);
                let there = account_of(twin, &account, here["as_of"].as_str());
                compare(&here, &there)
            });
        }
    }

    /// Returns a signal that was acknowledged.
    #[track_caller]
    pub(super) fn any_acknowledged(&self) -> Signal {
        let ledger = self.ledger();
        let signal = ledger.acknowledged_signals().next();
        signal.expect("one was acknowledged").clone()
    }

    /// Returns how many signals were acknowledged.
    pub(super) fn acknowledged(&self) -> usize {
        self.ledger().acknowledged_signals().count()
    }

    #[track_caller]
    fn post_all(&self, client: &Client, signals: &[Signal], agreed: Agreed) {
        for chunk in signals.chunks(TOLD_AT_ONCE) {
            let wire: Vec<Value> = chunk.iter().map(Signal::to_json).collect();
            Deadline::seconds(60).wait("signals that are acknowledged", || {
                let answer = senders::posted(client, &wire, true).unwrap();
                match senders::answered(&answer, chunk, &self.ledger, agreed) {
                    Ok(Fate::Acknowledged) => Ok(()),
                    Ok(Fate::Unknown) => Err(answer.text()),
                    Err(complaint) => panic!("{complaint}"),
                }
            });
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn statements(&self) -> MutexGuard<'_, Statements> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns all paths that are put at, with what is said there first.
fn paths() -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    for account in 0..ACCOUNTS {
        let path = format!("/v1/accounts/{}", Generator::account_id(account));
        paths.push((
            path.clone(),
            json!({"attributes": {"industry": "software", "employees": 500}}),
        ));
        for (rank, role) in (0..CONTACTS).zip(ROLES) {
            let contact = Generator::contact_id(account, rank);
            paths.push((format!("{path}/contacts/{contact}"), json!({"roles": [role]})));
        }
    }
    paths
}

fn account_of(client: &Client, account: &str, as_of: Option<&str>) -> Value {
    let at = as_of.map(|at| format!("?as_of={at}")).unwrap_or_default();
    client
        .get(&format!("/v1/accounts/{account}{at}"))
        .expect_status(200)
        .json()
}

/// Returns the ids of all signals in an account's timeline, as often as they are there.
#[track_caller]
fn signals_held(client: &Client, account: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/accounts/{account}/timeline?limit=1000{cursor}");
        let page = client.get(&path).expect_status(200).json();
        for entry in page["items"].as_array().unwrap() {
            if entry["record"]["event"] == "signal.recorded" {
                ids.push(entry["record"]["id"].as_str().unwrap().to_owned());
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

/// Says in which numbers two views of an account differ.
fn compare(here: &Value, there: &Value) -> Result<(), String> {
    let mut differences = Vec::new();
    for name in ["intent_points", "heat", "momentum", "quorum"] {
        let (a, b) = (&here[name], &there[name]);
        let near = match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6,
            _ => a == b,
        };
        if !near {
            differences.push(format!("{name}: {a} here, {b} there"));
        }
    }
    for pointer in [
        "/engaged_contacts",
        "/engaged_roles",
        "/mqa/qualified",
        "/stage",
        "/signals",
        "/as_of",
    ] {
        let (a, b) = (here.pointer(pointer), there.pointer(pointer));
        if a != b {
            differences.push(format!("{pointer}: {a:?} here, {b:?} there"));
        }
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{} as of {}: {differences:#?}",
            here["id"], here["as_of"]
        ))
    }
}
