//! Frameworks (docs/semantics.md 3.10): how complete a buying group is against a list of elements.
//!
//! An element's score is the weight of its passed checks over the weight of all; completeness is the weighted mean of
//! the elements in scope. Nothing here is kept: it follows from facts, who is engaged, and the instant.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::account::AccountState;
use crate::committee::Committee;
use crate::committee::access::{self, Path, Ways};
use crate::contact::{Attitude, Contact, RelationKind, Seniority};
use crate::evidence::{Evidence, Level};
use crate::id::{ContactNo, EvidenceNo, Role, Solution};
use crate::model::{Check, CheckKind, Element, Framework, Model};
use crate::time::Timestamp;

/// What frameworks and gaps look at: one buying group at one instant.
pub struct Sight<'a> {
    /// The instant.
    pub at: Timestamp,
    /// The account's facts.
    pub state: &'a AccountState,
    /// The model.
    pub model: &'a Model,
    /// The group's solution.
    pub solution: Option<&'a Solution>,
    /// Who is engaged.
    pub engaged: BTreeSet<ContactNo>,
    /// The newest signal a check's pattern covers, by pattern; those of excluded contacts are left out.
    pub newest: BTreeMap<Arc<str>, Timestamp>,
    people: OnceCell<People>,
}

/// The people of an account as a graph, found out once.
pub(crate) struct People {
    pub(crate) committee: Committee,
    pub(crate) ways: Ways,
}

/// How far a group has come, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Below 30.
    NotQualified,
    /// From 30, or held there by a gate.
    UnderQualified,
    /// From 55.
    Gapped,
    /// From 80, all gates passed.
    ForecastReady,
}

impl Verdict {
    /// All verdicts, least first.
    pub const ALL: [Self; 4] = [
        Self::NotQualified,
        Self::UnderQualified,
        Self::Gapped,
        Self::ForecastReady,
    ];

    /// Returns the verdict on a completeness; `held`: an element in scope is below its gate.
    #[must_use]
    pub fn of(completeness: f64, held: bool) -> Self {
        let open = match completeness {
            percent if percent >= 80.0 => Self::ForecastReady,
            percent if percent >= 55.0 => Self::Gapped,
            percent if percent >= 30.0 => Self::UnderQualified,
            _ => Self::NotQualified,
        };
        if held {
            open.min(Self::UnderQualified)
        } else {
            open
        }
    }

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotQualified => "not_qualified",
            Self::UnderQualified => "under_qualified",
            Self::Gapped => "gapped",
            Self::ForecastReady => "forecast_ready",
        }
    }
}

/// A framework at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameworkReading {
    /// Its name.
    pub name: Arc<str>,
    /// In percent; `None`: no element of any weight is in scope.
    pub completeness: Option<f64>,
    /// In words; `None` as completeness.
    pub verdict: Option<Verdict>,
    /// The place of the element in scope with the lowest score; of equal ones the heaviest, then the first.
    pub weakest: Option<usize>,
    /// The largest open amount; `None`: there is none, and everything is in scope.
    pub amount: Option<f64>,
    /// Its elements, in model order.
    pub elements: Vec<ElementReading>,
    /// Evidence for elements the model has no more: kept, and not in scope.
    pub unlisted: Vec<EvidenceNo>,
    /// What is known of the champions, for the champion test.
    pub champions: Vec<ChampionFacts>,
}

/// An element at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct ElementReading {
    /// Its key.
    pub key: Arc<str>,
    /// What people read.
    pub name: Arc<str>,
    /// Its weight in completeness.
    pub weight: f64,
    /// Whether it counts: the amount is large enough, and it has something to be scored by.
    pub in_scope: bool,
    /// `0..=1`.
    pub score: f64,
    /// The score under which it holds the verdict.
    pub gate: Option<f64>,
    /// The level its best evidence still counts for.
    pub level: Option<Level>,
    /// That evidence lost a step to age.
    pub stale: bool,
    /// Somebody at the account denies it.
    pub contested: bool,
    /// When the best evidence went stale, or will.
    pub stale_at: Option<Timestamp>,
    /// Its evidence, best first.
    pub evidence: Vec<EvidenceNo>,
    /// Its checks, in model order.
    pub checks: Vec<CheckReading>,
}

