//! An account's facts: what happened and who said so. [`decide`] and [`AccountState::apply`] are the only two
//! ways to change them; what a model makes of them is the [standing](crate::standing).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::contact::{Card, Contact, RelationKey};
use crate::evidence::{Contest, Evidence};
use crate::id::{AccountId, ContactId, ContactNo, EvidenceNo, Kind, OpportunityId, Solution};
use crate::opportunity::Opportunity;
use crate::time::Timestamp;
use crate::value::{Source, Stated, Value};

mod command;
mod condense;
mod decide;
mod event;
mod rejection;

pub use command::{
    AccountChange, Command, ContactChange, ContactRef, FUTURE_MAX_MS, ListChange, NewSignal,
    OpportunityChange, Patch, Policy, Relate, SnoozeGap, StateEvidence,
};
pub use condense::{Condensed, condense};
pub use decide::{Decision, IgnoredField, Outcome, decide};
pub(crate) use event::ContactField;
pub use event::{ContactFact, Event, Record};
pub use rejection::{Rejection, SignalRejection};

/// Account fields that are no free attributes; on the wire they stand at the top.
pub mod field {
    /// What people call the account.
    pub const NAME: &str = "name";
    /// Its domains, a list.
    pub const DOMAINS: &str = "domains";
    /// Who looks after it.
    pub const OWNER: &str = "owner";
    /// Its tier in the target account list.
    pub const TIER: &str = "tier";
    /// The account it belongs to.
    pub const PARENT: &str = "parent";
    /// The lists it is on.
    pub const LISTS: &str = "lists";
    /// All of them.
    pub const ALL: [&str; 6] = [NAME, DOMAINS, OWNER, TIER, PARENT, LISTS];
}

/// The facts of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountState {
    /// Its id.
    pub id: AccountId,
    /// When its first record was made; `None`: nothing was ever recorded, the account does not exist.
    pub created_at: Option<Timestamp>,
    /// Fields and attributes by name, each with its source. Cleared ones are absent.
    pub fields: BTreeMap<Arc<str>, Stated<Value>>,
    /// Its people by number.
    pub contacts: BTreeMap<ContactNo, Contact>,
    /// Relations between them; the strength is `None` when nobody stated one.
    pub relations: BTreeMap<RelationKey, Option<f64>>,
    /// Why sales disqualified it, if so.
    pub disqualified: Option<Stated<Arc<str>>>,
    /// The kinds of its signals, each once.
    pub kinds: BTreeSet<Kind>,
    /// Signals recorded, expired ones included.
    pub signals: u64,
    /// Signals that were older than the retention when recorded.
    pub expired: u64,
    /// The newest `occurred_at` among signals that are not expired.
    pub last_signal_at: Option<Timestamp>,
    /// Evidence by number; what was retracted is absent.
    pub evidence: BTreeMap<EvidenceNo, Evidence>,
    /// The largest number evidence was ever given.
    pub evidence_last: EvidenceNo,
    /// Opportunities by id.
    pub opportunities: BTreeMap<OpportunityId, Opportunity>,
    /// Gaps that were put off, by buying group and gap id; some may be over.
    pub snoozes: BTreeMap<(Option<Solution>, Arc<str>), Snooze>,
}

/// A gap that was put off.
#[derive(Clone, Debug, PartialEq)]
pub struct Snooze {
    /// Until when; at that instant it is shown again.
    pub until: Timestamp,
    /// Why.
    pub reason: Option<Arc<str>>,
    /// Who says so.
    pub source: Source,
    /// When it was recorded.
    pub at: Timestamp,
}

impl AccountState {
    /// Returns an account of which nothing is recorded.
    #[must_use]
    pub fn new(id: AccountId) -> Self {
        Self {
            id,
            created_at: None,
            fields: BTreeMap::new(),
            contacts: BTreeMap::new(),
            relations: BTreeMap::new(),
            disqualified: None,
            kinds: BTreeSet::new(),
            signals: 0,
            expired: 0,
            last_signal_at: None,
            evidence: BTreeMap::new(),
            evidence_last: EvidenceNo(0),
            opportunities: BTreeMap::new(),
            snoozes: BTreeMap::new(),
        }
    }

