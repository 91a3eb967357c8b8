use super::*;
use crate::contact::{Attitude, HeldRole, RelationKind, Seniority};
use crate::id::{Kind, Role, Seq, SignalId, Solution};
use crate::model::Model;
use crate::signal::{STRENGTH_MAX, Signal, SignalSource};
use crate::time::{DAY_MS, Days};
use crate::value::Source;

const NOW: i64 = 1_772_409_600_000;

const MODEL: &str = "
name = 'm'
[roles.economic_buyer]
titles = ['chief financial officer']
[roles.user]
[seniority.titles]
c_level = ['chief']
[signals.'page.*']
points = 1
[[solutions]]
name = 'alpha'
";

/// An account, who its contacts are, which signals it knows, and what is asked of it.
struct Given {
    state: AccountState,
    directory: Directory,
    known: Vec<SignalId>,
    model: Model,
    policy: Policy,
    now: Timestamp,
    seq: u64,
}

fn given() -> Given {
    Given {
        state: AccountState::new(AccountId::trusted("acme")),
        directory: Directory::default(),
        known: Vec::new(),
        model: Model::from_toml(MODEL).unwrap_or_else(|errors| panic!("{errors}")),
        policy: Policy::default(),
        now: Timestamp::from_millis(NOW),
        seq: 0,
    }
}

impl Given {
    fn when(&self, command: &Command) -> Result<Decision, Rejection> {
        decide(
            &self.state,
            &self.directory,
            command,
            &self.model,
            &self.policy,
            self.now,
            |id| self.known.contains(id),
        )
    }

    /// Lets a command happen.
    #[track_caller]
    fn and(mut self, command: &Command) -> Self {
        let decision = self.when(command).unwrap();
        for event in decision.events {
            self.seq += 1;
            if let Event::SignalRecorded(signal) = &event {
                self.known.push(signal.id.clone());
            }
            self.state.apply(&Record {
                seq: Seq(self.seq),
                at: self.now,
                event,
            });
        }
        for (no, card) in decision.cards {
            self.directory.put(no, card);
        }
        self
    }

    /// Checks which events a command makes.
    #[track_caller]
    fn then(&self, command: &Command, expected: &[Event]) {
        let decision = self.when(command).unwrap();
        assert_eq!(decision.events, expected);
    }

    #[track_caller]
    fn rejects(&self, command: &Command, expected: &Rejection) {
        assert_eq!(self.when(command).as_ref(), Err(expected));
    }
}

fn source(name: &str) -> Source {
    Source(Arc::from(name))
}

fn contact_id(id: &str) -> ContactId {
    ContactId::trusted(id)
}

fn change_account(by: &str, fields: &[(&str, Option<Value>)]) -> Command {
    Command::ChangeAccount(AccountChange {
        fields: fields
            .iter()
            .map(|(field, value)| (Arc::from(*field), value.clone()))
            .collect(),
        source: source(by),
    })
}

fn field_set(field: &str, value: Option<Value>, by: &str) -> Event {
    Event::FieldSet {
        field: Arc::from(field),
        value,
        source: source(by),
    }
}

fn change_contact(id: &str, by: &str, change: impl FnOnce(&mut ContactChange)) -> Command {
    let mut asked = ContactChange::new(contact_id(id), source(by));
    change(&mut asked);
    Command::ChangeContact(asked)
}

fn introduced(no: u32) -> Event {
    Event::ContactIntroduced {
        contact: ContactNo(no),
    }
}

fn stated(no: u32, fact: ContactFact, by: &str) -> Event {
    Event::ContactStated {
        contact: ContactNo(no),
        fact,
        source: source(by),
    }
}

fn held(role: &str, solution: Option<&str>) -> HeldRole {
    HeldRole {
        role: Role::trusted(role),
        solution: solution.map(Solution::trusted),
    }
}

fn signal(id: &str) -> NewSignal {
    NewSignal {
        id: SignalId::trusted(id),
        kind: Kind::trusted("page.pricing"),
        contact: None,
        occurred_at: None,
        strength: 1.0,
        source: SignalSource::FirstParty,
        solution: None,
        object: None,
        properties: None,
    }
}

fn by(id: &str) -> ContactRef {
    ContactRef::Id(contact_id(id))
}

fn by_email(email: &str, name: Option<&str>) -> ContactRef {
    ContactRef::Email {
        email: Arc::from(email),
        name: name.map(Arc::from),
    }
}

fn after(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW + millis)
}

#[track_caller]
fn check_outcomes(given: &Given, signals: Vec<NewSignal>, expected: &[Outcome]) -> Decision {
    let decision = given.when(&Command::RecordSignals(signals)).unwrap();
    assert_eq!(decision.outcomes, expected);
    decision
}

mod contacts;
mod fields;
mod qualifying;
mod signals;
