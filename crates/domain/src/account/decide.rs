//! What a command makes happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::account::{
    AccountChange, AccountState, Command, ContactChange, ContactFact, ContactRef, Directory, Event,
    ListChange, NewSignal, Policy, Rejection, Relate, SignalRejection,
};
use crate::contact::{Card, Contact, RelationKey, RelationKind};
use crate::id::{ContactId, ContactNo, Kind, Role, SignalId};
use crate::infer::{self, Inference};
use crate::model::Model;
use crate::signal::{STRENGTH_MAX, Signal};
use crate::time::Timestamp;
use crate::value::{Source, Value};

mod qualify;

/// What happened to one signal of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is recorded and counts.
    Accepted,
    /// It is recorded; the model does not know its kind, so it is worth 0.
    UnknownKind,
    /// It is recorded and worth 0: older than the retention.
    Expired,
    /// It is recorded and waits until it is due.
    Waiting,
    /// Its id was recorded before.
    Duplicate,
    /// It is refused.
    Rejected(SignalRejection),
}

/// A field that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredField {
    /// Which.
    pub field: Arc<str>,
    /// Who said what it says now, and outranks the command's source.
    pub stated_by: Source,
}

/// What a command makes happen, to be recorded before anybody hears of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Facts, in order. None: there is nothing to record.
    pub events: Vec<Event>,
    /// Cards of contacts that are new or changed, whole.
    pub cards: Vec<(ContactNo, Card)>,
    /// One a signal of [`Command::RecordSignals`], in its order.
    pub outcomes: Vec<Outcome>,
    /// Fields a stronger source holds.
    pub ignored: Vec<IgnoredField>,
}

/// Decides what a command makes happen. Pure: `now`, the model and what is known are arguments.
///
/// - `known`: whether a signal of that id is recorded at this account.
///
/// # Errors
/// When the whole command is refused; a signal that is refused is an [`Outcome`].
pub fn decide(
    state: &AccountState,
    directory: &Directory,
    command: &Command,
    model: &Model,
    policy: &Policy,
    now: Timestamp,
    known: impl Fn(&SignalId) -> bool,
) -> Result<Decision, Rejection> {
    let mut deciding = Deciding {
        state,
        directory,
        model,
        policy,
        now,
        made: Decision::default(),
        drafts: BTreeMap::new(),
        new_ids: BTreeMap::new(),
        new_emails: BTreeMap::new(),
        new_kinds: BTreeSet::new(),
    };
    match command {
        Command::ChangeAccount(change) => deciding.change_account(change)?,
        Command::ChangeLists(change) => deciding.change_lists(change)?,
        Command::Disqualify { reason, source } => {
            if state.disqualified.as_ref().map(|stated| &stated.value) != reason.as_ref() {
                deciding.made.events.push(Event::Disqualified {
                    reason: reason.clone(),
                    source: source.clone(),
                });
            }
        }
        Command::ChangeContact(change) => deciding.change_contact(change)?,
        Command::Relate(relate) => deciding.relate(relate)?,
        Command::Unrelate { from, to, kind } => deciding.unrelate(from, to, *kind)?,
        Command::RecordSignals(signals) => deciding.record(signals, known),
        Command::StateEvidence(_)
        | Command::RetractEvidence { .. }
        | Command::ContestEvidence { .. }
        | Command::ChangeOpportunity(_)
        | Command::SnoozeGap(_) => {
            let event = qualify::decide(state, directory, command, model, policy, now)?;
            deciding.made.events.extend(event);
        }
    }
    let Deciding { mut made, drafts, .. } = deciding;
    made.cards = drafts.into_iter().collect();
    Ok(made)
}

struct Deciding<'a> {
    state: &'a AccountState,
    directory: &'a Directory,
    model: &'a Model,
    policy: &'a Policy,
    now: Timestamp,
    made: Decision,
    /// Cards this command makes or changes.
    drafts: BTreeMap<ContactNo, Card>,
    new_ids: BTreeMap<ContactId, ContactNo>,
    new_emails: BTreeMap<Arc<str>, ContactNo>,
    new_kinds: BTreeSet<Kind>,
}

