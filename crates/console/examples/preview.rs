//! Serves the console over a few dozen made-up accounts, for looking at it while it is built:
//! `cargo run -p quorate-console --example preview -- 8099 [accounts] [key]`. With a
//! key one has to sign in.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for those who build the console"
)]

use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer};
use quorate_console::access::{Access, Authorize};
use quorate_console::{ConsoleState, configure};
use quorate_domain::account::{AccountChange, Command, ContactChange, ContactRef, NewSignal, Patch};
use quorate_domain::id::{AccountId, ContactId, Kind, ModelVersion, SignalId};
use quorate_domain::model::{DEFAULT_MODEL, Model};
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_domain::value::{Source, Value};
use quorate_engine::{AccountRef, Clock, Engine, EngineConfig, IncomingSignal};
use quorate_store::{EmbeddedOptions, EmbeddedStore};
use tokio::sync::watch;

const FIRST: [&str; 12] = [
    "Northfold",
    "Halden",
    "Ostara",
    "Marrow",
    "Sunhollow",
    "Aldermoor",
    "Juniper",
    "Copperline",
    "Larkspur",
    "Mistral",
    "Blackmere",
    "Windrow",
];
const SECOND: [(&str, &str); 8] = [
    ("Logistics", "Logistics"),
    ("Biologics", "Manufacturing"),
    ("Grid", "Utilities"),
    ("& Pike", "Financial Services"),
    ("Energy", "Software"),
    ("Bank", "Financial Services"),
    ("Crest", "Hospitals"),
    ("Rail", "Retail"),
];
const COUNTRIES: [&str; 6] = ["NO", "DK", "DE", "IE", "ES", "JP"];
const PEOPLE: [(&str, &str); 7] = [
    ("Owen Castellane", "Chief Financial Officer"),
    ("Priya Lindqvist", "Head of Operations"),
    ("Mei Duarte", "IT Director"),
    ("Ingrid Solheim", "VP Supply Chain"),
    ("Tomas Reyes", "Security Engineer"),
    ("Ada Marsh", "Procurement Manager"),
    ("Jonas Falk", "Data Analyst"),
];
const KINDS: [&str; 9] = [
    "page.view",
    "page.pricing",
    "content.case_study",
    "event.webinar.attended",
    "email.click",
    "meeting.attended",
    "email.reply",
    "demo.requested",
    "intent.surge",
];

/// A small generator, the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }
}

fn text(name: &str, value: &str) -> (Arc<str>, Option<Value>) {
    (Arc::from(name), Some(Value::text(value)))
}

async fn fill(engine: &Engine, accounts: usize) {
    let now = engine.now();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for number in 0..accounts {
        let id = AccountId::new(format!("acc-{number}")).unwrap();
        let first = FIRST[number % FIRST.len()];
        let (second, industry) = SECOND[(number / FIRST.len() + number) % SECOND.len()];
        let mut fields = vec![
            text(
                "name",
                &format!(
                    "{first} {second}{}",
                    if number < 96 {
                        String::new()
                    } else {
                        format!(" {number}")
                    }
                ),
            ),
            text("industry", industry),
            text("country", COUNTRIES[dice.roll(COUNTRIES.len())]),
            text("tier", ["1", "2", "3"][dice.roll(3)]),
            (
                Arc::from("domains"),
                Some(Value::List(vec![Arc::from(format!(
                    "{}-{number}.example",
                    first.to_lowercase()
                ))])),
            ),
        ];
        if dice.roll(6) > 0 {
            fields.push(text(
                "owner",
                ["Jonas Petersen", "Ada Marsh", "Noor Salim", "Lee Kim"][dice.roll(4)],
            ));
        }
        if dice.roll(5) > 0 {
            fields.push((
                Arc::from("employees"),
                Some(Value::Number(f64::from(
                    u32::try_from(20 + dice.roll(6000)).unwrap(),
                ))),
            ));
        }
        let change = AccountChange {
            fields,
            source: Source::person(),
        };
        engine
            .execute(id.clone(), Command::ChangeAccount(change), None)
            .await
            .unwrap();
        let people = dice.roll(PEOPLE.len() + 1);
        for (person, (name, title)) in PEOPLE.iter().enumerate().take(people) {
            let mut change =
                ContactChange::new(ContactId::new(format!("p{person}")).unwrap(), Source::person());
            change.name = Patch::Set(Arc::from(*name));
            change.title = Patch::Set(Arc::from(*title));
            engine
                .execute(id.clone(), Command::ChangeContact(change), None)
                .await
                .unwrap();
        }
        let warmth = [0, 1, 2, 3, 5, 8, 14, 30][dice.roll(8)];
        let mut signals: Vec<IncomingSignal> = (0..warmth)
            .map(|signal| {
                let age = i64::try_from(dice.roll(60)).unwrap() * DAY_MS
                    + i64::try_from(dice.roll(86_000_000)).unwrap();
                a_signal(
                    &mut dice,
                    &id,
                    people,
                    &format!("s{signal}"),
                    now.plus_millis(-age),
                )
            })
            .collect();
        signals.sort_by_key(|signal| signal.signal.occurred_at);
        if !signals.is_empty() {
            engine.record_signals(signals).await.unwrap();
        }
    }
}

