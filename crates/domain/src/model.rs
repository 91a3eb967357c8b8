//! The model: the versioned qualification policy. Parsed, then checked, then trusted.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contact::Seniority;
use crate::id::{Kind, ModelVersion, Role, Solution};
use crate::time::{Days, HalfLife};
use crate::value::{Source, Value};

mod lexicon;
mod parse;
mod pattern;
mod shipped;

pub use lexicon::Lexicon;
pub(crate) use lexicon::{Hit, Means};
pub use parse::{ModelError, ModelErrors};
pub use pattern::{Title, TitlePattern};
pub use shipped::Shipped;

/// The model Quorate ships, as the TOML file that explains itself.
pub const DEFAULT_MODEL: &str = include_str!("model/default.toml");

/// The qualification policy, checked: every number in it is finite and in its range.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What people call it.
    pub name: Arc<str>,
    /// What its authors want remembered.
    pub notes: Arc<str>,
    /// Who outranks whom when two say different things of one field, strongest first.
    pub sources: Vec<Source>,
    /// Intent points that mean heat 50; positive.
    pub half_point: f64,
    /// `[engagement]`.
    pub engagement: EngagementRule,
    /// `[roles.NAME]`.
    pub roles: BTreeMap<Role, RoleRule>,
    /// `[seniority]`.
    pub seniority: SeniorityRule,
    /// `[relations]`.
    pub relations: RelationRule,
    /// `[signals."KIND"]`, by exact name.
    pub kinds: BTreeMap<Kind, Arc<SignalRule>>,
    /// `[signals."prefix.*"]`: the prefix with its dot, longest first, then by name.
    pub kind_patterns: Vec<(Arc<str>, Arc<SignalRule>)>,
    /// `[[committee.seats]]`, in file order.
    pub seats: Vec<Seat>,
    /// `[[fit.rules]]`, in file order.
    pub fit: Vec<FitRule>,
    /// `[mqa]`; absent: no account is ever MQA.
    pub mqa: Option<MqaRule>,
    /// `[frameworks]`: the shipped ones named in `use`, then the file's own, in order of use.
    pub frameworks: Frameworks,
    /// `[handoff]`; absent: no hand-offs.
    pub handoff: Option<HandoffRule>,
    /// `[[solutions]]`; none: one unnamed solution.
    pub solutions: Vec<SolutionRule>,
    /// `[titles]`: the words of its packs and of its roles and levels; what titles and departments are read by.
    pub lexicon: Arc<Lexicon>,
    /// The gaps its accounts can have; follows from seats and frameworks.
    pub gaps: Arc<crate::gap::Catalogue>,
}

/// `[engagement]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EngagementRule {
    /// Engagement points from which a contact is engaged.
    pub engaged_at: f64,
    /// Weight of the anonymous visitor; not negative.
    pub anonymous_weight: f64,
    /// Engagement points from which a contact is an MQL.
    pub mql_at: f64,
}

/// `[roles.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleRule {
    /// What a point of such a contact counts; not negative.
    pub weight: f64,
    /// Titles that suggest the role.
    pub titles: Vec<TitlePattern>,
    /// Departments that suggest the role.
    pub departments: Vec<Arc<str>>,
    /// Functions whose people may hold the role, when nothing says more.
    pub functions: Vec<Arc<str>>,
    /// Functions whose heads, from directors up, may hold the role.
    pub heads: Vec<Arc<str>>,
    /// Its colour family in the console.
    pub family: Option<Arc<str>>,
}

/// `[seniority]`: a factor per level, and titles that tell the level.
#[derive(Clone, Debug, PartialEq)]
pub struct SeniorityRule {
    /// Factor per level, not negative; a contact of unknown seniority has 1.
    pub factors: BTreeMap<Seniority, f64>,
    /// Titles per level, tried from the highest level down.
    pub titles: BTreeMap<Seniority, Vec<TitlePattern>>,
}

/// `[relations]`: the strength of an edge that states none, `0..=1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelationRule {
    /// Of `reports_to`.
    pub reports_to: f64,
    /// Of `works_with`.
    pub works_with: f64,
    /// Of `influences`.
    pub influences: f64,
}

/// How signals of one kind from one contact combine (docs/semantics.md 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// They add up.
    Sum,
    /// Only the newest counts: a gauge.
    Latest,
    /// Only the one with the largest decayed value counts.
    Max,
}