impl ElementReading {
    /// Returns whether it is below its gate.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.in_scope && self.gate.is_some_and(|gate| self.score < gate)
    }
}

/// A check at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckReading {
    /// What it asks.
    pub kind: CheckKind,
    /// Its weight in the element.
    pub weight: f64,
    /// How far it is passed, `0..=1`; only evidence is ever passed in part.
    pub share: f64,
    /// What was found.
    pub found: Found,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// The level of the best evidence.
    Evidence(Option<Level>),
    /// Those who pass it, by number.
    People(Vec<ContactNo>),
    /// The best path, strong enough or not.
    Path(Option<Path>),
    /// The newest signal, recent enough or not.
    Signal(Option<Timestamp>),
    /// Whether the attribute is known.
    Known(bool),
}

/// What is known of a champion. Whether they have power, sell inside and gain from it is for people to judge.
#[derive(Clone, Debug, PartialEq)]
pub struct ChampionFacts {
    /// Who.
    pub contact: ContactNo,
    /// Power: how senior.
    pub seniority: Option<Seniority>,
    /// Influence: the strength of the path to an economic buyer.
    pub path: Option<f64>,
    /// Influence: whom they are said to influence.
    pub influences: Vec<ContactNo>,
    /// Sells inside: whether they are engaged.
    pub engaged: bool,
    /// Sells inside: how they stand to it.
    pub attitude: Attitude,
    /// Vested interest: evidence they gave.
    pub evidence: Vec<EvidenceNo>,
}

impl<'a> Sight<'a> {
    /// Returns the sight of a group.
    #[must_use]
    pub fn new(
        at: Timestamp,
        state: &'a AccountState,
        model: &'a Model,
        solution: Option<&'a Solution>,
        engaged: BTreeSet<ContactNo>,
        newest: BTreeMap<Arc<str>, Timestamp>,
    ) -> Self {
        Self {
            at,
            state,
            model,
            solution,
            engaged,
            newest,
            people: OnceCell::new(),
        }
    }

    /// Returns through whom people are reached; found out once, and only when somebody asks.
    pub(crate) fn people(&self) -> &People {
        self.people.get_or_init(|| {
            let committee = Committee::of(self.state, self.model);
            let ways = Ways::of(self.state, &committee);
            People { committee, ways }
        })
    }

    pub(crate) fn ways(&self) -> &Ways {
        &self.people().ways
    }

    /// Returns the people who hold a role for the group, by number; the excluded hold nothing.
    pub(crate) fn holders(&self, role: &str) -> impl Iterator<Item = &'a Contact> {
        let (state, solution) = (self.state, self.solution);
        state.contacts.values().filter(move |contact| {
            !contact.is_excluded()
                && contact
                    .roles_for(solution)
                    .iter()
                    .any(|held| held.as_str() == role)
        })
    }

    /// Returns whether a contact is against the purchase.
    pub(crate) fn is_opposed(&self, contact: &Contact) -> bool {
        contact.attitude() == Attitude::Detractor
            || contact
                .roles_for(self.solution)
                .iter()
                .any(|role| role.as_str() == Role::BLOCKER)
    }

    /// Returns the largest open amount of the group.
    #[must_use]
    pub fn amount(&self) -> Option<f64> {
        let currency = self.model.frameworks.currency.as_deref();
        self.state
            .opportunities
            .values()
            .filter(|opportunity| opportunity.is_for(self.solution))
            .filter_map(|opportunity| opportunity.open_amount(currency))
            .reduce(f64::max)
    }

    /// Returns the evidence of an element that was said by now, best first.
    fn evidence(
        &self,
        framework: &Framework,
        element: &Element,
    ) -> Vec<(&'a Evidence, crate::evidence::Worth)> {
        let mut all: Vec<_> = self
            .state
            .evidence
            .values()
            .filter(|evidence| {
                evidence.is_for(self.solution)
                    && evidence.statement.framework == framework.name
                    && evidence.statement.element == element.key
            })
            .filter_map(|evidence| Some((evidence, evidence.worth(element.stale_after_days, self.at)?)))
            .collect();
        all.sort_by_key(|(evidence, worth)| {
            std::cmp::Reverse((worth.level, !worth.stale, evidence.statement.said_at, evidence.no))
        });
        all
    }
}

