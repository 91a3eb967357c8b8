//! `--replay`: an account's history judged at every signal and crossing, as the server judges it.

use std::sync::Arc;

use quorate_domain::account::{AccountState, ContactFact, Event, Record};
use quorate_domain::id::{AccountId, Kind, ModelVersion, Seq, SignalId, Solution};
use quorate_domain::model::Model;
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::standing::{Horizon, ModelInForce, Reading, refold};
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;

use super::kinds::KindNo;
use super::parse::Entry;
use super::shard::{AccountNo, VisitorNo};

/// A signal kept to be judged.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) account: AccountNo,
    pub(super) visitor: VisitorNo,
    kind: KindNo,
    group: Option<u32>,
    occurred_at: Timestamp,
    strength: f64,
    id: Box<str>,
    object: Option<Box<str>>,
}

impl Kept {
    /// Keeps a signal that is no duplicate, not expired and of a known kind.
    pub(super) fn new(
        account: AccountNo,
        visitor: VisitorNo,
        entry: &Entry,
        id: &str,
        object: Option<&str>,
    ) -> Self {
        Self {
            account,
            visitor,
            kind: entry.kind,
            group: entry.group,
            occurred_at: entry.occurred_at,
            strength: entry.strength,
            id: id.into(),
            object: object.map(Into::into),
        }
    }
}

/// One account's facts and signals.
pub(super) struct History<'a> {
    /// Its fields and contacts.
    pub(super) state: AccountState,
    /// Its signals in file order.
    pub(super) signals: Vec<&'a Kept>,
}

impl History<'_> {
    /// Returns the account at `at` after its whole history, recorded at `at`, was judged.
    pub(super) fn read(
        &self,
        model: &Arc<Model>,
        at: Timestamp,
        kind: impl Fn(KindNo) -> Option<Kind>,
        contact: impl Fn(VisitorNo) -> Option<quorate_domain::id::ContactNo>,
    ) -> Option<Reading> {
        let mut events = facts(&self.state);
        for kept in &self.signals {
            let solution = |group: u32| -> Option<Solution> {
                let place = usize::try_from(group).ok()?;
                model.solutions.get(place).map(|rule| rule.name.clone())
            };
            events.push(Event::SignalRecorded(Signal {
                id: SignalId::trusted(&*kept.id),
                kind: kind(kept.kind)?,
                contact: contact(kept.visitor),
                occurred_at: kept.occurred_at,
                strength: kept.strength,
                source: SignalSource::FirstParty,
                solution: kept.group.and_then(solution),
                object: kept.object.as_deref().map(Arc::from),
                properties: None,
                expired: false,
            }));
        }
        let records: Vec<Record> = (1..)
            .zip(events)
            .map(|(seq, event)| Record {
                seq: Seq(seq),
                at,
                event,
            })
            .collect();
        let models = [ModelInForce {
            from: Timestamp::MIN,
            version: ModelVersion(0),
            model: Arc::clone(model),
        }];
        let horizon = Horizon {
            as_of: at,
            now: at,
            known_at: None,
        };
        let id: &AccountId = &self.state.id;
        let (state, standing) = refold(id, &records, &models, horizon, &mut Vec::new())?;
        Some(standing.read(&state, model, at))
    }
}

/// Returns the events that say what the state says. The files are undated: it holds from the beginning.
fn facts(state: &AccountState) -> Vec<Event> {
    let source = Source::person();
    let mut events = Vec::new();
    for (field, stated) in &state.fields {
        events.push(Event::FieldSet {
            field: Arc::clone(field),
            value: Some(stated.value.clone()),
            source: source.clone(),
        });
    }
    for contact in state.contacts.values() {
        events.push(Event::ContactIntroduced { contact: contact.no });
        let inferred = ContactFact::Inferred {
            roles: contact.inferred.clone(),
            seniority: contact.inferred_seniority,
            function: contact.inferred_function.clone(),
        };
        let roles = contact.roles.as_ref().map(|stated| stated.value.clone());
        let seniority = contact.seniority.as_ref().map(|stated| stated.value);
        for fact in [
            inferred,
            ContactFact::Roles(roles),
            ContactFact::Seniority(seniority),
        ] {
            events.push(Event::ContactStated {
                contact: contact.no,
                fact,
                source: source.clone(),
            });
        }
    }
    events
}
