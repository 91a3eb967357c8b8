//! What can be asked of an account.

use std::sync::Arc;

use crate::account::ContactFact;
use crate::contact::{Attitude, HeldRole, RelationKind, Seniority};
use crate::evidence::Level;
use crate::id::{ContactId, EvidenceNo, Kind, OpportunityId, Role, SignalId, Solution};
use crate::opportunity::OpportunityState;
use crate::signal::SignalSource;
use crate::time::{Day, Days, Timestamp};
use crate::value::{Source, Value};

/// How far ahead of its arrival a signal may be dated: 5 minutes (docs/semantics.md 3.16).
pub const FUTURE_MAX_MS: i64 = 5 * 60 * 1000;

/// Limits the installation sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// How old a signal may be to count.
    pub retention: Days,
    /// How many contacts an account may have.
    pub contacts_max: usize,
    /// How many relations an account may have.
    pub relations_max: usize,
    /// How many fields and attributes an account may have.
    pub fields_max: usize,
    /// How many distinct kinds an account may see.
    pub kinds_max: usize,
    /// How many pieces of evidence an account may have.
    pub evidence_max: usize,
    /// How many opportunities an account may have.
    pub opportunities_max: usize,
    /// How many gaps of an account may be put off.
    pub snoozes_max: usize,
    /// How many lists an account may be on.
    pub lists_max: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retention: Days(400.0),
            contacts_max: 10_000,
            relations_max: 20_000,
            fields_max: 200,
            kinds_max: 1_000,
            evidence_max: 2_000,
            opportunities_max: 500,
            snoozes_max: 500,
            lists_max: 200,
        }
    }
}

/// Something asked of an account.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Merge fields and attributes.
    ChangeAccount(AccountChange),
    /// Put the account on lists, or take it off.
    ChangeLists(ListChange),
    /// Disqualify the account, or take that back.
    Disqualify {
        /// Why; `None` takes it back.
        reason: Option<Arc<str>>,
        /// Who says so.
        source: Source,
    },
    /// Merge what is said of a contact; introduces it.
    ChangeContact(ContactChange),
    /// State a relation between two contacts; introduces them.
    Relate(Relate),
    /// Take a relation back.
    Unrelate {
        /// Where it starts.
        from: ContactId,
        /// Where it ends.
        to: ContactId,
        /// What it is.
        kind: RelationKind,
    },
    /// Record signals.
    RecordSignals(Vec<NewSignal>),
    /// State evidence for an element of a framework.
    StateEvidence(StateEvidence),
    /// Take evidence back: it was recorded in error.
    RetractEvidence {
        /// Which.
        evidence: EvidenceNo,
        /// Why.
        reason: Option<Arc<str>>,
        /// Who says so.
        source: Source,
    },
    /// Record that somebody at the account denies what evidence says.
    ContestEvidence {
        /// Which.
        evidence: EvidenceNo,
        /// Who; somebody the account knows.
        by: ContactId,
        /// What they say.
        note: Option<Arc<str>>,
        /// Who records it.
        source: Source,
    },
    /// Merge what is said of an opportunity; makes it.
    ChangeOpportunity(OpportunityChange),
    /// Put a gap off until a date, or show it again.
    SnoozeGap(SnoozeGap),
}

/// A dated statement for an element of a framework.
#[derive(Clone, Debug, PartialEq)]
pub struct StateEvidence {
    /// For which solution; `None`: for every buying group.
    pub solution: Option<Solution>,
    /// The framework; one in use.
    pub framework: Arc<str>,
    /// Its element.
    pub element: Arc<str>,
    /// How far it is proven.
    pub level: Level,
    /// What shows it; a validated statement names it.
    pub artefact: Option<Arc<str>>,
    /// Who at the account said or did it; introduces nobody.
    pub said_by: Option<ContactId>,
    /// What was said.
    pub note: Option<Arc<str>>,
    /// When; `None`: now.
    pub said_at: Option<Timestamp>,
    /// Who records it.
    pub source: Source,
}

/// Named things merge.
#[derive(Clone, Debug, PartialEq)]
pub struct OpportunityChange {
    /// Which.
    pub id: OpportunityId,
    /// What people call it.
    pub name: Patch<Arc<str>>,
    /// For which solution.
    pub solution: Patch<Solution>,
    /// How much it is worth.
    pub amount: Patch<f64>,
    /// In which currency.
    pub currency: Patch<Arc<str>>,
    /// Whether it is open; a new one is.
    pub state: Option<OpportunityState>,
    /// When it is to close, or closed.
    pub closes_on: Patch<Day>,
    /// Who says so.
    pub source: Source,
}

impl OpportunityChange {
    /// Returns a change that says nothing.
    #[must_use]
    pub fn new(id: OpportunityId, source: Source) -> Self {
        Self {
            id,
            name: Patch::Leave,
            solution: Patch::Leave,
            amount: Patch::Leave,
            currency: Patch::Leave,
            state: None,
            closes_on: Patch::Leave,
            source,
        }
    }
}

/// A gap is put off.
#[derive(Clone, Debug, PartialEq)]
pub struct SnoozeGap {
    /// Of which buying group.
    pub solution: Option<Solution>,
    /// The gap's id.
    pub gap: Arc<str>,
    /// Until when; `None`: show it again.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: Option<Arc<str>>,
    /// Who says so.
    pub source: Source,
}

/// Named fields merge; `None` clears.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountChange {
    /// Field or attribute and its new value.
    pub fields: Vec<(Arc<str>, Option<Value>)>,
    /// Who says so.
    pub source: Source,
}

