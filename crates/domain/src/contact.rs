//! People at an account: facts under an internal number, and the erasable card that says who they are.

use std::sync::Arc;

use crate::id::{ContactId, ContactNo, Role, Solution};
use crate::value::Stated;

/// How senior a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seniority {
    /// Chief officers, founders, owners.
    CLevel,
    /// Vice presidents and heads.
    Vp,
    /// Directors.
    Director,
    /// Managers and leads.
    Manager,
    /// Everybody else.
    Staff,
}

impl Seniority {
    /// All levels, highest first.
    pub const ALL: [Self; 5] = [Self::CLevel, Self::Vp, Self::Director, Self::Manager, Self::Staff];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CLevel => "c_level",
            Self::Vp => "vp",
            Self::Director => "director",
            Self::Manager => "manager",
            Self::Staff => "staff",
        }
    }

    /// Returns the level of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// How a contact stands to the purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attitude {
    /// Wants it.
    Supporter,
    /// Neither way.
    Neutral,
    /// Is against it: worth 0 in any seat.
    Detractor,
    /// Nobody knows.
    Unknown,
}

impl Attitude {
    /// All attitudes, in wire order.
    pub const ALL: [Self; 4] = [Self::Supporter, Self::Neutral, Self::Detractor, Self::Unknown];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supporter => "supporter",
            Self::Neutral => "neutral",
            Self::Detractor => "detractor",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the attitude of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attitude| attitude.as_str() == text)
    }
}

/// A role somebody says the contact holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// For which solution; `None`: for all.
    pub solution: Option<Solution>,
}

/// A role read from a title or department.
#[derive(Clone, Debug, PartialEq)]
pub struct InferredRole {
    /// The role.
    pub role: Role,
    /// How sure the rule is, `0..=1`.
    pub confidence: f64,
    /// The pattern that fired.
    pub rule: Arc<str>,
    /// Only a candidate: shown, but not held (champion, coach and blocker are never more from a title alone).
    pub candidate: bool,
}

/// What the rules may know of a contact. Holds nothing that says who it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Its internal number.
    pub no: ContactNo,
    /// Roles somebody stated; they win over inferred ones. An empty list is no statement.
    pub roles: Option<Stated<Vec<HeldRole>>>,
    /// Roles read from title and department by the model in force when the title was recorded.
    pub inferred: Vec<InferredRole>,
    /// Stated seniority.
    pub seniority: Option<Stated<Seniority>>,
    /// Seniority read from the title.
    pub inferred_seniority: Option<Seniority>,
    /// Function read from department or title, by the name the model's packs give it.
    pub inferred_function: Option<Arc<str>>,
    /// How it stands to the purchase.
    pub attitude: Option<Stated<Attitude>>,
    /// Why it does not count (competitor, student, opted out of profiling); `None`: it counts.
    pub excluded: Option<Stated<Arc<str>>>,
    /// Department or function, such as `finance`.
    pub function: Option<Stated<Arc<str>>>,
    /// How it became known, such as `referral`.
    pub lead_source: Option<Stated<Arc<str>>>,
    /// What it agreed to.
    pub consent: Option<Stated<Arc<str>>>,
}

impl Contact {
    /// Returns a contact of whom nothing is known.
    #[must_use]
    pub fn unknown(no: ContactNo) -> Self {
        Self {
            no,
            roles: None,
            inferred: Vec::new(),
            seniority: None,
            inferred_seniority: None,
            inferred_function: None,
            attitude: None,
            excluded: None,
            function: None,
            lead_source: None,
            consent: None,
        }
    }

    /// Returns whether the contact counts at all.
    #[must_use]
    pub fn is_excluded(&self) -> bool {
        self.excluded.is_some()
    }

    /// Returns the roles held for `solution`, in name order: the stated ones, else the inferred ones that are
    /// no mere candidates. `unknown` is no role.
    #[must_use]
    pub fn roles_for(&self, solution: Option<&Solution>) -> Vec<&Role> {
        let mut roles: Vec<&Role> = match &self.roles {
            Some(stated) => stated
                .value
                .iter()
                .filter(|held| held.solution.is_none() || held.solution.as_ref() == solution)
                .map(|held| &held.role)
                .collect(),
            None => self
                .inferred
                .iter()
                .filter(|role| !role.candidate)
                .map(|role| &role.role)
                .collect(),
        };
        roles.retain(|role| !role.is_unknown());
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Returns whether the roles it holds rest on inference alone.
    #[must_use]
    pub fn roles_are_inferred(&self) -> bool {
        self.roles.is_none()
    }

    /// Returns the seniority: the stated one, else the inferred one.
    #[must_use]
    pub fn seniority(&self) -> Option<Seniority> {
        self.seniority
            .as_ref()
            .map(|stated| stated.value)
            .or(self.inferred_seniority)
    }

    /// Returns where in the company it works: the function read from department or title, else the department as
    /// somebody stated it, in lower case.
    #[must_use]
    pub fn function(&self) -> Option<Arc<str>> {
        let stated = || {
            let text = self.function.as_ref()?.value.trim().to_lowercase();
            (!text.is_empty()).then(|| Arc::from(text))
        };
        self.inferred_function.clone().or_else(stated)
    }

    /// Returns the attitude, `Unknown` when nobody said.
    #[must_use]
    pub fn attitude(&self) -> Attitude {
        self.attitude
            .as_ref()
            .map_or(Attitude::Unknown, |stated| stated.value)
    }
}

/// Who a contact is: the erasable record, the only home of personal data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// The id the outside world uses; `None` once erased.
    pub outside_id: Option<ContactId>,
    /// Its name.
    pub name: Option<Arc<str>>,
    /// Its job title.
    pub title: Option<Arc<str>>,
    /// Its email addresses, lower-cased, the first one first.
    pub emails: Vec<Arc<str>>,
}

/// How two contacts are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// `from` reports to `to`.
    ReportsTo,
    /// `from` influences `to`.
    Influences,
    /// They work together.
    WorksWith,
    /// `from` blocks `to`.
    Blocks,
}

impl RelationKind {
    /// All kinds, in wire order.
    pub const ALL: [Self; 4] = [Self::ReportsTo, Self::Influences, Self::WorksWith, Self::Blocks];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReportsTo => "reports_to",
            Self::Influences => "influences",
            Self::WorksWith => "works_with",
            Self::Blocks => "blocks",
        }
    }

    /// Returns the kind of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An edge of the committee graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationKey {
    /// Where it starts.
    pub from: ContactNo,
    /// Where it ends.
    pub to: ContactNo,
    /// What it is.
    pub kind: RelationKind,
}