/// Reads a framework.
#[must_use]
pub fn read(framework: &Framework, sight: &Sight<'_>) -> FrameworkReading {
    let amount = sight.amount();
    let elements: Vec<ElementReading> = framework
        .elements
        .iter()
        .map(|element| read_element(framework, element, amount, sight))
        .collect();
    let in_scope = || elements.iter().filter(|element| element.in_scope);
    let weight: f64 = in_scope().map(|element| element.weight).sum();
    let sum: f64 = in_scope().map(|element| element.weight * element.score).sum();
    let completeness = (weight > 0.0).then(|| 100.0 * sum / weight);
    let held = elements.iter().any(ElementReading::holds);
    let weakest = elements
        .iter()
        .enumerate()
        .filter(|(_, element)| element.in_scope)
        .min_by(|(_, a), (_, b)| a.score.total_cmp(&b.score).then(b.weight.total_cmp(&a.weight)))
        .map(|(place, _)| place);
    FrameworkReading {
        name: framework.name.clone(),
        completeness,
        verdict: completeness.map(|percent| Verdict::of(percent, held)),
        weakest,
        amount,
        unlisted: unlisted(framework, sight),
        champions: champions(framework, sight),
        elements,
    }
}

fn read_element(
    framework: &Framework,
    element: &Element,
    amount: Option<f64>,
    sight: &Sight<'_>,
) -> ElementReading {
    let evidence = sight.evidence(framework, element);
    let best = evidence.first().map(|(_, worth)| *worth);
    let level = best.and_then(|worth| worth.level);
    let checks: Vec<CheckReading> = element
        .checks
        .iter()
        .map(|check| read_check(check, level, sight))
        .collect();
    let weight: f64 = checks.iter().map(|check| check.weight).sum();
    let passed: f64 = checks.iter().map(|check| check.weight * check.share).sum();
    let large_enough = match (element.min_amount, amount) {
        (Some(needed), Some(amount)) => amount >= needed,
        (None, _) | (_, None) => true,
    };
    ElementReading {
        key: element.key.clone(),
        name: element.name.clone(),
        weight: element.weight,
        in_scope: large_enough && weight > 0.0,
        score: if weight > 0.0 { passed / weight } else { 0.0 },
        gate: element.gate,
        level,
        stale: best.is_some_and(|worth| worth.stale),
        contested: best.is_some_and(|worth| worth.contested),
        stale_at: best.map(|worth| worth.stale_at),
        evidence: evidence.iter().map(|(evidence, _)| evidence.no).collect(),
        checks,
    }
}

fn read_check(check: &Check, level: Option<Level>, sight: &Sight<'_>) -> CheckReading {
    let all_or_nothing = |passed: bool| if passed { 1.0 } else { 0.0 };
    let people = |role: &Role, counts: &dyn Fn(&Contact) -> bool| -> (f64, Found) {
        let people: Vec<ContactNo> = sight
            .holders(role.as_str())
            .filter(|contact| counts(contact))
            .map(|contact| contact.no)
            .collect();
        (all_or_nothing(!people.is_empty()), Found::People(people))
    };
    let (share, found) = match &check.kind {
        CheckKind::Evidence => (level.map_or(0.0, Level::share), Found::Evidence(level)),
        CheckKind::RoleIdentified(role) => people(role, &|_| true),
        CheckKind::RoleEngaged(role) => people(role, &|contact| {
            sight.engaged.contains(&contact.no) && !sight.is_opposed(contact)
        }),
        CheckKind::Path { from, to, strength } => {
            let path = access::best_path(sight.state, sight.ways(), sight.solution, from, to);
            let strong = path.as_ref().is_some_and(|path| path.strength >= *strength);
            (all_or_nothing(strong), Found::Path(path))
        }
        CheckKind::Signal { pattern, within } => {
            let newest = sight.newest.get(pattern).copied();
            let recent = newest.is_some_and(|newest| newest.plus_days(*within) > sight.at);
            (all_or_nothing(recent), Found::Signal(newest))
        }
        CheckKind::Attribute(attribute) => {
            let known = sight.state.value(attribute).is_some();
            (all_or_nothing(known), Found::Known(known))
        }
    };
    CheckReading {
        kind: check.kind.clone(),
        weight: check.weight,
        share,
        found,
    }
}