/// Lists the account is put on and taken off, beside those it is on.
///
/// Being on one list takes nothing from another, so who put it on the others does not matter here: the ranking of
/// sources decides who may *replace* what is said, and this replaces nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct ListChange {
    /// Lists it is put on.
    pub add: Vec<Arc<str>>,
    /// Lists it is taken off.
    pub remove: Vec<Arc<str>>,
    /// Who says so.
    pub source: Source,
}

/// What a change does to one thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Patch<T> {
    /// Leaves it as it is: the change does not name it.
    #[default]
    Leave,
    /// Takes it back.
    Clear,
    /// States it.
    Set(T),
}

impl<T: Clone> Patch<T> {
    /// Writes the change into what is there.
    pub fn write(&self, thing: &mut Option<T>) {
        match self {
            Self::Leave => {}
            Self::Clear => *thing = None,
            Self::Set(value) => *thing = Some(value.clone()),
        }
    }
}

impl<T> Patch<T> {
    /// Returns whether the change names the thing at all.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !matches!(self, Self::Leave)
    }

    /// Returns the new state of the thing, `None` inside when it is taken back; nothing when it is left.
    #[must_use]
    #[expect(
        clippy::option_option,
        reason = "the outer one is whether it is named, the inner one what is said"
    )]
    pub fn named(&self) -> Option<Option<&T>> {
        match self {
            Self::Leave => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }
}

/// Named things merge.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactChange {
    /// Who.
    pub contact: ContactId,
    /// Its name.
    pub name: Patch<Arc<str>>,
    /// Its job title; roles and seniority are read from it.
    pub title: Patch<Arc<str>>,
    /// Its addresses, the first one first.
    pub emails: Option<Vec<Arc<str>>>,
    /// The roles it holds.
    pub roles: Patch<Vec<HeldRole>>,
    /// Roles its title or department suggests that are wrong. They do not come back while both stay as they are.
    pub not_roles: Vec<Role>,
    /// Its seniority.
    pub seniority: Patch<Seniority>,
    /// Its attitude.
    pub attitude: Patch<Attitude>,
    /// Why it does not count.
    pub excluded: Patch<Arc<str>>,
    /// Its department or function.
    pub function: Patch<Arc<str>>,
    /// How it became known.
    pub lead_source: Patch<Arc<str>>,
    /// What it agreed to.
    pub consent: Patch<Arc<str>>,
    /// Whom it reports to; replaces what was said before.
    pub reports_to: Patch<ContactId>,
    /// Who says so.
    pub source: Source,
}

impl ContactChange {
    /// Returns a change that says nothing.
    #[must_use]
    pub fn new(contact: ContactId, source: Source) -> Self {
        Self {
            contact,
            name: Patch::Leave,
            title: Patch::Leave,
            emails: None,
            roles: Patch::Leave,
            not_roles: Vec::new(),
            seniority: Patch::Leave,
            attitude: Patch::Leave,
            excluded: Patch::Leave,
            function: Patch::Leave,
            lead_source: Patch::Leave,
            consent: Patch::Leave,
            reports_to: Patch::Leave,
            source,
        }
    }
}

impl ContactChange {
    /// Returns the facts the change states, without the title and what it suggests.
    pub(crate) fn facts(&self) -> impl Iterator<Item = ContactFact> + use<> {
        [
            self.roles.named().map(|value| ContactFact::Roles(value.cloned())),
            self.seniority
                .named()
                .map(|value| ContactFact::Seniority(value.copied())),
            self.attitude
                .named()
                .map(|value| ContactFact::Attitude(value.copied())),
            self.excluded
                .named()
                .map(|value| ContactFact::Excluded(value.cloned())),
            self.function
                .named()
                .map(|value| ContactFact::Function(value.cloned())),
            self.lead_source
                .named()
                .map(|value| ContactFact::LeadSource(value.cloned())),
            self.consent
                .named()
                .map(|value| ContactFact::Consent(value.cloned())),
        ]
        .into_iter()
        .flatten()
    }
}

/// A relation between two contacts.
#[derive(Clone, Debug, PartialEq)]
pub struct Relate {
    /// Where it starts.
    pub from: ContactId,
    /// Where it ends.
    pub to: ContactId,
    /// What it is.
    pub kind: RelationKind,
    /// How strong, `0..=1`; `None`: as the model says.
    pub strength: Option<f64>,
}

/// How a signal names its contact.
#[derive(Clone, Debug, PartialEq)]
pub enum ContactRef {
    /// By its outside id.
    Id(ContactId),
    /// By its lower-case email address; one that matches nobody is a new contact with the address as its id.
    Email {
        /// The address.
        email: Arc<str>,
        /// Its name, should it be new.
        name: Option<Arc<str>>,
    },
}

/// A signal as somebody sends it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSignal {
    /// Unique within its account.
    pub id: SignalId,
    /// What happened.
    pub kind: Kind,
    /// Who did it; `None`: an anonymous visitor.
    pub contact: Option<ContactRef>,
    /// When; `None`: now.
    pub occurred_at: Option<Timestamp>,
    /// Its strength; anything but a finite number `0..=`[`crate::signal::STRENGTH_MAX`] is rejected.
    pub strength: f64,
    /// Where it was seen.
    pub source: SignalSource,
    /// Which solution it was about.
    pub solution: Option<Solution>,
    /// What it was about.
    pub object: Option<Arc<str>>,
    /// Whatever else was said, as JSON text.
    pub properties: Option<Arc<str>>,
}

impl NewSignal {
    /// Whether it is dated further ahead of `now` than is believed.
    #[must_use]
    pub fn is_too_far_ahead(&self, now: Timestamp) -> bool {
        self.occurred_at
            .is_some_and(|at| at.millis_since(now) > FUTURE_MAX_MS)
    }
}
