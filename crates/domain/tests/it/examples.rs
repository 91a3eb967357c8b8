//! The worked example of `../shared/examples`: the domain alone gives its `expected.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use quorate_domain::account::{ContactFact, Event, Record};
use quorate_domain::contact::HeldRole;
use quorate_domain::id::{AccountId, ContactNo, Kind, ModelVersion, Role, Seq, SignalId, Solution};
use quorate_domain::model::Model;
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::standing::{Horizon, ModelInForce, refold};
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_domain::value::{Source, Value};

const AT: &str = "2026-09-01T00:00:00Z";
const RETENTION_DAYS: i64 = 400;

/// Reads a file of the example; nothing when it is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads its input; the domain itself touches no file"
)]
fn read(name: &str) -> Option<String> {
    let shared = std::env::var_os("QUORATE_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    std::fs::read_to_string(shared.join("examples").join(name)).ok()
}

/// Returns the rows of a table without quotes, each cell under its column's name.
fn rows(text: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| header.iter().copied().zip(line.split(',')).collect())
        .collect()
}

/// Returns the fields of a flat JSON object of texts without escapes and numbers.
fn json(line: &str) -> BTreeMap<&str, &str> {
    let body = line.trim().trim_start_matches('{').trim_end_matches('}');
    body.split(", ")
        .map(|pair| {
            let (key, value) = pair.split_once(':').unwrap();
            (key.trim().trim_matches('"'), value.trim().trim_matches('"'))
        })
        .collect()
}

#[derive(Default)]
struct Account {
    contacts: BTreeMap<String, ContactNo>,
    events: Vec<Event>,
    ids: BTreeSet<String>,
}

impl Account {
    fn contact(&mut self, id: &str) -> ContactNo {
        let next = ContactNo(u32::try_from(self.contacts.len()).unwrap());
        *self.contacts.entry(id.to_owned()).or_insert(next)
    }
}

fn cell(text: &str) -> Value {
    if text.contains(';') {
        Value::List(text.split(';').map(Arc::from).collect())
    } else {
        Value::text(text)
    }
}

fn close(got: f64, expected: f64) -> bool {
    (got - expected).abs() <= 1e-6 * expected.abs().max(1.0)
}

#[track_caller]
fn check_number(account: &str, column: &str, got: Option<f64>, expected: &str) {
    let expected: Option<f64> = (!expected.is_empty()).then(|| expected.parse().unwrap());
    let same = match (got, expected) {
        (Some(got), Some(expected)) => close(got, expected),
        (got, expected) => got.is_none() && expected.is_none(),
    };
    assert!(same, "{account} {column}: got {got:?}, expected {expected:?}");
}

#[test]
fn the_worked_example_gives_what_it_should() {
    let files = [
        "model.toml",
        "contacts.csv",
        "accounts.csv",
        "signals.ndjson",
        "expected.csv",
    ]
    .map(read);
    let [
        Some(model),
        Some(contacts),
        Some(facts),
        Some(signals),
        Some(expected),
    ] = files
    else {
        println!(
            "skipped: the folder shared/examples is not beside the repository; QUORATE_SHARED can name it"
        );
        return;
    };
    let at: Timestamp = AT.parse().unwrap();
    let accounts = read_accounts(&contacts, &facts, &signals, at);
    let models = [ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model: Arc::new(Model::from_toml(&model).unwrap()),
    }];
    let expected = rows(&expected);
    let names: Vec<&str> = expected.iter().map(|row| row["account"]).collect();
    assert_eq!(names, accounts.keys().map(String::as_str).collect::<Vec<_>>());
    for row in expected {
        check_account(&row, &accounts[row["account"]], &models, at);
    }
}