fn unlisted(framework: &Framework, sight: &Sight<'_>) -> Vec<EvidenceNo> {
    sight
        .state
        .evidence
        .values()
        .filter(|evidence| {
            evidence.is_for(sight.solution)
                && evidence.statement.framework == framework.name
                && framework.element(&evidence.statement.element).is_none()
        })
        .map(|evidence| evidence.no)
        .collect()
}

fn champions(framework: &Framework, sight: &Sight<'_>) -> Vec<ChampionFacts> {
    if sight.holders(Role::CHAMPION).next().is_none() {
        return Vec::new();
    }
    let buyers = access::passable_holders(sight.state, sight.solution, Role::ECONOMIC_BUYER);
    let reach = sight.ways().to(&buyers);
    let facts = |champion: &Contact| ChampionFacts {
        contact: champion.no,
        seniority: champion.seniority(),
        path: reach.strength(champion.no),
        influences: sight
            .state
            .relations
            .keys()
            .filter(|relation| relation.from == champion.no && relation.kind == RelationKind::Influences)
            .map(|relation| relation.to)
            .collect(),
        engaged: sight.engaged.contains(&champion.no),
        attitude: champion.attitude(),
        evidence: sight
            .state
            .evidence
            .values()
            .filter(|evidence| {
                evidence.is_for(sight.solution)
                    && evidence.statement.framework == framework.name
                    && evidence.statement.said_by == Some(champion.no)
                    && evidence.statement.said_at <= sight.at
            })
            .map(|evidence| evidence.no)
            .collect(),
    };
    sight.holders(Role::CHAMPION).map(facts).collect()
}

/// Returns the next instant after now at which evidence goes stale, a signal is no longer recent, or evidence that is
/// known already was said: what happened before it may be heard of after it.
#[must_use]
pub fn next_lapse(framework: &Framework, sight: &Sight<'_>) -> Option<Timestamp> {
    let said =
        sight.state.evidence.values().filter(|evidence| {
            evidence.is_for(sight.solution) && evidence.statement.framework == framework.name
        });
    let said = said.map(|evidence| evidence.statement.said_at);
    let evidence = framework.elements.iter().flat_map(|element| {
        sight
            .evidence(framework, element)
            .into_iter()
            .map(|(_, worth)| worth.stale_at)
    });
    let checks = framework.elements.iter().flat_map(|element| &element.checks);
    let signals = checks.filter_map(|check| match &check.kind {
        CheckKind::Signal { pattern, within } => {
            let newest = sight.newest.get(pattern)?;
            Some(newest.plus_days(*within))
        }
        CheckKind::Evidence
        | CheckKind::RoleIdentified(_)
        | CheckKind::RoleEngaged(_)
        | CheckKind::Path { .. }
        | CheckKind::Attribute(_) => None,
    });
    evidence
        .chain(signals)
        .chain(said)
        .filter(|instant| *instant > sight.at)
        .min()
}

/// Returns whether a pattern of a check covers a kind: the kind itself, or `prefix.*`.
#[must_use]
pub fn covers(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) if prefix.ends_with('.') => kind.len() > prefix.len() && kind.starts_with(prefix),
        Some(_) | None => pattern == kind,
    }
}

#[cfg(test)]
mod tests;