/// `[signals."KIND or prefix.*"]`.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalRule {
    /// Points of a signal of strength 1; finite, at most [`SignalRule::POINTS_MAX`] either way.
    pub points: f64,
    /// Time in which they halve; `None`: they stay.
    pub half_life: Option<HalfLife>,
    /// The most that one contact and kind may count, either way; positive. `None`: no limit.
    pub cap: Option<f64>,
    /// How several combine.
    pub combine: Combine,
    /// Several of one contact, kind, object and UTC day count as one.
    pub once_per_day: bool,
    /// Qualifies an account by itself for `act_now_days`.
    pub act_now: bool,
    /// The solution such signals belong to when they do not say so.
    pub solution: Option<Solution>,
    /// What people read.
    pub label: Option<Arc<str>>,
}

impl SignalRule {
    /// The largest number of points, either way.
    pub const POINTS_MAX: f64 = 1_000_000.0;
}

/// `[[committee.seats]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    /// The role that fills it.
    pub role: Role,
    /// How many holders it wants; at least 1.
    pub count: u32,
    /// Its weight in the decision; not negative.
    pub weight: f64,
    /// Whether its absence is a gap worth naming.
    pub required: bool,
    /// The solution it is for; `None`: all.
    pub solution: Option<Solution>,
}

/// What a condition asks of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The value is this.
    Equals(Value),
    /// The value is one of these.
    In(Vec<Value>),
    /// The number is in the range, both ends included.
    Between(f64, f64),
    /// The list has at least one of these.
    ContainsAny(Vec<Arc<str>>),
    /// The attribute is known (or, with `false`, is not).
    Exists(bool),
}

/// A test of one attribute: `[[fit.rules]]` and `[[mqa.segments]] when`.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The account field or attribute.
    pub attribute: Arc<str>,
    /// What is asked of it.
    pub test: Test,
}

/// `[[fit.rules]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct FitRule {
    /// What it tests.
    pub condition: Condition,
    /// What it adds when it matches; finite, may be negative.
    pub weight: f64,
    /// An account that matches is excluded.
    pub exclude: bool,
    /// What people read.
    pub label: Option<Arc<str>>,
}

/// `[mqa]`.
#[derive(Clone, Debug, PartialEq)]
pub struct MqaRule {
    /// The numbers for accounts of no segment.
    pub base: MqaThresholds,
    /// `[[mqa.segments]]`: the first whose condition matches changes some numbers.
    pub segments: Vec<MqaSegment>,
    /// How long an act-now signal qualifies; positive.
    pub act_now_days: Days,
}

/// The numbers of the MQA rule.
#[derive(Clone, Debug, PartialEq)]
pub struct MqaThresholds {
    /// Heat from which the account enters, `0..=100`.
    pub enter_heat: f64,
    /// Heat below which it leaves; at most `enter_heat`.
    pub exit_heat: f64,
    /// Engaged contacts it needs.
    pub engaged_contacts: u32,
    /// Distinct roles of engaged contacts it needs.
    pub engaged_roles: u32,
    /// An engaged contact in one of these; empty: no condition.
    pub any_role_engaged: Vec<Role>,
    /// An engaged contact in each of these; empty: no condition.
    pub all_roles_engaged: Vec<Role>,
    /// The grade it needs at least.
    pub fit_grade: Option<crate::fit::Grade>,
    /// The quorum it needs at least, in percent.
    pub quorum: Option<f64>,
    /// How long a condition other than heat may fail before the account leaves; not negative.
    pub grace_days: Days,
}

/// `[[mqa.segments]]`, with its numbers laid over the base already.
#[derive(Clone, Debug, PartialEq)]
pub struct MqaSegment {
    /// Which accounts are in it.
    pub when: Condition,
    /// The numbers they are judged by.
    pub thresholds: MqaThresholds,
}

/// `[frameworks]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frameworks {
    /// The frameworks in use; the first one gives the account's `completeness`.
    pub in_use: Vec<Framework>,
    /// The currency `min_amount` is in, such as `EUR`; `None`: whatever the opportunities are in.
    pub currency: Option<Arc<str>>,
}

impl Frameworks {
    /// Returns what signal checks ask for: a pattern, and within how long; a pattern may stand twice.
    pub(crate) fn signal_checks(&self) -> impl Iterator<Item = (&Arc<str>, Days)> {
        let elements = self.in_use.iter().flat_map(|framework| &framework.elements);
        elements
            .flat_map(|element| &element.checks)
            .filter_map(|check| match &check.kind {
                CheckKind::Signal { pattern, within } => Some((pattern, *within)),
                CheckKind::Evidence
                | CheckKind::RoleIdentified(_)
                | CheckKind::RoleEngaged(_)
                | CheckKind::Path { .. }
                | CheckKind::Attribute(_) => None,
            })
    }

    /// Returns the framework of that name; `None`: it is not in use.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Framework> {
        self.in_use.iter().find(|framework| *framework.name == *name)
    }
}

impl Framework {
    /// Returns the element of that key.
    #[must_use]
    pub fn element(&self, key: &str) -> Option<&Element> {
        self.elements.iter().find(|element| *element.key == *key)
    }
}