/// Many accounts with a signal each and nothing else, for looking at speed.
async fn bulk(engine: &Engine, accounts: usize) {
    let now = engine.now();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for start in (0..accounts).step_by(1_000) {
        let signals = (start..accounts.min(start + 1_000))
            .map(|number| {
                let id = AccountId::new(format!("acc-{number}")).unwrap();
                let age = i64::try_from(dice.roll(60)).unwrap() * DAY_MS;
                a_signal(&mut dice, &id, 3, "s", now.plus_millis(-age))
            })
            .collect();
        engine.record_signals(signals).await.unwrap();
    }
}

fn a_signal(dice: &mut Dice, account: &AccountId, people: usize, id: &str, at: Timestamp) -> IncomingSignal {
    let person = dice.roll(people + 1);
    IncomingSignal {
        account: AccountRef::Id(account.clone()),
        signal: NewSignal {
            id: SignalId::new(id).unwrap(),
            kind: Kind::new(KINDS[dice.roll(KINDS.len())]).unwrap(),
            contact: (person > 0)
                .then(|| ContactRef::Id(ContactId::new(format!("p{}", person - 1)).unwrap())),
            occurred_at: Some(at),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
        },
    }
}

/// Knows one key.
struct OneKey(String);

impl Authorize for OneKey {
    fn sign_in(&self, key: &str) -> Option<Arc<str>> {
        (key == self.0).then(|| Arc::from("preview"))
    }

    fn still_admits(&self, _key_id: &str) -> bool {
        true
    }

    fn may_write(&self, _key_id: &str) -> bool {
        true
    }
}

#[actix_web::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(8099, |port| port.parse().unwrap());
    let accounts: usize = arguments.next().map_or(150, |count| count.parse().unwrap());
    let access = arguments
        .next()
        .map_or(Access::Open, |key| Access::by_key(Arc::new(OneKey(key)), false));
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(folder.path(), EmbeddedOptions::default()).unwrap());
    let model = Arc::new(Model::from_toml(DEFAULT_MODEL).unwrap());
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model,
    }];
    let engine = Engine::start(store, models, Clock::wall(), EngineConfig::default()).unwrap();
    if accounts > 2_000 {
        bulk(&engine, accounts).await;
    } else {
        fill(&engine, accounts).await;
    }
    let (stop, stopping) = watch::channel(false);
    let state = ConsoleState::new(engine.clone(), access, stopping);
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new().configure(move |config| configure(config, state))
    })
    .workers(2)
    .bind(("127.0.0.1", port))
    .unwrap()
    .run();
    println!("http://127.0.0.1:{port}/board");
    let trickle = engine.clone();
    actix_web::rt::spawn(async move {
        let mut dice = Dice(77);
        for number in 0.. {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            let account = AccountId::new(format!("acc-{}", dice.roll(accounts.max(1)))).unwrap();
            let signal = a_signal(&mut dice, &account, 3, &format!("live{number}"), trickle.now());
            trickle.record_signals(vec![signal]).await.unwrap();
        }
    });
    server.await.unwrap();
    stop.send_replace(true);
    engine.stop().await;
}