impl Deciding<'_> {
    /// Whether `source` may overwrite what `holder` said.
    fn outranks(&self, source: &Source, holder: &Source) -> bool {
        self.model.source_rank(source) <= self.model.source_rank(holder)
    }

    fn change_account(&mut self, change: &AccountChange) -> Result<(), Rejection> {
        let mut count = self.state.fields.len();
        for (field, value) in &change.fields {
            if let Some(Value::Number(number)) = value
                && !number.is_finite()
            {
                return Err(Rejection::NotFinite {
                    field: field.to_string(),
                });
            }
            let value = value.as_ref().filter(|value| !value.is_unknown());
            let stated = self.state.fields.get(field);
            if let Some(holder) = stated.map(|stated| &stated.source)
                && !self.outranks(&change.source, holder)
            {
                self.made.ignored.push(IgnoredField {
                    field: field.clone(),
                    stated_by: holder.clone(),
                });
                continue;
            }
            let same = stated.map(|stated| &stated.value) == value
                && stated.is_none_or(|stated| stated.source == change.source);
            if same {
                continue;
            }
            if stated.is_none() {
                count += 1;
                if count > self.policy.fields_max {
                    return Err(Rejection::TooManyFields {
                        max: self.policy.fields_max,
                    });
                }
            }
            self.made.events.push(Event::FieldSet {
                field: field.clone(),
                value: value.cloned(),
                source: change.source.clone(),
            });
        }
        if self.state.created_at.is_none() && self.made.events.is_empty() {
            // An account may be known by its id alone: its name is its id until somebody says more.
            self.made.events.push(Event::FieldSet {
                field: Arc::from(crate::account::field::NAME),
                value: None,
                source: change.source.clone(),
            });
        }
        Ok(())
    }

    /// Adds to the lists and takes from them; what others put there stays, and the strongest who ever did is kept as
    /// the source, so that a weaker one cannot replace all of them later.
    fn change_lists(&mut self, change: &ListChange) -> Result<(), Rejection> {
        let name = crate::account::field::LISTS;
        let stated = self.state.fields.get(name);
        let known: Vec<Arc<str>> = stated
            .into_iter()
            .flat_map(|stated| stated.value.texts())
            .map(Arc::from)
            .collect();
        let mut lists = known.clone();
        lists.retain(|list| !change.remove.contains(list));
        for list in &change.add {
            if !lists.contains(list) && !change.remove.contains(list) {
                lists.push(list.clone());
            }
        }
        if lists == known {
            return Ok(());
        }
        if lists.len() > self.policy.lists_max && lists.len() > known.len() {
            return Err(Rejection::TooMany {
                what: "lists",
                max: self.policy.lists_max,
            });
        }
        if stated.is_none() && self.state.fields.len() >= self.policy.fields_max {
            return Err(Rejection::TooManyFields {
                max: self.policy.fields_max,
            });
        }
        let source = stated
            .map(|stated| &stated.source)
            .filter(|holder| !self.outranks(&change.source, holder))
            .unwrap_or(&change.source);
        self.made.events.push(Event::FieldSet {
            field: Arc::from(name),
            value: Some(Value::List(lists)).filter(|value| !value.is_unknown()),
            source: source.clone(),
        });
        Ok(())
    }

    fn contact_count(&self) -> usize {
        self.state.contacts.len() + self.new_ids.len()
    }

    /// Returns the contact with that id, introducing it when it is new.
    fn contact(&mut self, id: &ContactId) -> Result<ContactNo, usize> {
        if let Some(no) = self
            .directory
            .find(id.as_str())
            .or_else(|| self.new_ids.get(id).copied())
        {
            return Ok(no);
        }
        if self.contact_count() >= self.policy.contacts_max {
            return Err(self.policy.contacts_max);
        }
        // A number is never given twice, not even when the card of its contact was erased.
        let known = self.state.contacts.last_key_value();
        let next = self
            .directory
            .next_no()
            .0
            .max(known.map_or(0, |(no, _)| no.0 + 1));
        let no = ContactNo(next + u32::try_from(self.new_ids.len()).unwrap_or(u32::MAX));
        self.new_ids.insert(id.clone(), no);
        let mut card = Card {
            outside_id: Some(id.clone()),
            ..Card::default()
        };
        if id.as_str().contains('@') {
            let email: Arc<str> = Arc::from(id.as_str().to_lowercase());
            self.new_emails.entry(email.clone()).or_insert(no);
            card.emails.push(email);
        }
        self.drafts.insert(no, card);
        self.made.events.push(Event::ContactIntroduced { contact: no });
        Ok(no)
    }

    fn named(&mut self, reference: &ContactRef) -> Result<ContactNo, usize> {
        match reference {
            ContactRef::Id(id) => self.contact(id),
            ContactRef::Email { email, name } => {
                let known = self
                    .directory
                    .find_email(email)
                    .or_else(|| self.new_emails.get(email).copied());
                if let Some(no) = known {
                    return Ok(no);
                }
                let no = self.contact(&ContactId::trusted(email.clone()))?;
                if let Some(draft) = self.drafts.get_mut(&no) {
                    draft.name.clone_from(name);
                }
                Ok(no)
            }
        }
    }

    fn change_contact(&mut self, change: &ContactChange) -> Result<(), Rejection> {
        let no = self
            .contact(&change.contact)
            .map_err(|max| Rejection::TooManyContacts { max })?;
        let title_before = self.title(no);
        self.change_card(no, change);
        let unknown = Contact::unknown(no);
        let known = self.state.contacts.get(&no).unwrap_or(&unknown);
        self.read_title(known, title_before.as_deref(), change);
        for fact in change.facts() {
            if let Some(holder) = fact
                .stated_by(known)
                .filter(|holder| !self.outranks(&change.source, holder))
            {
                let field = Arc::from(fact.name());
                self.made.ignored.push(IgnoredField {
                    field,
                    stated_by: holder.clone(),
                });
                continue;
            }
            // Saying again what is said already is no event.
            let mut after = known.clone();
            fact.write(&mut after, &change.source, self.now);
            if !says_the_same(&after, known) {
                self.state_fact(no, fact, change);
            }
        }
        if let Some(reports_to) = change.reports_to.named() {
            self.report(no, reports_to)?;
        }
        Ok(())
    }

    /// Reads roles and seniority when title or department are new; takes away what somebody says is wrong.
    ///
    /// Saying the same title again reads nothing again, so what was dismissed stays away.
    fn read_title(&mut self, known: &Contact, title_before: Option<&str>, change: &ContactChange) {
        let before = known.function.as_ref();
        let function = match change.function.named() {
            Some(function) if before.is_none_or(|stated| self.outranks(&change.source, &stated.source)) => {
                function.map(|function| &**function)
            }
            Some(_) | None => before.map(|stated| &*stated.value),
        };
        let title = self.title(known.no);
        let is_new_title = title.as_deref() != title_before;
        let is_new_function = function != before.map(|stated| &*stated.value);
        let Inference {
            mut roles,
            seniority,
            function,
        } = if is_new_title || is_new_function {
            infer::infer(title.as_deref(), function, self.model)
        } else {
            Inference {
                roles: known.inferred.clone(),
                seniority: known.inferred_seniority,
                function: known.inferred_function.clone(),
            }
        };
        if is_new_function && !is_new_title {
            // Of the same title what was dismissed before stays away in another department.
            let suggested = infer::infer(title.as_deref(), before.map(|stated| &*stated.value), self.model);
            let kept = |role: &Role| known.inferred.iter().any(|inferred| inferred.role == *role);
            let dismissed =
                |role: &Role| suggested.roles.iter().any(|read| read.role == *role) && !kept(role);
            roles.retain(|role| !dismissed(&role.role));
        }
        roles.retain(|role| !change.not_roles.contains(&role.role));
        let says_more = seniority != known.inferred_seniority || function != known.inferred_function;
        if roles != known.inferred || says_more {
            let fact = ContactFact::Inferred {
                roles,
                seniority,
                function,
            };
            self.state_fact(known.no, fact, change);
        }
    }

    /// Returns a contact's job title, as it is with what this command wrote so far.
    fn title(&self, no: ContactNo) -> Option<Arc<str>> {
        let card = self.drafts.get(&no).or_else(|| self.directory.card(no))?;
        card.title.clone()
    }

    fn state_fact(&mut self, contact: ContactNo, fact: ContactFact, change: &ContactChange) {
        self.made.events.push(Event::ContactStated {
            contact,
            fact,
            source: change.source.clone(),
        });
    }

    fn change_card(&mut self, no: ContactNo, change: &ContactChange) {
        let old = self
            .drafts
            .get(&no)
            .or_else(|| self.directory.card(no))
            .cloned()
            .unwrap_or_default();
        let mut card = old.clone();
        if let Some(name) = change.name.named() {
            card.name = name.cloned();
        }
        if let Some(title) = change.title.named() {
            card.title = title.cloned();
        }
        if let Some(emails) = &change.emails {
            card.emails = emails
                .iter()
                .map(|email| Arc::from(email.trim().to_lowercase()))
                .collect();
            card.emails.retain(|email| !email.is_empty());
        }
        if card != old {
            self.drafts.insert(no, card);
        }
    }

    /// Replaces whom a contact reports to.
    fn report(&mut self, from: ContactNo, to: Option<&ContactId>) -> Result<(), Rejection> {
        let to = match to {
            Some(id) => Some(
                self.contact(id)
                    .map_err(|max| Rejection::TooManyContacts { max })?,
            ),
            None => None,
        };
        if to == Some(from) {
            return Err(Rejection::SelfRelation);
        }
        let mut there = false;
        for relation in self.state.relations.keys() {
            if relation.from == from && relation.kind == RelationKind::ReportsTo {
                if Some(relation.to) == to {
                    there = true;
                } else {
                    self.made
                        .events
                        .push(Event::RelationCleared { relation: *relation });
                }
            }
        }
        if let Some(to) = to.filter(|_| !there) {
            let relation = RelationKey {
                from,
                to,
                kind: RelationKind::ReportsTo,
            };
            self.check_relations()?;
            self.made.events.push(Event::RelationSet {
                relation,
                strength: None,
            });
        }
        Ok(())
    }

    fn relate(&mut self, relate: &Relate) -> Result<(), Rejection> {
        if relate.from == relate.to {
            return Err(Rejection::SelfRelation);
        }
        if let Some(strength) = relate.strength
            && !(0.0..=1.0).contains(&strength)
        {
            return Err(Rejection::RelationStrength { strength });
        }
        let from = self
            .contact(&relate.from)
            .map_err(|max| Rejection::TooManyContacts { max })?;
        let to = self
            .contact(&relate.to)
            .map_err(|max| Rejection::TooManyContacts { max })?;
        let relation = RelationKey {
            from,
            to,
            kind: relate.kind,
        };
        if !self.state.relations.contains_key(&relation) {
            self.check_relations()?;
        }
        if self.state.relations.get(&relation) != Some(&relate.strength) {
            self.made.events.push(Event::RelationSet {
                relation,
                strength: relate.strength,
            });
        }
        Ok(())
    }

    /// Refuses one more relation than an account may have; those this command takes back make room.
    fn check_relations(&self) -> Result<(), Rejection> {
        let cleared = |event: &&Event| matches!(event, Event::RelationCleared { .. });
        let gone = self.made.events.iter().filter(cleared).count();
        let max = self.policy.relations_max;
        if self.state.relations.len().saturating_sub(gone) < max {
            Ok(())
        } else {
            let what = "relations";
            Err(Rejection::TooMany { what, max })
        }
    }

    fn unrelate(&mut self, from: &ContactId, to: &ContactId, kind: RelationKind) -> Result<(), Rejection> {
        let find = |id: &ContactId| {
            self.directory
                .find(id.as_str())
                .ok_or_else(|| Rejection::UnknownContact {
                    contact: id.as_str().to_owned(),
                })
        };
        let relation = RelationKey {
            from: find(from)?,
            to: find(to)?,
            kind,
        };
        if !self.state.relations.contains_key(&relation) {
            return Err(Rejection::UnknownRelation);
        }
        self.made.events.push(Event::RelationCleared { relation });
        Ok(())
    }

    fn record(&mut self, signals: &[NewSignal], known: impl Fn(&SignalId) -> bool) {
        let mut seen = BTreeSet::new();
        for signal in signals {
            let outcome = if known(&signal.id) || seen.contains(&signal.id) {
                Outcome::Duplicate
            } else {
                match self.record_one(signal) {
                    Ok(outcome) => {
                        seen.insert(signal.id.clone());
                        outcome
                    }
                    Err(rejection) => Outcome::Rejected(rejection),
                }
            };
            self.made.outcomes.push(outcome);
        }
    }

    fn record_one(&mut self, signal: &NewSignal) -> Result<Outcome, SignalRejection> {
        if !(0.0..=STRENGTH_MAX).contains(&signal.strength) {
            return Err(SignalRejection::Strength {
                strength: signal.strength,
            });
        }
        let occurred_at = signal.occurred_at.unwrap_or(self.now);
        if signal.is_too_far_ahead(self.now) {
            return Err(SignalRejection::Future {
                occurred_at,
                now: self.now,
            });
        }
        if let Some(solution) = &signal.solution
            && !self.model.solutions.is_empty()
            && !self.model.solutions.iter().any(|listed| listed.name == *solution)
        {
            return Err(SignalRejection::UnknownSolution {
                solution: solution.as_str().to_owned(),
            });
        }
        if !self.state.kinds.contains(&signal.kind) && !self.new_kinds.contains(&signal.kind) {
            if self.state.kinds.len() + self.new_kinds.len() >= self.policy.kinds_max {
                return Err(SignalRejection::TooManyKinds {
                    max: self.policy.kinds_max,
                });
            }
            self.new_kinds.insert(signal.kind.clone());
        }
        let contact = match &signal.contact {
            Some(reference) => Some(
                self.named(reference)
                    .map_err(|max| SignalRejection::TooManyContacts { max })?,
            ),
            None => None,
        };
        let expired = self.now.millis_since(occurred_at) > self.policy.retention.to_millis();
        self.made.events.push(Event::SignalRecorded(Signal {
            id: signal.id.clone(),
            kind: signal.kind.clone(),
            contact,
            occurred_at,
            strength: signal.strength,
            source: signal.source,
            solution: signal.solution.clone(),
            object: signal.object.clone(),
            properties: signal.properties.clone(),
            expired,
        }));
        Ok(if expired {
            Outcome::Expired
        } else if self.model.rule(signal.kind.as_str()).is_none() {
            Outcome::UnknownKind
        } else if occurred_at > self.now {
            Outcome::Waiting
        } else {
            Outcome::Accepted
        })
    }
}

/// Whether two states of a contact say the same by the same sources; when it was recorded does not count.
fn says_the_same(after: &Contact, before: &Contact) -> bool {
    fn same<T: PartialEq>(a: Option<&crate::value::Stated<T>>, b: Option<&crate::value::Stated<T>>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => a.value == b.value && a.source == b.source,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
    same(after.roles.as_ref(), before.roles.as_ref())
        && same(after.seniority.as_ref(), before.seniority.as_ref())
        && same(after.attitude.as_ref(), before.attitude.as_ref())
        && same(after.excluded.as_ref(), before.excluded.as_ref())
        && same(after.function.as_ref(), before.function.as_ref())
        && same(after.lead_source.as_ref(), before.lead_source.as_ref())
        && same(after.consent.as_ref(), before.consent.as_ref())
}