/// A list of elements to qualify against.
#[derive(Clone, Debug, PartialEq)]
pub struct Framework {
    /// Such as `meddpicc`.
    pub name: Arc<str>,
    /// Its elements, in order.
    pub elements: Vec<Element>,
}

/// An element of a framework.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Such as `economic_buyer`.
    pub key: Arc<str>,
    /// What people read.
    pub name: Arc<str>,
    /// Its weight in completeness; not negative.
    pub weight: f64,
    /// When its evidence falls back a step; positive.
    pub stale_after_days: Days,
    /// The score under which it holds the verdict at under-qualified, `0..=1`.
    pub gate: Option<f64>,
    /// The opportunity amount from which it is in scope.
    pub min_amount: Option<f64>,
    /// What it is scored by.
    pub checks: Vec<Check>,
}

/// One weighted check of an element.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its weight in the element; not negative.
    pub weight: f64,
    /// What it asks.
    pub kind: CheckKind,
}

/// What a check asks.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckKind {
    /// The best evidence recorded for the element.
    Evidence,
    /// Somebody holds the role.
    RoleIdentified(Role),
    /// Somebody engaged holds the role.
    RoleEngaged(Role),
    /// There is a path of at least `strength`.
    Path {
        /// From a holder of this role.
        from: Role,
        /// To a holder of this one.
        to: Role,
        /// The least product of edge strengths, `0..=1`.
        strength: f64,
    },
    /// A signal of the kind or pattern happened lately.
    Signal {
        /// A kind, or `prefix.*`.
        pattern: Arc<str>,
        /// How lately; positive.
        within: Days,
    },
    /// The account's attribute is known.
    Attribute(Arc<str>),
}

/// `[handoff]`.
#[derive(Clone, Debug, PartialEq)]
pub struct HandoffRule {
    /// Opens by itself when the account becomes MQA.
    pub auto: bool,
    /// Hours sales has to answer; positive.
    pub answer_within_hours: f64,
    /// Reasons to reject.
    pub reject_reasons: Vec<Arc<str>>,
    /// Reasons to disqualify.
    pub disqualify_reasons: Vec<Arc<str>>,
    /// Days until a recycled account comes back; positive.
    pub recycle_days: Option<Days>,
}

/// `[[solutions]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct SolutionRule {
    /// Its name in signals, roles and seats.
    pub name: Solution,
    /// What people read.
    pub label: Option<Arc<str>>,
}

impl Model {
    /// Returns the model of a TOML text.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with line and key.
    pub fn from_toml(text: &str) -> Result<Self, ModelErrors> {
        parse::from_toml(text, &Shipped::of_this_build())
    }

    /// Returns the model of a TOML text, with other shipped frameworks and packs than this build's: those it was
    /// published with.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with line and key.
    pub fn from_toml_with(text: &str, shipped: &Shipped) -> Result<Self, ModelErrors> {
        parse::from_toml(text, shipped)
    }

    /// Returns the rule of a kind: by exact name, else by the longest `prefix.*`; `None`: unknown, worth 0.
    #[must_use]
    pub fn rule(&self, kind: &str) -> Option<&Arc<SignalRule>> {
        self.kinds.get(kind).or_else(|| {
            self.kind_patterns
                .iter()
                .find(|(prefix, _)| kind.len() > prefix.len() && kind.starts_with(&**prefix))
                .map(|(_, rule)| rule)
        })
    }

    /// Returns the solutions buying groups are kept for: those listed, or the one unnamed (`None`).
    #[must_use]
    pub fn groups(&self) -> Vec<Option<Solution>> {
        if self.solutions.is_empty() {
            vec![None]
        } else {
            self.solutions
                .iter()
                .map(|solution| Some(solution.name.clone()))
                .collect()
        }
    }

    /// Returns the weight of a role; one that is not listed weighs like `unknown`, which weighs 1 unless listed.
    #[must_use]
    pub fn role_weight(&self, role: &str) -> f64 {
        self.roles
            .get(role)
            .or_else(|| self.roles.get(Role::UNKNOWN))
            .map_or(1.0, |rule| rule.weight)
    }

    /// Returns how strong a source is: 0 is the strongest; one the model does not rank comes last.
    #[must_use]
    pub fn source_rank(&self, source: &Source) -> usize {
        self.sources
            .iter()
            .position(|ranked| ranked == source)
            .unwrap_or(self.sources.len())
    }
}

/// Returns the version of a model's text: its 64-bit FNV-1a hash, so equal text is the same version everywhere.
#[must_use]
pub fn version_of(text: &str) -> ModelVersion {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    ModelVersion(hash)
}

#[cfg(test)]
mod tests;