fn read_accounts(contacts: &str, facts: &str, signals: &str, at: Timestamp) -> BTreeMap<String, Account> {
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    for row in rows(contacts) {
        let account = accounts.entry(row["account"].to_owned()).or_default();
        let contact = account.contact(row["contact"]);
        let roles = row["role"].split(';').filter(|role| !role.is_empty());
        let held = roles
            .map(|role| HeldRole {
                role: Role::new(role).unwrap(),
                solution: None,
            })
            .collect();
        account.events.push(Event::ContactStated {
            contact,
            fact: ContactFact::Roles(Some(held)),
            source: Source::person(),
        });
    }
    for row in rows(facts) {
        let account = accounts.entry(row["account"].to_owned()).or_default();
        for (column, text) in row.iter().filter(|(column, _)| **column != "account") {
            account.events.push(Event::FieldSet {
                field: Arc::from(*column),
                value: Some(cell(text)),
                source: Source::person(),
            });
        }
    }
    for line in signals.lines() {
        let line = json(line);
        let occurred_at: Timestamp = line["occurred_at"].parse().unwrap();
        let account = accounts.entry(line["account"].to_owned()).or_default();
        // Every line is recorded at `at`; what is dated later is left out.
        if occurred_at > at || !account.ids.insert(line["id"].to_owned()) {
            continue;
        }
        let contact = line.get("contact").map(|id| account.contact(id));
        account.events.push(Event::SignalRecorded(Signal {
            id: SignalId::new(line["id"]).unwrap(),
            kind: Kind::new(line["kind"]).unwrap(),
            contact,
            occurred_at,
            strength: line.get("strength").map_or(1.0, |text| text.parse().unwrap()),
            source: SignalSource::FirstParty,
            solution: line.get("solution").map(|text| Solution::new(*text).unwrap()),
            object: line.get("object").map(|text| Arc::from(*text)),
            properties: None,
            expired: at.millis_since(occurred_at) > RETENTION_DAYS * DAY_MS,
        }));
    }
    accounts
}

fn check_account(row: &BTreeMap<&str, &str>, account: &Account, models: &[ModelInForce], at: Timestamp) {
    let name = row["account"];
    let records: Vec<Record> = account
        .events
        .iter()
        .zip(1..)
        .map(|(event, seq)| Record {
            seq: Seq(seq),
            at,
            event: event.clone(),
        })
        .collect();
    let horizon = Horizon {
        as_of: at,
        now: at,
        known_at: None,
    };
    let (state, standing) = refold(
        &AccountId::new(name).unwrap(),
        &records,
        models,
        horizon,
        &mut Vec::new(),
    )
    .unwrap();
    let reading = standing.read(&state, &models[0].model, at);
    let group = reading.best().unwrap();
    check_number(
        name,
        "intent_points",
        Some(group.intent_points),
        row["intent_points"],
    );
    check_number(name, "heat", Some(group.heat), row["heat"]);
    assert_eq!(group.band.as_str(), row["band"], "{name}");
    check_number(name, "momentum", group.momentum, row["momentum"]);
    check_number(name, "fit", reading.fit.score, row["fit"]);
    let grade = reading.fit.grade.map_or("", quorate_domain::fit::Grade::as_str);
    assert_eq!(grade, row["grade"], "{name}");
    assert_eq!(
        group.engaged_contacts.to_string(),
        row["engaged_contacts"],
        "{name}"
    );
    let roles: Vec<&str> = group.engaged_roles.iter().map(Role::as_str).collect();
    assert_eq!(roles.join(";"), row["engaged_roles"], "{name}");
    check_number(name, "quorum", group.quorum.percent, row["quorum"]);
    // `score` judges at its instant by the entering conditions alone; here they are those of an account that is out.
    let out = quorate_domain::mqa::MqaStatus::default();
    let thresholds = standing.thresholds().unwrap();
    let engaged_roles: BTreeSet<Role> = group.engaged_roles.iter().cloned().collect();
    let situation = quorate_domain::mqa::Situation {
        at,
        heat: group.heat,
        engaged_contacts: group.engaged_contacts,
        engaged_roles: &engaged_roles,
        fit: &reading.fit,
        quorum: group.quorum.percent,
        disqualified: false,
        act_now_until: group.act_now_until,
    };
    let met = quorate_domain::mqa::conditions(&situation, thresholds, &out)
        .iter()
        .all(|condition| condition.met);
    assert_eq!(
        met,
        situation.qualifies(thresholds),
        "{name}: no signal of the example acts now"
    );
    assert_eq!(met.to_string(), row["mqa"], "{name}");
}