    /// Returns a field's or attribute's value; `None` when it is unknown.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.fields
            .get(name)
            .map(|stated| &stated.value)
            .filter(|value| !value.is_unknown())
    }

    /// Returns a text field, such as [`field::NAME`].
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(|value| value.texts().next())
    }

    /// Writes what happened into the facts. Never fails and never judges: all it needs is in the record.
    #[expect(clippy::too_many_lines, reason = "an arm an event, each of a few lines")]
    pub fn apply(&mut self, record: &Record) {
        if self.created_at.is_none() {
            self.created_at = Some(record.at);
        }
        match &record.event {
            Event::FieldSet { field, value, source } => match value {
                Some(value) => {
                    let stated = Stated {
                        value: value.clone(),
                        source: source.clone(),
                        at: record.at,
                    };
                    self.fields.insert(field.clone(), stated);
                }
                None => {
                    self.fields.remove(field);
                }
            },
            Event::Disqualified { reason, source } => {
                self.disqualified = reason.as_ref().map(|reason| Stated {
                    value: reason.clone(),
                    source: source.clone(),
                    at: record.at,
                });
            }
            Event::ContactIntroduced { contact } => {
                self.contacts
                    .entry(*contact)
                    .or_insert_with(|| Contact::unknown(*contact));
            }
            Event::ContactStated {
                contact,
                fact,
                source,
            } => {
                let known = self
                    .contacts
                    .entry(*contact)
                    .or_insert_with(|| Contact::unknown(*contact));
                fact.write(known, source, record.at);
            }
            Event::RelationSet { relation, strength } => {
                self.relations.insert(*relation, *strength);
            }
            Event::RelationCleared { relation } => {
                self.relations.remove(relation);
            }
            Event::SignalRecorded(signal) => {
                self.signals += 1;
                if !self.kinds.contains(&signal.kind) {
                    self.kinds.insert(signal.kind.clone());
                }
                if signal.expired {
                    self.expired += 1;
                } else {
                    self.last_signal_at = self.last_signal_at.max(Some(signal.occurred_at));
                }
            }
            Event::EvidenceStated { evidence, statement } => {
                self.evidence_last = self.evidence_last.max(*evidence);
                let stated = Evidence {
                    no: *evidence,
                    statement: (**statement).clone(),
                    recorded_at: record.at,
                    contested: None,
                };
                self.evidence.insert(*evidence, stated);
            }
            Event::EvidenceRetracted { evidence, .. } => {
                self.evidence.remove(evidence);
            }
            Event::EvidenceContested {
                evidence,
                by,
                note,
                source,
            } => {
                if let Some(known) = self.evidence.get_mut(evidence) {
                    known.contested = Some(Contest {
                        by: *by,
                        note: note.clone(),
                        source: source.clone(),
                        at: record.at,
                    });
                }
            }
            Event::OpportunitySet(opportunity) => {
                self.opportunities
                    .insert(opportunity.id.clone(), (**opportunity).clone());
            }
            Event::GapSnoozed {
                solution,
                gap,
                until,
                reason,
                source,
            } => {
                // What is over says nothing any more.
                self.snoozes.retain(|_, snooze| snooze.until > record.at);
                let key = (solution.clone(), gap.clone());
                match until {
                    Some(until) => {
                        let snooze = Snooze {
                            until: *until,
                            reason: reason.clone(),
                            source: source.clone(),
                            at: record.at,
                        };
                        self.snoozes.insert(key, snooze);
                    }
                    None => {
                        self.snoozes.remove(&key);
                    }
                }
            }
        }
    }
}

/// Who the contacts of one account are. Kept apart from the facts, and erasable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directory {
    cards: BTreeMap<ContactNo, Card>,
    by_id: BTreeMap<ContactId, ContactNo>,
    /// Who lists an address. Several may: then it is the lowest number's, whatever came first, so that a directory
    /// put back from its cards finds whom this one does.
    by_email: BTreeMap<Arc<str>, BTreeSet<ContactNo>>,
}

impl Directory {
    /// Returns the directory of these cards.
    #[must_use]
    pub fn new(cards: impl IntoIterator<Item = (ContactNo, Card)>) -> Self {
        let mut directory = Self::default();
        for (no, card) in cards {
            directory.put(no, card);
        }
        directory
    }

    /// Writes a card, in place of the one with that number.
    pub fn put(&mut self, no: ContactNo, card: Card) {
        if let Some(old) = self.cards.get(&no) {
            if let Some(id) = &old.outside_id {
                self.by_id.remove(id);
            }
            for email in &old.emails {
                if let Some(holders) = self.by_email.get_mut(email) {
                    holders.remove(&no);
                    if holders.is_empty() {
                        self.by_email.remove(email);
                    }
                }
            }
        }
        if let Some(id) = &card.outside_id {
            self.by_id.insert(id.clone(), no);
        }
        for email in &card.emails {
            self.by_email.entry(email.clone()).or_default().insert(no);
        }
        self.cards.insert(no, card);
    }

    /// Returns a contact's card.
    #[must_use]
    pub fn card(&self, no: ContactNo) -> Option<&Card> {
        self.cards.get(&no)
    }

    /// Returns all cards, by number.
    pub fn cards(&self) -> impl Iterator<Item = (ContactNo, &Card)> {
        self.cards.iter().map(|(no, card)| (*no, card))
    }

    /// Returns the contact with that outside id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<ContactNo> {
        self.by_id.get(id).copied()
    }

    /// Returns the contact with that lower-case email address; of several the lowest number.
    #[must_use]
    pub fn find_email(&self, email: &str) -> Option<ContactNo> {
        self.by_email.get(email)?.first().copied()
    }

    /// Returns the number the next new contact gets.
    #[must_use]
    pub fn next_no(&self) -> ContactNo {
        ContactNo(self.cards.last_key_value().map_or(0, |(no, _)| no.0 + 1))
    }
}

#[cfg(test)]
mod tests;
